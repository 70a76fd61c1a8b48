//! DOCX: the paragraphs of the word-processing part, with their styles, lists, tables and links.
//!
//! Owns the container and its limits. What styles mean is in [`styles`], the walk over the body in [`body`]. Start at
//! [`read`]. Headers, footers, comments and deleted text are no part of the document's text.

use std::io::{Cursor, Read};

use portavoz_domain::document::{BlockKind, Format};
use zip::ZipArchive;
use zip::result::ZipError;

use super::draft::Draft;

mod body;
mod styles;
mod xml;

use body::Piece;

/// Inflated size of one part beyond which a file is refused. Deflate can grow a thousandfold.
const MAX_PART_BYTES: u64 = 32_000_000;
/// Longest paragraph that can be a heading by looks alone.
const HEADING_CHARS: usize = 60;

/// Reads a document. The error is the cause why it is skipped.
pub(super) fn read(bytes: &[u8]) -> Result<Draft, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "is cut off or damaged".to_owned())?;
    let Some(document) = part(&mut archive, "word/document.xml")? else {
        return Err(kind_of_archive(&archive).to_owned());
    };
    let styles = part(&mut archive, "word/styles.xml")?.map(|xml| styles::read(&xml)).unwrap_or_default();
    let links =
        part(&mut archive, "word/_rels/document.xml.rels")?.map(|xml| xml::relationships(&xml)).unwrap_or_default();
    let mut draft = Draft::new(Format::Docx);
    draft.title = part(&mut archive, "docProps/core.xml")?.and_then(|xml| xml::first_text(&xml, "title"));
    let pieces = body::read(&document, &styles, &links)?;
    // Many people make headings by hand. Their looks count only where no style says what a heading is.
    let has_styled_headings = pieces.iter().any(|piece| matches!(piece.kind, BlockKind::Heading { .. }));
    for piece in pieces {
        let kind = if !has_styled_headings && looks_like_heading(&piece) {
            BlockKind::Heading { level: 2 }
        } else {
            piece.kind
        };
        draft.push(kind, &piece.text);
    }
    Ok(draft)
}

/// One part of the container as text; `None` if it has no such part.
fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, String> {
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(ZipError::UnsupportedArchive(cause)) if cause.to_lowercase().contains("password") => {
            return Err("is encrypted; save it without a password".to_owned());
        }
        Err(_) => return Err("is cut off or damaged".to_owned()),
    };
    let mut inflated = Vec::new();
    file.take(MAX_PART_BYTES + 1).read_to_end(&mut inflated).map_err(|_| "is cut off or damaged".to_owned())?;
    if inflated.len() as u64 > MAX_PART_BYTES {
        return Err(format!("inflates to more than {} MB", MAX_PART_BYTES / 1_000_000));
    }
    super::encoding::decode_html(&inflated).map(Some).ok_or_else(|| "is cut off or damaged".to_owned())
}

/// What a zip without a word-processing part is.
fn kind_of_archive(archive: &ZipArchive<Cursor<&[u8]>>) -> &'static str {
    let has = |prefix: &str| archive.file_names_raw().any(|name| name.starts_with(prefix.as_bytes()));
    if has("xl/") {
        "is a spreadsheet; save it as PDF or CSV text"
    } else if has("ppt/") {
        "is a presentation; save it as PDF"
    } else if has("META-INF/manifest.xml") || has("content.xml") {
        "is an OpenDocument file; save it as DOCX or PDF"
    } else if has("META-INF/container.xml") || has("OEBPS/") {
        "is an e-book; save it as HTML or PDF"
    } else {
        "is a zip archive, not a Word document"
    }
}

fn looks_like_heading(piece: &Piece) -> bool {
    let text = piece.text.trim();
    piece.kind == BlockKind::Paragraph
        && !text.is_empty()
        && text.chars().count() <= HEADING_CHARS
        && !text.ends_with(['.', ',', ';', ':'])
        && !text.contains('@')
        && (piece.is_bold
            || (text.chars().filter(|c| c.is_alphabetic()).count() >= 4 && !text.chars().any(char::is_lowercase)))
}

#[cfg(test)]
mod tests;
