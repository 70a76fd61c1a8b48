//! The coefficients of the ranking: the one place where a feature's weight is decided.
//!
//! Two logistic regressions. [`RELEVANCE`] weighs the features of one passage; [`ANSWERABLE`] weighs what is known of
//! all passages together. Each has one column for passages in the question's language and one for those in another,
//! where shared words are rarer and therefore mean more.
//!
//! Fitted by gradient descent with `cargo run --example retrieval_quality -- FOLDER --fit`, on questions whose
//! answering passage was in the index half of the time, so a relevance of 0.75 is meant as three in four.

use super::features::COUNT;
use super::rank::WHOLE_COUNT;

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
pub const BASE: Coefficient = row("base", -8.48, -6.41);

/// One row per feature, in the order of [`super::features::Features::to_array`].
///
/// Five rows are set by hand, because no set of questions at hand decides them: `faq_similarity`, `facet_match` (fitted
/// at 2.0 and 1.2, raised so that a broad question about a facet passes the threshold), `foreign`, `priority` and `cosine`
/// (whose scale is learned by each index, see [`crate::vectors::calibration`]; its weight is the best of several on
/// vectors of one model, on documents in a language that it knows and in one that it hardly does).
pub const RELEVANCE: [Coefficient; COUNT] = [
    row("idf_coverage", 3.91, 0.99),
    row("sentence_coverage", 1.78, 3.33),
    row("lookalike_coverage", 3.27, 5.57),
    row("lookalike_sentence_coverage", 4.07, 3.89),
    row("heading_coverage", 1.45, 1.41),
    row("proximity", 3.15, 1.37),
    row("names_met", 2.63, 3.54),
    row("names_missing", -3.10, -0.80),
    row("faq_similarity", 1.00, 1.00),
    row("facet_match", 2.50, 2.00),
    row("wants_match", 0.86, 0.59),
    row("evidence", 4.56, 4.47),
    row("foreign", 0.0, -1.60),
    row("priority", 0.30, 0.30),
    row("cosine", 0.35, 0.50),
];

/// The answerable score without any feature.
pub const ANSWERABLE_BASE: Coefficient = row("base", -1.10, 0.14);

/// One row per feature, in the order of [`super::rank::WholeFeatures::to_array`].
pub const ANSWERABLE: [Coefficient; WHOLE_COUNT] = [row("best_score", 0.89, 0.72), row("union_coverage", 1.95, 0.88)];
