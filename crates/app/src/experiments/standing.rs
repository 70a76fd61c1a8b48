//! What this process knows of the experiment in force, with its ways of answering made ready.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use portavoz_domain::experiment::{Experiment, ExperimentState};
use portavoz_domain::variation::VariantName;
use portavoz_storage::{StorageError, StoredExperiment};
use serde::Serialize;

use crate::site::Site;
use crate::variant::Variant;

/// Where this process keeps what it knows.
#[derive(Debug, Default)]
pub(crate) struct Standing(ArcSwapOption<InForce>);

/// The experiment in force.
#[derive(Debug)]
pub(super) struct InForce {
    pub(super) stored: StoredExperiment,
    /// One for each arm, in their order.
    ways: Vec<Arc<Variant>>,
}

/// A variant that answers everybody.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shipped {
    /// Of which experiment.
    pub experiment: VariantName,
    /// Which of its variants.
    pub arm: VariantName,
    /// What differs from the configuration: its key, and the value in force.
    pub differences: Vec<(&'static str, String)>,
}

impl InForce {
    /// The way of answering of an arm.
    pub(super) fn way(&self, arm: &VariantName) -> Option<&Arc<Variant>> {
        let arms = &self.stored.experiment.arms;
        arms.iter().zip(&self.ways).find_map(|(known, way)| (known.name == *arm).then_some(way))
    }
}

/// Reads what is in force, whichever process decided it, into this one. For the start, and every minute.
pub async fn refresh(site: &Site) -> Result<(), StorageError> {
    let stored = match site.settings().experiments.enabled {
        true => site.storage().experiments().in_force(site.id()).await?,
        false => None,
    };
    let known = site.experiments.0.load_full();
    match (stored, known) {
        (None, None) => {}
        (None, Some(_)) => site.experiments.0.store(None),
        // The ways are made anew all the same: a model may have been chosen, or have ended.
        (Some(stored), _) => site.experiments.0.store(Some(Arc::new(made_ready(site, stored)))),
    }
    Ok(())
}

fn made_ready(site: &Site, stored: StoredExperiment) -> InForce {
    let experiment = &stored.experiment;
    let ways = experiment.arms.iter().map(|arm| {
        let label = label(experiment, &arm.name);
        // A variant that cannot be made any more, for its model has lost its provider, counts as itself all the same:
        // what its visitors get is what it is worth.
        let made = site.variant(&arm.variation).unwrap_or_else(|error| {
            tracing::error!(site = %site.id(), variant = label, %error, "a variant cannot be tried, and answers as configured");
            Variant::clone(site.usual())
        });
        let made = if experiment.state == ExperimentState::Running { made.anew() } else { made };
        Arc::new(made.labelled(label))
    });
    let ways = ways.collect();
    InForce { stored, ways }
}

/// What stands in the rows of an arm's turns. Turns of a shipped variant are told from those of its experiment, which they
/// say nothing about.
fn label(experiment: &Experiment, arm: &VariantName) -> String {
    let label = experiment.label(arm);
    if experiment.state == ExperimentState::Shipped { format!("{label}:shipped") } else { label }
}

/// The experiment in force, as far as this process knows.
pub(super) fn in_force(site: &Site) -> Option<Arc<InForce>> {
    site.experiments.0.load_full()
}

/// How everybody is answered who is in no experiment: as configured, or as was shipped.
pub(crate) fn way(site: &Site) -> Arc<Variant> {
    let in_force = in_force(site);
    let shipped = in_force.as_ref().and_then(|known| known.way(known.stored.experiment.shipped.as_ref()?));
    Arc::clone(shipped.unwrap_or(site.usual()))
}

/// The variant that answers everybody, if one was shipped.
pub fn shipped(site: &Site) -> Option<Shipped> {
    let known = in_force(site)?;
    let experiment = &known.stored.experiment;
    let arm = experiment.arm(experiment.shipped.as_ref()?)?;
    Some(Shipped {
        experiment: experiment.name.clone(),
        arm: arm.name.clone(),
        differences: arm.variation.differences(),
    })
}
