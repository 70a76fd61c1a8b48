//! A file of questions over paragraphs, as the developers' tools of this crate read it.

#![allow(dead_code, reason = "each tool needs a part of it")]

use portavoz_domain::document::{Block, BlockKind, Document, Format};
use portavoz_domain::ids::DocumentId;
use portavoz_text::language::Language;
use serde::Deserialize;

/// A file of questions over paragraphs.
#[derive(Debug, Deserialize)]
pub(crate) struct Set {
    pub(crate) paragraphs: Vec<Paragraph>,
    pub(crate) questions: Vec<Asked>,
}

/// What questions are asked of.
#[derive(Debug, Deserialize)]
pub(crate) struct Paragraph {
    pub(crate) id: usize,
    /// The article's.
    pub(crate) title: String,
    pub(crate) text: String,
}

/// A question.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    pub(crate) q: String,
    /// The paragraph that answers it.
    pub(crate) pid: usize,
    pub(crate) answers: Vec<Answer>,
}

/// An accepted answer, word for word from the paragraph.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) text: String,
    /// In characters of the paragraph.
    pub(crate) start: usize,
}

/// A document of one paragraph.
pub(crate) fn document(id: &str, title: &str, text: &str, language: Language) -> Document {
    let block =
        Block { kind: BlockKind::Paragraph, text: text.to_owned(), span: 0..text.len(), page: None, facet: None };
    Document {
        id: DocumentId::new(id),
        title: title.to_owned(),
        url: None,
        language,
        facet: None,
        tags: Vec::new(),
        priority: 1.0,
        format: Format::Text,
        text: text.to_owned(),
        blocks: vec![block],
    }
}
