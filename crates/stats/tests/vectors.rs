//! Our statistics against those of SciPy, statsmodels and scikit-learn, on the stored vectors of `data/vectors.txt`.
//!
//! `data/vectors.py` made them and says how. What is exact agrees to 1e-9.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use portavoz_stats::Confidence;
use portavoz_stats::paired::{PairedCounts, bca_from, holm, kappa, mcnemar, newcombe, permutation, rank_correlation};
use portavoz_stats::sequential::{Counts, naive_z};

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
        vector.agree("low", &[found.interval.low]);
        vector.agree("high", &[found.interval.high]);
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
        vector.agree("low", &[found.low]);
        vector.agree("high", &[found.high]);
    });
}

#[test]
fn the_naive_test_is_that_of_statsmodels() {
    each("naive_z", |vector| {
        let counts = |arm| {
            let counts = vector.all(arm);
            Counts::new(counts[0] as u64, counts[1] as u64).unwrap()
        };
        vector.agree("p", &[naive_z(counts("control"), counts("variant")).unwrap()]);
    });
}
