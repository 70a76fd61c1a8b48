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

/// In the order of `NAMES`.
pub const WEIGHTS: Weights = [
    fitted("own", 2.36, 1.96),
    fitted("distinct", 1.83, 2.28),
    fitted("rest", 2.01, 2.62),
    fitted("kin", 0.67, 0.15),
    held("headings", 3.0),
    fitted("before", 1.31, 0.84),
    fitted("after", 0.44, 0.21),
    fitted("previous", 0.59, 0.64),
    fitted("next", 0.44, 0.68),
    fitted("passage", 0.49, 0.13),
    fitted("pairs", 0.63, 0.27),
    fitted("nearness", 0.07, 0.70),
    fitted("leads", 1.13, 1.56),
    fitted("anchors", 0.13, 0.39),
    fitted("anchors_around", 0.35, 0.69),
    held("misses", -1.0),
    fitted("figure", 1.58, 1.71),
    fitted("unit_near", 1.09, 0.51),
    fitted("date", 1.10, 1.19),
    held("duration", 1.0),
    fitted("name", 1.65, 1.15),
    fitted("names", -0.12, -0.01),
    fitted("place", 0.59, 0.22),
    held("enumerates", 0.3),
    fitted("offer_near", 0.19, 0.41),
    fitted("length", -0.27, -0.29),
    fitted("opens", 0.07, 0.08),
    fitted("relevance", 0.55, 0.52),
    fitted("rank", 0.03, 0.56),
    held("facet", 0.8),
    held("defines", 2.0),
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
