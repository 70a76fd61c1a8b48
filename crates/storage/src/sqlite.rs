//! The embedded database: one SQLite file in WAL mode, or memory.
//!
//! Reads go to a few read-only connections and never wait for writes. All writes of a process go through one writer
//! (`writer`) that commits whatever is waiting together, so that durability costs one `fsync` for many turns.
//! Other processes may use the same file (`portavoz ingest` beside `portavoz serve`): SQLite's own lock orders their
//! transactions, and what another process committed is seen by the next read.
//!
//! Start with [`SqliteStorage::open`]; the operations are in the submodule of their trait.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{
    Choices, Embeddings, Evaluations, Experiments, Gaps, Knowledge, Messages, Portable, Privacy, Ratings, Result,
    Secrets, Spending, Storage, Traffic, Turns, migration,
};

mod alerts;
mod bulk;
mod choices;
mod connections;
mod embeddings;
mod errors;
mod evaluations;
mod experiments;
mod feedback;
mod file;
mod gaps;
mod instance;
mod knowledge;
mod messages;
mod migrations;
mod portable;
mod privacy;
mod secrets;
mod spending;
mod traffic;
mod turns;
mod writer;

use connections::Connections;
use instance::Instance;
use writer::{Write, Writer};

/// How long a statement waits for another process that is writing to the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SyncMode {
    /// The disk: what was acknowledged survives power loss.
    #[default]
    Full,
    /// The operating system: what was acknowledged survives a crash of portavoz, but the last moment may be lost
    /// with the power.
    Normal,
}

/// How to open a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SqliteOptions {
    /// What a commit waits for.
    pub sync: SyncMode,
}

/// A SQLite database.
#[derive(Debug)]
pub struct SqliteStorage {
    connections: Connections,
    writer: Writer,
    instance: Arc<Instance>,
}

impl SqliteStorage {
    /// Opens the file, or makes it together with its folder, readable by this user only, and brings its schema up to
    /// date. A file of another program or of a newer portavoz is a [`crate::StorageError::Conflict`] and stays as it is.
    pub async fn open(path: &Path, options: SqliteOptions) -> Result<Self> {
        Self::open_waiting(path, options, BUSY_TIMEOUT).await
    }

    /// A database that lives as long as this value, for tests and trials.
    pub async fn in_memory() -> Result<Self> {
        let mut connection = connections::connect_in_memory().await?;
        migrations::migrate(&mut connection, migration::SQLITE).await?;
        Ok(Self::over(Connections::shared(connection), Instance::alone()))
    }

    async fn open_waiting(path: &Path, options: SqliteOptions, busy_timeout: Duration) -> Result<Self> {
        file::create(path)?;
        let mut writer = connections::connect_for_writing(path, options.sync, busy_timeout).await?;
        migrations::migrate(&mut writer, migration::SQLITE).await?;
        let instance = Instance::beside(path, &mut writer).await?;
        Ok(Self::over(Connections::of_file(path, writer, busy_timeout).await?, instance))
    }

    fn over(connections: Connections, instance: Instance) -> Self {
        let writer = Writer::start(connections.writing());
        Self { connections, writer, instance: Arc::new(instance) }
    }
}

#[async_trait]
impl Storage for SqliteStorage {
    fn turns(&self) -> &dyn Turns {
        self
    }

    fn ratings(&self) -> &dyn Ratings {
        self
    }

    fn messages(&self) -> &dyn Messages {
        self
    }

    fn spending(&self) -> &dyn Spending {
        self
    }

    fn traffic(&self) -> &dyn Traffic {
        self
    }

    fn knowledge(&self) -> &dyn Knowledge {
        self
    }

    fn embeddings(&self) -> &dyn Embeddings {
        self
    }

    fn gaps(&self) -> &dyn Gaps {
        self
    }

    fn secrets(&self) -> &dyn Secrets {
        self
    }

    // By its path, for both traits have a `close`.
    fn alerts(&self) -> &dyn crate::Alerts {
        self
    }

    fn choices(&self) -> &dyn Choices {
        self
    }

    fn evaluations(&self) -> &dyn Evaluations {
        self
    }

    fn experiments(&self) -> &dyn Experiments {
        self
    }

    fn privacy(&self) -> &dyn Privacy {
        self
    }

    fn portable(&self) -> &dyn Portable {
        self
    }

    async fn ping(&self) -> Result<()> {
        self.writer.write(Ping).await?;
        let mut connection = self.connections.read().await?;
        sqlx::query("SELECT 1").execute(&mut *connection).await.map_err(errors::failed)?;
        Ok(())
    }

    async fn close(&self) {
        self.writer.close().await;
        self.connections.close().await;
        self.instance.leave();
    }
}

/// A write that writes nothing: when it is answered, the writer lives and gets the file's lock.
struct Ping;

#[async_trait]
impl Write for Ping {
    type Answer = ();

    async fn run(&self, _: &mut sqlx::SqliteConnection) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
