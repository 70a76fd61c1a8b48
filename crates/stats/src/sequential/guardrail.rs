//! Did something else get worse? One-sided verdicts on shares that should not grow, from counts alone.

use super::difference::nearest;
use super::means::FEWEST;
use super::share::ln_mixture;
use super::{Counts, Moments, mean_guardrail};
use crate::{Alpha, Interval};

/// What is known of something that should not get worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardrailVerdict {
    /// The variant is certainly not worse by the margin.
    Holds,
    /// The variant is certainly worse by more than the margin.
    Broken,
    /// Neither is certain so far.
    NotYetKnown,
}

/// Whether the variant has more of something bad (slow answers, withheld sentences, thumbs down) than control, by more
/// than `margin` (a difference of shares, 0 or more).
///
/// Each of the two verdicts is one-sided and anytime-valid: the probability of ever saying [`GuardrailVerdict::Broken`] of
/// a variant that is not worse by more than the margin is about `alpha` at most, and so is that of ever saying
/// [`GuardrailVerdict::Holds`] of one that is.
///
/// From 50 visitors in each arm on it is [`mean_guardrail`] with four fifths of `alpha`, on counts to which each arm had
/// one success and one failure added (A. Agresti and B. Caffo, The American Statistician 54 (2000)): without them rare
/// events make it certain too early, with them it kept its promise in simulations at shares of 0.2 % to 99 %. Before that,
/// for a variant that is plainly broken, the exact but slow [`difference_from_counts`] with the last fifth.
pub fn guardrail(control: Counts, variant: Counts, margin: f64, alpha: Alpha) -> GuardrailVerdict {
    let verdict = mean_guardrail(smoothed(control), smoothed(variant), margin, alpha.part(0.8));
    let few = control.trials().min(variant.trials()) < FEWEST;
    if few { exactly(control, variant, margin, alpha.part(0.2)) } else { verdict }
}

/// The moments of a yes/no outcome that happened once more, and once more did not.
fn smoothed(counts: Counts) -> Moments {
    let share = (counts.successes() as f64 + 1.0) / (counts.trials() as f64 + 2.0);
    Moments { count: counts.trials(), mean: share, variance: share * (1.0 - share) }
}

fn exactly(control: Counts, variant: Counts, margin: f64, alpha: Alpha) -> GuardrailVerdict {
    let (Some(before), Some(now)) = (control.share(), variant.share()) else { return GuardrailVerdict::NotYetKnown };
    let mixture = ln_mixture(control) + ln_mixture(variant);
    if mixture - ln_likeliest(control, variant, margin) < alpha.ln_threshold() {
        GuardrailVerdict::NotYetKnown
    } else if now - before > margin {
        GuardrailVerdict::Broken
    } else {
        GuardrailVerdict::Holds
    }
}

/// The differences of shares, variant minus control, that are still possible: with probability `1 - alpha` the true one
/// is never excluded. From counts alone, so for outcomes whose order is not kept; [`super::DifferenceSequence`] is
/// narrower where it is.
///
/// A difference is possible while `M(control) M(variant) / max L < 1 / alpha`, with `M` the likelihood of an arm averaged
/// over all shares as in [`super::share_sequence`] and `max L` the largest likelihood of any two shares that differ so.
/// Source: L. Wasserman, A. Ramdas and S. Balakrishnan, "Universal inference", PNAS 117 (2020), section 8, with a
/// mixture above. Assumes independent outcomes with one share per arm, and assignment that does not depend on them.
pub fn difference_from_counts(control: Counts, variant: Counts, alpha: Alpha) -> Interval {
    let (Some(before), Some(now)) = (control.share(), variant.share()) else {
        return Interval { low: -1.0, high: 1.0 };
    };
    let mixture = ln_mixture(control) + ln_mixture(variant);
    let end = |outer: f64| {
        let (mut excluded, mut possible) = (outer, now - before);
        for _ in 0..50 {
            let middle = 0.5 * (excluded + possible);
            if mixture - ln_likeliest(control, variant, middle) >= alpha.ln_threshold() {
                excluded = middle;
            } else {
                possible = middle;
            }
        }
        excluded
    };
    Interval { low: end(-1.0), high: end(1.0) }
}

/// `ln` of the largest likelihood of two shares that differ by exactly this. It falls on either side of the observed
/// difference, so that evidence against one difference is evidence against all beyond it.
fn ln_likeliest(control: Counts, variant: Counts, by: f64) -> f64 {
    let by = by.clamp(-1.0, 1.0);
    let sizes = (control.trials() as f64, variant.trials() as f64);
    let seen = (control.share().unwrap_or(0.5), variant.share().unwrap_or(0.5));
    let share = nearest(sizes, seen, by, f64::NAN);
    control.ln_likelihood(share) + variant.ln_likelihood((share + by).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdict(control: (u64, u64), variant: (u64, u64), margin: f64) -> GuardrailVerdict {
        let counts = |(bad, trials)| Counts::new(bad, trials).unwrap();
        guardrail(counts(control), counts(variant), margin, Alpha::FIVE_PERCENT)
    }

    #[test]
    fn a_verdict_comes_when_it_is_certain() {
        for (control, variant, margin, expected) in [
            ((0, 0), (0, 0), 0.05, GuardrailVerdict::NotYetKnown),
            ((3, 50), (5, 50), 0.05, GuardrailVerdict::NotYetKnown),
            ((30, 500), (150, 500), 0.05, GuardrailVerdict::Broken),
            ((60, 600), (60, 600), 0.05, GuardrailVerdict::Holds),
            ((0, 300), (0, 300), 0.1, GuardrailVerdict::Holds),
            ((0, 40), (40, 40), 0.1, GuardrailVerdict::Broken),
            ((9, 360), (20, 40), 0.1, GuardrailVerdict::Broken),
            ((2, 40), (9, 40), 0.1, GuardrailVerdict::NotYetKnown),
            ((500, 500), (0, 500), 0.0, GuardrailVerdict::Holds),
        ] {
            assert_eq!(verdict(control, variant, margin), expected, "{control:?} {variant:?}");
        }
    }

    #[test]
    fn the_interval_ends_where_the_verdict_turns() {
        let (control, variant) = (Counts::new(60, 600).unwrap(), Counts::new(120, 600).unwrap());
        let range = difference_from_counts(control, variant, Alpha::FIVE_PERCENT);
        let at = |margin| exactly(control, variant, margin, Alpha::FIVE_PERCENT);
        assert_eq!(at(range.low - 1e-6), GuardrailVerdict::Broken);
        assert_eq!(at(range.low + 1e-6), GuardrailVerdict::NotYetKnown);
        assert_eq!(at(range.high - 1e-6), GuardrailVerdict::NotYetKnown);
        assert_eq!(at(range.high + 1e-6), GuardrailVerdict::Holds);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_observed_difference_and_narrows_with_more_of_the_same(
            trials in (1_u64..400, 1_u64..400), parts in (0.0..=1.0, 0.0..=1.0),
        ) {
            let counts = |trials: u64, part: f64, times: u64| {
                Counts::new((trials as f64 * part) as u64 * times, trials * times).unwrap()
            };
            let (control, variant) = (counts(trials.0, parts.0, 1), counts(trials.1, parts.1, 1));
            let observed = variant.share().unwrap() - control.share().unwrap();
            let range = difference_from_counts(control, variant, Alpha::FIVE_PERCENT);
            prop_assert!(range.low <= observed && observed <= range.high, "{range:?} {observed}");
            let more = (counts(trials.0, parts.0, 9), counts(trials.1, parts.1, 9));
            let narrower = difference_from_counts(more.0, more.1, Alpha::FIVE_PERCENT);
            prop_assert!(narrower.high - narrower.low <= range.high - range.low + 1e-9);
        }
    }
}
