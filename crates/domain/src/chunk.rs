//! A chunk: the unit that is indexed, found, quoted and cited.

use std::ops::Range;

use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};

use crate::document::Facet;
use crate::ids::{ChunkId, DocumentId};

/// A passage of a document that knows where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    /// Document and ordinal.
    pub id: ChunkId,
    /// The document it was cut from.
    pub document: DocumentId,
    /// The document's title.
    pub title: String,
    /// Where visitors can open the document, if it is public.
    pub url: Option<String>,
    /// Headings above the passage, highest first, without the title when the first heading repeats it.
    pub heading_path: Vec<String>,
    /// What the passage is about.
    pub facet: Facet,
    /// Language of the passage.
    pub language: Language,
    /// Readable text: one line per paragraph, list items as lines that begin with `- `.
    pub text: String,
    /// The question, when the passage answers one in a FAQ file.
    pub question: Option<String>,
    /// Byte range in the document's text.
    pub span: Range<usize>,
    /// Page of its first line, from 1, for paged formats.
    pub page: Option<u32>,
    /// Tokens of `text`, by the tokenizer given at ingest.
    pub tokens: u32,
    /// The document's priority.
    pub priority: f32,
}

impl Chunk {
    /// Title and headings as one line, ` › ` between them: what people see above a passage.
    pub fn heading(&self) -> String {
        let mut parts = vec![self.title.as_str()];
        parts.extend(self.heading_path.iter().map(String::as_str));
        parts.dedup();
        parts.join(" › ")
    }

    /// The text to embed: headings give a passage the subject that its sentences leave out.
    pub fn embedding_text(&self) -> String {
        format!("{}\n{}", self.heading(), self.text)
    }
}
