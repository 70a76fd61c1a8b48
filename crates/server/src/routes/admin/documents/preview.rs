//! `/admin/documents/preview`: one document as it was read, cut into the passages that are found and cited. What belongs to no
//! passage stands in between, fainter: nothing of it is ever cited.

use std::ops::Range;

use askama::Template;
use portavoz_app::site::Site;
use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Document;
use portavoz_domain::ids::DocumentId;
use serde::Deserialize;

use super::super::desk::{Asked, Desk, Frame, Page, Section, encoded, render};
use super::super::tongue::Tongue;
use super::super::trouble::Trouble;

#[derive(Template)]
#[template(path = "admin/document.html")]
struct PreviewPage {
    ui: Frame,
    id: String,
    title: String,
    language: &'static str,
    language_code: &'static str,
    parts: Vec<Part>,
    passages: usize,
    tokens: u64,
}

/// A part of a document, in its order.
enum Part {
    /// What is found and cited.
    Passage { number: usize, id: String, heading: String, about: String, text: String, address: String },
    /// What is not.
    Between(String),
}

/// Which document.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Wanted {
    #[serde(default)]
    document: String,
}

/// The page.
pub(in super::super) async fn preview(desk: Desk, Asked(wanted): Asked<Wanted>) -> Page {
    let tongue = desk.tongue;
    let id = DocumentId::new(wanted.document);
    let document = desk.site.document(&id).await?.ok_or(Trouble::NotFound)?;
    let chunks = chunks(&desk.site, &id);
    render(&PreviewPage {
        passages: chunks.len(),
        tokens: chunks.iter().map(|chunk| u64::from(chunk.tokens)).sum(),
        parts: parts(tongue, &document, &chunks),
        id: id.to_string(),
        language: tongue.language_name(document.language),
        language_code: document.language.code(),
        title: document.title,
        ui: desk.frame(Section::Documents),
    })
}

/// The passages of a document, in its order.
fn chunks(site: &Site, id: &DocumentId) -> Vec<Chunk> {
    let index = site.index();
    let own = index.chunks().iter().filter(|chunk| chunk.document == *id);
    let mut chunks: Vec<Chunk> = own.map(|chunk| Chunk::clone(chunk)).collect();
    chunks.sort_by_key(|chunk| (chunk.span.start, chunk.span.end));
    chunks
}

fn parts(tongue: Tongue, document: &Document, chunks: &[Chunk]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut told = 0;
    for (place, chunk) in chunks.iter().enumerate() {
        parts.extend(between(&document.text, told..chunk.span.start));
        told = told.max(chunk.span.end);
        parts.push(passage(tongue, place + 1, chunk));
    }
    parts.extend(between(&document.text, told..document.text.len()));
    parts
}

fn passage(tongue: Tongue, number: usize, chunk: &Chunk) -> Part {
    let mut about = vec![
        tongue.facet(chunk.facet).to_owned(),
        tongue.counted(chunk.tokens.into(), ("token", "token"), ("tokens", "tokens")),
    ];
    about.extend(chunk.page.map(|page| format!("{} {page}", tongue.say("página", "page"))));
    let Range { start, end } = chunk.span;
    Part::Passage {
        number,
        id: chunk.id.to_string(),
        heading: chunk.heading_path.join(" › "),
        about: about.join(" · "),
        text: match &chunk.question {
            Some(question) => format!("{question}\n{}", chunk.text),
            None => chunk.text.clone(),
        },
        address: format!("/source?document={}&from={start}&to={end}#place", encoded(chunk.document.as_str())),
    }
}

/// What stands between passages; `None` if it is only white space and marks.
fn between(text: &str, range: Range<usize>) -> Option<Part> {
    let (start, end) = (text.floor_char_boundary(range.start), text.floor_char_boundary(range.end));
    let words = text.get(start..end)?.trim();
    words.contains(char::is_alphanumeric).then(|| Part::Between(words.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_passages_is_told_if_it_says_anything() {
        let told = |range| match between("# Título\n\n---\n\nTexto", range) {
            Some(Part::Between(words)) => words,
            _ => String::new(),
        };
        assert_eq!(told(0..9), "# Título");
        assert_eq!(told(9..16), "");
        assert_eq!(told(16..99), "Texto");
        let (late, early) = (9, 3);
        assert_eq!(told(late..early), "");
    }
}
