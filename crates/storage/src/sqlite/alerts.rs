//! Alerts in SQLite.

use async_trait::async_trait;
use portavoz_domain::alerts::{Delivery, Episode};
use portavoz_domain::ids::{EpisodeId, SiteId};
use portavoz_domain::timestamp::Timestamp;
use sqlx::SqliteConnection;

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::rows::{EpisodeRow, deliveries_json, delivery_json};
use crate::values::{count, storable};
use crate::{Alerts, Result, conflicts};

#[async_trait]
impl Alerts for SqliteStorage {
    async fn open(&self, episode: &Episode) -> Result<bool> {
        conflicts::check_figures(&[episode.value, episode.limit])?;
        let deliveries = deliveries_json(&episode.deliveries)?;
        self.writer.write(Open { episode: episode.clone(), deliveries }).await
    }

    async fn touch(&self, site: &SiteId, kind: &str, subject: &str, value: f64) -> Result<()> {
        conflicts::check_figures(&[value])?;
        self.writer.write(Touch { subject: Subject::of(site, kind, subject), value }).await
    }

    async fn close(&self, site: &SiteId, kind: &str, subject: &str, at: Timestamp) -> Result<Option<Episode>> {
        self.writer.write(Close { subject: Subject::of(site, kind, subject), at }).await
    }

    async fn list(&self, site: &SiteId, only_open: bool, limit: u32) -> Result<Vec<Episode>> {
        let mut connection = self.connections.read().await?;
        let rows = sqlx::query(
            "SELECT site, id, kind, subject, opened, closed, value, threshold, message, deliveries FROM alerts
            WHERE site = $1 AND (closed IS NULL OR NOT $2) ORDER BY opened DESC, id DESC LIMIT $3",
        )
        .bind(site.as_str())
        .bind(only_open)
        .bind(count(limit.clamp(1, 1000)))
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| EpisodeRow::from_sqlite(row)?.try_into()).collect()
    }

    async fn delivered(&self, site: &SiteId, id: EpisodeId, delivery: &Delivery) -> Result<()> {
        self.writer.write(Delivered { site: site.clone(), id, delivery: delivery_json(delivery)? }).await
    }
}

/// What an episode is about.
struct Subject {
    site: SiteId,
    kind: String,
    subject: String,
}

impl Subject {
    fn of(site: &SiteId, kind: &str, subject: &str) -> Self {
        Self { site: site.clone(), kind: storable(kind), subject: storable(subject) }
    }
}

/// An episode begins, unless one of its kind and subject is open.
struct Open {
    episode: Episode,
    deliveries: String,
}

#[async_trait]
impl Write for Open {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Self { episode, deliveries } = self;
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
        .bind(deliveries.as_str())
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
        .map_err(failed)
    }
}

/// The figure of an open episode.
struct Touch {
    subject: Subject,
    value: f64,
}

#[async_trait]
impl Write for Touch {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        sqlx::query("UPDATE alerts SET value = $4 WHERE site = $1 AND kind = $2 AND subject = $3 AND closed IS NULL")
            .bind(self.subject.site.as_str())
            .bind(self.subject.kind.as_str())
            .bind(self.subject.subject.as_str())
            .bind(self.value)
            .execute(connection)
            .await
            .map(drop)
            .map_err(failed)
    }
}

/// An episode is over.
struct Close {
    subject: Subject,
    at: Timestamp,
}

#[async_trait]
impl Write for Close {
    type Answer = Option<Episode>;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<Option<Episode>> {
        let row = sqlx::query(
            "UPDATE alerts SET closed = $4 WHERE site = $1 AND kind = $2 AND subject = $3 AND closed IS NULL
            RETURNING site, id, kind, subject, opened, closed, value, threshold, message, deliveries",
        )
        .bind(self.subject.site.as_str())
        .bind(self.subject.kind.as_str())
        .bind(self.subject.subject.as_str())
        .bind(self.at.as_millis())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
        row.map(|row| EpisodeRow::from_sqlite(&row)?.try_into()).transpose()
    }
}

/// An attempt to tell the owner.
struct Delivered {
    site: SiteId,
    id: EpisodeId,
    delivery: String,
}

#[async_trait]
impl Write for Delivered {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        // `$[#]` is the place after the last element.
        let done = sqlx::query(
            "UPDATE alerts SET deliveries = json_insert(deliveries, '$[#]', json($3)) WHERE site = $1 AND id = $2",
        )
        .bind(self.site.as_str())
        .bind(self.id.to_string())
        .bind(self.delivery.as_str())
        .execute(connection)
        .await
        .map_err(failed)?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(conflicts::unknown_episode(self.id)) }
    }
}
