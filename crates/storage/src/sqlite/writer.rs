//! Grouped commits: one task takes the writes that are waiting and commits them in one transaction.
//!
//! A commit with `synchronous=FULL` waits for the disk; while it does, more writes gather, and the next commit takes
//! them all. Nothing waits on purpose: a lone write is committed at once. An answer is sent only after the commit,
//! so that acknowledged means durable.
//!
//! Writes with a bulk form, which are nearly all, go first, together and in one trip ([`bulk`]). The others of the
//! batch, and those that the bulk form passed over, are run one by one in a second transaction: first without
//! savepoints, and if one of them fails, once more with a savepoint around each. Then a write that fails takes back
//! what it did and gets its error, and its neighbours do not notice. So a write may run twice, and must depend on
//! nothing but itself and the database. The order within a batch is free: nobody who waits for an answer can tell.
//!
//! A caller that goes away takes nothing back: a write in the queue will be done.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::connections::{Slot, lease};
use super::{bulk, errors};
use crate::{Result, StorageError};

/// Writes that may wait; whoever comes then waits for a place.
const QUEUE: usize = 1024;

/// Writes of one transaction; bounds how long the first of them waits for the last.
const BATCH: usize = 256;

/// One atomic write.
#[async_trait]
pub(super) trait Write: Sized + Send + Sync + 'static {
    /// What the caller learns.
    type Answer: Send + 'static;

    /// Writes inside the transaction that is open on `connection`. An error takes back all of it.
    async fn run(&self, connection: &mut SqliteConnection) -> Result<Self::Answer>;

    /// The same write as a row of the bulk script.
    fn bulk(&self) -> Option<Bulk<'_, Self>> {
        None
    }
}

/// A row of the bulk script, and what the caller learns if the script writes it.
pub(super) type Bulk<'a, W> = (bulk::Row<'a>, fn(&W, bulk::Done) -> Result<<W as Write>::Answer>);

/// The way to the task that writes.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Waiting>>,
    closing: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the task over the connection in `slot`.
    #[expect(clippy::disallowed_methods, reason = "the one writer of a database, joined by `close`")]
    pub(super) fn start(slot: Slot) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let closing = Arc::new(Notify::new());
        let task = tokio::spawn(serve(slot, waiting, Arc::clone(&closing)));
        Self { queue, closing, task: Mutex::new(Some(task)) }
    }

    /// Has `write` committed and returns its answer.
    pub(super) async fn write<W: Write>(&self, write: W) -> Result<W::Answer> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Job { write, reply, outcome: None });
        if self.queue.send(job).await.is_err() {
            return errors::closed();
        }
        answer.await.unwrap_or_else(|_| errors::closed())
    }

    /// Commits what is waiting and ends the task; later writes are refused.
    pub(super) async fn close(&self) {
        self.closing.notify_one();
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the database's writer had ended before it was closed");
        }
    }
}

/// Commits batch after batch until the queue is closed and empty.
async fn serve(slot: Slot, mut queue: mpsc::Receiver<Box<dyn Waiting>>, closing: Arc<Notify>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let received = tokio::select! {
            received = queue.recv_many(&mut batch, BATCH) => received,
            () = closing.notified() => {
                queue.close();
                continue;
            }
        };
        if received == 0 {
            return;
        }
        // Callers that the last commit set free are about to write again: they go first, once.
        tokio::task::yield_now().await;
        while batch.len() < BATCH
            && let Ok(job) = queue.try_recv()
        {
            batch.push(job);
        }
        match lease(slot.lock().await) {
            Ok(mut connection) => write_batch(&mut connection, &mut batch).await,
            Err(error) => answer_all(&mut batch, Err(&error)),
        }
    }
}

/// Writes, commits and answers a batch.
async fn write_batch(connection: &mut SqliteConnection, batch: &mut Vec<Box<dyn Waiting>>) {
    if let Err(error) = write_in_bulk(connection, batch).await {
        roll_back(connection).await;
        // Whoever could not get the lock in all that time would only wait again. Anything else may be the fault of
        // one write, which the others must not suffer for.
        if errors::is_busy(&error) {
            return answer_all(batch, Err(&errors::failed(error)));
        }
        tracing::warn!(%error, "writes that failed together are tried one by one");
    }
    if !batch.is_empty() {
        let committed = commit(connection, batch).await;
        answer_all(batch, committed.as_ref().copied());
    }
}

fn answer_all(batch: &mut Vec<Box<dyn Waiting>>, committed: Result<(), &StorageError>) {
    for job in batch.drain(..) {
        job.answer(committed);
    }
}

/// Takes those writes off the batch that can be written in bulk and may be written at all, and answers them.
async fn write_in_bulk(
    connection: &mut SqliteConnection,
    batch: &mut Vec<Box<dyn Waiting>>,
) -> Result<(), sqlx::Error> {
    let (positions, rows): (Vec<_>, Vec<_>) =
        batch.iter().enumerate().filter_map(|(position, job)| Some((position, job.bulk_row()?))).unzip();
    if rows.is_empty() {
        return Ok(());
    }
    let written = bulk::write_and_commit(connection, &rows).await?;
    let mut written = positions.into_iter().zip(written).filter_map(|(at, done)| Some((at, done?))).peekable();
    let mut rest = Vec::new();
    for (position, mut job) in batch.drain(..).enumerate() {
        match written.next_if(|(at, _)| *at == position) {
            Some((_, done)) => {
                job.accept_bulk(done);
                job.answer(Ok(()));
            }
            None => rest.push(job),
        }
    }
    batch.append(&mut rest);
    Ok(())
}

/// Runs and commits a batch. An error means that none of it was written.
async fn commit(connection: &mut SqliteConnection, batch: &mut [Box<dyn Waiting>]) -> Result<()> {
    let committed = run_and_commit(connection, batch).await;
    if committed.is_err() {
        roll_back(connection).await;
    }
    committed
}

async fn run_and_commit(connection: &mut SqliteConnection, batch: &mut [Box<dyn Waiting>]) -> Result<()> {
    execute(connection, "BEGIN IMMEDIATE").await?;
    if !run_all(connection, batch).await {
        roll_back(connection).await;
        if batch.len() == 1 {
            return Ok(());
        }
        execute(connection, "BEGIN IMMEDIATE").await?;
        run_each_apart(connection, batch).await?;
    }
    execute(connection, "COMMIT").await
}

/// True if every write succeeded.
async fn run_all(connection: &mut SqliteConnection, batch: &mut [Box<dyn Waiting>]) -> bool {
    for job in batch {
        if job.run(connection).await.is_some() {
            return false;
        }
    }
    true
}

/// Takes back exactly the writes that fail.
async fn run_each_apart(connection: &mut SqliteConnection, batch: &mut [Box<dyn Waiting>]) -> Result<()> {
    for job in batch {
        execute(connection, "SAVEPOINT one_write").await?;
        if let Some(error) = job.run(connection).await {
            // On a full disk, for one, SQLite ends the whole transaction: then the savepoint is gone, and the
            // write's own error tells why everything failed.
            let taken_back = execute(connection, "ROLLBACK TO one_write").await;
            taken_back.map_err(|_| errors::repeated(error))?;
        }
        execute(connection, "RELEASE one_write").await?;
    }
    Ok(())
}

/// Ends a transaction that failed, if SQLite has not ended it already.
async fn roll_back(connection: &mut SqliteConnection) {
    if let Err(error) = execute(connection, "ROLLBACK").await {
        tracing::debug!(%error, "the transaction had ended by itself");
    }
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<()> {
    sqlx::query(sql).execute(connection).await.map(drop).map_err(errors::failed)
}

/// A write in the queue, whatever its answer.
#[async_trait]
trait Waiting: Send {
    /// Runs the write and keeps its outcome; returns the error if it has one.
    async fn run(&mut self, connection: &mut SqliteConnection) -> Option<&StorageError>;

    /// See [`Write::bulk`].
    fn bulk_row(&self) -> Option<bulk::Row<'_>>;

    /// Takes the outcome that the write has, now that the bulk script wrote it.
    fn accept_bulk(&mut self, done: bulk::Done);

    /// Tells the caller how it went.
    fn answer(self: Box<Self>, committed: Result<(), &StorageError>);
}

struct Job<W: Write> {
    write: W,
    reply: oneshot::Sender<Result<W::Answer>>,
    outcome: Option<Result<W::Answer>>,
}

#[async_trait]
impl<W: Write> Waiting for Job<W> {
    async fn run(&mut self, connection: &mut SqliteConnection) -> Option<&StorageError> {
        let outcome = self.write.run(connection).await;
        self.outcome.insert(outcome).as_ref().err()
    }

    fn bulk_row(&self) -> Option<bulk::Row<'_>> {
        self.write.bulk().map(|(row, _)| row)
    }

    fn accept_bulk(&mut self, done: bulk::Done) {
        self.outcome = self.write.bulk().map(|(_, answer)| answer(&self.write, done));
    }

    fn answer(self: Box<Self>, committed: Result<(), &StorageError>) {
        let outcome = match (committed, self.outcome) {
            (Err(error), _) => Err(errors::repeated(error)),
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => errors::closed(),
        };
        // The caller may have gone; the write stands all the same.
        let _ = self.reply.send(outcome);
    }
}

#[cfg(test)]
mod tests;
