//! The coefficients of the ranking: the one place where a feature's weight is decided.
//!
//! Two logistic regressions. [`Model::relevance`] weighs the features of one passage; [`Model::answerable`] weighs what
//! is known of all passages together. Each has one column for passages in the question's language and one for those in
//! another, where shared words are rarer and therefore mean more.
//!
//! Everything between the marks is written by `cargo run --release -p portavoz-knowledge --example retrieval_quality --
//! FOLDER --fit`, on questions whose answering passage was in the index half of the time, so a relevance of 0.75 is
//! meant as three in four. Two rows are not fitted, because no question decides them: `priority` is the owner's wish
//! (twice the priority is worth a fifth of a logit, enough to settle between passages that answer alike and no more),
//! and the scale of `cosine` is learned by each index (see [`crate::vectors::calibration`]; its weight is the best of
//! several on vectors of one model, on documents in a language that it knows and in one that it hardly does).

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

/// All coefficients of a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The score of a passage without any feature.
    pub base: Coefficient,
    /// One row per feature, in the order of [`super::features::Features::to_array`].
    pub relevance: [Coefficient; COUNT],
    /// The answerable score without any feature.
    pub answerable_base: Coefficient,
    /// One row per feature, in the order of [`super::rank::WholeFeatures::to_array`].
    pub answerable: [Coefficient; WHOLE_COUNT],
}

const fn row(name: &'static str, same: f32, other: f32) -> Coefficient {
    Coefficient { name, same, other }
}

/// The coefficients in use.
#[rustfmt::skip]
pub const FITTED: Model = Model {
    // -- fitted from here
    base: row("base", -2.37, -3.34),
    relevance: [
        row("idf_coverage", 0.00, 0.00),
        row("strict_sentence", 0.00, 0.00),
        row("bm25", 0.52, 0.00),
        row("bm25_share", 3.15, 1.43),
        row("wide_bm25_share", 0.45, 2.25),
        row("sentence_coverage", 0.00, 0.00),
        row("window_coverage", 1.50, 0.00),
        row("neighbour_coverage", 1.51, 2.16),
        row("heading_coverage", 1.30, 1.07),
        row("proximity", 1.33, 0.41),
        row("order", 0.44, 0.00),
        row("pairs", 2.20, 1.11),
        row("sentence_names", 0.05, 0.69),
        row("sentence_special", 1.44, 2.11),
        row("sentence_general", 0.00, 0.00),
        row("lacks_names", -1.82, -1.57),
        row("lacks_special", -2.26, -1.63),
        row("lacks_general", -1.92, -2.17),
        row("first_word", 0.45, -1.09),
        row("length", 0.47, 0.40),
        row("names_met", 0.93, 0.00),
        row("names_missing", -1.64, -1.00),
        row("heaviest_missing", -1.81, -1.42),
        row("faq_similarity", 3.52, 0.12),
        row("facet_match", 5.04, 2.94),
        row("facet_list", 1.29, 2.21),
        row("wants_unmet", -1.58, -1.11),
        row("evidence", -1.63, 0.58),
        row("wholly_met", 1.16, 1.41),
        row("broadly_met", 0.06, 0.66),
        row("lead", 0.57, 0.94),
        row("foreign", 0.00, -3.59),
        row("priority", 0.30, 0.30),
        row("cosine", 0.35, 0.50),
    ],
    answerable_base: row("base", -1.32, -1.13),
    answerable: [
        row("best_score", 0.48, 0.35),
        row("union_coverage", 1.96, 0.00),
        row("best_sentence", 1.73, 4.27),
        row("strict_sentence", 0.00, 0.72),
        row("lacks_names", -2.65, -3.55),
        row("lacks_general", -0.80, 0.00),
        row("proximity", 0.92, 0.64),
        row("unknown", 0.00, 0.00),
    ],
    // -- fitted to here
};
