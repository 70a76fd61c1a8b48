//! Choices in SQLite.

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;
use portavoz_domain::timestamp::Timestamp;
use sqlx::SqliteConnection;

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::values::storable;
use crate::{Choices, Result};

#[async_trait]
impl Choices for SqliteStorage {
    async fn get(&self, site: &SiteId, name: &str) -> Result<Option<String>> {
        let mut connection = self.connections.read().await?;
        sqlx::query_scalar("SELECT value FROM choices WHERE site = $1 AND name = $2")
            .bind(site.as_str())
            .bind(storable(name))
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)
    }

    async fn put(&self, site: &SiteId, name: &str, value: &str, at: Timestamp) -> Result<()> {
        self.writer.write(Put { site: site.clone(), name: storable(name), value: storable(value), at }).await
    }

    async fn remove(&self, site: &SiteId, name: &str) -> Result<bool> {
        self.writer.write(Remove { site: site.clone(), name: storable(name) }).await
    }
}

/// A choice is made, or made anew.
struct Put {
    site: SiteId,
    name: String,
    value: String,
    at: Timestamp,
}

#[async_trait]
impl Write for Put {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        sqlx::query(
            "INSERT INTO choices (site, name, value, changed) VALUES ($1, $2, $3, $4)
            ON CONFLICT (site, name) DO UPDATE SET value = excluded.value, changed = excluded.changed",
        )
        .bind(self.site.as_str())
        .bind(self.name.as_str())
        .bind(self.value.as_str())
        .bind(self.at.as_millis())
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
    }
}

/// A choice is taken back.
struct Remove {
    site: SiteId,
    name: String,
}

#[async_trait]
impl Write for Remove {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        sqlx::query("DELETE FROM choices WHERE site = $1 AND name = $2")
            .bind(self.site.as_str())
            .bind(self.name.as_str())
            .execute(connection)
            .await
            .map(|done| done.rows_affected() > 0)
            .map_err(failed)
    }
}
