//! Choices in SQLite.

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;
use portavoz_domain::timestamp::Timestamp;
use sqlx::SqliteConnection;

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::values::storable;
use crate::{Choices, Result, Swap};

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

    async fn swap(&self, site: &SiteId, name: &str, change: Swap<'_>, at: Timestamp) -> Result<bool> {
        let before = change.before.map(storable);
        let put = Put { site: site.clone(), name: storable(name), value: storable(change.value), at };
        self.writer.write(SwapIn { before, put }).await
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

/// A choice is made or made anew, if it is still what it was.
struct SwapIn {
    before: Option<String>,
    put: Put,
}

#[async_trait]
impl Write for SwapIn {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Self { before, put } = self;
        let query = match before {
            None => sqlx::query(
                "INSERT INTO choices (site, name, value, changed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            ),
            Some(_) => {
                sqlx::query("UPDATE choices SET value = $3, changed = $4 WHERE site = $1 AND name = $2 AND value = $5")
            }
        };
        let query =
            query.bind(put.site.as_str()).bind(put.name.as_str()).bind(put.value.as_str()).bind(put.at.as_millis());
        let query = before.iter().fold(query, |query, before| query.bind(before.as_str()));
        query.execute(connection).await.map(|done| done.rows_affected() > 0).map_err(failed)
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
