//! What PostgreSQL's errors mean to portavoz, and which of them are worth another try.

use crate::StorageError;

// SQLSTATE codes of https://www.postgresql.org/docs/current/errcodes-appendix.html.
const FOREIGN_KEY_VIOLATION: &str = "23503";
const UNIQUE_VIOLATION: &str = "23505";
const SERIALIZATION_FAILURE: &str = "40001";
const DEADLOCK_DETECTED: &str = "40P01";
const READ_ONLY_TRANSACTION: &str = "25006";

/// Classes (the first two characters) in which the server, not the request, is at fault: connection, authorisation,
/// missing database, resources (a full disk too), operator's intervention, system error.
const UNAVAILABLE_CLASSES: [&str; 6] = ["08", "28", "3D", "53", "57", "58"];

/// Tries of a transaction that PostgreSQL asks to be repeated. One of two that collide always gets through, so that
/// few are needed.
const TRIES: usize = 8;

/// The error of an operation.
pub(super) fn failed(error: sqlx::Error) -> StorageError {
    let unavailable = match code(&error) {
        Some(code) => code == READ_ONLY_TRANSACTION || UNAVAILABLE_CLASSES.iter().any(|class| code.starts_with(class)),
        None => matches!(
            error,
            sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
        ),
    };
    if unavailable { StorageError::Unavailable(error.to_string()) } else { StorageError::Backend(Box::new(error)) }
}

/// True if a row with the same key exists.
pub(super) fn is_duplicate(error: &sqlx::Error) -> bool {
    code(error).as_deref() == Some(UNIQUE_VIOLATION)
}

/// Runs a transaction again while it loses against another one.
pub(super) async fn retrying<T, F, Running>(transaction: F) -> Result<T, StorageError>
where
    F: Fn() -> Running + Send,
    Running: Future<Output = Result<T, StorageError>> + Send,
{
    for _ in 1..TRIES {
        match transaction().await {
            Err(error) if lost_a_race(&error) => tracing::debug!(%error, "the transaction is tried again"),
            other => return other,
        }
    }
    transaction().await
}

fn lost_a_race(error: &StorageError) -> bool {
    let StorageError::Backend(source) = error else { return false };
    let code = source.downcast_ref::<sqlx::Error>().and_then(code);
    // What a row rests on was removed while the row was written: the next try finds it gone.
    matches!(code.as_deref(), Some(SERIALIZATION_FAILURE | DEADLOCK_DETECTED | FOREIGN_KEY_VIOLATION))
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
