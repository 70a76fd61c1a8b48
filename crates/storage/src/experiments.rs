//! Live experiments and the visitors in them. The operations are in `experiments.rs` of each database.
//!
//! At most one experiment of a site is in force: running, or with one of its variants shipped. So whoever asks what a
//! visitor gets asks for one row, and no two experiments can pull at one visitor.

use async_trait::async_trait;
use portavoz_domain::experiment::{Experiment, Exposure, Observation};
use portavoz_domain::ids::{ExperimentId, SiteId};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::variation::VariantName;

use crate::Result;

/// An experiment as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredExperiment {
    /// The experiment.
    pub experiment: Experiment,
    /// Counts its changes, from 1; what [`Experiments::change`] goes by.
    pub version: u64,
}

/// A visitor in an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The portfolio.
    pub site: &'a SiteId,
    /// The experiment.
    pub experiment: ExperimentId,
    /// See [`Exposure::subject`].
    pub subject: &'a str,
}

/// What a visitor is to get if they are new to an experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// By the shares of this version of the experiment.
    pub version: u64,
    /// What they are to get.
    pub arm: VariantName,
    /// When they came.
    pub at: Timestamp,
}

/// Experiments and exposures.
#[async_trait]
pub trait Experiments: Send + Sync {
    /// Keeps a new experiment. [`crate::StorageError::Conflict`] if its id exists, if its name is that of one that is
    /// not archived, or if it is to be in force and another one is.
    async fn create(&self, experiment: &Experiment) -> Result<()>;

    /// One experiment.
    async fn find(&self, site: &SiteId, id: ExperimentId) -> Result<Option<StoredExperiment>>;

    /// The newest `limit` (1..=1000) by when they began, newest first, ties broken by id.
    async fn list(&self, site: &SiteId, limit: u32) -> Result<Vec<StoredExperiment>>;

    /// The one that is running, or whose variant is shipped: its state tells which.
    async fn in_force(&self, site: &SiteId) -> Result<Option<StoredExperiment>>;

    /// Replaces an experiment if it still has this version. True if it was replaced; of several callers who read the
    /// same version, exactly one gets that. What [`Experiments::create`] refuses is a conflict here, too.
    async fn change(&self, version: u64, after: &Experiment) -> Result<bool>;

    /// The exposure of a subject, or a new one as offered if there was none: whoever races gets the same. `None`, and
    /// nothing is written, if the experiment is not running, or if it has another version than an offer to a new subject
    /// goes by: nobody is assigned by shares that were changed, however late a process learns of it.
    async fn expose(&self, subject: Subject<'_>, offer: &Offer) -> Result<Option<Exposure>>;

    /// Keeps what came of a subject's first question. True if there was nothing yet; later ones change nothing. Goes on
    /// after the experiment is stopped, for whoever was being answered.
    async fn observe(&self, subject: Subject<'_>, observation: &Observation) -> Result<bool>;

    /// Leaves a subject out of every figure from now on; false if there is no such exposure.
    async fn mix(&self, subject: Subject<'_>) -> Result<bool>;

    /// Removes a subject, as if they had never come; false if there is no such exposure.
    async fn withdraw(&self, subject: Subject<'_>) -> Result<bool>;

    /// All exposures in the order of their observation, ties broken by subject; those without one come last, by when
    /// they were exposed.
    async fn exposures(&self, site: &SiteId, experiment: ExperimentId) -> Result<Vec<Exposure>>;

    /// Replaces subjects by numbers in the order of [`Experiments::exposures`] and takes the turns away, so that nothing
    /// leads back to a visitor. Figures and order stay. Returns how many exposures there are.
    async fn forget_subjects(&self, site: &SiteId, experiment: ExperimentId) -> Result<u64>;
}
