//! How often something happened among how many.

use crate::InvalidCounts;

/// How many trials, and how many of them had what is counted. Whether that is good (grounded answers) or bad (slow ones)
/// is for the caller to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    successes: u64,
    trials: u64,
}

impl Counts {
    pub(crate) const NONE: Self = Self { successes: 0, trials: 0 };

    /// At most as many successes as trials; none at all is fine.
    pub fn new(successes: u64, trials: u64) -> Result<Self, InvalidCounts> {
        if successes > trials {
            return Err(InvalidCounts::TooManySuccesses { successes, trials });
        }
        Ok(Self { successes, trials })
    }

    /// How many had it.
    pub const fn successes(self) -> u64 {
        self.successes
    }

    /// How many there were.
    pub const fn trials(self) -> u64 {
        self.trials
    }

    /// How many did not have it.
    pub const fn failures(self) -> u64 {
        self.trials - self.successes
    }

    /// The share of successes; `None` without trials.
    pub fn share(self) -> Option<f64> {
        (self.trials > 0).then(|| self.successes as f64 / self.trials as f64)
    }

    pub(crate) fn add(&mut self, success: bool) {
        self.successes += u64::from(success);
        self.trials += 1;
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.successes += other.successes;
        self.trials += other.trials;
    }

    /// `ln L(p)` of these outcomes in their order; what did not happen costs nothing at `p` = 0 or 1.
    pub(crate) fn ln_likelihood(self, p: f64) -> f64 {
        let times = |count: u64, probability: f64| if count == 0 { 0.0 } else { count as f64 * probability.ln() };
        times(self.successes, p) + times(self.failures(), 1.0 - p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_successes_than_trials_are_refused() {
        assert_eq!(Counts::new(3, 2), Err(InvalidCounts::TooManySuccesses { successes: 3, trials: 2 }));
        assert_eq!(Counts::new(0, 0).unwrap().share(), None);
        assert_eq!(Counts::new(1, 4).unwrap().share(), Some(0.25));
    }
}
