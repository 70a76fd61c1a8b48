//! Yes/no outcomes of the same cases: by how much do the shares differ? Newcombe's interval.

use crate::{Confidence, Interval, InvalidCounts, wilson};

/// The outcomes of cases that were each answered in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PairedCounts {
    /// Both ways right.
    pub both: u64,
    /// Only the new way right.
    pub better: u64,
    /// Only the old way right.
    pub worse: u64,
    /// Both ways wrong.
    pub neither: u64,
}

impl PairedCounts {
    /// All cases.
    pub const fn total(self) -> u64 {
        self.both + self.better + self.worse + self.neither
    }
}

/// An interval for the difference of two shares of the same cases, new minus old.
///
/// Wilson's intervals of the two shares, `l1..u1` around `p1` (new) and `l2..u2` around `p2` (old), put together by
/// squares with the correlation `phi` of the outcomes:
/// `d - sqrt((p1-l1)^2 - 2 phi (p1-l1)(u2-p2) + (u2-p2)^2)` to
/// `d + sqrt((u1-p1)^2 - 2 phi (u1-p1)(p2-l2) + (p2-l2)^2)`; in `phi`, `both * neither - better * worse` loses half the
/// number of cases if it is positive, but not below 0.
/// Source: R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on
/// paired data", Statistics in Medicine 17 (1998), method 10. Assumes independent cases, their number fixed beforehand.
pub fn newcombe(counts: PairedCounts, confidence: Confidence) -> Result<Interval, InvalidCounts> {
    let total = counts.total();
    let n = total as f64;
    let (new, old) = (counts.both + counts.better, counts.both + counts.worse);
    let (new_range, old_range) = (wilson(new, total, confidence)?, wilson(old, total, confidence)?);
    let (p1, p2) = (new as f64 / n, old as f64 / n);
    let phi = correlation(counts);
    let reach = |one: f64, other: f64| (one * one - 2.0 * phi * one * other + other * other).max(0.0).sqrt();
    Ok(Interval {
        low: p1 - p2 - reach(p1 - new_range.low, old_range.high - p2),
        high: p1 - p2 + reach(new_range.high - p1, p2 - old_range.low),
    })
}

/// The correlation of the two outcomes with Newcombe's correction; 0 if one of them never varies.
fn correlation(counts: PairedCounts) -> f64 {
    let [both, better, worse, neither] =
        [counts.both, counts.better, counts.worse, counts.neither].map(|count| count as f64);
    let margins = (both + better) * (worse + neither) * (both + worse) * (better + neither);
    let product = both * neither - better * worse;
    let corrected = if product > 0.0 { (product - counts.total() as f64 / 2.0).max(0.0) } else { product };
    if margins > 0.0 { corrected / margins.sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// M. W. Fagerland, S. Lydersen and P. Laake, "Recommended tests and confidence intervals for paired binomial
    /// proportions", Statistics in Medicine 33 (2014): hyper-responsiveness of 21 children, -0.507 to -0.026.
    #[test]
    fn the_published_example_is_reproduced() {
        let counts = PairedCounts { both: 1, better: 1, worse: 7, neither: 12 };
        let range = newcombe(counts, Confidence::NinetyFive).unwrap();
        assert!((range.low + 0.507).abs() < 5e-4 && (range.high + 0.026).abs() < 5e-4, "{range:?}");
    }

    #[test]
    fn no_cases_give_no_interval() {
        assert_eq!(newcombe(PairedCounts::default(), Confidence::default()), Err(InvalidCounts::NoTrials));
    }

    #[test]
    fn outcomes_that_go_together_narrow_the_interval() {
        let together = PairedCounts { both: 45, better: 8, worse: 2, neither: 45 };
        let apart = PairedCounts { both: 25, better: 28, worse: 22, neither: 25 };
        let width = |counts| newcombe(counts, Confidence::NinetyFive).map(|range| range.high - range.low).unwrap();
        assert!(width(together) < 0.65 * width(apart));
    }

    proptest! {
        #[test]
        fn it_holds_the_observed_difference_and_turns_with_the_sign(
            both in 0_u64..60, better in 0_u64..60, worse in 0_u64..60, neither in 0_u64..60,
        ) {
            prop_assume!(both + better + worse + neither > 0);
            let counts = PairedCounts { both, better, worse, neither };
            let range = newcombe(counts, Confidence::NinetyFive).unwrap();
            let observed = (better as f64 - worse as f64) / counts.total() as f64;
            prop_assert!(range.low <= observed + 1e-12 && observed <= range.high + 1e-12);
            let turned = PairedCounts { better: worse, worse: better, ..counts };
            let turned = newcombe(turned, Confidence::NinetyFive).unwrap();
            prop_assert!((turned.low + range.high).abs() < 1e-12 && (turned.high + range.low).abs() < 1e-12);
        }
    }
}
