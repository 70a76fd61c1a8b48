//! Could chance alone make such a difference? The sign-flip permutation test of a mean.

use crate::random::SplitMix;

/// With at most this many differences that are not 0, all sign patterns are counted; there are 2^30 of them.
const MOST_FOR_EXACT: usize = 30;

/// What the permutation test found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Permutation {
    /// The mean difference, in the unit of the metric; positive if the new one is better.
    pub mean: f64,
    /// How often chance alone gives a mean at least as far from 0; two-sided.
    pub p: f64,
    /// Whether all sign patterns were counted; otherwise `p` comes from random draws.
    pub exact: bool,
}

/// The sign-flip test of differences, one per case: if neither way is better, each difference might as well have the
/// other sign, so the observed mean is compared with the means under all patterns of signs. `None` without differences
/// or if one is not finite.
///
/// `p = #{|mean of flipped| >= |mean|} / 2^k` over the `k` differences that are not 0. With more than 30 of them, from
/// `draws` random patterns: `(hits + 1) / (draws + 1)`, which is never 0 and never too small: B. Phipson and G. K. Smyth,
/// "Permutation p-values should never be zero", SAGMB 9 (2010).
///
/// Source: R. A. Fisher, "The Design of Experiments" (1935), section 21. Assumes independent cases and, if nothing
/// differs, differences that are symmetric around 0, which holds when the two ways could be exchanged.
pub fn permutation(differences: &[f64], draws: u32, seed: u64) -> Option<Permutation> {
    if differences.is_empty() || differences.iter().any(|difference| !difference.is_finite()) {
        return None;
    }
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    let sizes: Vec<f64> = differences.iter().map(|difference| difference.abs()).filter(|size| *size > 0.0).collect();
    // Sums that are equal on paper differ in the last digits; they count as equal.
    let threshold = differences.iter().sum::<f64>().abs() - 1e-12 * sizes.iter().sum::<f64>();
    let exact = sizes.len() <= MOST_FOR_EXACT;
    let p = if exact { share_of_patterns(&sizes, threshold) } else { share_of_draws(&sizes, threshold, draws, seed) };
    Some(Permutation { mean, p, exact })
}

/// The share of all sign patterns whose sum is at least `threshold` from 0: each pattern is one of the first half of the
/// sizes and one of the second, so 2^15 sorted sums on either side stand for 2^30 patterns.
fn share_of_patterns(sizes: &[f64], threshold: f64) -> f64 {
    if threshold <= 0.0 {
        return 1.0;
    }
    let (first, second) = sizes.split_at(sizes.len() / 2);
    let (first, second) = (sorted_sums(first), sorted_sums(second));
    // Patterns come in mirrored pairs, so the far sums above are as many as those below.
    let above: usize =
        first.iter().map(|sum| second.len() - second.partition_point(|other| sum + other < threshold)).sum();
    (2.0 * above as f64 / (first.len() as f64 * second.len() as f64)).min(1.0)
}

/// The sums of `sizes` under every pattern of signs, ascending.
fn sorted_sums(sizes: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for size in sizes {
        sums = sums.iter().flat_map(|sum| [sum - size, sum + size]).collect();
    }
    sums.sort_by(f64::total_cmp);
    sums
}

fn share_of_draws(sizes: &[f64], threshold: f64, draws: u32, seed: u64) -> f64 {
    let mut chance = SplitMix(seed);
    let mut hits = 0_u32;
    for _ in 0..draws {
        let mut sum = 0.0;
        for sizes in sizes.chunks(64) {
            let mut bits = chance.next();
            for size in sizes {
                sum += if bits & 1 == 0 { *size } else { -*size };
                bits >>= 1;
            }
        }
        hits += u32::from(f64::abs(sum) >= threshold);
    }
    (f64::from(hits) + 1.0) / (f64::from(draws) + 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::paired::mcnemar;

    /// Darwin's fifteen pairs of maize plants, in eighths of an inch, and Fisher's count: 863 of the 32 768 patterns of
    /// signs give a total of 314 or more, and as many -314 or less; "The Design of Experiments" (1935),
    /// section 21.
    #[test]
    fn fishers_count_for_darwins_maize_is_reproduced() {
        let maize = [49.0, -67.0, 8.0, 16.0, 6.0, 23.0, 28.0, 41.0, 14.0, 29.0, 56.0, 24.0, 75.0, 60.0, -48.0];
        let test = permutation(&maize, 0, 0).unwrap();
        assert!(test.exact);
        assert!((test.p - 1_726.0 / 32_768.0).abs() < 1e-12, "{test:?}");
        assert!((test.mean - 314.0 / 15.0).abs() < 1e-12);
    }

    #[test]
    fn draws_come_close_to_the_count_and_say_that_they_are_draws() {
        let many: Vec<f64> = (0..60).map(|place| f64::from((place * 37) % 23) - 9.6).collect();
        let drawn = permutation(&many, 20_000, 5).unwrap();
        assert!(!drawn.exact);
        // The normal approximation of the same sum.
        let z = many.iter().sum::<f64>() / many.iter().map(|value| value * value).sum::<f64>().sqrt();
        let theory = 2.0 * crate::special::normal_cdf(-z.abs());
        assert!((drawn.p - theory).abs() < 0.015, "{drawn:?} {theory}");
        assert_eq!(permutation(&many, 20_000, 5), Some(drawn));
    }

    #[test]
    fn no_difference_is_no_surprise() {
        assert_eq!(permutation(&[0.0, 0.0], 100, 1).unwrap().p, 1.0);
        assert_eq!(permutation(&[0.5], 100, 1).unwrap().p, 1.0);
        assert_eq!(permutation(&[], 100, 1), None);
        assert_eq!(permutation(&[f64::NAN], 100, 1), None);
    }

    #[test]
    fn cases_that_do_not_differ_change_nothing() {
        let p = |values: &[f64]| permutation(values, 0, 0).unwrap().p;
        assert_eq!(p(&[0.3, 0.2, -0.1, 0.4]), p(&[0.0, 0.3, 0.2, 0.0, -0.1, 0.4, 0.0]));
    }

    proptest! {
        /// With differences of one size only their signs count, and the test is the sign test.
        #[test]
        fn on_yes_and_no_it_is_the_test_of_mcnemar(better in 0_u64..15, worse in 0_u64..15) {
            prop_assume!(better + worse > 0);
            let mut differences = vec![1.0; better as usize];
            differences.extend(vec![-1.0; worse as usize]);
            let p = permutation(&differences, 0, 0).unwrap().p;
            prop_assert!((p - mcnemar(better, worse)).abs() < 1e-12);
        }

        #[test]
        fn counting_by_halves_is_counting_all(values in proptest::collection::vec(-20_i32..20, 1..11)) {
            let total: i32 = values.iter().sum();
            let patterns = 1_u32 << values.len();
            let far = (0..patterns).filter(|pattern| {
                let signed = values.iter().enumerate();
                let sum: i32 = signed.map(|(bit, value)| if pattern >> bit & 1 == 0 { *value } else { -value }).sum();
                sum.abs() >= total.abs()
            });
            let expected = far.count() as f64 / f64::from(patterns);
            let values: Vec<f64> = values.into_iter().map(|value| f64::from(value) / 10.0).collect();
            prop_assert!((permutation(&values, 0, 0).unwrap().p - expected).abs() < 1e-12);
        }
    }
}
