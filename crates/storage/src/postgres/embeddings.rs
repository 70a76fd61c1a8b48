//! Vectors in PostgreSQL.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::values::{count, read_vector, storable, vector_bytes};
use crate::{EmbedderKey, Embeddings, Result, conflicts};

/// Vectors of one `INSERT`; some 3 MB at 1,536 dimensions.
const ROWS_AT_ONCE: usize = 500;

#[async_trait]
impl Embeddings for PgStorage {
    async fn get(&self, key: &EmbedderKey, hashes: &[[u8; 32]]) -> Result<HashMap<[u8; 32], Vec<f32>>> {
        let wanted: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
        let rows =
            sqlx::query("SELECT hash, vector FROM embeddings WHERE model = $1 AND dimensions = $2 AND hash = ANY($3)")
                .bind(storable(&key.model))
                .bind(count(key.dimensions))
                .bind(wanted)
                .fetch_all(&self.pool)
                .await
                .map_err(failed)?;
        rows.iter()
            .map(|row| {
                let hash = row.try_get("hash").map_err(failed)?;
                read_vector(key, hash, row.try_get("vector").map_err(failed)?)
            })
            .collect()
    }

    async fn put(&self, key: &EmbedderKey, vectors: &[([u8; 32], Vec<f32>)]) -> Result<()> {
        conflicts::check_dimensions(key, vectors)?;
        let mut vectors: Vec<_> = vectors.iter().map(|(hash, vector)| (*hash, vector_bytes(vector))).collect();
        // Two processes that keep the same vectors in one order wait for each other; in two orders, they deadlock.
        vectors.sort_unstable_by_key(|(hash, _)| *hash);
        retrying(|| put(&self.pool, key, &vectors)).await
    }
}

/// A vector that is there stays: the same text under the same model has the same vector.
async fn put(pool: &PgPool, key: &EmbedderKey, vectors: &[([u8; 32], Vec<u8>)]) -> Result<()> {
    let model = storable(&key.model);
    let mut transaction = pool.begin().await.map_err(failed)?;
    for vectors in vectors.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Postgres>::new("INSERT INTO embeddings (model, dimensions, hash, vector) ");
        query.push_values(vectors, |mut row, (hash, vector)| {
            row.push_bind(model.as_str())
                .push_bind(count(key.dimensions))
                .push_bind(hash.as_slice())
                .push_bind(vector.as_slice());
        });
        query.push(" ON CONFLICT (model, dimensions, hash) DO NOTHING");
        query.build().persistent(false).execute(&mut *transaction).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}
