//! The weights of a sentence's features: what each adds to the log-odds that the sentence holds the answer.
//!
//! `same` and `other` are for passages in the question's language and in another. Fitted on labelled questions by
//! `cargo run -p portavoz-knowledge --example sentence_quality -- FOLDER --fit`, which prints these rows; the rows
//! marked *held* are for what such sets do not show (facets, FAQ, headings, follow-ups) and are set by hand. `foreign` also brings the two columns, fitted apart,
//! to one scale: where a portfolio speaks the visitor's language as well, that is preferred.

use super::features::{COUNT, NAMES};

/// One feature's weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    /// The feature.
    pub name: &'static str,
    /// For passages in the language of the question.
    pub same: f32,
    /// For passages in another language.
    pub other: f32,
    /// True if a fit leaves it as it is.
    pub held: bool,
}

const fn fitted(name: &'static str, same: f32, other: f32) -> Weight {
    Weight { name, same, other, held: false }
}

const fn held(name: &'static str, both: f32) -> Weight {
    Weight { name, same: both, other: both, held: true }
}

/// One weight a feature.
pub type Weights = [Weight; COUNT];

/// In the order of [`NAMES`].
pub const WEIGHTS: Weights = [
    fitted("own", 2.84, 2.81),
    fitted("distinct", 1.81, 2.15),
    fitted("rest", 2.38, 3.23),
    fitted("kin", 0.77, 1.02),
    held("headings", 3.0),
    fitted("before", 1.31, 0.66),
    fitted("after", 0.33, -0.07),
    fitted("previous", 1.00, 1.63),
    fitted("next", 0.65, 1.18),
    fitted("passage", 1.21, 0.54),
    fitted("pairs", 0.54, -1.12),
    fitted("nearness", 0.10, 1.34),
    fitted("leads", 0.71, 1.79),
    fitted("anchors", 0.34, 0.72),
    fitted("anchors_around", 0.39, 0.97),
    fitted("misses", -1.0, -1.0),
    fitted("figure", 1.43, 2.11),
    fitted("unit_near", 0.99, 0.06),
    fitted("date", 1.00, 1.53),
    held("duration", 1.0),
    fitted("name", 1.75, 1.37),
    fitted("names", -0.15, -0.48),
    fitted("place", 0.40, 0.32),
    held("enumerates", 0.3),
    fitted("offer_near", 0.33, 0.52),
    fitted("length", -0.19, 0.12),
    fitted("opens", 0.20, 0.29),
    fitted("relevance", 0.77, 0.84),
    fitted("rank", 0.50, 1.10),
    held("facet", 0.8),
    held("replies", 4.0),
    held("later", -0.5),
    held("announces", -1.5),
    held("fragment", -1.0),
    held("foreign", -2.0),
];

/// The log-odds of a sentence with these features, up to a constant that is the same for all of a question.
pub(super) fn log_odds(values: &[f32; COUNT], weights: &Weights, speaks_same: bool) -> f32 {
    debug_assert!(weights.iter().zip(NAMES).all(|(weight, name)| weight.name == name));
    let weights = weights.iter().map(|weight| if speaks_same { weight.same } else { weight.other });
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}
