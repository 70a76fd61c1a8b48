//! The test that most tools peek at; here only to be shown beside the honest one.

use super::Counts;
use crate::special::normal_cdf;

/// The two-sided p-value of the z-test for two shares, pooled. `None` if an arm has no trials; 1 if all outcomes are the
/// same.
///
/// `z = (p_v - p_c) / sqrt(p (1 - p) (1 / n_c + 1 / n_v))`. Valid for ONE look at a number of visitors fixed beforehand;
/// who looks every ten visitors up to a thousand and stops when it says 5 % is fooled about four times in ten where
/// there is no effect. Never decide by it.
pub fn naive_z(control: Counts, variant: Counts) -> Option<f64> {
    let (before, now) = (control.share()?, variant.share()?);
    let mut all = control;
    all.join(variant);
    let pooled = all.share()?;
    let error = (pooled * (1.0 - pooled) * (1.0 / control.trials() as f64 + 1.0 / variant.trials() as f64)).sqrt();
    Some(if error > 0.0 { (2.0 * normal_cdf(-((now - before) / error).abs())).min(1.0) } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_that_never_vary_are_no_surprise() {
        let all = Counts::new(5, 5).unwrap();
        assert_eq!(naive_z(all, all), Some(1.0));
        assert_eq!(naive_z(all, Counts::default()), None);
    }
}
