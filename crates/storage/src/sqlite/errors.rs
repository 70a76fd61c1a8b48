//! What SQLite's result codes mean to portavoz.

use std::path::Path;

use crate::{Result, StorageError};

// Primary result codes of https://www.sqlite.org/rescode.html.
const SQLITE_PERM: i32 = 3;
const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_NOMEM: i32 = 7;
const SQLITE_READONLY: i32 = 8;
const SQLITE_IOERR: i32 = 10;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_NOTADB: i32 = 26;

/// The error of an operation.
pub(super) fn failed(error: sqlx::Error) -> StorageError {
    let cause = match primary_code(&error) {
        Some(SQLITE_BUSY | SQLITE_LOCKED) => "another process is writing to it",
        Some(SQLITE_FULL) => "the disk is full",
        Some(SQLITE_READONLY | SQLITE_PERM) => "the file cannot be written",
        Some(SQLITE_CANTOPEN) => "the file cannot be opened",
        Some(SQLITE_IOERR) => return StorageError::Unavailable(format!("the disk failed: {error}")),
        Some(SQLITE_NOMEM) => "there is not enough memory",
        Some(_) => return StorageError::Backend(Box::new(error)),
        None => return without_code(error),
    };
    StorageError::Unavailable(cause.to_owned())
}

/// The error of opening `path`.
pub(super) fn not_opened(path: &Path, error: sqlx::Error) -> StorageError {
    let path = path.display();
    if primary_code(&error) == Some(SQLITE_NOTADB) {
        return StorageError::Conflict(format!("`{path}` is not a SQLite database"));
    }
    match failed(error) {
        StorageError::Unavailable(cause) => StorageError::Unavailable(format!("`{path}`: {cause}")),
        other => other,
    }
}

/// True if another process holds the lock that the statement needs.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(SQLITE_BUSY)
}

/// The same failure, to tell it to everyone it hit.
pub(super) fn repeated(error: &StorageError) -> StorageError {
    match error {
        StorageError::Unavailable(cause) => StorageError::Unavailable(cause.clone()),
        other => StorageError::Backend(other.to_string().into()),
    }
}

/// What every operation says after `close`.
pub(super) fn closed<T>() -> Result<T> {
    Err(StorageError::Unavailable("it was closed".to_owned()))
}

fn without_code(error: sqlx::Error) -> StorageError {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => StorageError::Unavailable(error.to_string()),
        other => StorageError::Backend(Box::new(other)),
    }
}

/// The result code without its extension, which is in the higher bits.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
