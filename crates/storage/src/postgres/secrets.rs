//! portavoz's own secrets, in PostgreSQL.

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::values::storable;
use crate::{Result, Secrets};

#[async_trait]
impl Secrets for PgStorage {
    async fn get_or_insert(&self, site: &SiteId, name: &str, fresh: &[u8]) -> Result<Vec<u8>> {
        // The update changes nothing, but makes a row that is there come back like one that is new: of processes that
        // race, the first writes its value and all get it.
        retrying(|| async {
            sqlx::query_scalar(
                "INSERT INTO secrets (site, name, value) VALUES ($1, $2, $3)
                ON CONFLICT (site, name) DO UPDATE SET name = excluded.name
                RETURNING value",
            )
            .bind(site.as_str())
            .bind(storable(name))
            .bind(fresh)
            .fetch_one(&self.pool)
            .await
            .map_err(failed)
        })
        .await
    }

    async fn get(&self, site: &SiteId, name: &str) -> Result<Option<Vec<u8>>> {
        sqlx::query_scalar("SELECT value FROM secrets WHERE site = $1 AND name = $2")
            .bind(site.as_str())
            .bind(storable(name))
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)
    }

    async fn put(&self, site: &SiteId, name: &str, value: &[u8]) -> Result<()> {
        retrying(|| async {
            sqlx::query(
                "INSERT INTO secrets (site, name, value) VALUES ($1, $2, $3)
                ON CONFLICT (site, name) DO UPDATE SET value = excluded.value",
            )
            .bind(site.as_str())
            .bind(storable(name))
            .bind(value)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(failed)
        })
        .await
    }
}
