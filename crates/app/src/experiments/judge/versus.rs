//! One variant against the control, visitor by visitor.

use portavoz_domain::experiment::{Experiment, ExperimentState};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::variation::VariantName;
use portavoz_stats::sequential::{Arm, Blocks, DifferenceSequence, Futility, Outlook, TwoByTwo, futility};
use portavoz_stats::{Alpha, Interval};

use super::PathPoint;
use crate::experiments::figures::Evidence;

/// Points of a path at most.
const POINTS: usize = 100;
/// The same rest of an experiment is played through at each look, so that an advice changes only with its data.
const SEED: u64 = 0x706f_7274_6176_6f7a;

/// A variant beside the control, after all outcomes.
pub(super) struct Compared {
    pub(super) test: TwoByTwo,
    pub(super) possible: Interval,
    pub(super) path: Vec<PathPoint>,
}

/// Hands in the outcomes of the control and of one variant, in their order. Blocks follow the shares in force.
pub(super) fn compare(evidence: &Evidence, variant: &VariantName, alpha: Alpha) -> Compared {
    let experiment = &evidence.experiment;
    let outcomes: Vec<(Arm, bool, Timestamp)> = evidence
        .outcomes()
        .filter_map(|(name, observation)| Some((arm_of(name, variant)?, observation.success, observation.at)))
        .collect();
    let mut epochs = blocks(experiment, variant).into_iter().peekable();
    let first = epochs.next().map_or(Blocks::EVEN, |(_, blocks)| blocks);
    let mut test = TwoByTwo::new(first);
    let mut sequence = DifferenceSequence::new(first, alpha);
    let mut path = Vec::new();
    let every = outcomes.len().div_ceil(POINTS).max(1);
    for (place, (arm, success, at)) in outcomes.iter().enumerate() {
        while let Some((_, blocks)) = epochs.next_if(|(from, _)| from <= at) {
            test.resize(blocks);
            sequence.resize(blocks);
        }
        test.observe(*arm, *success);
        sequence.observe(*arm, *success);
        if (place + 1) % every == 0 || place + 1 == outcomes.len() {
            let possible = sequence.interval().into();
            path.push(PathPoint { at: *at, visitors: place as u64 + 1, difference: difference(&test), possible });
        }
    }
    Compared { test, possible: sequence.interval(), path }
}

impl Compared {
    /// Variant minus control, of the shares seen.
    pub(super) fn difference(&self) -> Option<f64> {
        difference(&self.test)
    }

    /// What to expect of going on until the horizon.
    pub(super) fn outlook(&self, evidence: &Evidence, alpha: Alpha) -> Futility {
        let design = &evidence.experiment.design;
        let observed = evidence.outcomes().count() as u64;
        let of_these = self.test.counts(Arm::Control).trials() + self.test.counts(Arm::Variant).trials();
        let is_running = evidence.experiment.state == ExperimentState::Running;
        let to_come = if is_running { u64::from(design.horizon).saturating_sub(observed) } else { 0 };
        // Of those to come, as many are of these two arms as were until now.
        let share = if observed == 0 { 1.0 } else { of_these as f64 / observed as f64 };
        let visitors_to_come = (to_come as f64 * share).round() as u64;
        let outlook =
            Outlook { test: &self.test, possible: self.possible, alpha, effect: design.effect, visitors_to_come };
        futility(&outlook, SEED)
    }
}

fn difference(test: &TwoByTwo) -> Option<f64> {
    Some(test.counts(Arm::Variant).share()? - test.counts(Arm::Control).share()?)
}

fn arm_of(name: &VariantName, variant: &VariantName) -> Option<Arm> {
    if name.is_control() { Some(Arm::Control) } else { (name == variant).then_some(Arm::Variant) }
}

/// From when on blocks have which size.
fn blocks(experiment: &Experiment, variant: &VariantName) -> Vec<(Timestamp, Blocks)> {
    let place = experiment.arms.iter().position(|arm| arm.name == *variant);
    let of_epoch = |per_mille: &[u32]| {
        let share = |place: usize| per_mille.get(place).copied().map_or(0.0, f64::from);
        let (control, variant) = (share(0), place.map_or(0.0, share));
        // While one of the two gets nobody, no block is filled, whatever its size.
        if control > 0.0 && variant > 0.0 { Blocks::for_shares(control, variant) } else { Blocks::EVEN }
    };
    experiment.shares.iter().map(|shares| (shares.from, of_epoch(&shares.per_mille))).collect()
}
