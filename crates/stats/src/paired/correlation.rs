//! Whether two scores put cases into the same order, such as a judge's and people's: Spearman's rank correlation.

use crate::ranks::mid_ranks;
use crate::{Confidence, Interval};

/// How far two orders agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankCorrelation {
    /// 1 is the same order, 0 no connection, -1 the opposite order.
    pub rho: f64,
    /// How many cases it comes from.
    pub cases: usize,
}

impl RankCorrelation {
    /// An interval for `rho`; `None` with fewer than four cases.
    ///
    /// `tanh(atanh(rho) ± z sqrt((1 + rho^2 / 2) / (n - 3)))`: D. G. Bonett and T. A. Wright, "Sample size requirements
    /// for estimating Pearson, Kendall and Spearman correlations", Psychometrika 65 (2000). Assumes independent cases;
    /// good for up to about 0.95 to either side.
    pub fn interval(&self, confidence: Confidence) -> Option<Interval> {
        let free = self.cases.checked_sub(3).filter(|free| *free > 0)? as f64;
        let half_width = confidence.z() * ((1.0 + 0.5 * self.rho * self.rho) / free).sqrt();
        let centre = self.rho.clamp(-1.0, 1.0).atanh();
        Some(Interval { low: (centre - half_width).tanh(), high: (centre + half_width).tanh() })
    }
}

/// Spearman's rank correlation of cases with two scores each. `None` with fewer than two cases, if a score is not
/// finite, or if one of the scores never varies.
///
/// Pearson's correlation of the ranks, ties sharing the mean of theirs. Source: C. Spearman, "The proof and measurement
/// of association between two things", American Journal of Psychology 15 (1904). Assumes nothing of the scales.
pub fn rank_correlation(scored: &[(f64, f64)]) -> Option<RankCorrelation> {
    if scored.iter().any(|(one, other)| !one.is_finite() || !other.is_finite()) {
        return None;
    }
    let ones = mid_ranks(&scored.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let others = mid_ranks(&scored.iter().map(|pair| pair.1).collect::<Vec<_>>());
    // Ranks of either kind have this mean, ties or not.
    let mean = (scored.len() as f64 + 1.0) / 2.0;
    let product = |one: &[f64], other: &[f64]| -> f64 {
        one.iter().zip(other).map(|(one, other)| (one - mean) * (other - mean)).sum()
    };
    let spread = (product(&ones, &ones) * product(&others, &others)).sqrt();
    let rho = product(&ones, &others) / spread;
    (spread > 0.0).then(|| RankCorrelation { rho: rho.clamp(-1.0, 1.0), cases: scored.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, without ties: `1 - 6 sum d^2 / n(n^2 - 1)` with d = 1, 1, 0, 1, 1.
    #[test]
    fn without_ties_it_is_the_textbook_formula() {
        let scored = [(1.0, 20.0), (2.0, 10.0), (3.0, 30.0), (4.0, 50.0), (5.0, 40.0)];
        let found = rank_correlation(&scored).unwrap();
        assert!((found.rho - 0.8).abs() < 1e-15, "{found:?}");
    }

    #[test]
    fn only_the_order_counts() {
        let scored: Vec<(f64, f64)> = (1..9).map(|place| (f64::from(place), f64::from(place).exp())).collect();
        let found = rank_correlation(&scored).unwrap();
        assert_eq!(found.rho, 1.0);
        assert_eq!(found.interval(Confidence::NinetyFive).unwrap().high, 1.0);
    }

    #[test]
    fn scores_that_cannot_be_ordered_have_no_correlation() {
        for scored in [&[][..], &[(1.0, 2.0)], &[(1.0, 2.0), (1.0, 3.0)], &[(1.0, f64::NAN), (2.0, 1.0)]] {
            assert_eq!(rank_correlation(scored), None, "{scored:?}");
        }
        assert_eq!(RankCorrelation { rho: 0.5, cases: 3 }.interval(Confidence::Ninety), None);
    }
}
