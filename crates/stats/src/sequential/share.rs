//! How large is one share, at every moment at once? A confidence sequence from counts alone.

use super::Counts;
use crate::special::{incomplete_beta, ln_beta};
use crate::{Alpha, Interval};

/// Both parameters of the Beta prior (Jeffreys') that the alternatives are weighed with.
const PRIOR: f64 = 0.5;

/// The shares that are still possible after `counts`: with probability `1 - alpha` the true one is never excluded,
/// however often one looks. Everything is possible without trials.
///
/// The shares `p` with `B(s + 1/2, f + 1/2) / B(1/2, 1/2) / (p^s (1 - p)^f) < 1 / alpha`: the likelihood of `s` successes
/// and `f` failures, averaged over all shares, against that of `p`. Source: H. Robbins, "Statistical methods related to
/// the law of the iterated logarithm", Annals of Mathematical Statistics 41 (1970); S. R. Howard, A. Ramdas,
/// J. McAuliffe and J. Sekhon, Annals of Statistics 49 (2021), for the Beta-binomial mixture. Assumes independent trials
/// of one share.
pub fn share_sequence(counts: Counts, alpha: Alpha) -> Interval {
    let mixture = ln_mixture(counts);
    let evidence = |p: f64| mixture - counts.ln_likelihood(p);
    Interval { low: low_end(counts, alpha, evidence), high: high_end(counts, alpha, evidence) }
}

/// The share is at least this much, with probability `1 - alpha` at every moment at once.
///
/// As [`share_sequence`], but averaged only over the shares above `p`, so that all of `alpha` guards one side.
pub fn share_at_least(counts: Counts, alpha: Alpha) -> f64 {
    let above = |p: f64, successes: f64, failures: f64| incomplete_beta(1.0 - p, failures, successes);
    let (mixture, (s, f)) = (ln_mixture(counts), posterior(counts));
    low_end(counts, alpha, |p| mixture - counts.ln_likelihood(p) + above(p, s, f).ln() - above(p, PRIOR, PRIOR).ln())
}

/// The share is at most this much, with probability `1 - alpha` at every moment at once; see [`share_at_least`].
pub fn share_at_most(counts: Counts, alpha: Alpha) -> f64 {
    let turned = Counts::new(counts.failures(), counts.trials()).unwrap_or(counts);
    1.0 - share_at_least(turned, alpha)
}

fn posterior(counts: Counts) -> (f64, f64) {
    (counts.successes() as f64 + PRIOR, counts.failures() as f64 + PRIOR)
}

/// `ln` of the likelihood of the outcomes in their order, averaged over all shares.
pub(super) fn ln_mixture(counts: Counts) -> f64 {
    let (successes, failures) = posterior(counts);
    ln_beta(successes, failures) - ln_beta(PRIOR, PRIOR)
}

/// The smallest share against which the evidence is too weak, at or below the observed one.
fn low_end(counts: Counts, alpha: Alpha, evidence: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, counts.share().unwrap_or(0.0));
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if evidence(middle) >= alpha.ln_threshold() { low = middle } else { high = middle }
    }
    low
}

fn high_end(counts: Counts, alpha: Alpha, evidence: impl Fn(f64) -> f64) -> f64 {
    let turned = Counts::new(counts.failures(), counts.trials()).unwrap_or(counts);
    if counts.trials() == 0 { 1.0 } else { 1.0 - low_end(turned, alpha, |p| evidence(1.0 - p)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_trials_everything_is_possible() {
        let range = share_sequence(Counts::default(), Alpha::FIVE_PERCENT);
        assert_eq!(range, Interval { low: 0.0, high: 1.0 });
        assert_eq!(share_at_least(Counts::default(), Alpha::FIVE_PERCENT), 0.0);
        assert_eq!(share_at_most(Counts::default(), Alpha::FIVE_PERCENT), 1.0);
    }

    /// By hand: with successes only, `B(n + 1/2, 1/2) / B(1/2, 1/2) = prod (2k - 1) / 2k`, so the lower end is the `n`-th
    /// root of `alpha` times that.
    #[test]
    fn the_end_after_successes_only_is_that_of_hand() {
        let product: f64 = (1..=10).map(|k| f64::from(2 * k - 1) / f64::from(2 * k)).product();
        let expected = (0.05 * product).powf(0.1);
        let range = share_sequence(Counts::new(10, 10).unwrap(), Alpha::FIVE_PERCENT);
        assert!((range.low - expected).abs() < 1e-12 && range.high == 1.0, "{range:?} {expected}");
    }

    proptest! {
        #[test]
        fn ends_hold_the_observed_share_and_one_side_is_sharper_than_two(trials in 1_u64..3_000, part in 0.0..=1.0) {
            let counts = Counts::new((trials as f64 * part) as u64, trials).unwrap();
            let share = counts.share().unwrap();
            let both = share_sequence(counts, Alpha::FIVE_PERCENT);
            let (least, most) = (share_at_least(counts, Alpha::FIVE_PERCENT), share_at_most(counts, Alpha::FIVE_PERCENT));
            prop_assert!(0.0 <= both.low && both.low <= share && share <= both.high && both.high <= 1.0);
            prop_assert!(least <= share + 1e-9 && share <= most + 1e-9);
            let half = Alpha::new(0.025).unwrap();
            prop_assert!(share_at_least(counts, half) <= least && most <= share_at_most(counts, half));
        }
    }
}
