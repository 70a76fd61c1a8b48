//! Readers: the bytes of one file or page become a [`Document`], or a [`Problem`] that names the cause.
//!
//! Owns the formats and the choice between them, which goes by content first and by name second, since files are
//! often mislabelled. Does not touch files or the network ([`crate::source`], [`crate::web`]), and does not cut chunks.
//! Never panics, never hangs: sizes and depths are bounded, and parsers of others run behind a fence (`guard`).
//! Start at [`read`].
//!
//! To add one more reader: 1. add its format to [`portavoz_domain::document::Format`]; 2. write `readers/<format>.rs`
//! with a function from text or bytes to a `Draft`; 3. recognise it in `kind_of`; 4. call it in `draft_of`; 5. add its
//! extension to [`EXTENSIONS`] and a broken file of its kind to `tests/bad_files.rs`.

use portavoz_domain::contact::ContactCard;
use portavoz_domain::document::{Document, Problem};
use portavoz_domain::ids::DocumentId;
use portavoz_text::language::Language;

mod docx;
mod draft;
mod encoding;
mod faq;
mod front_matter;
mod guard;
mod html;
mod links;
mod markdown;
mod pdf;
mod resume;
mod text;
mod yaml;

use draft::Draft;
use faq::Syntax;

/// Raise it when a reader, or what an ingest makes of its passages, changes for the same bytes: it is part of every
/// content hash, so that all documents are read again.
pub const READER_VERSION: u32 = 4;

/// Extensions of files that are read, in lower case.
pub const EXTENSIONS: &[&str] =
    &["md", "markdown", "mdown", "txt", "text", "html", "htm", "xhtml", "pdf", "docx", "json", "yaml", "yml", "toml"];

/// What reading needs to know.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// The language of documents that do not show one.
    pub language: Language,
    /// Files above this size are refused.
    pub max_bytes: usize,
}

impl Default for ReadOptions {
    /// Spanish, and 20 MB.
    fn default() -> Self {
        Self { language: Language::Es, max_bytes: crate::source::DEFAULT_MAX_BYTES }
    }
}

/// Reads one file or page. The problems beside a document are oddities that did not stop the reading; the error is
/// the cause why it was skipped.
pub fn read(id: &DocumentId, bytes: &[u8], options: &ReadOptions) -> Result<(Document, Vec<Problem>), Problem> {
    let skipped = |cause: String| Problem { document: id.clone(), cause, skipped: true };
    if bytes.len() > options.max_bytes {
        return Err(skipped(crate::source::too_large(options.max_bytes)));
    }
    let read = guard::quietly(|| {
        let kind = kind_of(id.as_str(), bytes).map_err(skipped)?;
        draft_of(id.as_str(), bytes, kind, options).map_err(skipped)?.finish(id, options)
    });
    read.unwrap_or_else(|_| Err(skipped("broke its reader; save it anew or in another format".to_owned())))
}

/// The owner's contact card, if the bytes are a JSON Resume that has one.
pub fn contact_card(bytes: &[u8]) -> Option<ContactCard> {
    let text = encoding::decode(bytes)?;
    resume::contact_card(&serde_json::from_str(&text).ok()?)
}

/// What the bytes are, whatever the name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pdf,
    Docx,
    Html,
    Json,
    Pairs(Syntax),
    Markdown,
    Text,
}

/// Recognises a file by its first bytes, then by its name. The error is the cause why it cannot be read.
fn kind_of(path: &str, bytes: &[u8]) -> Result<Kind, String> {
    if bytes.is_empty() {
        return Err("is empty".to_owned());
    }
    let head = bytes.get(..bytes.len().min(1_024)).unwrap_or_default();
    if head.windows(5).any(|window| window == b"%PDF-") && !is_prose_about_pdf(head) {
        return Ok(Kind::Pdf);
    }
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Docx);
    }
    if let Some(cause) = refused_by_signature(bytes) {
        return Err(cause.to_owned());
    }
    let Some(text) = encoding::decode_html(head.get(..floor_even(head.len())).unwrap_or_default()) else {
        return Err("is not text in any encoding we know".to_owned());
    };
    let extension = extension(path);
    let begins = text.trim_start().to_lowercase();
    let begins_with = |tags: &[&str]| tags.iter().any(|tag| begins.starts_with(tag));
    let is_markdown = matches!(extension.as_str(), "md" | "markdown" | "mdown");
    // Markdown may begin with any markup; other text hardly does.
    if begins_with(&["<!doctype html", "<html", "<head", "<body"])
        || (begins.starts_with('<') && begins.contains("<html"))
        || (!is_markdown && begins_with(&["<p>", "<div", "<h1", "<main", "<article", "<section", "<title", "<meta"]))
    {
        return Ok(Kind::Html);
    }
    Ok(match extension.as_str() {
        "html" | "htm" | "xhtml" | "php" | "asp" | "aspx" => Kind::Html,
        "json" => Kind::Json,
        "yaml" | "yml" => Kind::Pairs(Syntax::Yaml),
        "toml" => Kind::Pairs(Syntax::Toml),
        _ if is_markdown => Kind::Markdown,
        "pdf" | "docx" => return Err(format!("is not a {} file; its content is plain text", extension.to_uppercase())),
        _ => Kind::Text,
    })
}

/// Reads the bytes as what they are.
fn draft_of(path: &str, bytes: &[u8], kind: Kind, options: &ReadOptions) -> Result<Draft, String> {
    match kind {
        Kind::Pdf => return pdf::read(bytes),
        Kind::Docx => return docx::read(bytes),
        _ => {}
    }
    let decoded = if kind == Kind::Html { encoding::decode_html(bytes) } else { encoding::decode(bytes) };
    let text = decoded.ok_or("is not text in any encoding we know")?;
    if text.trim().is_empty() {
        return Err("has no readable text".to_owned());
    }
    match kind {
        Kind::Html => html::read(&text),
        Kind::Markdown => markdown::read(text, faq::is_faq_name(path)),
        Kind::Pairs(syntax) => faq::read_pairs(&text, syntax),
        Kind::Json => json(&text, options),
        // A résumé keeps its sections even when somebody saved it as text.
        _ => Ok(match serde_json::from_str(&text) {
            Ok(json) if resume::is_resume(&json) => resume::read(&json, options.language),
            _ => text::read(text),
        }),
    }
}

fn json(text: &str, options: &ReadOptions) -> Result<Draft, String> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| format!("is not valid JSON: {error}"))?;
    if resume::is_resume(&json) {
        Ok(resume::read(&json, options.language))
    } else if faq::holds_pairs(&json) {
        faq::read_pairs(text, Syntax::Json)
    } else {
        Err("is JSON, but neither a JSON Resume nor a FAQ".to_owned())
    }
}

/// Formats that we know and cannot read, by their first bytes.
fn refused_by_signature(bytes: &[u8]) -> Option<&'static str> {
    const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    if bytes.starts_with(OLE) {
        // An encrypted DOCX is an old-style container with this stream in it, named in UTF-16.
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_encrypted = bytes.windows(name.len()).any(|window| window == name);
        return Some(if is_encrypted {
            "is encrypted; save it without a password"
        } else {
            "is an old Word document; save it as DOCX or PDF"
        });
    }
    let signatures: [(&[u8], &str); 10] = [
        (b"{\\rtf", "is an RTF document; save it as DOCX or PDF"),
        (b"\x89PNG", "is an image; images are not read"),
        (b"\xff\xd8\xff", "is an image; images are not read"),
        (b"GIF8", "is an image; images are not read"),
        (b"RIFF", "is an image or a sound; neither is read"),
        (b"\x1f\x8b", "is a compressed archive; unpack it first"),
        (b"7z\xbc\xaf", "is a compressed archive; unpack it first"),
        (b"Rar!", "is a compressed archive; unpack it first"),
        (b"\x7fELF", "is a program, not a document"),
        (b"SQLite format 3", "is a database, not a document"),
    ];
    signatures.into_iter().find(|(signature, _)| bytes.starts_with(signature)).map(|(_, cause)| cause)
}

/// A text that mentions the signature of PDF is no PDF: there, hardly anything stands before it.
fn is_prose_about_pdf(head: &[u8]) -> bool {
    let at = head.windows(5).position(|window| window == b"%PDF-").unwrap_or(0);
    let before = head.get(..at).unwrap_or_default();
    before.iter().filter(|byte| byte.is_ascii_alphabetic()).count() > 20
}

/// The extension of a path or URL, in lower case.
fn extension(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

/// UTF-16 must not be cut in the middle of a character.
fn floor_even(length: usize) -> usize {
    length & !1
}
