//! The quality of an answer: how much of the question it addresses, how true it is, how well it reads.
//!
//! `quality = 0.4 relevance + 0.3 accuracy + 0.3 clarity`, each 0..=1, each explained part by part. What is false
//! answers nothing, so a sentence that the sources contradict earns no relevance either. An honest "not known" is right
//! exactly when the documents are silent. [`efficiency`] says what share of the tokens paid for served the answer.
//! Start at [`of_answer`] and [`of_silence`]. To look at one more thing: 1. its part in the file of its term; 2. its
//! weight there; 3. cases in `data/quality/cases.toml` that it puts in order.

mod accuracy;
mod clarity;
mod relevance;
mod topics;

use crate::chunk::Chunk;
use crate::question::Question;
use crate::usage::Usage;
use crate::verification::Verification;

pub use topics::topics_covered;

use serde::{Deserialize, Serialize};

/// Share of relevance in the score.
pub const RELEVANCE_WEIGHT: f32 = 0.4;
/// Share of accuracy.
pub const ACCURACY_WEIGHT: f32 = 0.3;
/// Share of clarity.
pub const CLARITY_WEIGHT: f32 = 0.3;

/// The score of one answer, with what it is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// 0..=1, the weighted sum of the three terms.
    pub score: f32,
    /// How much of what was asked is addressed.
    pub relevance: Term,
    /// How much of what is claimed is supported.
    pub accuracy: Term,
    /// How well it reads.
    pub clarity: Term,
}

/// One of the three terms.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Term {
    /// 0..=1.
    pub score: f32,
    /// What it is made of.
    pub parts: Vec<Part>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Stable name, such as `sentence_length`.
    pub name: String,
    /// 0..=1.
    pub score: f32,
    /// The figure behind it, for people: `18 words a sentence`.
    pub finding: String,
}

impl Quality {
    /// Weighs the terms.
    pub fn of(relevance: Term, accuracy: Term, clarity: Term) -> Self {
        let score = RELEVANCE_WEIGHT * relevance.score + ACCURACY_WEIGHT * accuracy.score;
        Self { score: score + CLARITY_WEIGHT * clarity.score, relevance, accuracy, clarity }
    }
}

impl Term {
    /// The mean of parts by their weights; those that do not apply are left out.
    fn weighted(parts: Vec<(f32, Part)>) -> Self {
        let total: f32 = parts.iter().map(|(weight, _)| weight).sum();
        let sum: f32 = parts.iter().map(|(weight, part)| weight * part.score).sum();
        let score = if total > 0.0 { sum / total } else { 0.0 };
        Self { score, parts: parts.into_iter().map(|(_, part)| part).collect() }
    }
}

impl Part {
    fn new(name: &str, score: f32, finding: String) -> Self {
        Self { name: name.to_owned(), score: score.clamp(0.0, 1.0), finding }
    }
}

/// An answer with what it rests on.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// What was asked.
    pub question: &'a Question,
    /// As told, with its source markers.
    pub answer: &'a str,
    /// What the check found of the sentences that were told; `None` for the owner's own words, such as the contact card.
    pub verification: Option<&'a Verification>,
    /// The passages it names as its sources.
    pub cited: &'a [Cited<'a>],
    /// How rare a stem is in the documents.
    pub idf: &'a dyn Fn(&str) -> f32,
}

/// A passage that an answer names as its source.
#[derive(Debug, Clone)]
pub struct Cited<'a> {
    /// The passage.
    pub chunk: &'a Chunk,
    /// Those of its sentences that the answer rests on, as far as the check found them.
    pub said: Vec<&'a str>,
}

/// What was found for a question that was answered with "not known".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Silence {
    /// The best relevance of a passage, or how likely the documents answer at all, whichever is more.
    pub best: f32,
    /// What it would have taken to answer.
    pub threshold: f32,
    /// True if nothing that was found may be told: what is relevant need not speak of what only the owner can promise.
    pub is_silent: bool,
}

/// The quality of an answer.
pub fn of_answer(given: &Given<'_>) -> Quality {
    let words = clarity::plain(given.answer);
    Quality::of(
        relevance::relevance(given, &words),
        accuracy::accuracy(given.verification),
        clarity::clarity(given.question, &words, given.verification),
    )
}

/// The quality of "not known": right if the documents are silent, wrong if they speak.
pub fn of_silence(question: &Question, answer: &str, silence: Silence) -> Quality {
    let right = if silence.is_silent { 1.0 } else { 0.0 };
    let finding = format!("best passage {:.2}, threshold {:.2}", silence.best, silence.threshold);
    let term = || Term { score: right, parts: vec![Part::new("silence", right, finding.clone())] };
    Quality::of(term(), term(), clarity::clarity(question, &clarity::plain(answer), None))
}

/// Tokens that served an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Served {
    /// The question.
    pub question: u64,
    /// The passages that the answer cites, as they stood in the context.
    pub cited: u64,
    /// The sentences of the answer that the sources support.
    pub supported: u64,
}

/// Token efficiency, 0..=1: the share of all tokens of a turn's calls that served its answer; `None` without any.
pub fn efficiency(served: Served, usage: &Usage) -> Option<f32> {
    let all = usage.prompt_tokens + usage.completion_tokens;
    let useful = served.question + served.cited + served.supported;
    (all > 0).then(|| (useful as f32 / all as f32).min(1.0))
}

#[cfg(test)]
mod tests;
