//! Intervals for yes/no outcomes, such as the share of questions that were answered.

use crate::{Confidence, Interval};

/// Counts that describe no sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCounts {
    /// Nothing was observed, so nothing can be said.
    #[error("no trials")]
    NoTrials,
    /// More successes than trials.
    #[error("`{successes}` successes in `{trials}` trials")]
    TooManySuccesses {
        /// As given.
        successes: u64,
        /// As given.
        trials: u64,
    },
}

/// Wilson's score interval for a proportion.
///
/// With `p = successes / n`:
/// `(p + z^2/2n ± z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)`.
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927);
/// recommended against the textbook interval by R. G. Newcombe, Statistics in Medicine 17 (1998), because it keeps
/// its coverage for small samples and for proportions near 0 and 1.
/// Assumes independent trials with one probability of success, and a number of trials that was fixed beforehand:
/// looking at it repeatedly and stopping when it pleases voids the stated confidence.
pub fn wilson(successes: u64, trials: u64, confidence: Confidence) -> Result<Interval, InvalidCounts> {
    if trials == 0 {
        return Err(InvalidCounts::NoTrials);
    }
    if successes > trials {
        return Err(InvalidCounts::TooManySuccesses { successes, trials });
    }
    let n = trials as f64;
    let p = successes as f64 / n;
    let z_squared = confidence.z() * confidence.z();
    let centre = p + z_squared / (2.0 * n);
    let half_width = confidence.z() * (p * (1.0 - p) / n + z_squared / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z_squared / n;
    // Rounding can leave -1e-17 where the formula gives exactly 0, and likewise at 1.
    let low = if successes == 0 { 0.0 } else { (centre - half_width) / scale };
    let high = if successes == trials { 1.0 } else { (centre + half_width) / scale };
    Ok(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The four examples of Newcombe (1998), table I, method 3, printed to four digits.
    #[test]
    fn published_examples_are_reproduced() {
        for (successes, trials, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let interval = wilson(successes, trials, Confidence::NinetyFive).unwrap();
            assert!((interval.low - low).abs() < 5e-5, "{successes}/{trials}: {interval:?}");
            assert!((interval.high - high).abs() < 5e-5, "{successes}/{trials}: {interval:?}");
        }
    }

    #[test]
    fn impossible_counts_are_refused() {
        assert_eq!(wilson(0, 0, Confidence::default()), Err(InvalidCounts::NoTrials));
        let refusal = InvalidCounts::TooManySuccesses { successes: 3, trials: 2 };
        assert_eq!(wilson(3, 2, Confidence::default()), Err(refusal));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_observed_share_and_widens_with_confidence(trials in 1_u64..10_000, part in 0.0..=1.0) {
            let successes = (trials as f64 * part) as u64;
            let share = successes as f64 / trials as f64;
            let narrow = wilson(successes, trials, Confidence::Ninety).unwrap();
            let wide = wilson(successes, trials, Confidence::NinetyNine).unwrap();
            prop_assert!(0.0 <= wide.low && wide.low <= narrow.low && narrow.low <= share);
            prop_assert!(share <= narrow.high && narrow.high <= wide.high && wide.high <= 1.0);
        }
    }
}
