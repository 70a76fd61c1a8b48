//! The quality of an answer: how much of the question it addresses, how true it is, how well it reads.
//!
//! `quality = 0.4 relevance + 0.3 accuracy + 0.3 clarity`, each 0..=1, each explained part by part.

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
