//! The coefficients of the ranking: the one place where a feature's weight is decided.
//!
//! Two logistic regressions. [`RELEVANCE`] weighs the features of one passage; [`ANSWERABLE`] weighs what is known of
//! all passages together. Each has one column for passages in the question's language and one for those in another,
//! where shared words are rarer and therefore mean more.
//!
//! Fitted by gradient descent with `cargo run --example retrieval_quality -- FOLDER --fit`, on questions whose
//! answering passage was in the index half of the time, so a relevance of 0.75 is meant as three in four.

use super::features::COUNT;

/// A feature's weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// The feature's name, as people see it.
    pub name: &'static str,
    /// Weight if the passage speaks the question's language.
    pub same: f32,
    /// Weight if it speaks another.
    pub other: f32,
}

const fn row(name: &'static str, same: f32, other: f32) -> Coefficient {
    Coefficient { name, same, other }
}

/// The score of a passage without any feature.
pub const BASE: Coefficient = row("base", -6.0, -5.0);

/// One row per feature, in the order of [`super::features::Features::to_array`].
pub const RELEVANCE: [Coefficient; COUNT] = [
    row("idf_coverage", 3.0, 3.0),
    row("sentence_coverage", 3.0, 3.0),
    row("soft_coverage", 2.0, 2.0),
    row("soft_sentence_coverage", 1.0, 1.0),
    row("heading_coverage", 0.3, 0.3),
    row("proximity", 1.0, 1.0),
    row("names_missing", -2.0, -2.0),
    row("faq_similarity", 2.0, 2.0),
    row("facet_match", 2.0, 2.0),
    row("wants_match", 0.5, 0.5),
    row("evidence", 1.0, 1.0),
    row("priority", 0.3, 0.3),
    row("cosine", 0.6, 0.8),
];

/// The answerable score without any feature.
pub const ANSWERABLE_BASE: Coefficient = row("base", 0.0, 0.0);

/// One row per feature, in the order of [`super::rank::WholeFeatures::to_array`].
pub const ANSWERABLE: [Coefficient; 4] =
    [row("best_score", 1.0, 1.0), row("lead", 0.0, 0.0), row("union_coverage", 0.0, 0.0), row("unknown", 0.0, 0.0)];
