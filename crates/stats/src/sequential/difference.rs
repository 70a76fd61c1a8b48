//! How large is the effect? A confidence sequence for the difference of two shares, to be drawn over time.

use super::blocks::Waiting;
use super::two_by_two::{bet, learned};
use super::{Arm, Blocks, Counts};
use crate::{Alpha, Interval};

/// Differences are tried in steps of half a percentage point.
const STEPS: i32 = 200;

/// The differences "variant minus control" that are still possible, for every moment at once: with probability
/// `1 - alpha` the true one is never excluded.
///
/// For each difference on a grid (steps of 0.005), an e-process against "the difference is this one" runs along, as in
/// [`super::TwoByTwo`] but with the nearest pair of shares that differ so (in Kullback-Leibler divergence from what was
/// learned) instead of the common share; a difference is excluded for good when its e-process reaches `1 / alpha`. For
/// the difference 0 it is the very same process, so picture and verdict agree: 0 is excluded when, and only when,
/// [`super::TwoByTwo::rejects`]. Source: R. J. Turner and P. D. Grünwald, "Exact anytime-valid confidence intervals for
/// contingency tables and beyond", Statistics and Probability Letters 198 (2023). Assumptions as there.
#[derive(Debug, Clone)]
pub struct DifferenceSequence {
    waiting: Waiting,
    control: Counts,
    variant: Counts,
    threshold: f64,
    possible: Vec<Candidate>,
}

/// A difference that is not excluded yet.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// In steps of the grid.
    step: i32,
    /// Control's share in the nearest pair; where the search for the next one starts.
    control: f64,
    /// The evidence against it.
    e: f64,
}

/// What was known at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// How many visitors of both arms had come, those that wait for their block included.
    pub visitors: u64,
    /// All that was still possible of "variant minus control"; the ends themselves are excluded.
    pub interval: Interval,
}

impl DifferenceSequence {
    /// Everything is possible.
    pub fn new(blocks: Blocks, alpha: Alpha) -> Self {
        let candidate = |step: i32| Candidate { step, control: 0.5 - 0.5 * difference(step), e: 1.0 };
        Self {
            waiting: Waiting::new(blocks),
            control: Counts::default(),
            variant: Counts::default(),
            threshold: 1.0 / alpha.get(),
            possible: (1 - STEPS..STEPS).map(candidate).collect(),
        }
    }

    /// Takes the outcome of one more visitor. It counts as soon as its block is full.
    pub fn observe(&mut self, arm: Arm, success: bool) {
        self.waiting.push(arm, success);
        while let Some((control, variant)) = self.waiting.pop() {
            self.block(control, variant);
        }
    }

    /// From now on blocks of another size; see [`super::TwoByTwo::resize`].
    pub fn resize(&mut self, blocks: Blocks) {
        self.waiting.blocks = blocks;
    }

    fn block(&mut self, control: Counts, variant: Counts) {
        let bets = (learned(self.control), learned(self.variant));
        let sizes = (control.trials() as f64, variant.trials() as f64);
        for candidate in &mut self.possible {
            let by = difference(candidate.step);
            candidate.control = nearest(sizes, bets, by, candidate.control);
            candidate.e *= bet(control, bets.0, candidate.control) * bet(variant, bets.1, candidate.control + by);
        }
        // Evidence may exclude everything, once in 1 / alpha; then the last to go stay, as the least bad.
        let least = self.possible.iter().map(|candidate| candidate.e).fold(f64::INFINITY, f64::min);
        let threshold = self.threshold.max(least * (1.0 + 1e-9));
        self.possible.retain(|candidate| candidate.e < threshold);
        self.control.join(control);
        self.variant.join(variant);
    }

    /// All that is still possible; never wider than before. The ends themselves are excluded, except -1 and 1.
    pub fn interval(&self) -> Interval {
        let steps = self.possible.first().zip(self.possible.last());
        let (low, high) = steps.map_or((0, 0), |(first, last)| (first.step, last.step));
        Interval { low: difference(low - 1), high: difference(high + 1) }
    }

    /// The present moment.
    pub fn look(&self) -> Look {
        let waiting = self.waiting.len(Arm::Control) + self.waiting.len(Arm::Variant);
        Look { visitors: self.control.trials() + self.variant.trials() + waiting as u64, interval: self.interval() }
    }
}

/// The confidence sequence along a stream of outcomes in the order of arrival: a look after every `every` visitors (0
/// counts as 1) and one at the end, for drawing.
pub fn difference_path(
    blocks: Blocks,
    alpha: Alpha,
    outcomes: impl IntoIterator<Item = (Arm, bool)>,
    every: usize,
) -> Vec<Look> {
    let mut sequence = DifferenceSequence::new(blocks, alpha);
    let mut looks = Vec::new();
    for (place, (arm, success)) in outcomes.into_iter().enumerate() {
        sequence.observe(arm, success);
        if (place + 1) % every.max(1) == 0 {
            looks.push(sequence.look());
        }
    }
    let last = sequence.look();
    if looks.last() != Some(&last) {
        looks.push(last);
    }
    looks
}

fn difference(step: i32) -> f64 {
    f64::from(step) / f64::from(STEPS)
}

/// Control's share in the pair `(x, x + by)` that is nearest to the shares `seen` of `sizes` outcomes: the minimum of
/// `n_c KL(seen_c, x) + n_v KL(seen_v, x + by)`, which is also where the likelihood on that line is largest.
///
/// The divergence is convex in `x`, so its slope has one root, between `seen_c` and `seen_v - by`; found by Newton's
/// steps from `start`, halving wherever one would leave the bracket.
pub(super) fn nearest(sizes: (f64, f64), seen: (f64, f64), by: f64, start: f64) -> f64 {
    let ends = (f64::max(0.0, -by), f64::min(1.0, 1.0 - by));
    let inside = |x: f64| x.clamp(ends.0, ends.1);
    let (one, other) = (inside(seen.0), inside(seen.1 - by));
    let (mut low, mut high) = (one.min(other), one.max(other));
    let mut x = if start > low && start < high { start } else { 0.5 * (low + high) };
    for _ in 0..60 {
        let y = x + by;
        let (weight_x, weight_y) = (x * (1.0 - x), y * (1.0 - y));
        if !(weight_x > 0.0 && weight_y > 0.0) || high - low < 1e-15 {
            break;
        }
        let slope = sizes.0 * (x - seen.0) / weight_x + sizes.1 * (y - seen.1) / weight_y;
        if slope > 0.0 {
            high = x
        } else {
            low = x
        }
        let bend = sizes.0 * ((x - seen.0).powi(2) + seen.0 * (1.0 - seen.0)) / (weight_x * weight_x)
            + sizes.1 * ((y - seen.1).powi(2) + seen.1 * (1.0 - seen.1)) / (weight_y * weight_y);
        let newton = x - slope / bend;
        let inside = newton > low && newton < high;
        let next = if inside { newton } else { 0.5 * (low + high) };
        let moved = (next - x).abs();
        x = next;
        // Newton's steps square the error, so the next one would be too small to matter.
        if inside && moved < 1e-8 {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::SplitMix;
    use crate::sequential::TwoByTwo;

    fn visitors(count: usize, shares: (f64, f64), seed: u64) -> Vec<(Arm, bool)> {
        let mut chance = SplitMix(seed);
        let mut visitor = || {
            let arm = if chance.happens(0.5) { Arm::Variant } else { Arm::Control };
            (arm, chance.happens(if arm == Arm::Control { shares.0 } else { shares.1 }))
        };
        (0..count).map(|_| visitor()).collect()
    }

    #[test]
    fn the_interval_closes_in_on_the_true_difference() {
        let looks = difference_path(Blocks::default(), Alpha::FIVE_PERCENT, visitors(3_000, (0.7, 0.85), 4), 100);
        assert_eq!(looks.first().map(|look| look.visitors), Some(100));
        let last = looks.last().unwrap();
        assert_eq!(last.visitors, 3_000);
        assert!(last.interval.low < 0.15 && 0.15 < last.interval.high, "{last:?}");
        assert!(last.interval.high - last.interval.low < 0.14, "{last:?}");
        for pair in looks.windows(2) {
            assert!(pair[0].interval.low <= pair[1].interval.low && pair[1].interval.high <= pair[0].interval.high);
        }
    }

    #[test]
    fn nothing_is_excluded_before_anything_was_seen() {
        let looks = difference_path(Blocks::default(), Alpha::FIVE_PERCENT, [], 10);
        assert_eq!(looks, [Look { visitors: 0, interval: Interval { low: -1.0, high: 1.0 } }]);
    }

    /// The expectation of a block's factor under any pair of shares with the difference in question.
    fn expectation(blocks: Blocks, theta: (f64, f64), by: f64, control_share: f64) -> f64 {
        let (n_c, n_v) = (u64::from(blocks.control()), u64::from(blocks.variant()));
        let null = nearest((n_c as f64, n_v as f64), theta, by, 0.5);
        let mut sum = 0.0;
        for c in 0..=n_c {
            for v in 0..=n_v {
                let (control, variant) = (Counts::new(c, n_c).unwrap(), Counts::new(v, n_v).unwrap());
                let ways = (crate::special::ln_choose(n_c, c) + crate::special::ln_choose(n_v, v)).exp();
                let likely = control.ln_likelihood(control_share) + variant.ln_likelihood(control_share + by);
                sum += ways * likely.exp() * bet(control, theta.0, null) * bet(variant, theta.1, null + by);
            }
        }
        sum
    }

    proptest! {
        #[test]
        fn no_bet_wins_on_average_against_the_true_difference(
            control in 1_u32..5, variant in 1_u32..5, theta in (0.01_f64..0.99, 0.01_f64..0.99), by in -0.98_f64..0.98,
            part in 0.0_f64..=1.0,
        ) {
            let (low, high): (f64, f64) = (f64::max(0.0, -by), f64::min(1.0, 1.0 - by));
            let share = low + (high - low) * part;
            let found = expectation(Blocks::new(control, variant), theta, by, share);
            prop_assert!(found <= 1.0 + 1e-8, "{found}");
        }

        #[test]
        fn zero_is_excluded_when_and_only_when_the_test_rejects(
            seed in any::<u64>(), shares in (0.1..0.9, 0.1..0.9), count in 1_usize..300,
        ) {
            let outcomes = visitors(count, shares, seed);
            let test = TwoByTwo::after(Blocks::default(), outcomes.clone());
            let mut sequence = DifferenceSequence::new(Blocks::default(), Alpha::FIVE_PERCENT);
            outcomes.into_iter().for_each(|(arm, success)| sequence.observe(arm, success));
            let range = sequence.interval();
            // Apart from a tie with the threshold, which rounding may decide either way.
            if (test.p() - 0.05).abs() > 1e-9 {
                prop_assert_eq!(test.rejects(Alpha::FIVE_PERCENT), range.low >= 0.0 || range.high <= 0.0);
            }
        }
    }
}
