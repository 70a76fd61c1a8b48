//! Rows of `documents`, `chunks` and `problems`.

use std::ops::Range;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::{Document, Facet, Format, Problem};
use portavoz_domain::ids::{ChunkId, DocumentId};
use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};

use super::stored_row;
use crate::values::json;
use crate::{DocumentEntry, Result, StorageError};

stored_row! {
    /// A document without its text.
    DocumentEntryRow of "documents" by id {
        id: String,
        hash: Vec<u8>,
        title: String,
        chunk_count: i64,
        token_count: i64,
    }
}

impl TryFrom<DocumentEntryRow> for DocumentEntry {
    type Error = StorageError;

    fn try_from(row: DocumentEntryRow) -> Result<Self> {
        let column = |name| DocumentEntryRow::column(&row.id, name);
        let length = row.hash.len();
        let hash = row.hash.try_into().map_err(|_| column("hash").corrupt(format_args!("it has {length} bytes")))?;
        Ok(Self {
            hash,
            chunks: column("chunk_count").number(row.chunk_count)?,
            tokens: column("token_count").number(row.token_count)?,
            title: row.title,
            id: DocumentId::new(row.id),
        })
    }
}

stored_row! {
    /// A document, whole.
    DocumentRow of "documents" by id {
        id: String,
        title: String,
        url: Option<String>,
        language: String,
        facet: Option<String>,
        tags: String,
        priority: f64,
        format: String,
        text: String,
        blocks: String,
    }
}

impl TryFrom<DocumentRow> for Document {
    type Error = StorageError;

    fn try_from(row: DocumentRow) -> Result<Self> {
        let column = |name| DocumentRow::column(&row.id, name);
        Ok(Self {
            language: column("language").known(&row.language, Language::parse(&row.language))?,
            facet: row.facet.map(|name| column("facet").known(&name, Facet::parse(&name))).transpose()?,
            tags: column("tags").json(&row.tags)?,
            format: column("format").known(&row.format, parse_format(&row.format))?,
            blocks: column("blocks").json(&row.blocks)?,
            priority: narrow(row.priority),
            title: row.title,
            url: row.url,
            text: row.text,
            id: DocumentId::new(row.id),
        })
    }
}

/// The column's text for a format: the name that it has in JSON.
pub(crate) fn format_name(format: Format) -> Result<String> {
    Ok(json(&format)?.trim_matches('"').to_owned())
}

fn parse_format(name: &str) -> Option<Format> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// Back to the precision it was stored from; the detour over 64 bits changes nothing.
#[allow(clippy::cast_possible_truncation, reason = "the column holds what was an `f32`")]
fn narrow(number: f64) -> f32 {
    number as f32
}

/// What is shown with a chunk but never asked for by itself; one JSON column, because ten thousand chunks are read
/// at every start and each column costs an allocation there.
#[derive(Serialize, Deserialize)]
pub(crate) struct Place {
    title: String,
    url: Option<String>,
    heading_path: Vec<String>,
    question: Option<String>,
    span: Range<usize>,
    page: Option<u32>,
    priority: f32,
}

impl Place {
    /// The place of a chunk.
    pub(crate) fn of(chunk: &Chunk) -> Self {
        Self {
            title: chunk.title.clone(),
            url: chunk.url.clone(),
            heading_path: chunk.heading_path.clone(),
            question: chunk.question.clone(),
            span: chunk.span.clone(),
            page: chunk.page,
            priority: chunk.priority,
        }
    }
}

stored_row! {
    /// A chunk.
    ChunkRow of "chunks" by id {
        document: String,
        id: String,
        facet: String,
        language: String,
        tokens: i64,
        text: String,
        place: String,
    }
}

impl TryFrom<ChunkRow> for Chunk {
    type Error = StorageError;

    fn try_from(row: ChunkRow) -> Result<Self> {
        let column = |name| ChunkRow::column(&row.id, name);
        let place: Place = column("place").json(&row.place)?;
        Ok(Self {
            facet: column("facet").known(&row.facet, Facet::parse(&row.facet))?,
            language: column("language").known(&row.language, Language::parse(&row.language))?,
            tokens: column("tokens").number(row.tokens)?,
            document: DocumentId::new(row.document),
            title: place.title,
            url: place.url,
            heading_path: place.heading_path,
            question: place.question,
            span: place.span,
            page: place.page,
            priority: place.priority,
            text: row.text,
            id: ChunkId::from_stored(row.id),
        })
    }
}

stored_row! {
    /// Why a file was skipped, or what was odd in it.
    ProblemRow of "problems" by document {
        document: String,
        cause: String,
        skipped: bool,
    }
}

impl From<ProblemRow> for Problem {
    fn from(row: ProblemRow) -> Self {
        Self { document: DocumentId::new(row.document), cause: row.cause, skipped: row.skipped }
    }
}
