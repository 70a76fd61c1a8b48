//! Brings a SQLite file's schema up to date.

use sqlx::{Connection, Row, SqliteConnection};

use super::errors::failed;
use crate::migration::{Applied, Migration, pending};
use crate::{Result, StorageError};

/// Applies the migrations that the database lacks, each in a transaction of its own. A database that lacks none is
/// only read, so that it opens while another process writes.
pub(super) async fn migrate(connection: &mut SqliteConnection, known: &[Migration]) -> Result<()> {
    while !pending(known, &applied(connection).await?)?.is_empty() {
        apply_next(connection, known).await?;
    }
    Ok(())
}

/// Applies the first missing migration. What is missing is asked again under the lock: another process may have been
/// faster.
async fn apply_next(connection: &mut SqliteConnection, known: &[Migration]) -> Result<()> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let applied = applied(&mut transaction).await?;
    if let Some(migration) = pending(known, &applied)?.first() {
        apply(&mut transaction, migration).await?;
    }
    transaction.commit().await.map_err(failed)
}

/// Applies a migration, in the transaction that is open, and remembers it.
pub(super) async fn apply(connection: &mut SqliteConnection, migration: &Migration) -> Result<()> {
    sqlx::raw_sql(migration.sql).execute(&mut *connection).await.map_err(failed)?;
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS portavoz_migrations (
            version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL
        ) STRICT",
    )
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    sqlx::query("INSERT INTO portavoz_migrations (version, name, checksum) VALUES ($1, $2, $3)")
        .bind(migration.version)
        .bind(migration.name)
        .bind(migration.checksum())
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
}

/// The migrations that the database has. A database with tables but without a list of migrations is not ours.
async fn applied(connection: &mut SqliteConnection) -> Result<Vec<Applied>> {
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    if !tables.iter().any(|table| table == "portavoz_migrations") {
        return Err(StorageError::Conflict("the file is a database of another program".to_owned()));
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
