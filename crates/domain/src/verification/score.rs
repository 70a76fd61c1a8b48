//! Scores: how likely the sources support a text, from measures of it and a fitted logistic model.
//!
//! The coefficients are a file; `cargo run --release -p portavoz-domain --example fit_verification -- DIR` fits them on
//! labelled claims and writes it. Start at [`probability`].

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What was measured of a text, and by which model it is weighed.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// The model: `statement`; `translated` if the sources are in another language; `bare` for short answers that only
    /// the question makes a claim.
    pub model: &'static str,
    /// Each measure by its name.
    pub values: Vec<(&'static str, f32)>,
}

impl Measures {
    pub(super) fn new(model: &'static str, values: Vec<(&'static str, f32)>) -> Self {
        Self { model, values }
    }

    /// One measure more.
    pub(super) fn with(mut self, name: &'static str, value: f32) -> Self {
        self.values.push((name, value));
        self
    }
}

/// A model's coefficients by the names of the measures, its intercept as `bias`.
type Coefficients = BTreeMap<String, BTreeMap<String, f32>>;

fn coefficients() -> &'static Coefficients {
    static COEFFICIENTS: OnceLock<Coefficients> = OnceLock::new();
    COEFFICIENTS.get_or_init(|| {
        // A test reads the file, so that one which cannot be read is not delivered.
        toml::from_str(include_str!("../../data/verification/coefficients.toml")).unwrap_or_default()
    })
}

/// The probability, 0..=1, that the text is supported.
pub(super) fn probability(measures: &Measures) -> f32 {
    let Some(model) = coefficients().get(measures.model) else { return 0.5 };
    let weight = |name: &str| model.get(name).copied().unwrap_or(0.0);
    let sum: f32 = measures.values.iter().map(|(name, value)| weight(name) * value).sum();
    let logit = weight("bias") + sum;
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coefficients_can_be_read() {
        for model in ["statement", "translated", "bare"] {
            assert!(coefficients().get(model).is_some_and(|model| model.len() >= 5), "{model}");
        }
    }

    #[test]
    fn a_copy_is_believed_more_than_a_stranger() {
        let of = |words: f32| {
            probability(&Measures::new(
                "statement",
                vec![("words", words), ("subjects", words), ("pairs", words), ("letters", words), ("order", words)],
            ))
        };
        assert!(of(1.0) > of(0.2));
    }
}
