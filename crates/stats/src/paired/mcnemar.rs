//! Yes/no outcomes of the same cases: is one way right more often? McNemar's exact test.

use crate::special::fair_tail;

/// The two-sided p-value of McNemar's exact test, from the cases that only the new way got right (`better`) and those
/// that only the old one did (`worse`). Cases on which both agree say nothing. 1 without any that differ.
///
/// `min(1, 2 P(B <= min(better, worse)))`, `B` binomial with `better + worse` fair tosses. Source: Q. McNemar, "Note on
/// the sampling error of the difference between correlated proportions or percentages", Psychometrika 12 (1947), in the
/// exact form of R's `binom.test` and `exact2x2::mcnemar.exact`. Assumes independent cases.
pub fn mcnemar(better: u64, worse: u64) -> f64 {
    (2.0 * fair_tail(better.min(worse), better.saturating_add(worse))).min(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By hand: 2 (1 + 8) / 2^8, 2 / 2^5 and so on.
    #[test]
    fn small_counts_are_those_of_fair_tosses() {
        for (better, worse, p) in
            [(7, 1, 18.0 / 256.0), (0, 5, 2.0 / 32.0), (0, 6, 2.0 / 64.0), (3, 3, 1.0), (0, 0, 1.0), (1, 0, 1.0)]
        {
            assert!((mcnemar(better, worse) - p).abs() < 1e-14, "{better} {worse}: {}", mcnemar(better, worse));
        }
    }

    proptest! {
        #[test]
        fn it_is_a_probability_that_falls_as_the_counts_part(better in 0_u64..3_000, worse in 0_u64..3_000) {
            let p = mcnemar(better, worse);
            prop_assert!(p > 0.0 || better.abs_diff(worse) > 1_000);
            prop_assert!(p <= 1.0 && p == mcnemar(worse, better));
            prop_assert!(mcnemar(better.max(worse) + 1, better.min(worse)) <= p);
        }
    }
}
