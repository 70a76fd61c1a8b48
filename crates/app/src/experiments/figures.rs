//! What is known of an experiment, before it is judged: who came, what came of it, and thumbs.

use std::collections::BTreeMap;

use portavoz_domain::experiment::{Experiment, Exposure, Observation};
use portavoz_domain::feedback::Rating;
use portavoz_domain::timestamp::{HOUR_MS, Timestamp};
use portavoz_domain::traffic::{Measure, Span, TrafficQuery};
use portavoz_domain::variation::VariantName;
use portavoz_stats::sequential::Counts;
use portavoz_storage::StorageError;

use crate::site::Site;

/// Everything that a verdict rests on.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    pub(super) experiment: Experiment,
    /// In the order of observation.
    pub(super) exposures: Vec<Exposure>,
    /// Thumbs down among all, by arm.
    thumbs: BTreeMap<VariantName, Counts>,
    pub(super) now: Timestamp,
}

impl Evidence {
    /// All that is kept of an experiment.
    pub(super) async fn of(site: &Site, experiment: Experiment) -> Result<Self, StorageError> {
        let exposures = site.storage().experiments().exposures(site.id(), experiment.id).await?;
        let thumbs = thumbs(site, &experiment).await?;
        Ok(Self { experiment, exposures, thumbs, now: site.now() })
    }

    /// Evidence of visitors that nobody saw.
    #[cfg(test)]
    pub(super) const fn made_of(
        experiment: Experiment,
        exposures: Vec<Exposure>,
        thumbs: BTreeMap<VariantName, Counts>,
        now: Timestamp,
    ) -> Self {
        Self { experiment, exposures, thumbs, now }
    }

    /// Visitors whose first question ended, in that order, without those who saw two ways.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = (&VariantName, &Observation)> {
        let counted = self.exposures.iter().filter(|exposure| !exposure.mixed);
        counted.filter_map(|exposure| Some((&exposure.arm, exposure.observation.as_ref()?)))
    }

    /// Those of one arm.
    pub(super) fn outcomes_of(&self, arm: &VariantName) -> impl Iterator<Item = &Observation> {
        self.outcomes().filter_map(move |(other, observation)| (other == arm).then_some(observation))
    }

    /// How many of an arm's outcomes have something.
    pub(super) fn count(&self, arm: &VariantName, has: impl Fn(&Observation) -> bool) -> Counts {
        let (mut with, mut all) = (0, 0);
        for observation in self.outcomes_of(arm) {
            all += 1;
            with += u64::from(has(observation));
        }
        Counts::new(with, all).unwrap_or_default()
    }

    /// Thumbs down among all thumbs of an arm's answers.
    pub(super) fn thumbs(&self, arm: &VariantName) -> Counts {
        self.thumbs.get(arm).copied().unwrap_or_default()
    }
}

/// Thumbs are counted with the traffic, by full hours; only turns of the experiment have its labels.
async fn thumbs(site: &Site, experiment: &Experiment) -> Result<BTreeMap<VariantName, Counts>, StorageError> {
    let query = TrafficQuery {
        // Hours become days after a while, and a day comes whole at its beginning.
        from: experiment.started.day(),
        to: Timestamp::from_millis(site.now().hour().as_millis() + HOUR_MS),
        span: Span::Whole,
        by_variant: true,
        ..TrafficQuery::default()
    };
    let sums = site.storage().traffic().sums(site.id(), &query).await?;
    let of_arm = |name: &VariantName| {
        let label = experiment.label(name);
        let mut thumbs = sums
            .iter()
            .filter(|sum| sum.key.variant == label)
            .map(|sum| (sum.tally.get(&Measure::Thumbs(Rating::Down)), sum.tally.get(&Measure::Thumbs(Rating::Up))));
        let (down, up) = thumbs.next().unwrap_or_default();
        Counts::new(down, down.saturating_add(up)).unwrap_or_default()
    };
    Ok(experiment.arms.iter().map(|arm| (arm.name.clone(), of_arm(&arm.name))).collect())
}
