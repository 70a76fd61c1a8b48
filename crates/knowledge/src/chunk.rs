//! Chunks: a document cut into passages that can be found, quoted and cited.
//!
//! Owns where the cuts fall and what each passage knows of itself (headings, facet, language, place). Does not read
//! files (`readers` did) and does not decide what is relevant ([`crate::search`] does).
//! Start at [`chunk`]: `sections` says which blocks belong under which headings, `pack` fills passages of the right
//! size from one section, [`facets`] says what a passage is about.

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Document;
use portavoz_domain::ids::ChunkId;
use portavoz_domain::tokens::CountTokens;
use portavoz_text::fold::fold;
use portavoz_text::language::{Language, detect};

pub mod facets;
mod pack;
mod sections;
#[cfg(test)]
mod tests;

use pack::pack;
use sections::{Section, sections};

/// How large passages may become, in tokens of the counter given to [`chunk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkLimits {
    /// A passage smaller than this takes in its next neighbour even beyond `target_tokens`.
    pub min_tokens: usize,
    /// Passages are filled up to here.
    pub target_tokens: usize,
    /// No passage is larger, whatever it takes: sentences are cut between words if need be.
    pub max_tokens: usize,
}

impl Default for ChunkLimits {
    /// Four passages and the prompt around them stay well below the guide's 2,500 tokens.
    fn default() -> Self {
        Self { min_tokens: 160, target_tokens: 220, max_tokens: 320 }
    }
}

/// Shorter passages take their document's language: detection needs some text to be sure.
const DETECTABLE_CHARS: usize = 80;

/// Cuts a document along its headings and paragraphs. Deterministic; no chunk is without text.
///
/// A chunk never reaches across a heading, a FAQ question or a change of the blocks' own facet. The words of every
/// block stand in some chunk: headings in `heading_path` (or in the text, if nothing stands below them), questions in
/// `question`. The one exception is a FAQ question without an answer, which says nothing.
pub fn chunk(document: &Document, count: &dyn CountTokens, limits: ChunkLimits) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    for section in sections(document) {
        let facet = facets::facet_of_section(document, &section);
        for passage in pack(document, &section, count, limits) {
            chunks.push(Chunk {
                id: ChunkId::new(&document.id, chunks.len()),
                document: document.id.clone(),
                title: document.title.clone(),
                url: document.url.clone(),
                heading_path: heading_path(document, &section),
                facet,
                language: language_of(&passage.text, document.language),
                tokens: u32::try_from(count.count(&passage.text)).unwrap_or(u32::MAX),
                text: passage.text,
                question: section.question.map(|question| question.text.clone()),
                span: passage.span,
                page: passage.page,
                priority: document.priority,
            });
        }
    }
    chunks
}

/// Headings above the section, without a first one that only repeats the title.
fn heading_path(document: &Document, section: &Section<'_>) -> Vec<String> {
    let repeats_title = section.path.first().is_some_and(|first| fold(first.trim()) == fold(document.title.trim()));
    section.path.iter().skip(usize::from(repeats_title)).map(|heading| (*heading).to_owned()).collect()
}

fn language_of(text: &str, document: Language) -> Language {
    if text.chars().count() < DETECTABLE_CHARS {
        return document;
    }
    detect(text).unwrap_or(document)
}
