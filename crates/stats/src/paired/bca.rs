//! How large is a mean difference? The bias-corrected and accelerated bootstrap interval.

use crate::random::SplitMix;
use crate::special::{normal_cdf, normal_quantile};
use crate::{Confidence, Interval, Sample};

/// How a bootstrap is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    /// How many samples are drawn; the ends of the interval wobble by chance with fewer than some thousands.
    pub resamples: u32,
    /// The same seed gives the same draws.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 9_999, seed: 0 }
    }
}

/// A BCa interval and how it came about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bca {
    /// What was estimated from the sample itself.
    pub estimate: f64,
    /// The range that covers the true value with the confidence asked for.
    pub interval: Interval,
    /// `z0`: how far the estimate lies from the median of the replicates, in standard normal units.
    pub bias: f64,
    /// `a`: how fast the spread changes with the value, from the skewness of the jackknife.
    pub acceleration: f64,
    /// The quantiles of the replicates that were taken as ends; 0.025 and 0.975 if nothing is skewed.
    pub quantiles: Interval,
}

/// The BCa interval of the mean of differences, one per case.
///
/// `None` with fewer than two cases, or if all differences are equal (also all 0): such a sample shows no spread, so
/// nothing can be said of how far off its mean may be. With ten cases or fewer the interval is too narrow.
/// Formula and source at [`bca_from`].
pub fn bca(differences: &[f64], confidence: Confidence, how: Bootstrap) -> Option<Bca> {
    let count = differences.len();
    if count < 2 || differences.iter().any(|difference| !difference.is_finite()) {
        return None;
    }
    let sum: f64 = differences.iter().sum();
    let jackknife: Vec<f64> = differences.iter().map(|own| (sum - own) / (count - 1) as f64).collect();
    let mut chance = SplitMix(how.seed);
    let mut replicate = || {
        let drawn = (0..count).filter_map(|_| differences.get(chance.below(count)));
        drawn.sum::<f64>() / count as f64
    };
    let replicates: Vec<f64> = (0..how.resamples).map(|_| replicate()).collect();
    bca_from(sum / count as f64, &jackknife, replicates, confidence)
}

/// The BCa interval of any statistic from its estimate, its jackknife values (one case left out each) and its bootstrap
/// replicates. `None` if the jackknife values are all equal or the replicates all lie on one side of the estimate.
///
/// `z0 = Phi^-1(share of replicates below the estimate, ties half)`; with `u = mean of jackknife - jackknife`,
/// `a = sum u^3 / (6 (sum u^2)^1.5)`; the ends are the quantiles `Phi(z0 + (z0 ± z) / (1 - a (z0 ± z)))` of the
/// replicates. Source: B. Efron, "Better bootstrap confidence intervals", JASA 82 (1987); ties and quantiles as in
/// SciPy's `bootstrap`. Assumes independent cases and a statistic that is smooth in them, such as a mean.
pub fn bca_from(estimate: f64, jackknife: &[f64], replicates: Vec<f64>, confidence: Confidence) -> Option<Bca> {
    let draws = replicates.len() as f64;
    // A tie on paper may differ in the last digits; a mean of few values has many.
    let close = 1e-12 * replicates.iter().fold(estimate.abs(), |largest, value| largest.max(value.abs()));
    let below = replicates.iter().filter(|value| **value < estimate - close).count();
    let tied = replicates.iter().filter(|value| (**value - estimate).abs() <= close).count();
    let bias = normal_quantile((below as f64 + 0.5 * tied as f64) / draws);
    let centre = jackknife.iter().sum::<f64>() / jackknife.len() as f64;
    let power = |exponent| jackknife.iter().map(|value| (centre - value).powi(exponent)).sum::<f64>();
    let spread = power(2).sqrt();
    // Values that are equal but for rounding show no spread.
    let scale = jackknife.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if !bias.is_finite() || spread <= 1e-12 * scale {
        return None;
    }
    let acceleration = power(3) / (6.0 * spread.powi(3));
    let quantile = |z: f64| normal_cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
    let quantiles = Interval { low: quantile(-confidence.z()), high: quantile(confidence.z()) };
    let replicates = Sample::new(replicates).ok()?;
    let interval = Interval { low: replicates.quantile(quantiles.low), high: replicates.quantile(quantiles.high) };
    Some(Bca { estimate, interval, bias, acceleration, quantiles })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOW: Bootstrap = Bootstrap { resamples: 9_999, seed: 11 };

    #[test]
    fn symmetric_differences_get_nearly_the_interval_of_theory() {
        let differences: Vec<f64> = (0..200).map(|place| f64::from(place % 10) - 4.0).collect();
        let found = bca(&differences, Confidence::NinetyFive, HOW).unwrap();
        // Standard deviation 2.8723, so 1.96 * 2.8723 / sqrt(200) = 0.398 to either side of 0.5.
        assert!((found.interval.low - 0.102).abs() < 0.03 && (found.interval.high - 0.898).abs() < 0.03, "{found:?}");
        assert!(found.acceleration.abs() < 1e-9 && found.bias.abs() < 0.05, "{found:?}");
    }

    #[test]
    fn a_long_tail_moves_the_interval_towards_it() {
        let mut differences = vec![0.0; 40];
        differences.extend([1.0, 2.0, 9.0]);
        let found = bca(&differences, Confidence::NinetyFive, HOW).unwrap();
        assert!(found.acceleration > 0.05, "{found:?}");
        assert!(found.interval.high - found.estimate > 1.5 * (found.estimate - found.interval.low), "{found:?}");
    }

    #[test]
    fn a_sample_without_spread_has_no_interval() {
        for differences in [&[][..], &[0.3], &[0.0, 0.0, 0.0], &[0.1, 0.1, 0.1], &[0.1, f64::NAN]] {
            assert_eq!(bca(differences, Confidence::NinetyFive, HOW), None, "{differences:?}");
        }
        assert_eq!(bca(&[0.1, 0.2], Confidence::NinetyFive, Bootstrap { resamples: 0, seed: 1 }), None);
    }

    proptest! {
        #[test]
        fn the_interval_moves_and_stretches_with_the_differences(
            values in proptest::collection::vec(-9_i8..9, 5..30), seed in any::<u64>(),
        ) {
            let how = Bootstrap { resamples: 500, seed };
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let moved: Vec<f64> = values.iter().map(|value| 4.0 * value + 8.0).collect();
            if let Some(found) = bca(&values, Confidence::Ninety, how) {
                let moved = bca(&moved, Confidence::Ninety, how).unwrap();
                prop_assert!((moved.interval.low - 4.0 * found.interval.low - 8.0).abs() < 1e-6);
                prop_assert!((moved.interval.high - 4.0 * found.interval.high - 8.0).abs() < 1e-6);
            }
        }
    }
}
