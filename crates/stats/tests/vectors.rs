//! Our statistics against those of SciPy, statsmodels and scikit-learn, on the stored vectors of `data/vectors.txt`.
//!
//! `data/vectors.py` made them and says how; what no package has is there a second time, from the definitions of the
//! papers. What is exact agrees to 1e-9.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use portavoz_stats::paired::{PairedCounts, bca_from, holm, kappa, mcnemar, newcombe, permutation, rank_correlation};
use portavoz_stats::sequential::{
    Arm, Blocks, Counts, DifferenceSequence, Epoch, Moments, TwoByTwo, difference_from_counts, mean_at_least,
    mean_at_most, naive_z, sample_ratio, share_at_least, share_sequence,
};
use portavoz_stats::{Alpha, Confidence, Interval};

/// One line of the file.
struct Vector {
    line: &'static str,
}

impl Vector {
    fn all(&self, name: &str) -> Vec<f64> {
        let part = self.line.split(" | ").find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        let part = part.unwrap_or_else(|| panic!("no `{name}` in {}", self.line));
        part.split(',').map(|value| value.parse().unwrap()).collect()
    }

    fn one(&self, name: &str) -> f64 {
        self.all(name)[0]
    }

    fn counts(&self, name: &str) -> Counts {
        let values = self.all(name);
        Counts::new(values[0] as u64, values[1] as u64).unwrap()
    }

    fn agree_on_interval(&self, found: Interval) {
        self.agree("low", &[found.low]);
        self.agree("high", &[found.high]);
    }

    fn agree(&self, name: &str, found: &[f64]) {
        let expected = self.all(name);
        assert_eq!(expected.len(), found.len(), "{name} of {}", self.line);
        for (found, expected) in found.iter().zip(expected) {
            let error = (found - expected).abs();
            assert!(error < 1e-9, "{name}: {found} instead of {expected} in {:.200}", self.line);
        }
    }
}

/// Runs `check` on all vectors of a statistic, of which there must be some.
fn each(statistic: &str, check: impl Fn(&Vector)) {
    let lines = include_str!("../data/vectors.txt").lines();
    let vectors: Vec<Vector> =
        lines.filter(|line| line.split(" | ").next() == Some(statistic)).map(|line| Vector { line }).collect();
    assert!(vectors.len() >= 3, "{statistic}");
    vectors.iter().for_each(check);
}

#[test]
fn the_permutation_test_counts_as_scipy_does() {
    each("permutation", |vector| {
        let found = permutation(&vector.all("differences"), 0, 0).unwrap();
        assert!(found.exact);
        vector.agree("p", &[found.p]);
    });
}

#[test]
fn bca_takes_scipys_interval_from_scipys_replicates() {
    each("bca", |vector| {
        let levels = [Confidence::Ninety, Confidence::NinetyFive, Confidence::NinetyNine];
        let confidence = levels.into_iter().find(|level| level.level() == vector.one("level")).unwrap();
        let values = vector.all("values");
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let found = bca_from(mean, &vector.all("jackknife"), vector.all("replicates"), confidence).unwrap();
        vector.agree_on_interval(found.interval);
    });
}

#[test]
fn mcnemars_test_is_that_of_statsmodels() {
    each("mcnemar", |vector| {
        vector.agree("p", &[mcnemar(vector.one("better") as u64, vector.one("worse") as u64)]);
    });
}

#[test]
fn holm_adjusts_as_statsmodels_does() {
    each("holm", |vector| vector.agree("adjusted", &holm(&vector.all("p"))));
}

#[test]
fn kappa_and_its_error_are_those_of_statsmodels() {
    each("kappa", |vector| {
        let size = vector.one("size") as usize;
        let cells = vector.all("table").into_iter().enumerate();
        let pairs: Vec<(usize, usize)> =
            cells.flat_map(|(cell, count)| std::iter::repeat_n((cell / size, cell % size), count as usize)).collect();
        let found = kappa(&pairs).unwrap();
        vector.agree("kappa", &[found.value]);
        vector.agree("standard_error", &[found.standard_error]);
    });
}

#[test]
fn the_rank_correlation_is_that_of_scipy() {
    each("spearman", |vector| {
        let scored: Vec<(f64, f64)> = vector.all("one").into_iter().zip(vector.all("other")).collect();
        vector.agree("rho", &[rank_correlation(&scored).unwrap().rho]);
    });
}

#[test]
fn newcombes_interval_is_that_of_his_formula_written_twice() {
    each("newcombe", |vector| {
        let counts = vector.all("counts");
        let [both, better, worse, neither] = [0, 1, 2, 3].map(|place| counts[place] as u64);
        let found = newcombe(PairedCounts { both, better, worse, neither }, Confidence::NinetyFive).unwrap();
        vector.agree_on_interval(found);
    });
}

#[test]
fn the_naive_test_is_that_of_statsmodels() {
    each("naive_z", |vector| {
        vector.agree("p", &[naive_z(vector.counts("control"), vector.counts("variant")).unwrap()]);
    });
}

#[test]
fn the_e_process_and_its_confidence_sequence_are_those_of_their_definition() {
    each("two_by_two", |vector| {
        let (sizes, control, variant) = (vector.all("sizes"), vector.all("control"), vector.all("variant"));
        let blocks = Blocks::new(sizes[0] as u32, sizes[1] as u32);
        let mut test = TwoByTwo::new(blocks);
        let mut sequence = DifferenceSequence::new(blocks, Alpha::FIVE_PERCENT);
        for (c, v) in control.iter().zip(&variant) {
            for (arm, size, successes) in [(Arm::Control, sizes[0], *c), (Arm::Variant, sizes[1], *v)] {
                for place in 0..size as u32 {
                    test.observe(arm, f64::from(place) < successes);
                    sequence.observe(arm, f64::from(place) < successes);
                }
            }
        }
        vector.agree("log_e", &[test.log_e()]);
        vector.agree("p", &[test.p()]);
        vector.agree_on_interval(sequence.interval());
    });
}

#[test]
fn the_sequences_from_counts_are_those_of_their_definition() {
    each("share", |vector| {
        vector.agree_on_interval(share_sequence(vector.counts("counts"), Alpha::FIVE_PERCENT));
        vector.agree("least", &[share_at_least(vector.counts("counts"), Alpha::FIVE_PERCENT)]);
    });
    each("from_counts", |vector| {
        let (control, variant) = (vector.counts("control"), vector.counts("variant"));
        vector.agree_on_interval(difference_from_counts(control, variant, Alpha::FIVE_PERCENT));
    });
}

#[test]
fn the_sample_ratio_test_compares_scipys_two_likelihoods() {
    each("sample_ratio", |vector| {
        let visitors: Vec<u64> = vector.all("visitors").into_iter().map(|count| count as u64).collect();
        let found = sample_ratio(&[Epoch { shares: &vector.all("shares"), visitors: &visitors }]).unwrap();
        vector.agree("log_bayes_factor", &[found.log_bayes_factor]);
    });
}

#[test]
fn the_bounds_of_means_are_those_of_the_formula_written_twice() {
    each("means", |vector| {
        let moments = |name| {
            let values = vector.all(name);
            Moments { count: values[0] as u64, mean: values[1], variance: values[2] }
        };
        let (control, variant) = (moments("control"), moments("variant"));
        vector.agree("least", &[mean_at_least(control, variant, Alpha::FIVE_PERCENT).unwrap()]);
        vector.agree("most", &[mean_at_most(control, variant, Alpha::FIVE_PERCENT).unwrap()]);
    });
}
