//! Whether the arms got visitors in the planned proportions. If not, something is broken, and no figure is to be trusted.

use portavoz_domain::experiment::Exposure;
use portavoz_domain::variation::VariantName;
use portavoz_stats::Alpha;
use portavoz_stats::sequential::{Epoch, sample_ratio};
use serde::Serialize;

use crate::experiments::figures::Evidence;

/// Looks of one evaluation at most; those between them are skipped.
const LOOKS: usize = 1_000;

/// The test of the planned proportions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ratio {
    /// True if the proportions are certainly other ones than planned; once true it stays so.
    pub alarm: bool,
    /// The smallest anytime-valid p-value of all looks; the alarm is at 0.01.
    pub p: f64,
    /// Visitors that each arm should have got, the control first.
    pub expected: Vec<f64>,
    /// Visitors that each arm got.
    pub got: Vec<u64>,
}

/// The visitors of a time in which the shares stayed the same.
struct Visitors {
    shares: Vec<f64>,
    got: Vec<u64>,
}

/// Looks at the proportions as visitors came, so that an alarm stays when later visitors hide its cause. Who saw two ways
/// counts here, for they were assigned like everybody.
pub(in crate::experiments) fn ratio(evidence: &Evidence) -> Ratio {
    let experiment = &evidence.experiment;
    let arms = experiment.arms.len();
    let place = |name: &VariantName| experiment.arms.iter().position(|arm| arm.name == *name);
    let mut epochs: Vec<Visitors> = experiment
        .shares
        .iter()
        .map(|shares| Visitors {
            shares: shares.per_mille.iter().map(|share| f64::from(*share)).collect(),
            got: vec![0; arms],
        })
        .collect();
    let mut came: Vec<&Exposure> = evidence.exposures.iter().collect();
    came.sort_by(|one, other| (one.at, &one.subject).cmp(&(other.at, &other.subject)));
    let every = came.len().div_ceil(LOOKS).max(1);
    let mut strongest = 0.0_f64;
    for (number, exposure) in came.iter().enumerate() {
        let epoch = experiment.shares.iter().rposition(|shares| shares.from <= exposure.at).unwrap_or(0);
        let slot = epochs.get_mut(epoch).zip(place(&exposure.arm)).and_then(|(epoch, arm)| epoch.got.get_mut(arm));
        if let Some(got) = slot {
            *got += 1;
        }
        if (number + 1) % every == 0 || number + 1 == came.len() {
            strongest = strongest.max(evidence_for_a_mismatch(&epochs));
        }
    }
    let sum = |of: &dyn Fn(&Visitors, usize) -> f64| -> Vec<f64> {
        (0..arms).map(|arm| epochs.iter().map(|epoch| of(epoch, arm)).sum()).collect()
    };
    let got = |epoch: &Visitors, arm: usize| epoch.got.get(arm).map_or(0.0, |got| *got as f64);
    let expected = |epoch: &Visitors, arm: usize| {
        let all: u64 = epoch.got.iter().sum();
        let whole: f64 = epoch.shares.iter().sum();
        epoch.shares.get(arm).map_or(0.0, |share| all as f64 * share / whole.max(1.0))
    };
    Ratio {
        alarm: strongest >= -Alpha::ONE_PERCENT.get().ln(),
        p: (-strongest).exp().min(1.0),
        expected: sum(&expected),
        got: sum(&got).into_iter().map(|got| got.round() as u64).collect(),
    }
}

/// The logarithm of the Bayes factor; 0 if shares make no sense, which no experiment has.
fn evidence_for_a_mismatch(epochs: &[Visitors]) -> f64 {
    let epochs: Vec<Epoch<'_>> =
        epochs.iter().map(|epoch| Epoch { shares: &epoch.shares, visitors: &epoch.got }).collect();
    sample_ratio(&epochs).map_or(0.0, |ratio| ratio.log_bayes_factor)
}
