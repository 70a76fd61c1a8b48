//! Cases: questions with what a good answer to each must do, by which answers are judged.
//!
//! Owns the shape of a case, the files that hold them (TOML for people, one JSON object a line for programs) and what of a
//! case its grade depends on. It does not ask or grade: that is `app`'s. Start at [`Case`], then [`read`] and [`to_toml`].
//! To add a key: 1. a field of [`Case`]; 2. [`KEYS`] and the `match` in `cases/entry.rs`; 3. its line in `cases/write.rs`;
//! 4. [`fingerprint`], if grades depend on it; 5. `docs/cases.md`.

mod check;
mod entry;
mod json_lines;
pub mod make;
mod name;
mod read;
mod tables;
mod write;

use portavoz_text::fold::fold;
use portavoz_text::language::{Language, detect};
use serde::{Deserialize, Serialize};

use crate::answer::Outcome;

pub use name::name_of;
pub use read::{CaseFile, Format, Problem, read};
pub use write::to_toml;

/// The keys of a case, in the order in which they are written.
pub const KEYS: [&str; 13] = [
    "id",
    "question",
    "before",
    "language",
    "expect",
    "topics",
    "must",
    "must_not",
    "reference",
    "sources",
    "without",
    "tags",
    "origin",
];

/// A question, and what a good answer to it must do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name, unique in its file: the same case keeps it from run to run. Files may leave it out; see [`name_of`].
    #[serde(default)]
    pub id: String,
    /// What is asked.
    pub question: String,
    /// Questions asked before it in the same conversation, first one first, so that it can be a follow-up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// The language that the answer must be in; `None` means that of the question. See [`Case::spoken`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// How the turn must end. See [`Case::expected`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Outcome>,
    /// What a good answer speaks of, each with its aliases: `RAG|recuperación aumentada`. The share that is covered is
    /// the answer's relevance ([`crate::quality::topics_covered`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Words or phrases, with aliases and matched as topics are, without which the answer is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<String>,
    /// Words or phrases, with aliases and matched as topics are, with any of which the answer is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_not: Vec<String>,
    /// A good answer, in the words of whoever wrote the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Documents that hold the answer, by their ids; perhaps `#` and a heading of theirs. See [`is_source`]. One of them
    /// is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Documents that are left out of the index for this case, by their ids: what only they say cannot be known then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// The owner's own groups, such as `figures`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where the case comes from, if it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Where a case comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Who made it.
    pub kind: OriginKind,
    /// From what: the words of the fact, the document, the turn.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Who made a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// A person.
    Handwritten,
    /// The program, from a fact that the documents state.
    Facts,
    /// A model, from a document.
    Model,
    /// A visitor, who asked it.
    Turn,
}

impl OriginKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Handwritten, Self::Facts, Self::Model, Self::Turn];

    /// The stable name, as in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Handwritten => "handwritten",
            Self::Facts => "facts",
            Self::Model => "model",
            Self::Turn => "turn",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Case {
    /// How the turn must end: as the case says, or `answered` if it says anything of the answer. `None` means that the
    /// case does not tell, as one from a past turn that the owner has not looked at yet.
    pub fn expected(&self) -> Option<Outcome> {
        let says = !self.topics.is_empty() || !self.must.is_empty() || !self.sources.is_empty();
        self.expect.or_else(|| (says || self.reference.is_some()).then_some(Outcome::Answered))
    }

    /// The language that the answer must be in: as the case says, or that of the question, or of the questions before it
    /// if it does not show, or else `fallback`.
    pub fn spoken(&self, fallback: Language) -> Language {
        let asked = || std::iter::once(&self.question).chain(self.before.iter().rev());
        self.language.or_else(|| asked().find_map(|question| detect(question))).unwrap_or(fallback)
    }
}

/// Everything that the grade of an answer to this case depends on, as one line of text: the same for the same case,
/// whatever it is called, tagged or comes from. Two runs compare a case only if it is the same for both.
pub fn fingerprint(case: &Case) -> String {
    let graded = Case { id: String::new(), tags: Vec::new(), origin: None, expect: case.expected(), ..case.clone() };
    serde_json::to_string(&graded).expect("a case is texts and lists of them, which JSON can always hold")
}

/// True if a case's `source` (`cv.pdf` or `talks.md#Awards`) names this document, and where it names a heading, one of
/// `headings`, the headings above a passage. Headings are compared without regard to capitals and accents.
pub fn is_source(source: &str, document: &str, headings: &[String]) -> bool {
    if source == document {
        return true;
    }
    let heading = source.strip_prefix(document).and_then(|rest| rest.strip_prefix('#'));
    heading.is_some_and(|heading| headings.iter().any(|above| fold(above.trim()) == fold(heading.trim())))
}

/// The document that a case's `source` names, given which there are; `None` if there is no such document. A name may
/// itself hold a `#`.
pub fn document_of(source: &str, exists: impl Fn(&str) -> bool) -> Option<&str> {
    if exists(source) {
        return Some(source);
    }
    source.match_indices('#').map(|(place, _)| source.split_at(place).0).find(|document| exists(document))
}

#[cfg(test)]
mod tests;
