//! Runs and results in SQLite.

use std::collections::HashMap;

use async_trait::async_trait;
use portavoz_domain::evaluation::{CaseResult, Run, RunEntry};
use portavoz_domain::ids::{RunId, SiteId};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::rows::{
    KNOWN, KNOWN_END, RESULTS, RUN_ENTRIES, ResultColumns, ResultRow, RunColumns, RunEntryRow, RunRow, run_id,
};
use crate::values::{count, storable};
use crate::{Evaluations, Result, conflicts};

/// Keys of one statement.
const KEYS_AT_ONCE: usize = 500;

#[async_trait]
impl Evaluations for SqliteStorage {
    async fn begin(&self, run: &Run) -> Result<()> {
        if self.writer.write(Begin(RunColumns::of(run)?)).await? { Ok(()) } else { Err(conflicts::run_exists(run.id)) }
    }

    async fn run(&self, site: &SiteId, id: RunId) -> Result<Option<Run>> {
        let mut connection = self.connections.read().await?;
        let row = sqlx::query("SELECT id, body FROM runs WHERE site = $1 AND id = $2")
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
        row.map(|row| RunRow::from_sqlite(&row)?.try_into()).transpose()
    }

    async fn runs(&self, site: &SiteId, limit: u32) -> Result<Vec<RunEntry>> {
        let mut connection = self.connections.read().await?;
        let rows = sqlx::query(RUN_ENTRIES)
            .bind(site.as_str())
            .bind(count(limit.clamp(1, 1000)))
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| RunEntryRow::from_sqlite(row)?.try_into()).collect()
    }

    async fn unfinished(&self, site: &SiteId, plan: &str) -> Result<Option<RunId>> {
        let mut connection = self.connections.read().await?;
        let found: Option<String> = sqlx::query_scalar(
            "SELECT id FROM runs WHERE site = $1 AND plan = $2 AND state <> 'finished'
            ORDER BY started DESC, id DESC LIMIT 1",
        )
        .bind(site.as_str())
        .bind(storable(plan))
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
        found.as_deref().map(run_id).transpose()
    }

    async fn update(&self, run: &Run) -> Result<bool> {
        self.writer.write(Update(RunColumns::of(run)?)).await
    }

    async fn remove(&self, site: &SiteId, id: RunId) -> Result<bool> {
        self.writer.write(Remove { site: site.clone(), id }).await
    }

    async fn record(&self, site: &SiteId, run: RunId, results: &[CaseResult]) -> Result<()> {
        let results = results.iter().map(ResultColumns::of).collect::<Result<_>>()?;
        self.writer.write(Record { site: site.clone(), run, results }).await
    }

    async fn results(&self, site: &SiteId, run: RunId) -> Result<Vec<CaseResult>> {
        let mut connection = self.connections.read().await?;
        let rows = sqlx::query(RESULTS)
            .bind(site.as_str())
            .bind(run.to_string())
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| ResultRow::from_sqlite(row)?.try_into()).collect()
    }

    async fn known(&self, site: &SiteId, keys: &[String]) -> Result<HashMap<String, CaseResult>> {
        let mut connection = self.connections.read().await?;
        let mut found = HashMap::with_capacity(keys.len());
        for keys in keys.chunks(KEYS_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new(KNOWN);
            query.push_bind(site.as_str()).push(" AND reply_key IN (");
            let mut list = query.separated(", ");
            for key in keys {
                list.push_bind(storable(key));
            }
            query.push(")").push(KNOWN_END);
            for row in query.build().persistent(false).fetch_all(&mut *connection).await.map_err(failed)? {
                let result = CaseResult::try_from(ResultRow::from_sqlite(&row)?)?;
                found.insert(result.key.clone(), result);
            }
        }
        Ok(found)
    }
}

/// A new run.
struct Begin(RunColumns);

#[async_trait]
impl Write for Begin {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Self(columns) = self;
        sqlx::query(
            "INSERT INTO runs (site, id, name, plan, state, started, finished, targets, cases, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (site, id) DO NOTHING",
        )
        .bind(columns.site.as_str())
        .bind(columns.id.to_string())
        .bind(columns.name.as_str())
        .bind(columns.plan.as_str())
        .bind(columns.state)
        .bind(columns.started)
        .bind(columns.finished)
        .bind(columns.targets.as_str())
        .bind(columns.cases)
        .bind(columns.body.as_str())
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
        .map_err(failed)
    }
}

/// A run goes on.
struct Update(RunColumns);

#[async_trait]
impl Write for Update {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Self(columns) = self;
        sqlx::query(
            "UPDATE runs SET name = $3, plan = $4, state = $5, started = $6, finished = $7, targets = $8, cases = $9,
                body = $10
            WHERE site = $1 AND id = $2",
        )
        .bind(columns.site.as_str())
        .bind(columns.id.to_string())
        .bind(columns.name.as_str())
        .bind(columns.plan.as_str())
        .bind(columns.state)
        .bind(columns.started)
        .bind(columns.finished)
        .bind(columns.targets.as_str())
        .bind(columns.cases)
        .bind(columns.body.as_str())
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
        .map_err(failed)
    }
}

/// A run goes, with its results.
struct Remove {
    site: SiteId,
    id: RunId,
}

#[async_trait]
impl Write for Remove {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        sqlx::query("DELETE FROM runs WHERE site = $1 AND id = $2")
            .bind(self.site.as_str())
            .bind(self.id.to_string())
            .execute(connection)
            .await
            .map(|done| done.rows_affected() > 0)
            .map_err(failed)
    }
}

/// What was answered.
struct Record {
    site: SiteId,
    run: RunId,
    results: Vec<ResultColumns>,
}

#[async_trait]
impl Write for Record {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        let Self { site, run, results } = self;
        for result in results {
            let done = sqlx::query(
                "INSERT INTO results (site, run, case_id, target, reply_key, asked, answered, cost_usd_micros, body)
                SELECT site, id, $3, $4, $5, $6, $7, $8, $9 FROM runs WHERE site = $1 AND id = $2
                ON CONFLICT (site, run, case_id, target) DO UPDATE SET reply_key = excluded.reply_key,
                    asked = excluded.asked, answered = excluded.answered,
                    cost_usd_micros = excluded.cost_usd_micros, body = excluded.body",
            )
            .bind(site.as_str())
            .bind(run.to_string())
            .bind(result.case_id.as_str())
            .bind(result.target.as_str())
            .bind(result.reply_key.as_str())
            .bind(result.asked)
            .bind(result.answered)
            .bind(result.cost_usd_micros)
            .bind(result.body.as_str())
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
            if done.rows_affected() == 0 {
                return Err(conflicts::unknown_run(*run));
            }
        }
        Ok(())
    }
}
