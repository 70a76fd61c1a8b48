//! Whether probabilities mean what they say: the reliability curve, and the expected calibration error.

/// A stretch of probabilities and what came of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bin {
    /// How many predictions lie in it.
    pub count: usize,
    /// Their mean; 0 if there are none.
    pub predicted: f64,
    /// The share of them that came true; 0 if there are none.
    pub observed: f64,
}

/// A reliability curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    /// Bins of equal width over 0..=1, lowest first.
    pub bins: Vec<Bin>,
    /// The expected calibration error: the mean distance of prediction and outcome, bins weighed by their counts.
    pub error: f64,
}

/// The reliability curve of predictions, each with whether it came true, over `bins` bins (at least one).
///
/// `sum over bins of count/n |observed - predicted|`: M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining well
/// calibrated probabilities using Bayesian binning", AAAI (2015); with ten bins as usual. Assumes nothing; with few
/// predictions it is biased upwards, because bins are off by chance. Predictions are cut to 0..=1; without any the
/// error is 0.
pub fn reliability(predictions: &[(f64, bool)], bins: usize) -> Reliability {
    let mut sums = vec![(0_usize, 0.0_f64, 0_usize); bins.max(1)];
    let last = sums.len() - 1;
    for (predicted, came_true) in predictions {
        let predicted = if predicted.is_nan() { 0.0 } else { predicted.clamp(0.0, 1.0) };
        let place = ((predicted * sums.len() as f64) as usize).min(last);
        if let Some((count, sum, trues)) = sums.get_mut(place) {
            *count += 1;
            *sum += predicted;
            *trues += usize::from(*came_true);
        }
    }
    let total = predictions.len().max(1) as f64;
    let error = sums.iter().map(|(_, sum, trues)| (sum - *trues as f64).abs()).sum::<f64>() / total;
    let bin = |(count, sum, trues): (usize, f64, usize)| {
        let of = count.max(1) as f64;
        Bin { count, predicted: sum / of, observed: trues as f64 / of }
    };
    Reliability { bins: sums.into_iter().map(bin).collect(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand: two of four at 0.8 came true (off by 0.3), one of one at 0.1 (off by 0.9): (4*0.3 + 0.9) / 5.
    #[test]
    fn the_error_is_the_weighted_distance_of_the_bins() {
        let predictions = [(0.8, true), (0.8, true), (0.8, false), (0.8, false), (0.1, true)];
        let curve = reliability(&predictions, 2);
        assert!((curve.error - 0.42).abs() < 1e-12, "{curve:?}");
        assert_eq!(curve.bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(curve.bins[1].observed, 0.5);
    }

    #[test]
    fn predictions_that_come_true_as_often_as_they_say_have_no_error() {
        let predictions: Vec<(f64, bool)> = (0..4).map(|place| (0.25, place == 0)).collect();
        assert_eq!(reliability(&predictions, 10).error, 0.0);
    }

    #[test]
    fn the_ends_of_the_scale_and_beyond_belong_to_the_outer_bins() {
        let curve = reliability(&[(1.0, true), (1.5, true), (-1.0, false), (f64::NAN, false)], 10);
        assert_eq!((curve.bins[0].count, curve.bins[9].count, curve.error), (2, 2, 0.0));
        assert_eq!(reliability(&[], 0).error, 0.0);
    }
}
