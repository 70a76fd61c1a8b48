//! What the owner published, as the readers hand it on: blocks of text that know their place.

use std::fmt;
use std::ops::Range;

use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};

use crate::ids::DocumentId;

/// What a passage is about; contexts are grouped by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Facet {
    /// Jobs, roles, years.
    Experience,
    /// Things built.
    Projects,
    /// Technologies, methods, spoken languages.
    Skills,
    /// Results, awards, talks, publications.
    Achievements,
    /// Degrees, courses, certificates.
    Education,
    /// Ways to reach the owner.
    Contact,
    /// Everything else about the person; the default.
    About,
}

impl Facet {
    /// Every facet, in the order in which contexts show them.
    pub const ALL: [Self; 7] = [
        Self::Experience,
        Self::Projects,
        Self::Skills,
        Self::Achievements,
        Self::Education,
        Self::Contact,
        Self::About,
    ];

    /// The name used in front matter, JSON and prompts' templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Experience => "experience",
            Self::Projects => "projects",
            Self::Skills => "skills",
            Self::Achievements => "achievements",
            Self::Education => "education",
            Self::Contact => "contact",
            Self::About => "about",
        }
    }

    /// Reads the name used in front matter; `None` if there is no such facet.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        Self::ALL.into_iter().find(|facet| facet.name() == name)
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The file format a document was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Markdown, with or without front matter.
    Markdown,
    /// Plain text.
    Text,
    /// A page of a site.
    Html,
    /// PDF.
    Pdf,
    /// Office Open XML word processing.
    Docx,
    /// JSON Resume 1.0.
    Resume,
    /// Pairs of question and answer.
    Faq,
}

/// One document as read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its path in the knowledge folder, or its URL.
    pub id: DocumentId,
    /// For people; never empty.
    pub title: String,
    /// Where visitors can open it, if it is public elsewhere.
    pub url: Option<String>,
    /// As the owner said or as detected over the whole text.
    pub language: Language,
    /// As the owner said; otherwise each chunk's facet is found from its headings.
    pub facet: Option<Facet>,
    /// From front matter.
    pub tags: Vec<String>,
    /// From front matter: 1.0 is normal, more is preferred among equals; within 0.1..=10.
    pub priority: f32,
    /// What it was read from.
    pub format: Format,
    /// The readable text; all spans are byte ranges of it. Markdown and plain text stand as written.
    pub text: String,
    /// The text's parts, in reading order, without overlap.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What kind of part.
    pub kind: BlockKind,
    /// Plain text without markup, white space folded.
    pub text: String,
    /// Where it stands: byte range of [`Document::text`], on character borders.
    pub span: Range<usize>,
    /// From 1, for paged formats.
    pub page: Option<u32>,
    /// The facet when the format itself says it (a JSON Resume section).
    pub facet: Option<Facet>,
}

/// Kinds of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading; 1 is the highest level.
    Heading {
        /// 1 to 6.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// One item of a list.
    ListItem,
    /// A row of a table, cells joined by `; `, each with its column name when there is one.
    TableRow,
    /// Code or preformatted text.
    Code,
    /// The question of a FAQ pair; the blocks up to the next question are its answer.
    Question,
}

/// Why a file was skipped, or what was odd in it. Bad content is a value, not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file or URL.
    pub document: DocumentId,
    /// What was wrong, in the wording of errors: ``has no readable text``.
    pub cause: String,
    /// True if nothing of the document was indexed.
    pub skipped: bool,
}
