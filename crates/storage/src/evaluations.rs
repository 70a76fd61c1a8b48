//! Evaluations: runs and what their targets answered. The operations are in `evaluations.rs` of each database.

use std::collections::HashMap;

use async_trait::async_trait;
use portavoz_domain::evaluation::{CaseResult, Run, RunEntry};
use portavoz_domain::ids::{RunId, SiteId};

use crate::Result;

/// Runs and results.
#[async_trait]
pub trait Evaluations: Send + Sync {
    /// Keeps a new run. One whose id exists is [`crate::StorageError::Conflict`].
    async fn begin(&self, run: &Run) -> Result<()>;

    /// One run.
    async fn run(&self, site: &SiteId, id: RunId) -> Result<Option<Run>>;

    /// The newest `limit` (1..=1000) by when they began, newest first, ties broken by id.
    async fn runs(&self, site: &SiteId, limit: u32) -> Result<Vec<RunEntry>>;

    /// The newest run of a plan that is not finished.
    async fn unfinished(&self, site: &SiteId, plan: &str) -> Result<Option<RunId>>;

    /// Replaces a run; its results stay. False if it is gone.
    async fn update(&self, run: &Run) -> Result<bool>;

    /// Removes a run with its results; false if there is none.
    async fn remove(&self, site: &SiteId, id: RunId) -> Result<bool>;

    /// Keeps results of a run, all or none; each replaces that of the same case and target. An unknown run is
    /// [`crate::StorageError::Conflict`].
    async fn record(&self, site: &SiteId, run: RunId, results: &[CaseResult]) -> Result<()>;

    /// The results of a run, by the id of the case, then by the name of the target. The order of a report is that of the
    /// run, which has cases and targets in theirs.
    async fn results(&self, site: &SiteId, run: RunId) -> Result<Vec<CaseResult>>;

    /// The newest result of each of these keys, whatever run it is of; only those whose reply has an outcome.
    async fn known(&self, site: &SiteId, keys: &[String]) -> Result<HashMap<String, CaseResult>>;
}
