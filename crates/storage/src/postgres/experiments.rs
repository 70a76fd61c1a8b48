//! Experiments and exposures in PostgreSQL.

use async_trait::async_trait;
use portavoz_domain::experiment::{Experiment, Exposure, Observation};
use portavoz_domain::ids::{ExperimentId, SiteId};
use sqlx::PgPool;

use super::PgStorage;
use super::errors::{failed, is_duplicate, retrying};
use crate::rows::{
    EXPOSURES, ExperimentColumns, ExperimentRow, ExposureRow, IN_THE_WAY, ObservationColumns, ObstacleRow,
    RUNNING_EXPOSURE, select_experiments,
};
use crate::values::count;
use crate::{Experiments, Offer, Result, StorageError, StoredExperiment, Subject, conflicts};

#[async_trait]
impl Experiments for PgStorage {
    async fn create(&self, experiment: &Experiment) -> Result<()> {
        let columns = ExperimentColumns::of(experiment)?;
        if retrying(|| create(&self.pool, &columns)).await? {
            return Ok(());
        }
        let obstacle = obstacle(&self.pool, &columns).await?;
        Err(obstacle.unwrap_or_else(|| conflicts::experiment_exists(&columns.name)))
    }

    async fn find(&self, site: &SiteId, id: ExperimentId) -> Result<Option<StoredExperiment>> {
        let row = sqlx::query(select_experiments!("WHERE site = $1 AND id = $2"))
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
        row.map(|row| ExperimentRow::from_postgres(&row)?.try_into()).transpose()
    }

    async fn list(&self, site: &SiteId, limit: u32) -> Result<Vec<StoredExperiment>> {
        let rows = sqlx::query(select_experiments!("WHERE site = $1 ORDER BY started DESC, id DESC LIMIT $2"))
            .bind(site.as_str())
            .bind(count(limit.clamp(1, 1000)))
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| ExperimentRow::from_postgres(row)?.try_into()).collect()
    }

    async fn in_force(&self, site: &SiteId) -> Result<Option<StoredExperiment>> {
        let row =
            sqlx::query(select_experiments!("WHERE site = $1 AND state IN ('running', 'shipped') ORDER BY id LIMIT 1"))
                .bind(site.as_str())
                .fetch_optional(&self.pool)
                .await
                .map_err(failed)?;
        row.map(|row| ExperimentRow::from_postgres(&row)?.try_into()).transpose()
    }

    async fn change(&self, version: u64, after: &Experiment) -> Result<bool> {
        let columns = ExperimentColumns::of(after)?;
        if retrying(|| change(&self.pool, version, &columns)).await? {
            return Ok(true);
        }
        match obstacle(&self.pool, &columns).await? {
            Some(conflict) => Err(conflict),
            None => Ok(false),
        }
    }

    async fn expose(&self, subject: Subject<'_>, offer: &Offer) -> Result<Option<Exposure>> {
        // All but the first question of a visitor find their exposure. Of two first ones at once, one inserts; the
        // other waits for it, inserts nothing and reads what was inserted.
        if let Some(exposure) = running_exposure(&self.pool, subject).await? {
            return Ok(Some(exposure));
        }
        retrying(|| insert_exposure(&self.pool, subject, offer)).await?;
        running_exposure(&self.pool, subject).await
    }

    async fn observe(&self, subject: Subject<'_>, observation: &Observation) -> Result<bool> {
        let columns = ObservationColumns::from(observation);
        retrying(|| observe(&self.pool, subject, &columns)).await
    }

    async fn mix(&self, subject: Subject<'_>) -> Result<bool> {
        let statement = "UPDATE exposures SET mixed = TRUE WHERE site = $1 AND experiment = $2 AND subject = $3";
        retrying(|| touch(&self.pool, subject, statement)).await
    }

    async fn withdraw(&self, subject: Subject<'_>) -> Result<bool> {
        let statement = "DELETE FROM exposures WHERE site = $1 AND experiment = $2 AND subject = $3";
        retrying(|| touch(&self.pool, subject, statement)).await
    }

    async fn exposures(&self, site: &SiteId, experiment: ExperimentId) -> Result<Vec<Exposure>> {
        let rows = sqlx::query(EXPOSURES)
            .bind(site.as_str())
            .bind(experiment.to_string())
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| ExposureRow::from_postgres(row)?.try_into()).collect()
    }

    async fn forget_subjects(&self, site: &SiteId, experiment: ExperimentId) -> Result<u64> {
        retrying(|| async {
            // `#` is no digit of a hash, so that no number is in the way of a subject that is still to become one.
            sqlx::query(
                "WITH numbered AS (
                    SELECT subject, row_number() OVER (
                        ORDER BY CASE WHEN observed IS NULL THEN 1 ELSE 0 END, COALESCE(observed, exposed), subject
                    ) AS number
                    FROM exposures WHERE site = $1 AND experiment = $2
                )
                UPDATE exposures SET turn = NULL, subject = '#' || lpad(n.number::text, 10, '0')
                FROM numbered n
                WHERE exposures.site = $1 AND exposures.experiment = $2 AND exposures.subject = n.subject",
            )
            .bind(site.as_str())
            .bind(experiment.to_string())
            .execute(&self.pool)
            .await
            .map(|done| done.rows_affected())
            .map_err(failed)
        })
        .await
    }
}

async fn running_exposure(pool: &PgPool, subject: Subject<'_>) -> Result<Option<Exposure>> {
    let row = sqlx::query(RUNNING_EXPOSURE)
        .bind(subject.site.as_str())
        .bind(subject.experiment.to_string())
        .bind(subject.subject)
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.map(|row| ExposureRow::from_postgres(&row)?.try_into()).transpose()
}

/// What is in the way of an experiment, if it is another one.
async fn obstacle(pool: &PgPool, columns: &ExperimentColumns) -> Result<Option<StorageError>> {
    let row = sqlx::query(IN_THE_WAY)
        .bind(columns.site.as_str())
        .bind(columns.id.as_str())
        .bind(columns.name.as_str())
        .bind(columns.state)
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.map(|row| Ok(ObstacleRow::from_postgres(&row)?.conflict(&columns.name))).transpose()
}

/// False if another experiment is in the way, or has the id.
async fn create(pool: &PgPool, columns: &ExperimentColumns) -> Result<bool> {
    sqlx::query(
        "INSERT INTO experiments (site, id, name, state, started, version, body) VALUES ($1, $2, $3, $4, $5, 1, $6)
        ON CONFLICT DO NOTHING",
    )
    .bind(columns.site.as_str())
    .bind(columns.id.as_str())
    .bind(columns.name.as_str())
    .bind(columns.state)
    .bind(columns.started)
    .bind(columns.body.as_str())
    .execute(pool)
    .await
    .map(|done| done.rows_affected() > 0)
    .map_err(failed)
}

/// False if it is not the one that was read any more, or another experiment is in the way.
async fn change(pool: &PgPool, version: u64, after: &ExperimentColumns) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE experiments SET name = $3, state = $4, started = $5, body = $6, version = version + 1
        WHERE site = $1 AND id = $2 AND version = $7",
    )
    .bind(after.site.as_str())
    .bind(after.id.as_str())
    .bind(after.name.as_str())
    .bind(after.state)
    .bind(after.started)
    .bind(after.body.as_str())
    .bind(count(version))
    .execute(pool)
    .await;
    match done {
        Err(error) if is_duplicate(&error) => Ok(false),
        done => done.map(|done| done.rows_affected() > 0).map_err(failed),
    }
}

async fn insert_exposure(pool: &PgPool, subject: Subject<'_>, offer: &Offer) -> Result<()> {
    sqlx::query(
        "INSERT INTO exposures (site, experiment, subject, arm, exposed, mixed)
        SELECT site, id, $3, $4, $5, FALSE FROM experiments WHERE site = $1 AND id = $2 AND state = 'running'
            AND version = $6
        ON CONFLICT DO NOTHING",
    )
    .bind(subject.site.as_str())
    .bind(subject.experiment.to_string())
    .bind(subject.subject)
    .bind(offer.arm.as_str())
    .bind(offer.at.as_millis())
    .bind(count(offer.version))
    .execute(pool)
    .await
    .map(drop)
    .map_err(failed)
}

async fn observe(pool: &PgPool, subject: Subject<'_>, columns: &ObservationColumns) -> Result<bool> {
    sqlx::query(
        "UPDATE exposures SET observed = $4, turn = $5, success = $6, withheld = $7, first_token_ms = $8,
            cost_usd_micros = $9
        WHERE site = $1 AND experiment = $2 AND subject = $3 AND observed IS NULL",
    )
    .bind(subject.site.as_str())
    .bind(subject.experiment.to_string())
    .bind(subject.subject)
    .bind(columns.observed)
    .bind(columns.turn.as_deref())
    .bind(columns.success)
    .bind(columns.withheld)
    .bind(columns.first_token_ms)
    .bind(columns.cost_usd_micros)
    .execute(pool)
    .await
    .map(|done| done.rows_affected() > 0)
    .map_err(failed)
}

/// Runs a statement on an exposure; false if there is none.
async fn touch(pool: &PgPool, subject: Subject<'_>, statement: &'static str) -> Result<bool> {
    sqlx::query(statement)
        .bind(subject.site.as_str())
        .bind(subject.experiment.to_string())
        .bind(subject.subject)
        .execute(pool)
        .await
        .map(|done| done.rows_affected() > 0)
        .map_err(failed)
}
