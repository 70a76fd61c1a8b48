//! Facts of the person: a typed ledger drawn from the passages, and what can be said and doubted because of it.
//!
//! Owns which lines and sentences state a job, a degree, a skill, a spoken language, a project, an award, a link or
//! a total of experience; each fact keeps the place that says it. A fact that is wrong is worse than one that is
//! missing, so a shape that is not understood yields nothing. It does not decide what is relevant.
//! Start at [`draw`]; then [`contradictions`] compares what the documents say, and [`answer_from_facts`] computes what
//! was asked ("how many years").
//! To add a kind of fact: 1. a variant of [`Statement`]; 2. a file here that draws it, called in [`draw`]; 3. its words
//! in `data/facts/words.txt`.

mod answers;
mod claims;
mod contacts;
mod contradictions;
mod entries;
mod pieces;
mod sections;
mod sentences;
mod skills;
mod tokens;
mod tongues;
mod vocabulary;

use std::borrow::Borrow;
use std::fmt;
use std::ops::Range;

use portavoz_text::dates::{Date, End};
use portavoz_text::language::Language;
use portavoz_text::sentences::{list_marker_len, sentences};
use serde::Serialize;

pub use answers::{Asking, Computed, answer_from_facts};
pub use contradictions::{Contradiction, Subject, contradictions};

use crate::chunk::Chunk;
use crate::ids::{ChunkId, DocumentId};

/// Something that the documents state, and where.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// What is stated.
    pub statement: Statement,
    /// The place that states it.
    pub source: FactSource,
}

/// The place that states a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactSource {
    /// The document.
    pub document: DocumentId,
    /// The passage.
    pub chunk: ChunkId,
    /// The document's title.
    pub title: String,
    /// The passage's language.
    pub language: Language,
    /// Byte range of the passage in the document's text.
    pub span: Range<usize>,
    /// Byte range of the line or sentence in the passage's text.
    pub within: Range<usize>,
    /// Its words, after the heading that they need to be understood.
    pub quote: String,
}

/// From when to when, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct When {
    /// The first year, month or day.
    pub from: Option<Date>,
    /// The last one, or that it lasted when the document was written.
    pub to: Option<End>,
}

impl Serialize for When {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut when = serializer.serialize_struct("When", 2)?;
        when.serialize_field("from", &self.from.map(|from| from.to_string()))?;
        let to = self.to.map(|to| match to {
            End::Date(to) => to.to_string(),
            End::Present => "present".to_owned(),
        });
        when.serialize_field("to", &to)?;
        when.end()
    }
}

/// What a document can state of the person.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Statement {
    /// A job.
    Employment {
        /// As written; `None` if only the organisation is named.
        title: Option<String>,
        /// As written; `None` for work on one's own account.
        organisation: Option<String>,
        /// When it was held.
        when: When,
    },
    /// A degree.
    Education {
        /// As written.
        degree: String,
        /// As written.
        institution: Option<String>,
        /// A year alone is that of the end.
        when: When,
    },
    /// A technology or method.
    Skill {
        /// As written.
        name: String,
        /// In use since.
        #[serde(serialize_with = "as_text")]
        since: Option<Date>,
        /// The years that the document claims.
        years: Option<Years>,
    },
    /// A language that is spoken.
    Tongue {
        /// ISO 639-1.
        code: &'static str,
        /// As written.
        name: String,
        /// How well.
        level: Level,
    },
    /// Something built.
    Project {
        /// As written.
        name: String,
        /// When it was built.
        when: When,
    },
    /// A certificate, award, talk or publication with its date.
    Milestone {
        /// Which of them.
        milestone: Milestone,
        /// As written.
        name: String,
        /// Who gave it, or where.
        by: Option<String>,
        /// When.
        #[serde(serialize_with = "date_as_text")]
        date: Date,
    },
    /// A web address.
    Link {
        /// As written.
        url: String,
    },
    /// An e-mail address.
    Email {
        /// As written.
        address: String,
    },
    /// A total of experience that the document itself claims.
    Experience {
        /// How many years.
        years: Years,
        /// In what, as written; `None` for experience as a whole.
        topic: Option<String>,
    },
    /// The day or year of birth.
    Birth {
        /// When.
        #[serde(serialize_with = "date_as_text")]
        date: Date,
    },
}

fn as_text<S: serde::Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    date.map(|date| date.to_string()).serialize(serializer)
}

fn date_as_text<S: serde::Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

/// Kinds of dated achievements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// A certificate or course.
    Certificate,
    /// An award.
    Award,
    /// A talk.
    Talk,
    /// Something published.
    Publication,
}

/// A number of years as it is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Years {
    /// The number named.
    pub years: u32,
    /// What is said of the number.
    pub bound: Bound,
}

/// How a claimed number is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// "three years"
    Exactly,
    /// "more than three years"
    AtLeast,
    /// "less than three years"
    AtMost,
    /// "about three years", "almost three years"
    About,
}

/// How well a language is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// In words only.
    Basic,
    /// In words only.
    Intermediate,
    /// In words only.
    Fluent,
    /// Mother tongue.
    Native,
    /// Common European Framework: 1 for A1 to 6 for C2.
    Cefr(u8),
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Basic => "basic",
            Self::Intermediate => "intermediate",
            Self::Fluent => "fluent",
            Self::Native => "native",
            Self::Cefr(1) => "A1",
            Self::Cefr(2) => "A2",
            Self::Cefr(3) => "B1",
            Self::Cefr(4) => "B2",
            Self::Cefr(5) => "C1",
            Self::Cefr(_) => "C2",
        })
    }
}

/// The facts that `chunks` state, in their order.
pub fn draw<C: Borrow<Chunk>>(chunks: &[C]) -> Vec<Fact> {
    let mut headings = sections::Headings::default();
    let readings: Vec<Reading<'_>> = chunks.iter().map(|chunk| Reading::of(chunk.borrow(), &mut headings)).collect();
    let skills = skills::named(&readings);
    let mut facts = Vec::new();
    for reading in &readings {
        entries::draw(reading, &mut facts);
        sentences::draw(reading, &mut facts);
        tongues::draw(reading, &mut facts);
        claims::draw(reading, &mut facts);
        contacts::draw(reading, &mut facts);
        skills::draw(reading, &skills, &mut facts);
    }
    facts
}

/// A passage with what all who draw facts from it need.
struct Reading<'a> {
    chunk: &'a Chunk,
    place: sections::Place<'a>,
    /// Byte ranges of the lines, without list markers and white space.
    lines: Vec<Range<usize>>,
}

impl<'a> Reading<'a> {
    fn of(chunk: &'a Chunk, headings: &mut sections::Headings<'a>) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in chunk.text.split_inclusive('\n') {
            let marker = list_marker_len(line);
            let bare = line.get(marker..).unwrap_or_default();
            let from = start + marker + (bare.len() - bare.trim_start().len());
            let to = start + line.trim_end().len();
            if from < to {
                lines.push(from..to);
            }
            start += line.len();
        }
        Self { chunk, place: headings.place(chunk), lines }
    }

    fn text(&self, span: &Range<usize>) -> &'a str {
        self.chunk.text.get(span.clone()).unwrap_or_default()
    }

    /// The sentences of a line.
    fn sentences(&self, line: &Range<usize>) -> Vec<Range<usize>> {
        let found = sentences(self.text(line));
        found.into_iter().map(|span| span.start + line.start..span.end + line.start).collect()
    }

    fn fact(&self, statement: Statement, within: Range<usize>, heading: Option<&str>) -> Fact {
        let words = self.text(&within);
        let quote = heading.map_or_else(|| words.to_owned(), |heading| format!("{heading} · {words}"));
        let chunk = self.chunk;
        let source = FactSource {
            document: chunk.document.clone(),
            chunk: chunk.id.clone(),
            title: chunk.title.clone(),
            language: chunk.language,
            span: chunk.span.clone(),
            within,
            quote,
        };
        Fact { statement, source }
    }
}

#[cfg(test)]
mod tests;
