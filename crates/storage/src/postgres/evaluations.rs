//! Runs and results in PostgreSQL.

use std::collections::HashMap;

use async_trait::async_trait;
use portavoz_domain::evaluation::{CaseResult, Run, RunEntry};
use portavoz_domain::ids::{RunId, SiteId};
use sqlx::{PgPool, Postgres, QueryBuilder};

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::rows::{
    KNOWN, KNOWN_END, RESULTS, RUN_ENTRIES, ResultColumns, ResultRow, RunColumns, RunEntryRow, RunRow, run_id,
};
use crate::values::{count, storable};
use crate::{Evaluations, Result, conflicts};

#[async_trait]
impl Evaluations for PgStorage {
    async fn begin(&self, run: &Run) -> Result<()> {
        let columns = RunColumns::of(run)?;
        let statement = "INSERT INTO runs (site, id, name, plan, state, started, finished, targets, cases, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (site, id) DO NOTHING";
        let begun = retrying(|| write_run(&self.pool, &columns, statement)).await?;
        if begun { Ok(()) } else { Err(conflicts::run_exists(run.id)) }
    }

    async fn run(&self, site: &SiteId, id: RunId) -> Result<Option<Run>> {
        let row = sqlx::query("SELECT id, body FROM runs WHERE site = $1 AND id = $2")
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
        row.map(|row| RunRow::from_postgres(&row)?.try_into()).transpose()
    }

    async fn runs(&self, site: &SiteId, limit: u32) -> Result<Vec<RunEntry>> {
        let rows = sqlx::query(RUN_ENTRIES)
            .bind(site.as_str())
            .bind(count(limit.clamp(1, 1000)))
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| RunEntryRow::from_postgres(row)?.try_into()).collect()
    }

    async fn unfinished(&self, site: &SiteId, plan: &str) -> Result<Option<RunId>> {
        let found: Option<String> = sqlx::query_scalar(
            "SELECT id FROM runs WHERE site = $1 AND plan = $2 AND state <> 'finished'
            ORDER BY started DESC, id DESC LIMIT 1",
        )
        .bind(site.as_str())
        .bind(storable(plan))
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        found.as_deref().map(run_id).transpose()
    }

    async fn update(&self, run: &Run) -> Result<bool> {
        let columns = RunColumns::of(run)?;
        let statement = "UPDATE runs SET name = $3, plan = $4, state = $5, started = $6, finished = $7, targets = $8,
                cases = $9, body = $10
            WHERE site = $1 AND id = $2";
        retrying(|| write_run(&self.pool, &columns, statement)).await
    }

    async fn remove(&self, site: &SiteId, id: RunId) -> Result<bool> {
        retrying(|| async {
            sqlx::query("DELETE FROM runs WHERE site = $1 AND id = $2")
                .bind(site.as_str())
                .bind(id.to_string())
                .execute(&self.pool)
                .await
                .map(|done| done.rows_affected() > 0)
                .map_err(failed)
        })
        .await
    }

    async fn record(&self, site: &SiteId, run: RunId, results: &[CaseResult]) -> Result<()> {
        let mut columns = results.iter().map(ResultColumns::of).collect::<Result<Vec<_>>>()?;
        // Of two who record the same results, neither waits for the other in a circle.
        columns.sort_by(|one, other| (&one.case_id, &one.target).cmp(&(&other.case_id, &other.target)));
        retrying(|| record(&self.pool, site, run, &columns)).await
    }

    async fn results(&self, site: &SiteId, run: RunId) -> Result<Vec<CaseResult>> {
        let rows = sqlx::query(RESULTS)
            .bind(site.as_str())
            .bind(run.to_string())
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| ResultRow::from_postgres(row)?.try_into()).collect()
    }

    async fn known(&self, site: &SiteId, keys: &[String]) -> Result<HashMap<String, CaseResult>> {
        let keys: Vec<_> = keys.iter().map(|key| storable(key)).collect();
        let mut query = QueryBuilder::<Postgres>::new(KNOWN);
        query.push_bind(site.as_str()).push(" AND reply_key = ANY(").push_bind(keys).push(")").push(KNOWN_END);
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        let read = |row| {
            let result = CaseResult::try_from(ResultRow::from_postgres(row)?)?;
            Ok((result.key.clone(), result))
        };
        rows.iter().map(read).collect()
    }
}

/// Runs a statement on the columns of a run; false if it wrote nothing.
async fn write_run(pool: &PgPool, columns: &RunColumns, statement: &'static str) -> Result<bool> {
    sqlx::query(statement)
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
        .execute(pool)
        .await
        .map(|done| done.rows_affected() > 0)
        .map_err(failed)
}

async fn record(pool: &PgPool, site: &SiteId, run: RunId, results: &[ResultColumns]) -> Result<()> {
    let mut transaction = pool.begin().await.map_err(failed)?;
    for result in results {
        let done = sqlx::query(
            "INSERT INTO results (site, run, case_id, target, reply_key, asked, answered, cost_usd_micros, body)
            SELECT site, id, $3, $4, $5, $6, $7, $8, $9 FROM runs WHERE site = $1 AND id = $2
            ON CONFLICT (site, run, case_id, target) DO UPDATE SET reply_key = excluded.reply_key,
                asked = excluded.asked, answered = excluded.answered, cost_usd_micros = excluded.cost_usd_micros,
                body = excluded.body",
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
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Err(conflicts::unknown_run(run));
        }
    }
    transaction.commit().await.map_err(failed)
}
