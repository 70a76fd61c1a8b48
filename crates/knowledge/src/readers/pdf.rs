//! PDF: from glyphs with places to text in reading order.
//!
//! The way of a file, one module each:
//! 1. [`limits`]: refuses what would inflate without end.
//! 2. [`flatten`]: rewrites each page to nothing but text drawing, with [`fonts`] that the extractor can take.
//! 3. [`glyphs`]: lets `pdf-extract` decode the fonts, and gathers characters with place, size and weight.
//! 4. [`rows`]: glyphs to words and pieces of lines; [`columns`]: pieces to lines in reading order.
//! 5. [`paragraphs`]: lines to paragraphs, items and headings; [`hyphens`]: words mended over line ends.
//!
//! Third-party parsers run behind [`super::guard`]: a panic costs the page at most. Start at [`read`].

use pdf_extract::{Dictionary, Document, Object};
use portavoz_domain::document::{BlockKind, Facet, Format};

use super::draft::{Draft, fold_space};
use super::guard::quietly;
use super::links;

mod columns;
mod flatten;
mod fonts;
mod glyphs;
mod headings;
mod hyphens;
mod limits;
mod paragraphs;
mod rows;
mod running;

/// Pages beyond this are not read; the owner is told.
const MAX_PAGES: usize = 400;
/// Share of characters without a meaning above which the owner is told.
const MAX_UNREADABLE_SHARE: f64 = 0.05;

/// Reads a file. The error is the cause why it is skipped.
pub(super) fn read(bytes: &[u8]) -> Result<Draft, String> {
    limits::check(bytes)?;
    let mut document = load(bytes)?;
    let page_ids: Vec<_> = quietly(|| document.page_iter().take(MAX_PAGES + 1).collect()).unwrap_or_default();
    if page_ids.is_empty() {
        return Err("is cut off or damaged: it has no pages".to_owned());
    }
    let info_title = title(&document);
    // Browsers draw U+2010 where they break a word themselves.
    let is_browser = property(&document, b"Producer").is_some_and(|producer| producer.contains("Skia"));
    let targets = link_targets(&document, page_ids.iter().take(MAX_PAGES).copied());
    let page_count = page_ids.len().min(MAX_PAGES);
    let flat = quietly(|| flatten::pages(&mut document, page_ids.get(..page_count).unwrap_or_default()))
        .map_err(|_| "is cut off or damaged".to_owned())?;
    let extracted = glyphs::extract(&mut document, &flat);

    let mut draft = Draft::new(Format::Pdf);
    if page_ids.len() > MAX_PAGES {
        draft.oddities.push(format!("has more than {MAX_PAGES} pages; the rest was not read"));
    }
    let (all, mute) = (extracted.all_chars, extracted.mute_chars);
    if all > 0 && mute as f64 > all as f64 * MAX_UNREADABLE_SHARE {
        draft.oddities.push(format!("has {mute} characters whose font does not say what they mean"));
    }
    if extracted.failed_pages > 0 {
        draft.oddities.push(format!("has {} pages that could not be read whole", extracted.failed_pages));
    }

    let pages = running::without_repeats(extracted.pages.into_iter().map(rows::of_page).collect());
    let vocabulary =
        hyphens::Vocabulary::of(pages.iter().flat_map(|page| page.upright.iter().chain(&page.turned)), is_browser);
    let pages: Vec<_> = pages.into_iter().map(columns::reading_order).collect();
    let blocks = headings::mark(paragraphs::of_pages(&pages, &vocabulary));
    for block in &blocks {
        draft.push_at(block.kind, &block.text, Some(block.page), None);
    }
    // In a CV the side column may come first, and its first heading is no title.
    let highest = blocks.iter().find(|block| block.kind == BlockKind::Heading { level: 1 });
    draft.title = highest.map(|block| block.text.clone()).or(info_title);
    // An icon that links to a profile shows no words; its address would be lost.
    for (page, target) in targets {
        if let Some(address) = links::address(&target)
            && !draft.text().contains(bare(address))
        {
            draft.push_at(BlockKind::ListItem, address, Some(page), Some(Facet::Contact));
        }
    }
    Ok(draft)
}

fn load(bytes: &[u8]) -> Result<Document, String> {
    const ENCRYPTED: &str = "is encrypted; save it without a password";
    const DAMAGED: &str = "is cut off or damaged";
    let loaded = quietly(|| Document::load_mem(bytes)).map_err(|_| DAMAGED.to_owned())?;
    let mut document = loaded.map_err(|error| match error {
        pdf_extract::Error::Decryption(_) | pdf_extract::Error::InvalidPassword => ENCRYPTED.to_owned(),
        _ => DAMAGED.to_owned(),
    })?;
    // Files that only forbid printing are encrypted with an empty password.
    if document.is_encrypted() && !matches!(quietly(|| document.decrypt("")), Ok(Ok(()))) {
        return Err(ENCRYPTED.to_owned());
    }
    // What the parser cannot decrypt it leaves out.
    if document.trailer.has(b"Encrypt") && document.page_iter().next().is_none() {
        return Err(ENCRYPTED.to_owned());
    }
    Ok(document)
}

/// The title in the file's properties, unless it is the name of a file or of a program.
fn title(document: &Document) -> Option<String> {
    let title = property(document, b"Title")?;
    let lower = title.to_lowercase();
    let is_noise = [".doc", ".docx", ".odt", ".tex", ".html", ".pdf"].iter().any(|end| lower.ends_with(end))
        || ["untitled", "sin título", "microsoft word", "documento"].iter().any(|start| lower.starts_with(start));
    (!title.is_empty() && !is_noise).then_some(title)
}

/// A text from the file's properties.
fn property(document: &Document, key: &[u8]) -> Option<String> {
    let properties = document.trailer.get_deref(b"Info", document).ok()?.as_dict().ok()?;
    let text = pdf_extract::decode_text_string(properties.get_deref(key, document).ok()?).ok()?;
    Some(fold_space(&text))
}

/// Addresses behind the links of each page, in order, each once.
fn link_targets(document: &Document, pages: impl Iterator<Item = pdf_extract::ObjectId>) -> Vec<(u32, String)> {
    const MAX_TARGETS: usize = 200;
    let mut targets: Vec<(u32, String)> = Vec::new();
    for (number, page) in (1..).zip(pages) {
        let annotations = quietly(|| document.get_page_annotations(page)).ok().and_then(Result::ok).unwrap_or_default();
        for target in annotations.into_iter().filter_map(|annotation| uri(document, annotation)) {
            if targets.len() < MAX_TARGETS && targets.iter().all(|(_, known)| *known != target) {
                targets.push((number, target));
            }
        }
    }
    targets
}

fn uri(document: &Document, annotation: &Dictionary) -> Option<String> {
    let action = annotation.get_deref(b"A", document).ok()?.as_dict().ok()?;
    match action.get_deref(b"URI", document).ok()? {
        Object::String(bytes, _) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// An address as a CV prints it.
fn bare(address: &str) -> &str {
    let address = address.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    address.trim_end_matches('/')
}

#[cfg(test)]
mod tests;
