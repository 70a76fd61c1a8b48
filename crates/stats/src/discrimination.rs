//! How well a score tells true cases from false ones: the area under the ROC curve, and recall at a given rate of false
//! alarms.

use crate::{Confidence, Interval, ranks::mid_ranks};

/// Scores that cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScores {
    /// All cases are false ones.
    #[error("no true case")]
    NoPositives,
    /// All cases are true ones.
    #[error("no false case")]
    NoNegatives,
    /// A score is infinite or not a number.
    #[error("score number {index} is not finite")]
    NotFinite {
        /// Its place, from 0.
        index: usize,
    },
}

/// An area under the ROC curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auroc {
    /// How often a true case scores above a false one; a tie counts half.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Auroc {
    /// `value ± z standard_error`, cut to 0..=1. Assumes independent cases, and enough of them (a few dozen of each
    /// kind) for the area to be about normal.
    pub fn interval(&self, confidence: Confidence) -> Interval {
        let half_width = confidence.z() * self.standard_error;
        Interval { low: (self.value - half_width).max(0.0), high: (self.value + half_width).min(1.0) }
    }
}

/// The area under the ROC curve of scores, each with whether its case is a true one.
///
/// By ranks, ties as mid-ranks (Mann-Whitney): `(R - m(m+1)/2) / mn`, with `R` the sum of the ranks of the `m` true cases
/// among all and `n` false ones. The standard error is that of E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson,
/// "Comparing the areas under two or more correlated receiver operating characteristic curves", Biometrics 44 (1988):
/// `sqrt(S10/m + S01/n)`, the variances of each case's share of the other kind that it beats; computed from ranks as in
/// X. Sun and W. Xu, IEEE Signal Processing Letters 21 (2014).
pub fn auroc(scored: &[(f64, bool)]) -> Result<Auroc, InvalidScores> {
    if let Some(index) = scored.iter().position(|(score, _)| !score.is_finite()) {
        return Err(InvalidScores::NotFinite { index });
    }
    let of_kind = |kind: bool| scored.iter().filter(move |(_, label)| *label == kind).map(|(score, _)| *score);
    let (trues, falses): (Vec<f64>, Vec<f64>) = (of_kind(true).collect(), of_kind(false).collect());
    if trues.is_empty() {
        return Err(InvalidScores::NoPositives);
    }
    if falses.is_empty() {
        return Err(InvalidScores::NoNegatives);
    }
    let all: Vec<f64> = trues.iter().chain(&falses).copied().collect();
    let ranks = mid_ranks(&all);
    let (ranks_of_trues, ranks_of_falses) = ranks.split_at(trues.len());
    let (m, n) = (trues.len() as f64, falses.len() as f64);
    // What is left of a rank among all, less the rank among one's own kind, is how many of the other kind lie below.
    let below = |among_all: &[f64], own: &[f64]| -> Vec<f64> {
        among_all.iter().zip(mid_ranks(own)).map(|(all, own)| all - own).collect()
    };
    let beaten: Vec<f64> = below(ranks_of_trues, &trues).iter().map(|count| count / n).collect();
    let lost: Vec<f64> = below(ranks_of_falses, &falses).iter().map(|count| count / m).collect();
    let value = beaten.iter().sum::<f64>() / m;
    Ok(Auroc { value, standard_error: (variance(&beaten) / m + variance(&lost) / n).sqrt() })
}

/// The share of true cases that score above the threshold at which at most `false_alarms` (a share) of the false ones
/// do; also how many those are, for an interval. `None` without true or false cases.
///
/// The threshold is chosen on the very cases it is judged by, so the figure flatters slightly with few false cases.
pub fn recall_at(scored: &[(f64, bool)], false_alarms: f64) -> Option<(u64, u64)> {
    let mut falses: Vec<f64> = scored.iter().filter(|(_, label)| !label).map(|(score, _)| *score).collect();
    falses.sort_by(|one, other| other.total_cmp(one));
    let allowed = (falses.len() as f64 * false_alarms.clamp(0.0, 1.0)).floor() as usize;
    let trues: Vec<f64> = scored.iter().filter(|(_, label)| *label).map(|(score, _)| *score).collect();
    if trues.is_empty() || falses.is_empty() {
        return None;
    }
    // The first false case that may not sound the alarm: everything above it does.
    let threshold = falses.get(allowed).copied().unwrap_or(f64::NEG_INFINITY);
    let found = trues.iter().filter(|score| **score > threshold).count();
    Some((found as u64, trues.len() as u64))
}

/// The unbiased variance; 0 for a single value, of which nothing is known.
fn variance(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    if values.len() < 2 { 0.0 } else { squares / (count - 1.0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 58 normal and 51 abnormal images, rated 1 to 5: J. A. Hanley and B. J. McNeil, "The meaning and use of the area
    /// under a receiver operating characteristic curve", Radiology 143 (1982), table I; area 0.893 and, by their
    /// approximation, standard error 0.032.
    #[test]
    fn the_published_example_is_reproduced() {
        let rated = |counts: [usize; 5], label: bool| {
            let ratings = (1..).zip(counts);
            ratings.flat_map(move |(rating, count)| std::iter::repeat_n((f64::from(rating), label), count))
        };
        let scored: Vec<(f64, bool)> = rated([33, 6, 6, 11, 2], false).chain(rated([3, 2, 2, 11, 33], true)).collect();
        let area = auroc(&scored).unwrap();
        assert!((area.value - 0.893).abs() < 5e-4, "{area:?}");
        assert!((area.standard_error - 0.032).abs() < 1.5e-3, "{area:?}");
    }

    /// DeLong's variance by its definition, all pairs compared.
    fn by_pairs(scored: &[(f64, bool)]) -> (f64, f64) {
        let of = |kind| scored.iter().filter(move |case| case.1 == kind).map(|case| case.0).collect::<Vec<_>>();
        let (trues, falses): (Vec<f64>, Vec<f64>) = (of(true), of(false));
        let wins = |one: f64, other: f64| if one > other { 1.0 } else { f64::from(u8::from(one == other)) / 2.0 };
        let (m, n) = (trues.len() as f64, falses.len() as f64);
        let beaten: Vec<f64> =
            trues.iter().map(|one| falses.iter().map(|other| wins(*one, *other)).sum::<f64>() / n).collect();
        let beats: Vec<f64> =
            falses.iter().map(|other| trues.iter().map(|one| wins(*one, *other)).sum::<f64>() / m).collect();
        (beaten.iter().sum::<f64>() / m, (variance(&beaten) / m + variance(&beats) / n).sqrt())
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        assert_eq!(auroc(&[(0.1, false)]), Err(InvalidScores::NoPositives));
        assert_eq!(auroc(&[(0.1, true)]), Err(InvalidScores::NoNegatives));
        assert_eq!(auroc(&[(0.1, true), (f64::NAN, false)]), Err(InvalidScores::NotFinite { index: 1 }));
        assert_eq!(recall_at(&[(0.1, true)], 0.01), None);
    }

    #[test]
    fn recall_counts_what_lies_above_the_allowed_false_alarms() {
        let falses = (0..100).map(|place| (f64::from(place), false));
        let trues = [98.5, 99.5, 97.5, 98.0, 3.0].map(|score| (score, true));
        let scored: Vec<(f64, bool)> = falses.chain(trues).collect();
        for (rate, found) in [(0.0, 1), (0.01, 2), (0.02, 4), (1.0, 5)] {
            assert_eq!(recall_at(&scored, rate), Some((found, 5)), "{rate}");
        }
    }

    proptest! {
        #[test]
        fn ranks_give_what_pairs_give(values in proptest::collection::vec((0_u8..6, any::<bool>()), 4..60)) {
            let scored: Vec<(f64, bool)> = values.into_iter().map(|(score, label)| (f64::from(score), label)).collect();
            if let Ok(area) = auroc(&scored) {
                let (value, standard_error) = by_pairs(&scored);
                prop_assert!((area.value - value).abs() < 1e-12);
                prop_assert!((area.standard_error - standard_error).abs() < 1e-9);
            }
        }
    }
}
