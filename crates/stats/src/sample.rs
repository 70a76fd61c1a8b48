//! Measured values and what they say: quantiles, a summary, and an interval for the median.

use crate::{Confidence, Interval};

/// Values that cannot be summarised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSample {
    /// Nothing was measured.
    #[error("no values")]
    Empty,
    /// A value is infinite or not a number.
    #[error("value number {index} is not finite")]
    NotFinite {
        /// Its place, from 0.
        index: usize,
    },
}

/// At least one finite value, in ascending order.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    sorted: Vec<f64>,
    min: f64,
    max: f64,
}

/// A sample in four numbers. A mean without the others hides its tail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The smallest value.
    pub min: f64,
    /// Half are below, half above.
    pub median: f64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The largest value.
    pub max: f64,
}

impl Sample {
    /// Takes values in any order.
    pub fn new(mut values: Vec<f64>) -> Result<Self, InvalidSample> {
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(InvalidSample::NotFinite { index });
        }
        values.sort_by(f64::total_cmp);
        let (Some(&min), Some(&max)) = (values.first(), values.last()) else { return Err(InvalidSample::Empty) };
        Ok(Self { sorted: values, min, max })
    }

    /// How many values; at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a sample is never empty")]
    pub const fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The quantile of probability `p`; `p` is cut to 0..=1 (and anything that is not a number to 0).
    ///
    /// Linear interpolation between order statistics: with `h = (n - 1) p`, between the values at `floor(h)` and
    /// `floor(h) + 1`, counted from 0. Type 7 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
    /// The American Statistician 50 (1996); the default of R and NumPy, so that figures can be compared.
    /// Assumes nothing of the distribution. Beyond `1 - 1/n` it only restates the largest value: a p99 of fewer than
    /// a hundred values is not one.
    pub fn quantile(&self, p: f64) -> f64 {
        let p = if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) };
        let position = (self.sorted.len() - 1) as f64 * p;
        let below = position.floor();
        let value = |index: usize| self.sorted.get(index).copied().unwrap_or(self.max);
        let (low, high) = (value(below as usize), value(below as usize + 1));
        low + (high - low) * (position - below)
    }

    /// Smallest, middle, mean and largest value.
    pub fn summary(&self) -> Summary {
        let count = self.sorted.len() as f64;
        // Each value is divided first, so that the sum of large values does not overflow.
        let mean: f64 = self.sorted.iter().map(|value| value / count).sum();
        Summary { min: self.min, median: self.quantile(0.5), mean: mean.clamp(self.min, self.max), max: self.max }
    }

    /// An interval for the median of what the sample was drawn from; `None` if there are too few values for the
    /// confidence (95 % needs six).
    ///
    /// The narrowest pair of order statistics `x(k)`, `x(n + 1 - k)` with `1 - 2 P(B < k) >= level`, where `B` is
    /// binomial with `n` trials and probability one half: the sign test turned round. Source: W. J. Conover, "Practical
    /// Nonparametric Statistics", 3rd edition (1999), section 3.2. Assumes independent values of one distribution and
    /// nothing of its shape, so it fits latencies and paired differences; the true confidence is at least the level.
    pub fn median_interval(&self, confidence: Confidence) -> Option<Interval> {
        let count = self.sorted.len();
        let ln_half_power = -(count as f64) * std::f64::consts::LN_2;
        let (mut ln_choose, mut below, mut k) = (0.0_f64, 0.0_f64, 0_usize);
        // `below` is P(B < k); k grows as long as the next interval is still sure enough.
        while k < count.div_ceil(2) {
            let next = below + (ln_choose + ln_half_power).exp();
            if 1.0 - 2.0 * next < confidence.level() {
                break;
            }
            below = next;
            ln_choose += ((count - k) as f64).ln() - ((k + 1) as f64).ln();
            k += 1;
        }
        let low = self.sorted.get(k.checked_sub(1)?)?;
        let high = self.sorted.get(count - k)?;
        Some(Interval { low: *low, high: *high })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one_to(count: u32) -> Sample {
        Sample::new((1..=count).rev().map(f64::from).collect()).unwrap()
    }

    /// By hand for 1..=10: h = 9 p, so p = 0.25 gives h = 2.25, between the third and fourth value: 3.25.
    /// The same as `quantile(1:10, p)` in R.
    #[test]
    fn quantiles_interpolate_between_order_statistics() {
        for (p, expected) in [(0.0, 1.0), (0.25, 3.25), (0.5, 5.5), (0.75, 7.75), (0.9, 9.1), (0.99, 9.91), (1.0, 10.0)]
        {
            let quantile = one_to(10).quantile(p);
            assert!((quantile - expected).abs() < 1e-12, "{p}: {quantile}");
        }
    }

    #[test]
    fn probabilities_outside_the_unit_range_are_cut() {
        let sample = one_to(3);
        assert_eq!(sample.quantile(-1.0), 1.0);
        assert_eq!(sample.quantile(2.0), 3.0);
        assert_eq!(sample.quantile(f64::NAN), 1.0);
    }

    #[test]
    fn values_that_cannot_be_summarised_are_refused() {
        assert_eq!(Sample::new(Vec::new()), Err(InvalidSample::Empty));
        assert_eq!(Sample::new(vec![1.0, f64::NAN]), Err(InvalidSample::NotFinite { index: 1 }));
        assert_eq!(Sample::new(vec![f64::INFINITY]), Err(InvalidSample::NotFinite { index: 0 }));
    }

    #[test]
    fn a_summary_shows_the_tail() {
        let summary = Sample::new(vec![100.0, 1.0, 2.0, 3.0]).unwrap().summary();
        assert_eq!(summary, Summary { min: 1.0, median: 2.5, mean: 26.5, max: 100.0 });
    }

    /// The ranks of the usual tables for the sign test, 95 %: n and the lower rank.
    #[test]
    fn the_median_interval_takes_the_ranks_of_the_tables() {
        for (count, rank) in [(6, 1), (8, 1), (9, 2), (10, 2), (12, 3), (15, 4), (20, 6), (25, 8), (30, 10), (100, 40)]
        {
            let interval = one_to(count).median_interval(Confidence::NinetyFive).unwrap();
            assert_eq!(interval, Interval { low: f64::from(rank), high: f64::from(count + 1 - rank) }, "n = {count}");
        }
    }

    #[test]
    fn too_few_values_give_no_interval() {
        assert_eq!(one_to(5).median_interval(Confidence::NinetyFive), None);
        assert_eq!(one_to(1).median_interval(Confidence::Ninety), None);
        assert!(one_to(5).median_interval(Confidence::Ninety).is_some());
    }

    proptest! {
        #[test]
        fn a_quantile_lies_within_the_sample_and_grows_with_its_probability(
            values in proptest::collection::vec(-1e300_f64..1e300, 1..50), p in 0.0..=1.0, q in 0.0..=1.0,
        ) {
            let sample = Sample::new(values).unwrap();
            let (low, high) = (f64::min(p, q), f64::max(p, q));
            prop_assert!(sample.min <= sample.quantile(low));
            prop_assert!(sample.quantile(low) <= sample.quantile(high));
            prop_assert!(sample.quantile(high) <= sample.max);
        }

        #[test]
        fn the_median_interval_holds_the_sample_median(values in proptest::collection::vec(-1e9_f64..1e9, 6..200)) {
            let sample = Sample::new(values).unwrap();
            let interval = sample.median_interval(Confidence::NinetyFive).unwrap();
            let median = sample.summary().median;
            prop_assert!(interval.low <= median && median <= interval.high);
        }
    }
}
