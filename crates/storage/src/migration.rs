//! The versions of the schema, and which of them a database still needs. Each backend applies them itself
//! (`sqlite/migrations.rs`, `postgres/migrations.rs`).
//!
//! Migrations are append-only: what was released is never edited, and a check sum makes sure of it.
//! To add one more: 1. a file of the same name in `migrations/sqlite/` and `migrations/postgres/`; 2. rows as this
//! version writes them in `migrations/sample/`; 3. its line in [`each`]; 4. the drawing in `docs/database.md`.

use sha2::{Digest, Sha256};

use crate::{Result, StorageError, portable};

/// One step from a schema to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    /// When it was written, as `yyyymmddhhmmss`; the order in which migrations are applied.
    pub(crate) version: i64,
    /// What it brings.
    pub(crate) name: &'static str,
    /// The statements.
    pub(crate) sql: &'static str,
}

impl Migration {
    /// SHA-256 of the statements.
    pub(crate) fn checksum(&self) -> Vec<u8> {
        Sha256::digest(self.sql.as_bytes()).to_vec()
    }
}

/// A migration as the database remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    /// See [`Migration::version`].
    pub(crate) version: i64,
    /// See [`Migration::checksum`].
    pub(crate) checksum: Vec<u8>,
}

macro_rules! each {
    ($folder:literal) => {
        &[
            each!(@one $folder, 20261122090000, "turns"),
            each!(@one $folder, 20261122090100, "knowledge"),
            each!(@one $folder, 20261122090200, "embeddings_and_secrets"),
            each!(@one $folder, 20261122180000, "verification"),
            each!(@one $folder, 20261123090000, "turn_figures"),
            each!(@one $folder, 20261123100000, "money"),
            each!(@one $folder, 20261123110000, "alerts_and_choices"),
            each!(@one $folder, 20261123120000, "turn_lists"),
            each!(@one $folder, 20261123130000, "feedback_and_messages"),
            each!(@one $folder, 20261123140000, "evaluations_and_experiments"),
        ]
    };
    (@one $folder:literal, $version:literal, $name:literal) => {
        Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../migrations/", $folder, "/", $version, "_", $name, ".sql")),
        }
    };
}

/// All versions of the SQLite schema.
pub(crate) const SQLITE: &[Migration] = each!("sqlite");

/// All versions of the PostgreSQL schema.
pub(crate) const POSTGRES: &[Migration] = each!("postgres");

/// Number of the newest schema.
pub(crate) fn latest(known: &[Migration]) -> i64 {
    known.last().map_or(0, |last| last.version)
}

/// The migrations up to a schema, and those after it. A schema that this program does not know is refused.
pub(crate) fn split_at(known: &[Migration], schema: i64) -> Result<(&[Migration], &[Migration])> {
    match known.iter().position(|migration| migration.version == schema) {
        Some(position) => Ok(known.split_at(position + 1)),
        None if schema > latest(known) => Err(portable::newer(schema, latest(known))),
        None => Err(StorageError::Conflict(format!("the copy has schema {schema}, which no portavoz ever had"))),
    }
}

/// The migrations that a database still needs, given those it has, both in order of version.
///
/// A database that knows a migration that this program does not was made by a newer program: to go on would risk what
/// it holds, so it is refused.
pub(crate) fn pending<'a>(known: &'a [Migration], applied: &[Applied]) -> Result<&'a [Migration]> {
    for (position, row) in applied.iter().enumerate() {
        let Some(migration) = known.get(position) else {
            return Err(StorageError::Conflict(format!(
                "the database was made by a newer portavoz (schema {}; this one knows up to {}): update portavoz",
                row.version,
                known.last().map_or(0, |last| last.version)
            )));
        };
        if migration.version != row.version {
            return Err(StorageError::Conflict(format!(
                "the database has schema {} where this portavoz has {} `{}`: it belongs to another version",
                row.version, migration.version, migration.name
            )));
        }
        if migration.checksum() != row.checksum {
            return Err(StorageError::Conflict(format!(
                "migration {} `{}` is not the one that was applied to the database",
                migration.version, migration.name
            )));
        }
    }
    Ok(known.get(applied.len()..).unwrap_or_default())
}

#[cfg(test)]
pub(crate) mod tests;
