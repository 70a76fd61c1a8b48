//! Verification: which claims of an answer its sources support, contradict, or do not speak of.
//!
//! Pure, and fast enough to run on every sentence while an answer streams. [`Sources`] prepares the passages once;
//! [`check`] judges one sentence against them; [`verify`] a whole answer. What is done about a verdict is [`policy`].

use std::ops::Range;

use portavoz_text::language::Language;
use portavoz_text::sentences::sentences;
use serde::{Deserialize, Serialize};

pub use score::Measures;

mod bare;
mod claims;
mod cover;
mod durations;
mod facts;
mod index;
mod lists;
mod names;
mod plain;
mod polarity;
pub mod policy;
mod reading;
mod said;
mod score;
mod statement;
mod values;

/// What the sources say of a claim or a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// They say it.
    Supported,
    /// They say otherwise: the same subject with another value, or the opposite.
    Contradicted,
    /// They do not say it.
    Unsupported,
}

impl Status {
    /// The stable name, as in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Contradicted => "contradicted",
            Self::Unsupported => "unsupported",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Supported, Self::Contradicted, Self::Unsupported].into_iter().find(|status| status.name() == name)
    }
}

/// What a claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// A number with its unit: `40 %`, `1.000 requests`.
    Number,
    /// A point in time: a year, a month of a year, a day.
    Date,
    /// A length of time: `three years`.
    Duration,
    /// A person, place or work, by name.
    Name,
    /// A company, school or institution.
    Organisation,
    /// A technology, method or product.
    Technology,
    /// A web address.
    Link,
    /// An e-mail address.
    Email,
    /// Something only the owner can promise: availability, pay, permits.
    Promise,
    /// The sentence as a whole: who did what.
    Proposition,
}

impl ClaimKind {
    /// True for facts that are either in the sources or wrong; false for the proposition as a whole.
    pub const fn is_hard(self) -> bool {
        !matches!(self, Self::Proposition)
    }

    /// The stable name, as in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Date => "date",
            Self::Duration => "duration",
            Self::Name => "name",
            Self::Organisation => "organisation",
            Self::Technology => "technology",
            Self::Link => "link",
            Self::Email => "email",
            Self::Promise => "promise",
            Self::Proposition => "proposition",
        }
    }
}

/// Where a source speaks of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The source: its place among those given.
    pub source: usize,
    /// Byte range in the source's text; empty if a heading says it.
    pub span: Range<usize>,
}

/// One thing that a sentence claims.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// What it is about.
    pub kind: ClaimKind,
    /// As the sentence says it.
    pub text: String,
    /// What the sources say.
    pub status: Status,
    /// Where they say it, or say otherwise.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<Evidence>,
}

/// One sentence of an answer, checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckedSentence {
    /// The sentence, without source markers.
    pub text: String,
    /// The worst of its claims that matters.
    pub status: Status,
    /// 0..=1: how likely the sources support the sentence.
    pub score: f32,
    /// What it claims, in its order, the proposition last; a sentence that claims nothing has none.
    pub claims: Vec<Claim>,
}

/// An answer, checked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Verification {
    /// 0..=1: how likely the sources support all of it.
    pub score: f32,
    /// Its sentences, in their order.
    pub sentences: Vec<CheckedSentence>,
}

/// A passage to check against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    /// Title and headings above the text; empty if there are none.
    pub heading: &'a str,
    /// The question that the text answers, from a FAQ file.
    pub question: Option<&'a str>,
    /// The passage.
    pub text: &'a str,
    /// Its language.
    pub language: Language,
}

/// What was asked, and in which language the answer speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The question, if there was one. It tells what a short answer claims ("2019": the year of what?) and proves
    /// nothing.
    pub question: Option<&'a str>,
    /// The answer's language.
    pub language: Language,
}

/// Sources, made ready for many checks.
#[derive(Debug, Clone)]
pub struct Sources {
    index: index::Index,
}

impl Sources {
    /// Prepares passages; their order is the one that [`Evidence::source`] speaks of.
    pub fn of(sources: &[Source<'_>]) -> Self {
        Self { index: index::Index::of(sources) }
    }
}

/// Checks one sentence of an answer.
pub fn check(sentence: &str, asked: Asked<'_>, sources: &Sources) -> CheckedSentence {
    claims::check(sentence, asked, claims::question(asked, &sources.index).as_ref(), &sources.index)
}

/// Checks an answer sentence by sentence. Its score is that of all that it claims, taken together.
pub fn verify(answer: &str, asked: Asked<'_>, sources: &Sources) -> Verification {
    let index = &sources.index;
    let question = claims::question(asked, index);
    let texts: Vec<&str> = sentences(answer).into_iter().filter_map(|span| answer.get(span)).collect();
    let checked: Vec<CheckedSentence> =
        texts.iter().map(|text| claims::check(text, asked, question.as_ref(), index)).collect();
    let claims = |sentence: &CheckedSentence| sentence.claims.iter().any(|claim| claim.kind == ClaimKind::Proposition);
    let claiming: Vec<&str> =
        texts.iter().copied().zip(&checked).filter(|(_, sentence)| claims(sentence)).map(|(text, _)| text).collect();
    let score = match (claiming.as_slice(), checked.as_slice()) {
        ([], _) => 1.0,
        (_, [only]) => only.score,
        (claiming, _) => {
            let asked = (asked, question.as_ref());
            score::probability(&claims::measures(&claiming.join(" "), &checked, asked, index))
        }
    };
    Verification { score, sentences: checked }
}

/// What the score of an answer is reckoned from: for fitting the models, and for whoever wants to see.
pub fn measures(answer: &str, asked: Asked<'_>, sources: &Sources) -> Measures {
    let checked = verify(answer, asked, sources).sentences;
    let question = claims::question(asked, &sources.index);
    claims::measures(answer, &checked, (asked, question.as_ref()), &sources.index)
}

#[cfg(test)]
mod tests;
