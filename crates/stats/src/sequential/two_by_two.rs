//! Is there an effect on a yes/no outcome? The exact e-process for two streams of outcomes.

use super::blocks::Waiting;
use super::{Arm, Blocks, Counts};
use crate::Alpha;

/// The strength of the Beta prior that each arm's share is learned with: what the authors found best for blocks of one
/// and one ("REGROW" against the best choice in hindsight), and the default of their R package `safestats`.
pub(super) const PRIOR: f64 = 0.18;

/// A test of "both arms have the same share of successes" that may be looked at after every visitor.
///
/// Block after block, the e-process is multiplied by
/// `prod theta_arm(y) / theta_0(y)`, where the shares `theta` are learned from the blocks before (posterior means under
/// Beta(0.18, 0.18)) and `theta_0 = (n_c theta_c + n_v theta_v) / (n_c + n_v)` mixes them as the block does. Whatever the
/// common share is, the expectation of this factor is at most 1. Source: R. J. Turner, A. Ly and P. D. Grünwald, "Generic
/// E-variables for exact sequential k-sample tests that allow for optional stopping", Journal of Statistical Planning and
/// Inference 230 (2024), sections 2 and 3.
///
/// Assumes that outcomes are independent with one share per arm if nothing differs, that each visitor counts once, and
/// that who gets which arm, and when an outcome is handed in, does not depend on outcomes; a salted hash does that. For
/// the same reason outcomes may wait until their block is full: the pairing is decided without looking at them. Two-sided.
#[derive(Debug, Clone)]
pub struct TwoByTwo {
    waiting: Waiting,
    control: Counts,
    variant: Counts,
    log_e: f64,
    highest_log_e: f64,
}

impl TwoByTwo {
    /// Nothing seen yet.
    pub const fn new(blocks: Blocks) -> Self {
        Self {
            waiting: Waiting::new(blocks),
            control: Counts::NONE,
            variant: Counts::NONE,
            log_e: 0.0,
            highest_log_e: 0.0,
        }
    }

    /// The test after a whole stream of outcomes, in the order of arrival.
    pub fn after(blocks: Blocks, outcomes: impl IntoIterator<Item = (Arm, bool)>) -> Self {
        let mut test = Self::new(blocks);
        outcomes.into_iter().for_each(|(arm, success)| test.observe(arm, success));
        test
    }

    /// Takes the outcome of one more visitor. It counts as soon as its block is full.
    pub fn observe(&mut self, arm: Arm, success: bool) {
        self.waiting.push(arm, success);
        while let Some((control, variant)) = self.waiting.pop() {
            self.block(control, variant);
        }
    }

    /// From now on blocks of another size, for traffic that is shared out anew. Valid as long as it is not decided by
    /// the outcomes that wait.
    pub fn resize(&mut self, blocks: Blocks) {
        self.waiting.blocks = blocks;
    }

    /// One full block.
    pub(super) fn block(&mut self, control: Counts, variant: Counts) {
        let (theta_c, theta_v) = (learned(self.control), learned(self.variant));
        let (n_c, n_v) = (control.trials() as f64, variant.trials() as f64);
        let common = (n_c * theta_c + n_v * theta_v) / (n_c + n_v);
        self.log_e += (bet(control, theta_c, common) * bet(variant, theta_v, common)).ln();
        self.highest_log_e = self.highest_log_e.max(self.log_e);
        self.control.join(control);
        self.variant.join(variant);
    }

    /// The evidence against "no effect" now: the natural logarithm of the e-process. 0 is none, 3 is that of one in
    /// twenty; negative if the outcomes speak for no effect.
    pub const fn log_e(&self) -> f64 {
        self.log_e
    }

    /// The anytime-valid p-value: `1 / e` at the moment when the evidence was strongest, at most 1. It never rises, and
    /// falls below any `alpha` with at most that probability if there is no effect, however often one looks.
    pub fn p(&self) -> f64 {
        (-self.highest_log_e).exp()
    }

    /// Whether "no effect" is rejected; once true it stays so.
    pub fn rejects(&self, alpha: Alpha) -> bool {
        self.highest_log_e >= alpha.ln_threshold()
    }

    /// All outcomes of an arm, those that wait included.
    pub fn counts(&self, arm: Arm) -> Counts {
        let mut counts = if arm == Arm::Control { self.control } else { self.variant };
        counts.join(self.waiting.counts(arm));
        counts
    }

    /// How many outcomes of an arm wait for their block to be filled and say nothing yet.
    pub fn waiting(&self, arm: Arm) -> usize {
        self.waiting.len(arm)
    }

    /// How many outcomes make a block.
    pub const fn blocks(&self) -> Blocks {
        self.waiting.blocks
    }
}

/// The share that an arm is expected to show next, from what it showed.
pub(super) fn learned(seen: Counts) -> f64 {
    (seen.successes() as f64 + PRIOR) / (seen.trials() as f64 + 2.0 * PRIOR)
}

/// `prod theta(y) / null(y)` over the outcomes of a block; small enough blocks cannot overflow.
pub(super) fn bet(outcomes: Counts, theta: f64, null: f64) -> f64 {
    let power = |ratio: f64, count: u64| ratio.powi(count as i32);
    power(theta / null, outcomes.successes()) * power((1.0 - theta) / (1.0 - null), outcomes.failures())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stream(outcomes: &[(u8, u8)]) -> Vec<(Arm, bool)> {
        outcomes.iter().flat_map(|(c, v)| [(Arm::Control, *c == 1), (Arm::Variant, *v == 1)]).collect()
    }

    /// By hand. The first block bets nothing (both shares 1/2). After control failed and the variant succeeded,
    /// theta_c = 0.18 / 1.36, theta_v = 1.18 / 1.36 and their mean is 1/2; the same again multiplies by (1.18 / 0.68)^2.
    #[test]
    fn two_blocks_give_what_the_formula_gives_by_hand() {
        let test = TwoByTwo::after(Blocks::default(), stream(&[(0, 1), (0, 1)]));
        assert!((test.log_e() - 2.0 * (1.18_f64 / 0.68).ln()).abs() < 1e-12, "{test:?}");
        assert!((test.p() - (0.68_f64 / 1.18).powi(2)).abs() < 1e-12);
    }

    #[test]
    fn outcomes_wait_for_their_block_and_are_counted_meanwhile() {
        let mut test = TwoByTwo::new(Blocks::new(1, 1));
        for _ in 0..3 {
            test.observe(Arm::Variant, true);
        }
        assert_eq!((test.log_e(), test.waiting(Arm::Variant), test.waiting(Arm::Control)), (0.0, 3, 0));
        assert_eq!(test.counts(Arm::Variant), Counts::new(3, 3).unwrap());
        test.observe(Arm::Control, false);
        test.observe(Arm::Control, false);
        assert!(test.log_e() > 0.0);
        assert_eq!((test.waiting(Arm::Variant), test.counts(Arm::Control).trials()), (1, 2));
    }

    #[test]
    fn a_plain_effect_is_found_and_the_finding_stays() {
        let mut test = TwoByTwo::after(Blocks::default(), stream(&[(0, 1); 8]));
        assert!(test.rejects(Alpha::FIVE_PERCENT), "{test:?}");
        let p = test.p();
        stream(&[(1, 0); 30]).into_iter().for_each(|(arm, success)| test.observe(arm, success));
        assert!(test.p() <= p && test.rejects(Alpha::FIVE_PERCENT));
    }

    #[test]
    fn traffic_that_is_shared_out_anew_changes_the_blocks_to_come() {
        let mut test = TwoByTwo::after(Blocks::new(3, 1), stream(&[(1, 1), (0, 1)]));
        assert_eq!(test.waiting(Arm::Control), 2);
        test.resize(Blocks::default());
        test.observe(Arm::Control, true);
        assert_eq!((test.waiting(Arm::Control), test.waiting(Arm::Variant)), (1, 0));
    }

    /// The expectation of a block's factor over all outcomes of the block, weighed with their probability at `share`.
    fn expectation(blocks: Blocks, theta: (f64, f64), share: f64) -> f64 {
        let (n_c, n_v) = (u64::from(blocks.control()), u64::from(blocks.variant()));
        let common = (n_c as f64 * theta.0 + n_v as f64 * theta.1) / (n_c + n_v) as f64;
        let mut sum = 0.0;
        for c in 0..=n_c {
            for v in 0..=n_v {
                let (control, variant) = (Counts::new(c, n_c).unwrap(), Counts::new(v, n_v).unwrap());
                let ways = (crate::special::ln_choose(n_c, c) + crate::special::ln_choose(n_v, v)).exp();
                let likely = ways * (control.ln_likelihood(share) + variant.ln_likelihood(share)).exp();
                sum += likely * bet(control, theta.0, common) * bet(variant, theta.1, common);
            }
        }
        sum
    }

    proptest! {
        /// What makes it an e-process, checked exactly: no common share lets the bet win on average.
        #[test]
        fn no_bet_wins_on_average_where_there_is_no_effect(
            control in 1_u32..6, variant in 1_u32..6, theta in (0.001..0.999, 0.001..0.999), share in 0.0..=1.0,
        ) {
            let blocks = Blocks::new(control, variant);
            prop_assert!(expectation(blocks, theta, share) <= 1.0 + 1e-9);
        }

        #[test]
        fn turning_successes_into_failures_changes_nothing(
            outcomes in proptest::collection::vec((0_u8..2, 0_u8..2), 1..60),
        ) {
            let turned: Vec<(u8, u8)> = outcomes.iter().map(|(c, v)| (1 - c, 1 - v)).collect();
            let log_e = |outcomes: &[(u8, u8)]| TwoByTwo::after(Blocks::default(), stream(outcomes)).log_e();
            prop_assert!((log_e(&outcomes) - log_e(&turned)).abs() < 1e-9);
        }
    }
}
