//! Alerts in PostgreSQL.

use async_trait::async_trait;
use portavoz_domain::alerts::{Delivery, Episode};
use portavoz_domain::ids::{EpisodeId, SiteId};
use portavoz_domain::timestamp::Timestamp;
use sqlx::PgPool;

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::rows::{EpisodeRow, deliveries_json, delivery_json};
use crate::values::{count, storable};
use crate::{Alerts, Result, conflicts};

#[async_trait]
impl Alerts for PgStorage {
    async fn open(&self, episode: &Episode) -> Result<bool> {
        conflicts::check_figures(&[episode.value, episode.limit])?;
        let deliveries = deliveries_json(&episode.deliveries)?;
        retrying(|| open(&self.pool, episode, &deliveries)).await
    }

    async fn touch(&self, site: &SiteId, kind: &str, subject: &str, value: f64) -> Result<()> {
        conflicts::check_figures(&[value])?;
        retrying(|| async {
            sqlx::query(
                "UPDATE alerts SET value = $4 WHERE site = $1 AND kind = $2 AND subject = $3 AND closed IS NULL",
            )
            .bind(site.as_str())
            .bind(storable(kind))
            .bind(storable(subject))
            .bind(value)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(failed)
        })
        .await
    }

    async fn close(&self, site: &SiteId, kind: &str, subject: &str, at: Timestamp) -> Result<Option<Episode>> {
        // Of two at once, the second waits for the first and then finds the episode closed.
        retrying(|| async {
            let row = sqlx::query(
                "UPDATE alerts SET closed = $4 WHERE site = $1 AND kind = $2 AND subject = $3 AND closed IS NULL
                RETURNING site, id, kind, subject, opened, closed, value, threshold, message, deliveries",
            )
            .bind(site.as_str())
            .bind(storable(kind))
            .bind(storable(subject))
            .bind(at.as_millis())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
            row.map(|row| EpisodeRow::from_postgres(&row)?.try_into()).transpose()
        })
        .await
    }

    async fn list(&self, site: &SiteId, only_open: bool, limit: u32) -> Result<Vec<Episode>> {
        let rows = sqlx::query(
            "SELECT site, id, kind, subject, opened, closed, value, threshold, message, deliveries FROM alerts
            WHERE site = $1 AND (closed IS NULL OR NOT $2) ORDER BY opened DESC, id DESC LIMIT $3",
        )
        .bind(site.as_str())
        .bind(only_open)
        .bind(count(limit.clamp(1, 1000)))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| EpisodeRow::from_postgres(row)?.try_into()).collect()
    }

    async fn delivered(&self, site: &SiteId, id: EpisodeId, delivery: &Delivery) -> Result<()> {
        let delivery = delivery_json(delivery)?;
        let done = retrying(|| async {
            sqlx::query(
                "UPDATE alerts SET deliveries = (deliveries::jsonb || jsonb_build_array($3::jsonb))::text
                WHERE site = $1 AND id = $2",
            )
            .bind(site.as_str())
            .bind(id.to_string())
            .bind(delivery.as_str())
            .execute(&self.pool)
            .await
            .map_err(failed)
        })
        .await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(conflicts::unknown_episode(id)) }
    }
}

/// Of two at once, the second waits for the first and then finds an open episode.
async fn open(pool: &PgPool, episode: &Episode, deliveries: &str) -> Result<bool> {
    sqlx::query(
        "INSERT INTO alerts (site, id, kind, subject, opened, closed, value, threshold, message, deliveries)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    )
    .bind(episode.site.as_str())
    .bind(episode.id.to_string())
    .bind(storable(&episode.kind))
    .bind(storable(&episode.subject))
    .bind(episode.opened.as_millis())
    .bind(episode.closed.map(Timestamp::as_millis))
    .bind(episode.value)
    .bind(episode.limit)
    .bind(storable(&episode.message))
    .bind(deliveries)
    .execute(pool)
    .await
    .map(|done| done.rows_affected() > 0)
    .map_err(failed)
}
