//! Rows of `experiments` and `exposures`.

use portavoz_domain::experiment::{Experiment, ExperimentState, Exposure, Observation};
use portavoz_domain::ids::TurnId;
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::variation::VariantName;

use super::stored_row;
use crate::values::{count, json};
use crate::{Result, StorageError, StoredExperiment};

/// The columns of an [`ExperimentRow`], followed by a condition.
macro_rules! select_experiments {
    ($condition:literal) => {
        concat!("SELECT id, version, body FROM experiments ", $condition)
    };
}

/// The columns of an [`ExposureRow`] of `x`, followed by joins and a condition.
macro_rules! select_exposures {
    ($condition:literal) => {
        concat!(
            "SELECT x.subject, x.arm, x.exposed, x.mixed, x.observed, x.turn, x.success, x.withheld, x.first_token_ms,
                x.cost_usd_micros
            FROM exposures x ",
            $condition
        )
    };
}

/// The exposure `$3` of a running experiment.
pub(crate) const RUNNING_EXPOSURE: &str = select_exposures!(
    "JOIN experiments e ON e.site = x.site AND e.id = x.experiment
    WHERE x.site = $1 AND x.experiment = $2 AND x.subject = $3 AND e.state = 'running'"
);

/// The order of exposures. Nulls are put last by name, for the two databases put them at different ends.
pub(crate) const EXPOSURES: &str = select_exposures!(
    "WHERE x.site = $1 AND x.experiment = $2
    ORDER BY CASE WHEN x.observed IS NULL THEN 1 ELSE 0 END, COALESCE(x.observed, x.exposed), x.subject"
);

/// Another experiment that is in the way of the one called `$3`, which has the id `$2` and is to be in the state `$4`.
pub(crate) const IN_THE_WAY: &str = "SELECT name, state FROM experiments
    WHERE site = $1 AND id <> $2 AND (
        name = $3 AND state <> 'archived' AND $4 <> 'archived'
        OR state IN ('running', 'shipped') AND $4 IN ('running', 'shipped'))
    ORDER BY CASE WHEN state IN ('running', 'shipped') THEN 0 ELSE 1 END, id LIMIT 1";

pub(crate) use select_experiments;

stored_row! {
    /// An experiment. The body says all; the other columns are for conditions.
    ExperimentRow of "experiments" by id {
        id: String,
        version: i64,
        body: String,
    }
}

impl TryFrom<ExperimentRow> for StoredExperiment {
    type Error = StorageError;

    fn try_from(row: ExperimentRow) -> Result<Self> {
        let column = |name| ExperimentRow::column(&row.id, name);
        Ok(Self { experiment: column("body").json(&row.body)?, version: column("version").number(row.version)? })
    }
}

stored_row! {
    /// What is in the way of an experiment.
    ObstacleRow of "experiments" by name {
        name: String,
        state: String,
    }
}

impl ObstacleRow {
    /// The error that says so, for an experiment called `name`.
    pub(crate) fn conflict(self, name: &VariantName) -> StorageError {
        match ExperimentState::parse(&self.state) {
            Some(state @ (ExperimentState::Running | ExperimentState::Shipped)) => {
                crate::conflicts::experiment_in_force(&self.name, state)
            }
            _ => crate::conflicts::experiment_exists(name),
        }
    }
}

stored_row! {
    /// A visitor of an experiment.
    ExposureRow of "exposures" by subject {
        subject: String,
        arm: String,
        exposed: i64,
        mixed: bool,
        observed: Option<i64>,
        turn: Option<String>,
        success: Option<bool>,
        withheld: Option<i64>,
        first_token_ms: Option<i64>,
        cost_usd_micros: Option<i64>,
    }
}

impl TryFrom<ExposureRow> for Exposure {
    type Error = StorageError;

    fn try_from(row: ExposureRow) -> Result<Self> {
        let observation = row.observed.map(|at| row.observation(Timestamp::from_millis(at))).transpose()?;
        let arm = ExposureRow::column(&row.subject, "arm").read(VariantName::parse(&row.arm))?;
        let at = Timestamp::from_millis(row.exposed);
        Ok(Self { arm, at, mixed: row.mixed, observation, subject: row.subject })
    }
}

impl ExposureRow {
    fn observation(&self, at: Timestamp) -> Result<Observation> {
        let column = |name| Self::column(&self.subject, name);
        let withheld = column("withheld").present(self.withheld)?;
        let cost = column("cost_usd_micros").present(self.cost_usd_micros)?;
        Ok(Observation {
            at,
            turn: column("turn").read(self.turn.as_deref().map(TurnId::parse).transpose())?,
            success: column("success").present(self.success)?,
            withheld: column("withheld").number(withheld)?,
            first_token_ms: self.first_token_ms.map(|ms| column("first_token_ms").number(ms)).transpose()?,
            cost_usd_micros: column("cost_usd_micros").number(cost)?,
        })
    }
}

/// The columns of an experiment, as they are written.
#[derive(Debug)]
pub(crate) struct ExperimentColumns {
    pub(crate) site: String,
    pub(crate) id: String,
    pub(crate) name: VariantName,
    pub(crate) state: &'static str,
    pub(crate) started: i64,
    pub(crate) body: String,
}

impl ExperimentColumns {
    /// The columns of `experiment`.
    pub(crate) fn of(experiment: &Experiment) -> Result<Self> {
        Ok(Self {
            site: experiment.site.to_string(),
            id: experiment.id.to_string(),
            name: experiment.name.clone(),
            state: experiment.state.name(),
            started: experiment.started.as_millis(),
            body: json(experiment)?,
        })
    }
}

/// The columns of an observation, as they are written.
#[derive(Debug)]
pub(crate) struct ObservationColumns {
    pub(crate) observed: i64,
    pub(crate) turn: Option<String>,
    pub(crate) success: bool,
    pub(crate) withheld: i64,
    pub(crate) first_token_ms: Option<i64>,
    pub(crate) cost_usd_micros: i64,
}

impl From<&Observation> for ObservationColumns {
    fn from(observation: &Observation) -> Self {
        Self {
            observed: observation.at.as_millis(),
            turn: observation.turn.map(|id| id.to_string()),
            success: observation.success,
            withheld: count(observation.withheld),
            first_token_ms: observation.first_token_ms.map(count),
            cost_usd_micros: count(observation.cost_usd_micros),
        }
    }
}
