//! Experiments and exposures in SQLite.

use async_trait::async_trait;
use portavoz_domain::experiment::{Experiment, Exposure, Observation};
use portavoz_domain::ids::{ExperimentId, SiteId};
use sqlx::{SqliteConnection, SqliteExecutor};

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::rows::{
    EXPOSURES, ExperimentColumns, ExperimentRow, ExposureRow, IN_THE_WAY, ObservationColumns, ObstacleRow,
    RUNNING_EXPOSURE, select_experiments,
};
use crate::values::count;
use crate::{Experiments, Offer, Result, StorageError, StoredExperiment, Subject, conflicts};

#[async_trait]
impl Experiments for SqliteStorage {
    async fn create(&self, experiment: &Experiment) -> Result<()> {
        self.writer.write(Create(ExperimentColumns::of(experiment)?)).await
    }

    async fn find(&self, site: &SiteId, id: ExperimentId) -> Result<Option<StoredExperiment>> {
        let mut connection = self.connections.read().await?;
        let row = sqlx::query(select_experiments!("WHERE site = $1 AND id = $2"))
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
        row.map(|row| ExperimentRow::from_sqlite(&row)?.try_into()).transpose()
    }

    async fn list(&self, site: &SiteId, limit: u32) -> Result<Vec<StoredExperiment>> {
        let mut connection = self.connections.read().await?;
        let rows = sqlx::query(select_experiments!("WHERE site = $1 ORDER BY started DESC, id DESC LIMIT $2"))
            .bind(site.as_str())
            .bind(count(limit.clamp(1, 1000)))
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| ExperimentRow::from_sqlite(row)?.try_into()).collect()
    }

    async fn in_force(&self, site: &SiteId) -> Result<Option<StoredExperiment>> {
        let mut connection = self.connections.read().await?;
        let row =
            sqlx::query(select_experiments!("WHERE site = $1 AND state IN ('running', 'shipped') ORDER BY id LIMIT 1"))
                .bind(site.as_str())
                .fetch_optional(&mut *connection)
                .await
                .map_err(failed)?;
        row.map(|row| ExperimentRow::from_sqlite(&row)?.try_into()).transpose()
    }

    async fn change(&self, version: u64, after: &Experiment) -> Result<bool> {
        self.writer.write(Change { version, after: ExperimentColumns::of(after)? }).await
    }

    async fn expose(&self, subject: Subject<'_>, offer: &Offer) -> Result<Option<Exposure>> {
        let subject = Owned::of(subject);
        // All but the first question of a visitor find their exposure, and wait for no commit.
        let mut connection = self.connections.read().await?;
        let known = running_exposure(&mut *connection, &subject).await?;
        drop(connection);
        match known {
            Some(exposure) => Ok(Some(exposure)),
            None => self.writer.write(Expose { subject, offer: offer.clone() }).await,
        }
    }

    async fn observe(&self, subject: Subject<'_>, observation: &Observation) -> Result<bool> {
        self.writer.write(Observe { subject: Owned::of(subject), columns: observation.into() }).await
    }

    async fn mix(&self, subject: Subject<'_>) -> Result<bool> {
        self.writer.write(Touch { subject: Owned::of(subject), what: What::Mixed }).await
    }

    async fn withdraw(&self, subject: Subject<'_>) -> Result<bool> {
        self.writer.write(Touch { subject: Owned::of(subject), what: What::Withdrawn }).await
    }

    async fn exposures(&self, site: &SiteId, experiment: ExperimentId) -> Result<Vec<Exposure>> {
        let mut connection = self.connections.read().await?;
        let rows = sqlx::query(EXPOSURES)
            .bind(site.as_str())
            .bind(experiment.to_string())
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| ExposureRow::from_sqlite(row)?.try_into()).collect()
    }

    async fn forget_subjects(&self, site: &SiteId, experiment: ExperimentId) -> Result<u64> {
        self.writer.write(Forget { site: site.clone(), experiment }).await
    }
}

/// A subject that waits for its turn to be written.
struct Owned {
    site: SiteId,
    experiment: ExperimentId,
    subject: String,
}

impl Owned {
    fn of(subject: Subject<'_>) -> Self {
        let Subject { site, experiment, subject } = subject;
        Self { site: site.clone(), experiment, subject: subject.to_owned() }
    }
}

async fn running_exposure(executor: impl SqliteExecutor<'_>, subject: &Owned) -> Result<Option<Exposure>> {
    let row = sqlx::query(RUNNING_EXPOSURE)
        .bind(subject.site.as_str())
        .bind(subject.experiment.to_string())
        .bind(subject.subject.as_str())
        .fetch_optional(executor)
        .await
        .map_err(failed)?;
    row.map(|row| ExposureRow::from_sqlite(&row)?.try_into()).transpose()
}

/// What is in the way of an experiment, if it is another one.
async fn obstacle(executor: impl SqliteExecutor<'_>, columns: &ExperimentColumns) -> Result<Option<StorageError>> {
    let row = sqlx::query(IN_THE_WAY)
        .bind(columns.site.as_str())
        .bind(columns.id.as_str())
        .bind(columns.name.as_str())
        .bind(columns.state)
        .fetch_optional(executor)
        .await
        .map_err(failed)?;
    row.map(|row| Ok(ObstacleRow::from_sqlite(&row)?.conflict(&columns.name))).transpose()
}

/// A new experiment.
struct Create(ExperimentColumns);

#[async_trait]
impl Write for Create {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        let Self(columns) = self;
        let done = sqlx::query(
            "INSERT INTO experiments (site, id, name, state, started, version, body) VALUES ($1, $2, $3, $4, $5, 1, $6)
            ON CONFLICT DO NOTHING",
        )
        .bind(columns.site.as_str())
        .bind(columns.id.as_str())
        .bind(columns.name.as_str())
        .bind(columns.state)
        .bind(columns.started)
        .bind(columns.body.as_str())
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
        if done.rows_affected() > 0 {
            return Ok(());
        }
        let obstacle = obstacle(connection, columns).await?;
        Err(obstacle.unwrap_or_else(|| conflicts::experiment_exists(&columns.name)))
    }
}

/// An experiment is replaced, if it is still the one that was read.
struct Change {
    version: u64,
    after: ExperimentColumns,
}

#[async_trait]
impl Write for Change {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Self { version, after } = self;
        let done = sqlx::query(
            "UPDATE OR IGNORE experiments SET name = $3, state = $4, started = $5, body = $6, version = version + 1
            WHERE site = $1 AND id = $2 AND version = $7",
        )
        .bind(after.site.as_str())
        .bind(after.id.as_str())
        .bind(after.name.as_str())
        .bind(after.state)
        .bind(after.started)
        .bind(after.body.as_str())
        .bind(count(*version))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
        if done.rows_affected() > 0 {
            return Ok(true);
        }
        match obstacle(connection, after).await? {
            Some(conflict) => Err(conflict),
            None => Ok(false),
        }
    }
}

/// A visitor comes, perhaps not for the first time.
struct Expose {
    subject: Owned,
    offer: Offer,
}

#[async_trait]
impl Write for Expose {
    type Answer = Option<Exposure>;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<Option<Exposure>> {
        let Self { subject, offer } = self;
        sqlx::query(
            "INSERT INTO exposures (site, experiment, subject, arm, exposed, mixed)
            SELECT site, id, $3, $4, $5, FALSE FROM experiments WHERE site = $1 AND id = $2 AND state = 'running'
                AND version = $6
            ON CONFLICT DO NOTHING",
        )
        .bind(subject.site.as_str())
        .bind(subject.experiment.to_string())
        .bind(subject.subject.as_str())
        .bind(offer.arm.as_str())
        .bind(offer.at.as_millis())
        .bind(count(offer.version))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
        running_exposure(connection, subject).await
    }
}

/// A visitor's first question has ended.
struct Observe {
    subject: Owned,
    columns: ObservationColumns,
}

#[async_trait]
impl Write for Observe {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Self { subject, columns } = self;
        sqlx::query(
            "UPDATE exposures SET observed = $4, turn = $5, success = $6, withheld = $7, first_token_ms = $8,
                cost_usd_micros = $9
            WHERE site = $1 AND experiment = $2 AND subject = $3 AND observed IS NULL",
        )
        .bind(subject.site.as_str())
        .bind(subject.experiment.to_string())
        .bind(subject.subject.as_str())
        .bind(columns.observed)
        .bind(columns.turn.as_deref())
        .bind(columns.success)
        .bind(columns.withheld)
        .bind(columns.first_token_ms)
        .bind(columns.cost_usd_micros)
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
        .map_err(failed)
    }
}

/// What else happens to a visitor.
enum What {
    Mixed,
    Withdrawn,
}

/// Something happens to a visitor of an experiment, if they are in it.
struct Touch {
    subject: Owned,
    what: What,
}

#[async_trait]
impl Write for Touch {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let statement = match self.what {
            What::Mixed => "UPDATE exposures SET mixed = TRUE WHERE site = $1 AND experiment = $2 AND subject = $3",
            What::Withdrawn => "DELETE FROM exposures WHERE site = $1 AND experiment = $2 AND subject = $3",
        };
        sqlx::query(statement)
            .bind(self.subject.site.as_str())
            .bind(self.subject.experiment.to_string())
            .bind(self.subject.subject.as_str())
            .execute(connection)
            .await
            .map(|done| done.rows_affected() > 0)
            .map_err(failed)
    }
}

/// Visitors become numbers.
struct Forget {
    site: SiteId,
    experiment: ExperimentId,
}

#[async_trait]
impl Write for Forget {
    type Answer = u64;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<u64> {
        // `#` is no digit of a hash, so that no number is in the way of a subject that is still to become one.
        sqlx::query(
            "WITH numbered AS (
                SELECT subject, row_number() OVER (
                    ORDER BY CASE WHEN observed IS NULL THEN 1 ELSE 0 END, COALESCE(observed, exposed), subject
                ) AS number
                FROM exposures WHERE site = $1 AND experiment = $2
            )
            UPDATE exposures SET turn = NULL, subject = (
                SELECT '#' || substr('0000000000' || number, -10) FROM numbered n WHERE n.subject = exposures.subject)
            WHERE site = $1 AND experiment = $2",
        )
        .bind(self.site.as_str())
        .bind(self.experiment.to_string())
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
        .map_err(failed)
    }
}
