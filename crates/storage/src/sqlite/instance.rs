//! Which processes live: each that opens a file holds a lock file beside it, under a number of its own.
//!
//! The operating system releases a lock when its process ends, however it ends. So a charge whose number nobody holds
//! is an orphan. Numbers are used again, but not while something is open under them.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sqlx::SqliteConnection;

use super::errors::failed;
use crate::{Result, StorageError};

/// A process among those that use the file.
#[derive(Debug)]
pub(super) struct Instance {
    number: i64,
    /// Where the lock files are; `None` in memory, where there is nobody else.
    folder: Option<PathBuf>,
    lock: Mutex<Option<File>>,
}

impl Instance {
    /// The only one that uses a database in memory.
    pub(super) const fn alone() -> Self {
        Self { number: 1, folder: None, lock: Mutex::new(None) }
    }

    /// Takes the first free number among those that use the file at `database`, over a connection to it.
    pub(super) async fn beside(database: &Path, connection: &mut SqliteConnection) -> Result<Self> {
        let mut folder = database.as_os_str().to_owned();
        folder.push("-instances");
        let folder = PathBuf::from(folder);
        let mut number = 0;
        loop {
            number += 1;
            let taken = take(&folder, number).map_err(|error| {
                StorageError::Unavailable(format!("`{}` cannot be locked: {error}", folder.display()))
            })?;
            match taken {
                // Asked under the lock: whoever held the number is gone and can open nothing more.
                Taken::Ours(lock) if !has_open_charges(connection, number).await? => {
                    return Ok(Self { number, folder: Some(folder), lock: Mutex::new(Some(lock)) });
                }
                Taken::Ours(_) | Taken::Held => {}
                // Whoever left meanwhile removed the file or the folder: the number is free, or will be somebody's.
                Taken::Gone => number = 0,
            }
        }
    }

    /// Its number.
    pub(super) const fn number(&self) -> i64 {
        self.number
    }

    /// True if some process holds `number`. When in doubt, it lives: its reservations stay reserved.
    pub(super) fn is_alive(&self, number: i64) -> bool {
        match &self.folder {
            None => number == self.number,
            Some(folder) => match File::open(lock_path(folder, number)) {
                // Shared, so that two who look at once do not take each other for the holder.
                Ok(file) => file.try_lock_shared().is_err(),
                Err(error) => error.kind() != io::ErrorKind::NotFound,
            },
        }
    }

    /// Gives the number back.
    pub(super) fn leave(&self) {
        let lock = self.lock.lock().ok().and_then(|mut lock| lock.take());
        if let (Some(lock), Some(folder)) = (lock, &self.folder) {
            remove(folder, self.number);
            drop(lock);
        }
    }
}

fn lock_path(folder: &Path, number: i64) -> PathBuf {
    folder.join(number.to_string())
}

async fn has_open_charges(connection: &mut SqliteConnection, number: i64) -> Result<bool> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM charges INDEXED BY charges_open WHERE state = 'open' AND instance = $1)",
    )
    .bind(number)
    .fetch_one(connection)
    .await
    .map_err(failed)
}

enum Taken {
    Ours(File),
    Held,
    Gone,
}

fn take(folder: &Path, number: i64) -> io::Result<Taken> {
    create_folder(folder)?;
    let path = lock_path(folder, number);
    let file = match open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Taken::Gone),
        other => other?,
    };
    match file.try_lock() {
        Ok(()) if is_still_at(&file, &path) => Ok(Taken::Ours(file)),
        Ok(()) => Ok(Taken::Gone),
        Err(TryLockError::WouldBlock) => Ok(Taken::Held),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// False if the file was removed between opening and locking it: then its name may be another's by now.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(named)) => place(held) == place(named),
        _ => false,
    }
}

/// Where files cannot be told apart, they are never removed.
#[cfg(not(unix))]
const fn is_still_at(_: &File, _: &Path) -> bool {
    true
}

/// Removes the file while it is locked, and the folder if it was the last. What cannot be removed does no harm.
#[cfg(unix)]
fn remove(folder: &Path, number: i64) {
    let removed = std::fs::remove_file(lock_path(folder, number)).and_then(|()| std::fs::remove_dir(folder));
    if let Err(error) = removed {
        tracing::debug!(%error, "the folder of lock files stays");
    }
}

#[cfg(not(unix))]
const fn remove(_: &Path, _: i64) {}
