//! Backups: one compressed file with every row of the database, which either database can be restored from.
//!
//! A file is made while visitors are answered and is of one moment. It proves itself: every table has a check sum, and
//! the last line one of everything before it, so that a file that was cut or changed by accident is refused before
//! anything is touched. A restore happens whole or not at all. Start at [`write()`] and [`restore`]; what a file looks
//! like is in `format`.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use portavoz_domain::timestamp::Timestamp;
use portavoz_storage::{Piece, Selection, Storage, StorageError};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

mod format;

use format::{Reader, Writer};

/// Pieces that may wait between the database and the file.
const WAITING_PIECES: usize = 4;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The portavoz that made it.
    pub version: String,
    /// The schema of its rows.
    pub schema: i64,
    /// When it was made, RFC 3339.
    pub made: String,
    /// How many rows of each table.
    pub tables: Vec<Counted>,
}

/// A table's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The table.
    pub table: String,
    /// How many.
    pub rows: u64,
}

/// Why a backup could not be made or used. The database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file is not a backup, or not the whole of it, or not as it was made.
    #[error("{0}")]
    Broken(String),
    /// The database said no.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Told how far it is: the table, and its rows so far.
pub type Progress = dyn Fn(&str, u64) + Send + Sync;

impl Manifest {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// Writes a backup of a whole database to `file`.
pub async fn write<W: Write + Send + 'static>(
    storage: &dyn Storage,
    file: W,
    made: Timestamp,
    progress: Arc<Progress>,
) -> Result<Manifest, BackupError> {
    let manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        schema: storage.portable().schema(),
        made: made.to_rfc3339(),
        tables: Vec::new(),
    };
    let (sender, mut pieces) = mpsc::channel(WAITING_PIECES);
    let writing = tokio::task::spawn_blocking(move || {
        let compressing = GzEncoder::new(BufWriter::new(file), Compression::default());
        let mut writer = Writer::begin(compressing, manifest)?;
        while let Some(piece) = pieces.blocking_recv() {
            writer.piece(&piece)?;
            if let Some(Counted { table, rows }) = writer.current() {
                progress(table, *rows);
            }
        }
        Ok::<_, BackupError>(writer)
    });
    storage.portable().dump(&Selection::Database, sender).await?;
    // Only what the database gave to its end is given an end of its own.
    let writer = writing.await.map_err(io::Error::other)??;
    tokio::task::spawn_blocking(|| {
        let (compressing, manifest) = writer.end()?;
        compressing.finish()?.flush()?;
        Ok(manifest)
    })
    .await
    .map_err(io::Error::other)?
}

/// Reads a backup to its end and checks everything that can be checked without a database.
pub fn verify(file: &Path, progress: &Progress) -> Result<Manifest, BackupError> {
    let mut reader = open(file)?;
    while reader.piece()?.is_some() {
        if let Some(Counted { table, rows }) = reader.current() {
            progress(table, *rows);
        }
    }
    reader.end()
}

/// Puts a backup in place of everything that is in the database; without `replace` only if that is nothing. The file is
/// checked before the database is touched.
pub async fn restore(
    storage: &dyn Storage,
    file: &Path,
    replace: bool,
    progress: Arc<Progress>,
) -> Result<Manifest, BackupError> {
    let file = file.to_owned();
    let (checked, checking) = (file.clone(), Arc::clone(&progress));
    let manifest = tokio::task::spawn_blocking(move || verify(&checked, checking.as_ref()));
    let manifest = manifest.await.map_err(io::Error::other)??;
    let (sender, pieces) = mpsc::channel(WAITING_PIECES);
    let reading = tokio::task::spawn_blocking(move || send(file, &sender, progress.as_ref()));
    let loaded = storage.portable().load(manifest.schema, replace, pieces).await;
    reading.await.map_err(io::Error::other)?;
    loaded?;
    Ok(manifest)
}

/// Reads the file once more, for the database. An error ends the load, which then takes everything back.
fn send(file: PathBuf, pieces: &mpsc::Sender<Result<Piece, StorageError>>, progress: &Progress) {
    let broken = |error: BackupError| StorageError::Backend(Box::new(error));
    let mut reader = match open(&file) {
        Ok(reader) => reader,
        Err(error) => {
            // Nobody waits for it any more if this fails.
            let _told = pieces.blocking_send(Err(broken(error)));
            return;
        }
    };
    loop {
        let piece = match reader.piece() {
            Ok(Some(piece)) => Ok(piece),
            Ok(None) => break,
            Err(error) => Err(broken(error)),
        };
        if let Some(Counted { table, rows }) = reader.current() {
            progress(table, *rows);
        }
        if pieces.blocking_send(piece).is_err() {
            return;
        }
    }
    if let Err(error) = reader.end() {
        let _told = pieces.blocking_send(Err(broken(error)));
    }
}

fn open(file: &Path) -> Result<Reader<impl BufRead>, BackupError> {
    let file = BufReader::new(std::fs::File::open(file)?);
    Reader::begin(BufReader::new(GzDecoder::new(file)))
}

#[cfg(test)]
mod tests;
