//! How long will it take? Asked before an experiment starts, because the honest answer is often "months".

use super::{Blocks, Counts, TwoByTwo};
use crate::Alpha;
use crate::random::SplitMix;

/// How often the experiment is played through; the figures are then good to some three percentage points of power.
const PLAYED: u32 = 200;

/// Nobody's portfolio gets more than this many visitors in a useful time.
const MOST_VISITORS: u64 = 20_000;

/// What is planned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Control's share of successes, 0..=1.
    pub base: f64,
    /// The smallest difference to it that matters, variant minus control.
    pub effect: f64,
    /// The probability of a false verdict; [`Alpha::shared_by`] the number of variants if there are several.
    pub alpha: Alpha,
    /// The shares of the traffic; see [`Blocks::for_shares`].
    pub blocks: Blocks,
    /// The same seed plays the same experiments.
    pub seed: u64,
}

/// When the verdict came, had the experiment been run many times.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The visitors (of control and this variant together) at each verdict, fewest first; without those that never came.
    verdicts: Vec<u64>,
}

impl Planned {
    /// The visitors after which half of all experiments have their verdict; `None` if more than 20 000.
    pub fn median(&self) -> Option<u64> {
        self.at_power(0.5)
    }

    /// The visitors after which four in five experiments have their verdict; `None` if more than 20 000.
    pub fn at_80_percent(&self) -> Option<u64> {
        self.at_power(0.8)
    }

    /// The share of experiments with a verdict within so many visitors; beyond 20 000, of those within them.
    pub fn power_within(&self, visitors: u64) -> f64 {
        self.verdicts.partition_point(|verdict| *verdict <= visitors) as f64 / f64::from(PLAYED)
    }

    fn at_power(&self, power: f64) -> Option<u64> {
        self.verdicts.get((power * f64::from(PLAYED)).ceil() as usize - 1).copied()
    }
}

/// How many visitors until [`TwoByTwo`] comes to a verdict, if the effect is the one that matters: played through two
/// hundred times. `None` if control's share or that of the variant is no probability.
///
/// Assumes that visitors come in exactly the planned shares, and that the effect is as large as stated: with a smaller
/// one it takes longer, roughly with the inverse square, and without any there never is a verdict.
pub fn plan(plan: &Plan) -> Option<Planned> {
    let shares = (plan.base, plan.base + plan.effect);
    if !((0.0..=1.0).contains(&shares.0) && (0.0..=1.0).contains(&shares.1)) {
        return None;
    }
    let mut chance = SplitMix(plan.seed);
    let start = TwoByTwo::new(plan.blocks);
    let mut verdicts: Vec<u64> =
        (0..PLAYED).filter_map(|_| play(&start, shares, (plan.alpha, MOST_VISITORS), &mut chance)).collect();
    verdicts.sort_unstable();
    Some(Planned { verdicts })
}

/// Plays an experiment on from where it stands, with the true `shares` of control and variant, until its verdict or for at
/// most so many more visitors: how many more it took.
pub(super) fn play(
    so_far: &TwoByTwo,
    shares: (f64, f64),
    (alpha, most): (Alpha, u64),
    chance: &mut SplitMix,
) -> Option<u64> {
    let mut test = so_far.clone();
    let blocks = test.blocks();
    let mut arm = |size: u32, share: f64| {
        let mut counts = Counts::default();
        (0..size).for_each(|_| counts.add(chance.happens(share)));
        counts
    };
    let mut visitors = 0;
    while visitors + u64::from(blocks.total()) <= most {
        visitors += u64::from(blocks.total());
        test.block(arm(blocks.control(), shares.0), arm(blocks.variant(), shares.1));
        if test.rejects(alpha) {
            return Some(visitors);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANNED: Plan = Plan { base: 0.7, effect: 0.2, alpha: Alpha::FIVE_PERCENT, blocks: Blocks::EVEN, seed: 3 };

    #[test]
    fn larger_effects_take_fewer_visitors_and_a_stricter_alpha_more() {
        let median = |plan: Plan| super::plan(&plan).unwrap().median().unwrap();
        let usual = median(PLANNED);
        assert!((100..300).contains(&usual), "{usual}");
        assert!(median(Plan { effect: 0.1, ..PLANNED }) > 3 * usual);
        assert!(median(Plan { effect: -0.3, ..PLANNED }) < usual);
        assert!(median(Plan { alpha: Alpha::new(0.01).unwrap(), ..PLANNED }) > usual);
        assert!(median(Plan { blocks: Blocks::new(9, 1), ..PLANNED }) > usual);
    }

    #[test]
    fn power_grows_with_visitors_and_fits_the_quantiles() {
        let planned = plan(&PLANNED).unwrap();
        let (median, most) = (planned.median().unwrap(), planned.at_80_percent().unwrap());
        assert!(median <= most);
        assert!(planned.power_within(median) >= 0.5 && planned.power_within(most) >= 0.8);
        assert!(planned.power_within(median - 2) < 0.5 && planned.power_within(0) == 0.0);
    }

    #[test]
    fn no_effect_takes_for_ever_and_impossible_shares_are_refused() {
        let none = plan(&Plan { effect: 0.0, ..PLANNED }).unwrap();
        assert_eq!((none.median(), none.at_80_percent()), (None, None));
        assert!(none.power_within(20_000) <= 0.1);
        assert_eq!(plan(&Plan { effect: 0.31, ..PLANNED }), None);
        assert_eq!(plan(&Plan { base: f64::NAN, ..PLANNED }), None);
    }
}
