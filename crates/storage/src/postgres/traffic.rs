//! Sums of turns in PostgreSQL. They are written with the turn, in `turns.rs`.

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;
use portavoz_domain::timestamp::{DAY_MS, Timestamp};
use portavoz_domain::traffic::{TrafficQuery, TrafficSum};

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::rows::{MOST, Steps, TrafficRow, traffic_sums};
use crate::{Result, Traffic};

#[async_trait]
impl Traffic for PgStorage {
    async fn sums(&self, site: &SiteId, query: &TrafficQuery) -> Result<Vec<TrafficSum>> {
        let Steps { origin, step } = Steps::of(query);
        let rows = sqlx::query(
            "SELECT start - (start - $4) % $5 AS start, CASE WHEN $6 THEN model ELSE '' END AS model,
                CASE WHEN $7 THEN prompt ELSE '' END AS prompt, CASE WHEN $8 THEN variant ELSE '' END AS variant,
                measure, SUM(amount)::BIGINT AS amount
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
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        traffic_sums(rows.iter().map(TrafficRow::from_postgres))
    }

    async fn compact(&self, site: &SiteId, before: Timestamp) -> Result<u64> {
        // Of two that compact at once each counts the rows that it deleted. The days are taken in the order of keys, as
        // everybody takes them.
        let gone: i64 = retrying(|| async {
            sqlx::query_scalar(
                "WITH hours AS (
                    DELETE FROM traffic WHERE site = $1 AND start < $2 AND hours = 1
                    RETURNING site, start - start % $3 AS start, model, prompt, variant, measure, amount
                ), days AS (
                    INSERT INTO traffic (site, start, hours, model, prompt, variant, measure, amount)
                    SELECT site, start, 24, model, prompt, variant, measure, LEAST(SUM(amount), $4)::BIGINT FROM hours
                    GROUP BY site, start, model, prompt, variant, measure
                    ORDER BY site, start, model, prompt, variant, measure
                    ON CONFLICT (site, start, hours, model, prompt, variant, measure)
                    DO UPDATE SET amount = LEAST(traffic.amount + excluded.amount, $4)
                )
                SELECT COUNT(*) FROM hours",
            )
            .bind(site.as_str())
            .bind(before.day().as_millis())
            .bind(DAY_MS)
            .bind(MOST)
            .fetch_one(&self.pool)
            .await
            .map_err(failed)
        })
        .await?;
        Ok(gone.unsigned_abs())
    }
}
