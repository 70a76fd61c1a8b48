//! Vectors in SQLite.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::values::{count, read_vector, storable, vector_bytes};
use crate::{EmbedderKey, Embeddings, Result, conflicts};

/// Hashes of one `SELECT` and vectors of one `INSERT`.
const ROWS_AT_ONCE: usize = 500;

#[async_trait]
impl Embeddings for SqliteStorage {
    async fn get(&self, key: &EmbedderKey, hashes: &[[u8; 32]]) -> Result<HashMap<[u8; 32], Vec<f32>>> {
        let mut connection = self.connections.read().await?;
        let mut found = HashMap::with_capacity(hashes.len());
        for hashes in hashes.chunks(ROWS_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new("SELECT hash, vector FROM embeddings WHERE model = ");
            query.push_bind(storable(&key.model)).push(" AND dimensions = ").push_bind(count(key.dimensions));
            query.push(" AND hash IN (");
            let mut list = query.separated(", ");
            for hash in hashes {
                list.push_bind(hash.as_slice());
            }
            query.push(")");
            for row in query.build().fetch_all(&mut *connection).await.map_err(failed)? {
                let hash = row.try_get("hash").map_err(failed)?;
                let (hash, vector) = read_vector(key, hash, row.try_get("vector").map_err(failed)?)?;
                found.insert(hash, vector);
            }
        }
        Ok(found)
    }

    async fn put(&self, key: &EmbedderKey, vectors: &[([u8; 32], Vec<f32>)]) -> Result<()> {
        conflicts::check_dimensions(key, vectors)?;
        let vectors = vectors.iter().map(|(hash, vector)| (*hash, vector_bytes(vector))).collect();
        self.writer.write(Put { key: key.clone(), vectors }).await
    }
}

/// Vectors to keep. One that is there stays: the same text under the same model has the same vector.
struct Put {
    key: EmbedderKey,
    vectors: Vec<([u8; 32], Vec<u8>)>,
}

#[async_trait]
impl Write for Put {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        let model = storable(&self.key.model);
        for vectors in self.vectors.chunks(ROWS_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO embeddings (model, dimensions, hash, vector) ");
            query.push_values(vectors, |mut row, (hash, vector)| {
                row.push_bind(model.as_str())
                    .push_bind(count(self.key.dimensions))
                    .push_bind(hash.as_slice())
                    .push_bind(vector.as_slice());
            });
            query.push(" ON CONFLICT (model, dimensions, hash) DO NOTHING");
            query.build().persistent(false).execute(&mut *connection).await.map_err(failed)?;
        }
        Ok(())
    }
}
