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
    fitted("own", 2.88, 2.93),
    fitted("distinct", 1.72, 2.08),
    fitted("rest", 2.35, 3.34),
    fitted("kin", 0.77, 1.01),
    held("headings", 3.0),
    fitted("before", 1.27, 0.71),
    fitted("after", 0.31, -0.16),
    fitted("previous", 0.96, 1.57),
    fitted("next", 0.66, 1.23),
    fitted("passage", 1.18, 0.38),
    fitted("pairs", 0.55, -0.98),
    fitted("nearness", 0.10, 1.28),
    fitted("leads", 0.72, 1.75),
    fitted("anchors", 0.30, 0.49),
    fitted("anchors_around", 0.37, 0.77),
    held("misses", -1.0),
    fitted("figure", 1.67, 2.33),
    fitted("unit_near", 0.96, 0.06),
    fitted("date", 1.13, 1.52),
    held("duration", 1.0),
    fitted("name", 1.54, 0.93),
    fitted("names", -0.21, -0.31),
    fitted("place", 0.35, 0.13),
    held("enumerates", 0.3),
    fitted("offer_near", 0.33, 0.56),
    fitted("length", -0.22, -0.01),
    fitted("opens", 0.16, 0.26),
    fitted("relevance", 0.73, 0.74),
    fitted("rank", 0.51, 1.08),
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
