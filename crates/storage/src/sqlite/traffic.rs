//! Sums of turns in SQLite. They are written with the turn, in `bulk/traffic.rs`.

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;
use portavoz_domain::timestamp::{DAY_MS, Timestamp};
use portavoz_domain::traffic::{TrafficQuery, TrafficSum};
use sqlx::SqliteConnection;

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::rows::{MOST, Steps, TrafficRow, traffic_sums};
use crate::{Result, Traffic};

#[async_trait]
impl Traffic for SqliteStorage {
    async fn sums(&self, site: &SiteId, query: &TrafficQuery) -> Result<Vec<TrafficSum>> {
        let Steps { origin, step } = Steps::of(query);
        let mut connection = self.connections.read().await?;
        let rows = sqlx::query(
            "SELECT start - (start - $4) % $5 AS start, CASE WHEN $6 THEN model ELSE '' END AS model,
                CASE WHEN $7 THEN prompt ELSE '' END AS prompt, CASE WHEN $8 THEN variant ELSE '' END AS variant,
                measure, SUM(amount) AS amount
            FROM traffic WHERE site = $1 AND start >= $2 AND start < $3
            GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
        )
        .bind(site.as_str())
        .bind(query.from.as_millis())
        .bind(query.to.as_millis())
        .bind(origin)
        .bind(step)
        .bind(query.by_model)
        .bind(query.by_prompt)
        .bind(query.by_variant)
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
        traffic_sums(rows.iter().map(TrafficRow::from_sqlite))
    }

    async fn compact(&self, site: &SiteId, before: Timestamp) -> Result<u64> {
        self.writer.write(Compact { site: site.clone(), before: before.day().as_millis() }).await
    }
}

/// Turns old hours into days.
struct Compact {
    site: SiteId,
    before: i64,
}

#[async_trait]
impl Write for Compact {
    type Answer = u64;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<u64> {
        sqlx::query(
            "INSERT INTO traffic (site, start, hours, model, prompt, variant, measure, amount)
            SELECT site, start - start % $3, 24, model, prompt, variant, measure, SUM(amount) FROM traffic
            WHERE site = $1 AND start < $2 AND hours = 1
            GROUP BY 1, 2, 4, 5, 6, 7
            ON CONFLICT (site, start, hours, model, prompt, variant, measure)
            DO UPDATE SET amount = MIN(amount + excluded.amount, $4)",
        )
        .bind(self.site.as_str())
        .bind(self.before)
        .bind(DAY_MS)
        .bind(MOST)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
        let gone = sqlx::query("DELETE FROM traffic WHERE site = $1 AND start < $2 AND hours = 1")
            .bind(self.site.as_str())
            .bind(self.before)
            .execute(connection)
            .await
            .map_err(failed)?;
        Ok(gone.rows_affected())
    }
}
