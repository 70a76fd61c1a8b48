//! Choices in PostgreSQL.

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;
use portavoz_domain::timestamp::Timestamp;

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::values::storable;
use crate::{Choices, Result};

#[async_trait]
impl Choices for PgStorage {
    async fn get(&self, site: &SiteId, name: &str) -> Result<Option<String>> {
        sqlx::query_scalar("SELECT value FROM choices WHERE site = $1 AND name = $2")
            .bind(site.as_str())
            .bind(storable(name))
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)
    }

    async fn put(&self, site: &SiteId, name: &str, value: &str, at: Timestamp) -> Result<()> {
        retrying(|| async {
            sqlx::query(
                "INSERT INTO choices (site, name, value, changed) VALUES ($1, $2, $3, $4)
                ON CONFLICT (site, name) DO UPDATE SET value = excluded.value, changed = excluded.changed",
            )
            .bind(site.as_str())
            .bind(storable(name))
            .bind(storable(value))
            .bind(at.as_millis())
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(failed)
        })
        .await
    }

    async fn remove(&self, site: &SiteId, name: &str) -> Result<bool> {
        retrying(|| async {
            sqlx::query("DELETE FROM choices WHERE site = $1 AND name = $2")
                .bind(site.as_str())
                .bind(storable(name))
                .execute(&self.pool)
                .await
                .map(|done| done.rows_affected() > 0)
                .map_err(failed)
        })
        .await
    }
}
