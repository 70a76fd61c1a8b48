//! Can going on still pay? Whether an experiment is likely to come to a verdict in the time that its owner will wait.

use super::plan::play;
use super::{Arm, TwoByTwo};
use crate::random::SplitMix;
use crate::{Alpha, Interval};

/// How often the rest of the experiment is played through.
const PLAYED: u32 = 300;

/// Below this chance of a verdict, going on is called futile.
const SLIM: f64 = 0.1;

/// Where an experiment stands, and what its owner wants to know.
#[derive(Debug, Clone, Copy)]
pub struct Outlook<'a> {
    /// The test so far.
    pub test: &'a TwoByTwo,
    /// The differences that are still possible, of [`super::DifferenceSequence`].
    pub possible: Interval,
    /// The probability of a false verdict.
    pub alpha: Alpha,
    /// The smallest difference that matters; its sign does not.
    pub effect: f64,
    /// How many more visitors, of both arms, the owner will wait for; at most 20 000 are played.
    pub visitors_to_come: u64,
}

/// What to expect of going on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Futility {
    /// The chance of a verdict by then if the true effect is the one that matters; 1 if there is one already.
    pub chance_of_verdict: f64,
    /// Whether an effect as large as the one that matters is excluded, either way. Anytime-valid.
    pub effect_is_smaller: bool,
}

impl Futility {
    /// Whether stopping is advised: the effect is certainly too small to matter, or the chance of a verdict is below
    /// one in ten.
    pub fn is_futile(self) -> bool {
        self.effect_is_smaller || self.chance_of_verdict < SLIM
    }
}

/// Whether going on can still pay.
///
/// The rest is played through three hundred times with control's share as it was so far and the variant's better by the
/// effect that matters (worse, if that is nearer to what was seen). The advice does not bind: who goes on all the same,
/// or stops although a verdict was near, makes no false verdict likelier, since no verdict is ever given for stopping.
pub fn futility(outlook: &Outlook<'_>, seed: u64) -> Futility {
    let effect = outlook.effect.abs();
    let effect_is_smaller = outlook.possible.high <= effect && outlook.possible.low >= -effect;
    if outlook.test.rejects(outlook.alpha) {
        return Futility { chance_of_verdict: 1.0, effect_is_smaller };
    }
    let share = |arm: Arm| {
        let counts = outlook.test.counts(arm);
        (counts.successes() as f64 + 0.5) / (counts.trials() as f64 + 1.0)
    };
    let (control, variant) = (share(Arm::Control), share(Arm::Variant));
    let towards = if variant < control { -effect } else { effect };
    let shares = (control, (control + towards).clamp(0.0, 1.0));
    let limit = (outlook.alpha, outlook.visitors_to_come.min(20_000));
    let mut chance = SplitMix(seed);
    let verdicts = (0..PLAYED).filter(|_| play(outlook.test, shares, limit, &mut chance).is_some()).count();
    Futility { chance_of_verdict: verdicts as f64 / f64::from(PLAYED), effect_is_smaller }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequential::Blocks;

    fn after(control: usize, variant: usize, of: usize) -> TwoByTwo {
        let spread = move |good: usize, place: usize| (place + 1) * good / of > place * good / of;
        let pair = move |place| [(Arm::Control, spread(control, place)), (Arm::Variant, spread(variant, place))];
        TwoByTwo::after(Blocks::default(), (0..of).flat_map(pair))
    }

    fn outlook(test: &TwoByTwo, effect: f64, visitors_to_come: u64) -> Futility {
        let possible = Interval { low: -0.2, high: 0.15 };
        let outlook = Outlook { test, possible, alpha: Alpha::FIVE_PERCENT, effect, visitors_to_come };
        futility(&outlook, 8)
    }

    #[test]
    fn the_chance_grows_with_the_visitors_to_come_and_the_effect() {
        let test = after(140, 146, 200);
        let chance = |effect, visitors| outlook(&test, effect, visitors).chance_of_verdict;
        assert_eq!(chance(0.1, 0), 0.0);
        assert!(chance(0.1, 200) < 0.2 && outlook(&test, 0.02, 100).is_futile());
        assert!(chance(0.1, 4_000) > 0.9 && !outlook(&test, 0.1, 4_000).is_futile());
        assert!(chance(0.2, 400) > chance(0.1, 400));
    }

    #[test]
    fn a_verdict_that_is_there_needs_no_chance() {
        let futility = outlook(&after(20, 95, 100), 0.1, 0);
        assert_eq!((futility.chance_of_verdict, futility.is_futile()), (1.0, false));
    }

    #[test]
    fn an_effect_that_is_certainly_smaller_makes_going_on_futile() {
        let test = after(50, 50, 100);
        assert!(outlook(&test, 0.2, 10_000).effect_is_smaller && outlook(&test, -0.2, 10_000).is_futile());
        assert!(!outlook(&test, 0.19, 10_000).effect_is_smaller);
    }
}
