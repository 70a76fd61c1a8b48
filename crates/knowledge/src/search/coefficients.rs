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
pub const BASE: Coefficient = row("base", -8.52, -5.80);

/// One row per feature, in the order of [`super::features::Features::to_array`].
///
/// Four rows are set by hand, because no set of questions at hand decides them: `faq_similarity`, `facet_match` (fitted
/// at 2.0 and 1.2, raised so that a broad question about a facet passes the threshold), `priority` and `cosine` (which
/// waits for a fit per embedder).
pub const RELEVANCE: [Coefficient; COUNT] = [
    row("idf_coverage", 3.64, 0.67),
    row("sentence_coverage", 2.06, 3.18),
    row("lookalike_coverage", 3.26, 5.03),
    row("lookalike_sentence_coverage", 4.18, 3.56),
    row("heading_coverage", 0.92, 1.40),
    row("proximity", 3.05, 1.41),
    row("names_met", 2.62, 3.40),
    row("names_missing", -3.14, -0.86),
    row("faq_similarity", 1.00, 1.00),
    row("facet_match", 2.50, 2.00),
    row("wants_match", 0.85, 0.56),
    row("evidence", 4.73, 4.10),
    row("priority", 0.30, 0.30),
    row("cosine", 0.50, 0.70),
];

/// The answerable score without any feature.
pub const ANSWERABLE_BASE: Coefficient = row("base", -0.97, 0.13);

/// One row per feature, in the order of [`super::rank::WholeFeatures::to_array`].
pub const ANSWERABLE: [Coefficient; 4] = [
    row("best_score", 0.89, 0.73),
    row("lead", 0.03, 0.00),
    row("union_coverage", 1.70, 0.87),
    row("unknown", 0.00, 0.00),
];
