//! Intervals for statistics that no formula covers: by drawing from the sample itself.

use crate::{Confidence, Interval, Sample, random::SplitMix};

/// An interval for any statistic of `count` independent cases, by the percentile bootstrap: `statistic` is given the
/// places of `count` cases drawn with replacement, `resamples` times; `None` from it skips a draw that has no value.
///
/// Source: B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13. Assumes independent
/// cases and a statistic that is about unbiased; with fewer than some thirty cases it is too narrow. A `seed` gives
/// the same draws each time. `None` without cases or if fewer than half of the draws have a value.
pub fn bootstrap(
    count: usize,
    resamples: usize,
    seed: u64,
    confidence: Confidence,
    mut statistic: impl FnMut(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    let mut draws = SplitMix(seed);
    let mut places = vec![0; count];
    let mut values = Vec::with_capacity(resamples);
    for _ in 0..if count == 0 { 0 } else { resamples } {
        for place in &mut places {
            *place = draws.below(count);
        }
        values.extend(statistic(&places).filter(|value| value.is_finite()));
    }
    if values.len() * 2 < resamples {
        return None;
    }
    let values = Sample::new(values).ok()?;
    let tail = (1.0 - confidence.level()) / 2.0;
    Some(Interval { low: values.quantile(tail), high: values.quantile(1.0 - tail) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64], places: &[usize]) -> Option<f64> {
        Some(places.iter().map(|place| values[*place]).sum::<f64>() / places.len() as f64)
    }

    #[test]
    fn the_mean_of_many_values_gets_the_interval_of_theory() {
        let values: Vec<f64> = (0..1_000).map(|place| f64::from(place % 10)).collect();
        let interval = bootstrap(1_000, 4_000, 7, Confidence::NinetyFive, |places| mean(&values, places)).unwrap();
        // Standard deviation sqrt(8.25), so 1.96 * 2.872 / sqrt(1000) = 0.178 to either side of 4.5.
        assert!((interval.low - 4.322).abs() < 0.02 && (interval.high - 4.678).abs() < 0.02, "{interval:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let values = [1.0, 5.0, 2.0, 8.0, 3.0];
        let draw = |seed| bootstrap(5, 200, seed, Confidence::Ninety, |places| mean(&values, places));
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }

    #[test]
    fn nothing_to_draw_from_or_mostly_nothing_drawn_gives_no_interval() {
        assert_eq!(bootstrap(0, 100, 1, Confidence::Ninety, |_| Some(1.0)), None);
        assert_eq!(bootstrap(3, 100, 1, Confidence::Ninety, |_| None), None);
    }
}
