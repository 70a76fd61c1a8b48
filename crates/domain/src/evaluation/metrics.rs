//! What an answer is measured by: one number of a [`CaseResult`] each, with its unit and which way is better.
//!
//! To measure one more thing: 1. a variant of [`Metric`] and its place in [`Metric::ALL`]; 2. its lines in the functions
//! below, which the compiler asks for.

use serde::{Deserialize, Serialize};

use super::CaseResult;
use crate::usage::usd;

/// One number about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// `0.4 relevance + 0.3 accuracy + 0.3 clarity`.
    Quality,
    /// How much of what was asked it addresses; with topics, how many of them.
    Relevance,
    /// How much of what it claims is supported.
    Accuracy,
    /// How well it reads.
    Clarity,
    /// Whether everything that the case demands holds.
    Passed,
    /// Whether it ended as expected: answered, not known, declined.
    OutcomeRight,
    /// Whether one of the expected sources was found.
    Recall,
    /// Share of citations that are of expected sources.
    CitationsRight,
    /// Share of the sentences made that the documents support.
    Supported,
    /// US dollars.
    Cost,
    /// Milliseconds to the first words.
    FirstToken,
    /// Milliseconds to the end.
    Took,
}

/// What a metric counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0..=1.
    Share,
    /// Yes or no.
    YesNo,
    /// US dollars.
    Dollars,
    /// Milliseconds.
    Millis,
}

impl Metric {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::Quality,
        Self::Relevance,
        Self::Accuracy,
        Self::Clarity,
        Self::Passed,
        Self::OutcomeRight,
        Self::Recall,
        Self::CitationsRight,
        Self::Supported,
        Self::Cost,
        Self::FirstToken,
        Self::Took,
    ];

    /// The stable name, as in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quality => "quality",
            Self::Relevance => "relevance",
            Self::Accuracy => "accuracy",
            Self::Clarity => "clarity",
            Self::Passed => "passed",
            Self::OutcomeRight => "outcome_right",
            Self::Recall => "recall",
            Self::CitationsRight => "citations_right",
            Self::Supported => "supported",
            Self::Cost => "cost",
            Self::FirstToken => "first_token",
            Self::Took => "took",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// What it counts in.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Passed | Self::OutcomeRight => Unit::YesNo,
            Self::Cost => Unit::Dollars,
            Self::FirstToken | Self::Took => Unit::Millis,
            _ => Unit::Share,
        }
    }

    /// Whether more of it is better.
    pub const fn more_is_better(self) -> bool {
        !matches!(self, Self::Cost | Self::FirstToken | Self::Took)
    }

    /// The figure of a result; yes is 1. `None` if the result has none.
    pub fn of(self, result: &CaseResult) -> Option<f64> {
        let (reply, grade) = (&result.reply, &result.grade);
        let yes = |yes: bool| if yes { 1.0 } else { 0.0 };
        let quality = grade.quality.as_ref();
        match self {
            Self::Quality => quality.map(|quality| f64::from(quality.score)),
            Self::Relevance => quality.map(|quality| f64::from(quality.relevance.score)),
            Self::Accuracy => quality.map(|quality| f64::from(quality.accuracy.score)),
            Self::Clarity => quality.map(|quality| f64::from(quality.clarity.score)),
            Self::Passed => Some(yes(grade.passed)),
            Self::OutcomeRight => grade.outcome_right.map(yes),
            Self::Recall => grade.recall.map(f64::from),
            Self::CitationsRight => grade.citations_right.map(f64::from),
            Self::Supported => grade.supported.map(f64::from),
            Self::Cost => reply.cost_usd_micros.map(usd),
            Self::FirstToken => reply.first_token_ms.map(|ms| ms as f64),
            Self::Took => reply.took_ms.map(|ms| ms as f64),
        }
    }
}
