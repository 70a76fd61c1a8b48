//! What is in a backup: lines of JSON, compressed by gzip.
//!
//! ```text
//! {"portavoz_backup":1,"version":"0.1.0","schema":20261123110000,"made":"2026-11-22T12:00:00Z"}
//! {"table":"secrets","columns":["site","name","value"]}
//! ["default","visitor-tokens",{"bytes":"AP8Q"}]
//! {"end":"secrets","rows":1,"sha256":"..."}                           of the table's rows
//! ...
//! {"done":true,"tables":13,"rows":20817,"sha256":"..."}               of every line before
//! ```
//!
//! Text, whole numbers and null are themselves; `{"real":"0.1"}` is a number that must come back bit by bit, and
//! `{"bytes":"..."}` is base64. The check sums find damage. They do not tell who made a file: whoever can change it can
//! change them too.

use std::io::{BufRead, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portavoz_storage::{Column, Kind, Piece, Table, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::{BackupError, Counted, Manifest};

/// Changes with the meaning of a line.
const FORMAT: u32 = 1;
/// Rows of one piece.
const ROWS_AT_ONCE: usize = 256;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    portavoz_backup: u32,
    version: String,
    schema: i64,
    made: String,
}

/// Any line that is not a row.
#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Mark {
    Table { table: String, columns: Vec<String> },
    End { end: String, rows: u64, sha256: String },
    Done { done: bool, tables: u64, rows: u64, sha256: String },
}

/// Writes a backup.
pub(super) struct Writer<W> {
    to: W,
    manifest: Manifest,
    of_table: Sha256,
    of_all: Sha256,
}

impl<W: Write> Writer<W> {
    /// Writes the first line.
    pub(super) fn begin(to: W, manifest: Manifest) -> Result<Self, BackupError> {
        let head = Head {
            portavoz_backup: FORMAT,
            version: manifest.version.clone(),
            schema: manifest.schema,
            made: manifest.made.clone(),
        };
        let mut writer = Self { to, manifest, of_table: Sha256::new(), of_all: Sha256::new() };
        writer.line(&head)?;
        Ok(writer)
    }

    /// The table that is being written.
    pub(super) fn current(&self) -> Option<&Counted> {
        self.manifest.tables.last()
    }

    pub(super) fn piece(&mut self, piece: &Piece) -> Result<(), BackupError> {
        match piece {
            Piece::Table(table) => {
                self.end_table()?;
                let columns = table.columns.iter().map(|column| column.name.clone()).collect();
                self.line(&Mark::Table { table: table.name.clone(), columns })?;
                self.manifest.tables.push(Counted { table: table.name.clone(), rows: 0 });
            }
            Piece::Rows(rows) => {
                for row in rows {
                    let line = self.line(&row.iter().map(written).collect::<Vec<_>>())?;
                    self.of_table.update(&line);
                }
                if let Some(current) = self.manifest.tables.last_mut() {
                    current.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
                }
            }
        }
        Ok(())
    }

    /// Writes the last line.
    pub(super) fn end(mut self) -> Result<(W, Manifest), BackupError> {
        self.end_table()?;
        let tables = u64::try_from(self.manifest.tables.len()).unwrap_or(u64::MAX);
        let sha256 = hex(self.of_all.clone());
        self.line(&Mark::Done { done: true, tables, rows: self.manifest.rows(), sha256 })?;
        Ok((self.to, self.manifest))
    }

    fn end_table(&mut self) -> Result<(), BackupError> {
        if let Some(Counted { table, rows }) = self.manifest.tables.last().cloned() {
            let sha256 = hex(std::mem::take(&mut self.of_table));
            self.line(&Mark::End { end: table, rows, sha256 })?;
        }
        Ok(())
    }

    fn line(&mut self, value: &impl Serialize) -> Result<Vec<u8>, BackupError> {
        let mut line = serde_json::to_vec(value).map_err(std::io::Error::from)?;
        line.push(b'\n');
        self.of_all.update(&line);
        self.to.write_all(&line)?;
        Ok(line)
    }
}

/// Reads a backup and checks it on the way.
pub(super) struct Reader<R> {
    from: R,
    manifest: Manifest,
    /// The columns of the table that is being read.
    open: Option<usize>,
    of_table: Sha256,
    of_all: Sha256,
    /// A line that was read too far.
    ahead: Option<Mark>,
    done: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the first line.
    pub(super) fn begin(mut from: R) -> Result<Self, BackupError> {
        let mut line = Vec::new();
        let read = from.read_until(b'\n', &mut line);
        let head: Option<Head> = read.ok().and_then(|_| serde_json::from_slice(&line).ok());
        let head = head.ok_or_else(|| BackupError::Broken("the file is not a backup of portavoz".to_owned()))?;
        if head.portavoz_backup != FORMAT {
            let (format, version) = (head.portavoz_backup, head.version);
            let what = format!("the backup has format {format}, of portavoz {version}; this one reads format {FORMAT}");
            return Err(BackupError::Broken(what));
        }
        let manifest = Manifest { version: head.version, schema: head.schema, made: head.made, tables: Vec::new() };
        let of_all = Sha256::new_with_prefix(&line);
        Ok(Self { from, manifest, open: None, of_table: Sha256::new(), of_all, ahead: None, done: false })
    }

    /// The table that is being read.
    pub(super) fn current(&self) -> Option<&Counted> {
        self.manifest.tables.last()
    }

    /// The next piece; `None` at the end, which [`Reader::end`] checks.
    pub(super) fn piece(&mut self) -> Result<Option<Piece>, BackupError> {
        let mut rows = Vec::new();
        while !self.done {
            let mark = match self.ahead.take() {
                Some(mark) => mark,
                None => match self.line()? {
                    Line::Row(row) => {
                        rows.push(row);
                        if rows.len() == ROWS_AT_ONCE {
                            return Ok(Some(Piece::Rows(rows)));
                        }
                        continue;
                    }
                    Line::Mark(mark) => mark,
                },
            };
            if !rows.is_empty() {
                self.ahead = Some(mark);
                return Ok(Some(Piece::Rows(rows)));
            }
            if let Some(table) = self.mark(mark)? {
                return Ok(Some(Piece::Table(table)));
            }
        }
        Ok(None)
    }

    /// What the backup says of itself, once everything was read and found right.
    pub(super) fn end(mut self) -> Result<Manifest, BackupError> {
        let mut rest = [0];
        // The end of the compressed stream is only checked by whoever reads up to it.
        match self.done && self.from.read(&mut rest).map_err(unreadable)? == 0 {
            true => Ok(self.manifest),
            false => Err(damaged("it does not end where it says")),
        }
    }

    fn mark(&mut self, mark: Mark) -> Result<Option<Table>, BackupError> {
        match (mark, self.open) {
            (Mark::Table { table, columns }, None) => {
                self.open = Some(columns.len());
                self.manifest.tables.push(Counted { table: table.clone(), rows: 0 });
                // What a column holds is the business of the database that it goes to.
                let columns = columns.into_iter().map(|name| Column { name, kind: Kind::Text, key: false });
                Ok(Some(Table { name: table, columns: columns.collect() }))
            }
            (Mark::End { end, rows, sha256 }, Some(_)) => {
                self.open = None;
                let sum = hex(std::mem::take(&mut self.of_table));
                let found = self.manifest.tables.last();
                if sum != sha256 || found.is_none_or(|found| found.table != end || found.rows != rows) {
                    return Err(damaged(&format!("the rows of `{end}` are not those that were written")));
                }
                Ok(None)
            }
            (Mark::Done { done: true, tables, rows, .. }, None) => {
                self.done = true;
                let counted = u64::try_from(self.manifest.tables.len()).ok() == Some(tables);
                if counted && rows == self.manifest.rows() { Ok(None) } else { Err(damaged("a table is missing")) }
            }
            _ => Err(damaged("its lines are not in order")),
        }
    }

    fn line(&mut self) -> Result<Line, BackupError> {
        let mut line = Vec::new();
        self.from.read_until(b'\n', &mut line).map_err(unreadable)?;
        if line.last() != Some(&b'\n') {
            return Err(damaged("it ends early"));
        }
        let parsed = if line.first() == Some(&b'[') {
            serde_json::from_slice::<Vec<Json>>(&line).ok().and_then(|row| row.into_iter().map(read).collect())
        } else {
            None
        };
        let found = match (parsed, self.open) {
            (Some(row), Some(columns)) => {
                let row: Vec<Value> = row;
                if row.len() != columns {
                    return Err(damaged("a row has not a value for every column"));
                }
                self.of_table.update(&line);
                if let Some(current) = self.manifest.tables.last_mut() {
                    current.rows += 1;
                }
                Line::Row(row)
            }
            (Some(_), None) => return Err(damaged("a row is in no table")),
            (None, _) => {
                let mark: Mark = serde_json::from_slice(&line).map_err(|_| damaged("a line cannot be read"))?;
                if let Mark::Done { sha256, .. } = &mark
                    && *sha256 != hex(self.of_all.clone())
                {
                    return Err(damaged("it is not as it was written"));
                }
                Line::Mark(mark)
            }
        };
        self.of_all.update(&line);
        Ok(found)
    }
}

enum Line {
    Row(Vec<Value>),
    Mark(Mark),
}

fn written(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) => (*number).into(),
        Value::Real(number) => json!({ "real": number.to_string() }),
        Value::Text(text) => Json::String(text.clone()),
        Value::Bytes(bytes) => json!({ "bytes": STANDARD.encode(bytes) }),
    }
}

fn read(value: Json) -> Option<Value> {
    match value {
        Json::Null => Some(Value::Null),
        Json::Number(number) => number.as_i64().map(Value::Integer),
        Json::String(text) => Some(Value::Text(text)),
        Json::Object(object) => {
            let mut entries = object.into_iter();
            match (entries.next()?, entries.next()) {
                ((key, Json::String(text)), None) if key == "real" => text.parse().ok().map(Value::Real),
                ((key, Json::String(text)), None) if key == "bytes" => STANDARD.decode(text).ok().map(Value::Bytes),
                _ => None,
            }
        }
        Json::Bool(_) | Json::Array(_) => None,
    }
}

fn hex(sum: Sha256) -> String {
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn damaged(how: &str) -> BackupError {
    BackupError::Broken(format!("the backup is damaged: {how}"))
}

/// The decompressor's errors are the file's.
fn unreadable(error: std::io::Error) -> BackupError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => {
            damaged("it cannot be unpacked to its end")
        }
        _ => BackupError::Io(error),
    }
}
