//! The connections of one database: one that writes, a few that only read.
//!
//! Not sqlx's pool: that one pings a connection whenever it is given back, a second trip to the connection's thread
//! for every read, and may close idle connections, with which an in-memory database would vanish.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::{SyncMode, errors};
use crate::Result;

/// Reads in flight at a time; each connection has a thread of its own.
const READERS: usize = 4;

/// Rows a reader may be ahead of the code that takes them.
const ROW_BUFFER: usize = 512;

/// Scripts that the writing connection keeps prepared: few kinds of rows in few sizes, but all their combinations.
const SCRIPTS_KEPT: usize = 512;

/// WAL pages (4 KiB each) after which a commit also moves pages into the database file. SQLite's own default: small
/// enough that the commit which does it takes milliseconds.
const CHECKPOINT_PAGES: &str = "1000";

/// Bytes that an emptied WAL may keep on disk.
const WAL_BYTES_KEPT: &str = "16777216";

/// A connection that one task at a time may use; `None` once it was closed.
pub(super) type Slot = Arc<Mutex<Option<SqliteConnection>>>;

/// Exclusive use of a connection.
pub(super) type Lease<'a> = MappedMutexGuard<'a, SqliteConnection>;

/// All connections of one database.
#[derive(Debug)]
pub(super) struct Connections {
    writer: Slot,
    readers: Vec<Slot>,
    next: AtomicUsize,
}

impl Connections {
    /// One connection for everything: an in-memory database belongs to its connection.
    pub(super) fn shared(connection: SqliteConnection) -> Self {
        let slot = slot(connection);
        Self { writer: Arc::clone(&slot), readers: vec![slot], next: AtomicUsize::new(0) }
    }

    /// The given connection for writing, and others to the same file for reading.
    pub(super) async fn of_file(path: &Path, writer: SqliteConnection, busy_timeout: Duration) -> Result<Self> {
        let options = options(path, busy_timeout).read_only(true).row_buffer_size(ROW_BUFFER);
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            readers.push(slot(options.connect().await.map_err(|error| errors::not_opened(path, error))?));
        }
        Ok(Self { writer: slot(writer), readers, next: AtomicUsize::new(0) })
    }

    /// The connection that writes.
    pub(super) fn writing(&self) -> Slot {
        Arc::clone(&self.writer)
    }

    /// A connection to read with: a free one if there is one, otherwise the next in turn when it is free.
    pub(super) async fn read(&self) -> Result<Lease<'_>> {
        let first = self.next.fetch_add(1, Ordering::Relaxed) % self.readers.len().max(1);
        let in_turn = || self.readers.iter().cycle().skip(first);
        match in_turn().take(self.readers.len()).find_map(|slot| slot.try_lock().ok()) {
            Some(free) => lease(free),
            None => match in_turn().next() {
                Some(slot) => lease(slot.lock().await),
                None => errors::closed(),
            },
        }
    }

    /// Closes all, the writing one last: it then moves the WAL into the database and removes it.
    pub(super) async fn close(&self) {
        for slot in self.readers.iter().chain([&self.writer]) {
            let connection = slot.lock().await.take();
            if let Some(connection) = connection
                && let Err(error) = connection.close().await
            {
                tracing::warn!(%error, "a connection to the database did not close cleanly");
            }
        }
    }
}

/// Use of a locked slot, unless its connection was closed.
pub(super) fn lease(slot: MutexGuard<'_, Option<SqliteConnection>>) -> Result<Lease<'_>> {
    MutexGuard::try_map(slot, Option::as_mut).or_else(|_| errors::closed())
}

fn slot(connection: SqliteConnection) -> Slot {
    Arc::new(Mutex::new(Some(connection)))
}

/// A connection to a database that lives in it.
pub(super) async fn connect_in_memory() -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().in_memory(true).disable_statement_logging();
    options.connect().await.map_err(errors::failed)
}

/// A connection to an existing file that writes to it, in WAL mode.
pub(super) async fn connect_for_writing(
    path: &Path,
    sync: SyncMode,
    busy_timeout: Duration,
) -> Result<SqliteConnection> {
    let options = options(path, busy_timeout)
        .synchronous(match sync {
            SyncMode::Full => SqliteSynchronous::Full,
            SyncMode::Normal => SqliteSynchronous::Normal,
        })
        .statement_cache_capacity(SCRIPTS_KEPT)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", WAL_BYTES_KEPT)
        // What is deleted is overwritten with zeros.
        .pragma("secure_delete", "ON");
    let not_opened = |error| errors::not_opened(path, error);
    let mut connection = options.connect().await.map_err(not_opened)?;
    switch_to_wal(&mut connection).await.map_err(not_opened)?;
    Ok(connection)
}

/// WAL mode is a lasting property of the file. Switching needs the file for oneself, and SQLite does not wait for
/// that: so wait for the other process by a lock that it does wait for, and try again.
async fn switch_to_wal(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    const TRIES: usize = 10;
    for _ in 1..TRIES {
        match sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await {
            Err(error) if errors::is_busy(&error) => {
                sqlx::query("BEGIN IMMEDIATE; COMMIT").execute(&mut *connection).await?;
            }
            other => return other.map(drop),
        }
    }
    sqlx::query("PRAGMA journal_mode = WAL").execute(connection).await.map(drop)
}

/// Statements are not logged: sqlx would measure and format each of them.
fn options(path: &Path, busy_timeout: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(busy_timeout).disable_statement_logging()
}
