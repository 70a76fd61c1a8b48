//! Brings a PostgreSQL schema up to date.

use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection, Postgres, QueryBuilder, Row};

use super::errors::failed;
use super::schema::Schema;
use crate::Result;
use crate::migration::{Applied, Migration, pending};

/// Applies the migrations that the schema lacks, each in a transaction of its own, under an advisory lock: processes
/// that start together do it one after the other, and the later ones find nothing left to do. The lock goes with the
/// connection, so that a process that dies does not keep it.
pub(super) async fn migrate(connection: &mut PgConnection, schema: &Schema, known: &[Migration]) -> Result<()> {
    let lock = lock_key(schema);
    lock_or_unlock(connection, "SELECT pg_advisory_lock($1)", lock).await?;
    let migrated = migrate_locked(connection, schema, known).await;
    lock_or_unlock(connection, "SELECT pg_advisory_unlock($1)", lock).await?;
    migrated
}

async fn migrate_locked(connection: &mut PgConnection, schema: &Schema, known: &[Migration]) -> Result<()> {
    create_schema(connection, schema).await?;
    for migration in pending(known, &applied(connection).await?)? {
        apply(connection, migration).await?;
    }
    Ok(())
}

/// Advisory locks are numbers and count for the whole database: ours is made of our name and the schema's.
fn lock_key(schema: &Schema) -> i64 {
    let digest = Sha256::digest(format!("portavoz migrations {}", schema.as_str()).as_bytes());
    digest.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

async fn lock_or_unlock(connection: &mut PgConnection, sql: &'static str, lock: i64) -> Result<()> {
    sqlx::query(sql).bind(lock).execute(connection).await.map(drop).map_err(failed)
}

/// Looks first, because a user who may not create schemas may use one that was created for them.
async fn create_schema(connection: &mut PgConnection, schema: &Schema) -> Result<()> {
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)")
        .bind(schema.as_str())
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if !exists {
        // Names cannot be bound; `Schema` lets nothing through that would need quoting.
        let mut create = QueryBuilder::<Postgres>::new("CREATE SCHEMA ");
        create.push(schema.as_str());
        create.build().execute(connection).await.map_err(failed)?;
    }
    Ok(())
}

/// Applies a migration and remembers it.
pub(super) async fn apply(connection: &mut PgConnection, migration: &Migration) -> Result<()> {
    let mut transaction = connection.begin().await.map_err(failed)?;
    sqlx::raw_sql(migration.sql).execute(&mut *transaction).await.map_err(failed)?;
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS portavoz_migrations (
            version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum BYTEA NOT NULL
        )",
    )
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    sqlx::query("INSERT INTO portavoz_migrations (version, name, checksum) VALUES ($1, $2, $3)")
        .bind(migration.version)
        .bind(migration.name)
        .bind(migration.checksum())
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

async fn applied(connection: &mut PgConnection) -> Result<Vec<Applied>> {
    let listed: bool = sqlx::query_scalar("SELECT to_regclass('portavoz_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if !listed {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("SELECT version, checksum FROM portavoz_migrations ORDER BY version")
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| Ok(Applied { version: row.try_get("version")?, checksum: row.try_get("checksum")? }))
        .collect::<Result<_, sqlx::Error>>()
        .map_err(failed)
}

#[cfg(test)]
mod tests;
