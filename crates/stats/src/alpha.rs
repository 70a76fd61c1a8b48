//! How often one is willing to be fooled by chance: a probability of a false verdict, fixed before looking.

use crate::Confidence;

/// The accepted probability of a false verdict, above 0 and below 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Alpha(f64);

/// A number that is no probability of a false verdict.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("`{0}` is no probability of a false verdict: give a number above 0 and below 1, such as `0.05`")]
pub struct InvalidAlpha(
    /// As given.
    pub f64,
);

impl Alpha {
    /// 1 %: for alarms about the machinery, which should hardly ever be false.
    pub const ONE_PERCENT: Self = Self(0.01);
    /// 5 %: for verdicts.
    pub const FIVE_PERCENT: Self = Self(0.05);

    /// Takes a probability, such as 0.05.
    pub fn new(probability: f64) -> Result<Self, InvalidAlpha> {
        if probability > 0.0 && probability < 1.0 { Ok(Self(probability)) } else { Err(InvalidAlpha(probability)) }
    }

    /// As a probability.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The part of it that one of `parts` questions may spend, so that all together spend no more than the whole
    /// (Bonferroni). With 0 parts, the whole.
    pub fn shared_by(self, parts: usize) -> Self {
        self.part(1.0 / parts.max(1) as f64)
    }

    /// A part of it, such as 0.8 of the whole.
    pub(crate) fn part(self, of_whole: f64) -> Self {
        Self((self.0 * of_whole.min(1.0)).max(f64::MIN_POSITIVE))
    }

    /// What evidence in favour of an effect, as the natural logarithm of an e-value, has to reach: `ln(1 / alpha)`.
    pub(crate) fn ln_threshold(self) -> f64 {
        -self.0.ln()
    }
}

impl From<Confidence> for Alpha {
    /// What is left to 1: 95 % confidence is wrong 5 % of the time.
    fn from(confidence: Confidence) -> Self {
        match confidence {
            Confidence::Ninety => Self(0.10),
            Confidence::NinetyFive => Self::FIVE_PERCENT,
            Confidence::NinetyNine => Self::ONE_PERCENT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_probabilities_between_the_certain_ones_are_taken() {
        for refused in [0.0, 1.0, -0.1, 5.0, f64::NAN, f64::INFINITY] {
            assert!(Alpha::new(refused).is_err(), "{refused}");
        }
        assert_eq!(Alpha::new(0.05), Ok(Alpha::FIVE_PERCENT));
    }

    #[test]
    fn questions_share_an_alpha_in_equal_parts() {
        assert!((Alpha::FIVE_PERCENT.shared_by(5).get() - 0.01).abs() < 1e-15);
        assert_eq!(Alpha::FIVE_PERCENT.shared_by(0), Alpha::FIVE_PERCENT);
        assert!(Alpha::new(f64::MIN_POSITIVE).unwrap().shared_by(9).get() > 0.0);
    }
}
