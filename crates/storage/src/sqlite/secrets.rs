//! portavoz's own secrets, in SQLite.

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;
use sqlx::SqliteConnection;

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::values::storable;
use crate::{Result, Secrets};

#[async_trait]
impl Secrets for SqliteStorage {
    async fn get_or_insert(&self, site: &SiteId, name: &str, fresh: &[u8]) -> Result<Vec<u8>> {
        self.writer.write(GetOrInsert { site: site.clone(), name: storable(name), fresh: fresh.to_vec() }).await
    }

    async fn get(&self, site: &SiteId, name: &str) -> Result<Option<Vec<u8>>> {
        let mut connection = self.connections.read().await?;
        sqlx::query_scalar(SELECT)
            .bind(site.as_str())
            .bind(storable(name))
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)
    }

    async fn put(&self, site: &SiteId, name: &str, value: &[u8]) -> Result<()> {
        self.writer.write(Put { site: site.clone(), name: storable(name), value: value.to_vec() }).await
    }
}

const SELECT: &str = "SELECT value FROM secrets WHERE site = $1 AND name = $2";

/// The first of two that race writes its value; both get it.
struct GetOrInsert {
    site: SiteId,
    name: String,
    fresh: Vec<u8>,
}

#[async_trait]
impl Write for GetOrInsert {
    type Answer = Vec<u8>;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<Vec<u8>> {
        sqlx::query("INSERT INTO secrets (site, name, value) VALUES ($1, $2, $3) ON CONFLICT (site, name) DO NOTHING")
            .bind(self.site.as_str())
            .bind(self.name.as_str())
            .bind(self.fresh.as_slice())
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        sqlx::query_scalar(SELECT)
            .bind(self.site.as_str())
            .bind(self.name.as_str())
            .fetch_one(connection)
            .await
            .map_err(failed)
    }
}

/// The new value of a secret.
struct Put {
    site: SiteId,
    name: String,
    value: Vec<u8>,
}

#[async_trait]
impl Write for Put {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        sqlx::query(
            "INSERT INTO secrets (site, name, value) VALUES ($1, $2, $3)
            ON CONFLICT (site, name) DO UPDATE SET value = excluded.value",
        )
        .bind(self.site.as_str())
        .bind(self.name.as_str())
        .bind(self.value.as_slice())
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
    }
}
