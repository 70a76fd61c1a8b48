//! Choices in PostgreSQL.

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;
use portavoz_domain::timestamp::Timestamp;

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::values::storable;
use crate::{Choices, Result, Swap};

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

    async fn swap(&self, site: &SiteId, name: &str, change: Swap<'_>, at: Timestamp) -> Result<bool> {
        let before = change.before.map(storable);
        retrying(|| async {
            let query = match &before {
                None => sqlx::query(
                    "INSERT INTO choices (site, name, value, changed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                ),
                Some(_) => sqlx::query(
                    "UPDATE choices SET value = $3, changed = $4 WHERE site = $1 AND name = $2 AND value = $5",
                ),
            };
            let query =
                query.bind(site.as_str()).bind(storable(name)).bind(storable(change.value)).bind(at.as_millis());
            let query = before.iter().fold(query, |query, before| query.bind(before.clone()));
            query.execute(&self.pool).await.map(|done| done.rows_affected() > 0).map_err(failed)
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
