//! Did something measured, such as the cost of a visitor, get worse? Bounds for a difference of means at every moment.

use super::GuardrailVerdict;
use crate::Alpha;

/// Fewer visitors per arm than this say nothing of a mean: the bounds are for large samples.
pub(super) const FEWEST: u64 = 50;

/// The number of visitors of both arms at which the bounds are tightest.
const TIGHTEST_AT: f64 = 1_000.0;

/// What is known of measured values: enough for their mean and its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// How many values.
    pub count: u64,
    /// Their mean, in their unit.
    pub mean: f64,
    /// Their variance, in the square of their unit.
    pub variance: f64,
}

impl Moments {
    /// From what a database sums up: how many values, their sum and the sum of their squares. `None` without values or
    /// if the sums cannot be of any.
    ///
    /// Loses digits if the values hardly vary; costs per visitor vary.
    pub fn from_sums(count: u64, sum: f64, sum_of_squares: f64) -> Option<Self> {
        let mean = sum / count as f64;
        let variance = sum_of_squares / count as f64 - mean * mean;
        let rounding = 1e-9 * sum_of_squares / count as f64;
        (variance.is_finite() && variance >= -rounding).then(|| Self { count, mean, variance: variance.max(0.0) })
    }

    /// From the values themselves; `None` without any or if one is not finite.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        variance.is_finite().then_some(Self { count: values.len() as u64, mean, variance })
    }
}

/// The variant's mean is above control's by at least this much, with probability about `1 - alpha` at every moment at
/// once. `None` with fewer than 50 values in an arm.
///
/// `d - s sqrt(2 (n r + 1) / (n^2 r) ln(1 + sqrt(n r + 1) / (2 alpha)))`, with `d` the difference of the means, `n` all
/// values of both arms, `s^2 = n (v_c / n_c + v_v / n_v)`, and `r = (ln(1 - 2 ln(2 alpha)) - 2 ln(2 alpha)) / 1000`, which
/// makes it tightest at a thousand visitors. Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas,
/// "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52 (2024), the one-sided
/// boundary. Assumes independent values of finite variance and holds in the limit of many: a few rare, huge values make
/// it too optimistic. Not negative values are not needed, but usual: cost, time.
pub fn mean_at_least(control: Moments, variant: Moments, alpha: Alpha) -> Option<f64> {
    Some(variant.mean - control.mean - reach(control, variant, alpha)?)
}

/// The variant's mean is above control's by at most this much; see [`mean_at_least`].
pub fn mean_at_most(control: Moments, variant: Moments, alpha: Alpha) -> Option<f64> {
    Some(variant.mean - control.mean + reach(control, variant, alpha)?)
}

/// Whether the variant's mean of something that should stay small is above control's by more than `margin`, in the unit
/// of the values. Each verdict alone is wrong with probability about `alpha` at most, over all looks together.
pub fn mean_guardrail(control: Moments, variant: Moments, margin: f64, alpha: Alpha) -> GuardrailVerdict {
    let (least, most) = (mean_at_least(control, variant, alpha), mean_at_most(control, variant, alpha));
    if least.is_some_and(|least| least > margin) {
        GuardrailVerdict::Broken
    } else if most.is_some_and(|most| most < margin) {
        GuardrailVerdict::Holds
    } else {
        GuardrailVerdict::NotYetKnown
    }
}

/// How far the difference of the means may be off to one side.
fn reach(control: Moments, variant: Moments, alpha: Alpha) -> Option<f64> {
    if control.count < FEWEST || variant.count < FEWEST {
        return None;
    }
    let both_sides = (2.0 * alpha.get()).min(0.5);
    let rho_squared = ((1.0 - 2.0 * both_sides.ln()).ln() - 2.0 * both_sides.ln()) / TIGHTEST_AT;
    let (n_c, n_v) = (control.count as f64, variant.count as f64);
    let n = n_c + n_v;
    let growth = n * rho_squared + 1.0;
    // `s / n` is the square root of `(v_c / n_c + v_v / n_v) / n`.
    let spread = ((control.variance / n_c + variant.variance / n_v) / n).sqrt();
    Some(spread * (2.0 * growth / rho_squared * (1.0 + growth.sqrt() / both_sides).ln()).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(count: u64, mean: f64, variance: f64) -> Moments {
        Moments { count, mean, variance }
    }

    #[test]
    fn sums_and_values_tell_the_same() {
        let values = [0.0, 2.0, 2.0, 5.0, 11.0];
        let (sum, squares) = (values.iter().sum(), values.iter().map(|value| value * value).sum());
        let (one, other) = (Moments::of(&values).unwrap(), Moments::from_sums(5, sum, squares).unwrap());
        assert_eq!((one.count, one.mean), (5, 4.0));
        assert!((one.variance - 14.8).abs() < 1e-12 && (other.variance - 14.8).abs() < 1e-12);
        assert_eq!(Moments::of(&[]), None);
        assert_eq!(Moments::from_sums(0, 0.0, 0.0), None);
        assert_eq!(Moments::from_sums(2, 10.0, 1.0), None);
    }

    /// Written out for n = 1000, alpha = 0.05, both variances 1: r = (ln(1 + 4.60517) + 4.60517) / 1000 = 0.00632889,
    /// n r + 1 = 7.32889; s = 2; the reach is 2 sqrt(2 * 7.32889 / 6328.89 * ln(1 + 2.70719 / 0.1)).
    #[test]
    fn the_reach_is_that_of_the_formula() {
        let found = mean_at_most(moments(500, 3.0, 1.0), moments(500, 3.0, 1.0), Alpha::FIVE_PERCENT).unwrap();
        let expected = 2.0 * (2.0 * 7.328_89 / 6_328.89 * (1.0 + 2.707_19_f64 / 0.1).ln()).sqrt();
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }

    #[test]
    fn a_verdict_needs_enough_visitors_and_a_clear_difference() {
        let cheap = |count| moments(count, 0.010, 0.000_1);
        let dear = |count| moments(count, 0.016, 0.000_2);
        let verdict = |control, variant| mean_guardrail(control, variant, 0.001, Alpha::FIVE_PERCENT);
        assert_eq!(verdict(cheap(49), dear(900)), GuardrailVerdict::NotYetKnown);
        assert_eq!(verdict(cheap(60), dear(60)), GuardrailVerdict::NotYetKnown);
        assert_eq!(verdict(cheap(900), dear(900)), GuardrailVerdict::Broken);
        assert_eq!(verdict(dear(900), cheap(900)), GuardrailVerdict::Holds);
    }
}
