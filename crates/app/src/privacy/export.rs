//! Handing out what is kept, as one JSON object a line: for the owner, for a visitor who asks what is known of them, and
//! for "what did it say about me on that day".
//!
//! A line is a row: `kind` (the table) and its columns, as `docs/database.md` lists them. Moments are written in RFC
//! 3339, JSON as JSON, bytes in hexadecimal. Secrets are never part of it, and neither is what is made from documents.

use std::sync::Arc;

use portavoz_domain::ids::SiteId;
use portavoz_domain::timestamp::Timestamp;
use portavoz_storage::{Piece, Selection, Storage, StorageError, Table, Value};
use portavoz_text::fold::fold;
use serde::ser::{Serialize, SerializeMap, Serializer};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::Scope;
use crate::site::Site;

/// Lines that may wait for whoever reads them.
const WAITING_LINES: usize = 256;
/// Columns that hold moments.
const MOMENTS: [&str; 13] = [
    "created", "settled", "asked", "opened", "closed", "changed", "day", "start", "at", "noted", "rated", "received",
    "told",
];
/// Columns that hold JSON.
const JSON: [&str; 9] =
    ["citations", "verification", "ladder", "quality", "tags", "blocks", "deliveries", "value", "documents"];

/// What to hand out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// Only these turns and what hangs on them; everything of the site if absent.
    pub scope: Option<Scope>,
    /// Only turns in whose question or answer this stands, whatever its case and accents; nothing but turns then.
    pub containing: Option<String>,
}

/// Hands out lines, without their ends; returns how many. Ends early if nobody takes them any more.
pub async fn export(
    storage: &dyn Storage,
    site: &SiteId,
    export: &Export,
    lines: mpsc::Sender<String>,
) -> Result<u64, StorageError> {
    let selection = match export.scope {
        Some(scope) => Selection::Turns(site.clone(), scope),
        None => Selection::Site(site.clone()),
    };
    let wanted = export.containing.as_deref().map(fold);
    let (sender, mut pieces) = mpsc::channel(1);
    let writing = async move {
        let mut written = 0;
        let mut table = None;
        while let Some(piece) = pieces.recv().await {
            match (piece, &table) {
                (Piece::Table(next), _) => table = Some(next),
                (Piece::Rows(rows), Some(table)) => {
                    for row in rows.iter().filter(|row| is_wanted(table, row, wanted.as_deref())) {
                        let line = serde_json::to_string(&Line { table, row }).map_err(failed)?;
                        if lines.send(line).await.is_err() {
                            return Ok(written);
                        }
                        written += 1;
                    }
                }
                (Piece::Rows(_), None) => {}
            }
        }
        Ok(written)
    };
    let (dumped, written) = tokio::join!(storage.portable().dump(&selection, sender), writing);
    dumped?;
    written
}

/// The same as a stream, for as long as somebody reads. A failure becomes its last line, of the kind `failed`.
pub fn exporting(site: &Arc<Site>, what: Export) -> ReceiverStream<String> {
    let (lines, receiver) = mpsc::channel(WAITING_LINES);
    let site = Arc::clone(site);
    site.clone().tasks().spawn(async move {
        if let Err(error) = export(site.storage(), site.id(), &what, lines.clone()).await {
            tracing::error!(site = %site.id(), %error, "an export broke off");
            // Nobody may be there to read it.
            let _told = lines.send(r#"{"kind":"failed","message":"the export broke off"}"#.to_owned()).await;
        }
    });
    ReceiverStream::new(receiver)
}

fn failed(error: serde_json::Error) -> StorageError {
    StorageError::Backend(Box::new(error))
}

fn is_wanted(table: &Table, row: &[Value], wanted: Option<&str>) -> bool {
    let Some(wanted) = wanted else { return true };
    let says = |column: &str, value: &Value| {
        let Value::Text(text) = value else { return false };
        ["question", "answer"].contains(&column) && fold(text).contains(wanted)
    };
    table.name == "turns" && table.columns.iter().zip(row).any(|(column, value)| says(&column.name, value))
}

/// A row as JSON.
struct Line<'a> {
    table: &'a Table,
    row: &'a [Value],
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", &self.table.name)?;
        for (column, value) in self.table.columns.iter().zip(self.row) {
            let name = column.name.as_str();
            match value {
                Value::Null => map.serialize_entry(name, &())?,
                Value::Integer(millis) if MOMENTS.contains(&name) => {
                    map.serialize_entry(name, &Timestamp::from_millis(*millis).to_rfc3339())?;
                }
                Value::Integer(number) => map.serialize_entry(name, number)?,
                Value::Real(number) => map.serialize_entry(name, number)?,
                Value::Text(text) if JSON.contains(&name) => match serde_json::from_str::<serde_json::Value>(text) {
                    Ok(value) => map.serialize_entry(name, &value)?,
                    Err(_) => map.serialize_entry(name, text)?,
                },
                Value::Text(text) => map.serialize_entry(name, text)?,
                Value::Bytes(bytes) => {
                    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    map.serialize_entry(name, &digits)?;
                }
            }
        }
        map.end()
    }
}
