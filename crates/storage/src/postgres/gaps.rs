//! Questions without an answer, in PostgreSQL. They are written with the turn, in `turns.rs`.

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;

use super::PgStorage;
use super::errors::failed;
use crate::rows::GapRow;
use crate::values::count;
use crate::{Gap, Gaps, Result};

#[async_trait]
impl Gaps for PgStorage {
    async fn list(&self, site: &SiteId, limit: u32) -> Result<Vec<Gap>> {
        let rows = sqlx::query(
            "SELECT turn, question, language, asked FROM gaps WHERE site = $1 ORDER BY asked DESC, turn DESC LIMIT $2",
        )
        .bind(site.as_str())
        .bind(count(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| GapRow::from_postgres(row)?.try_into()).collect()
    }
}
