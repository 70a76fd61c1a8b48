//! Citations: from a passage to something that a visitor can open.

use portavoz_domain::answer::Citation;
use portavoz_domain::search::Hit;
use portavoz_text::sentences::sentences;

/// A quote of a passage that a model read, in characters: enough to recognise the place.
const QUOTE_CHARS: usize = 240;

/// The citation of a passage. Opens the document's public address, at the page for PDFs, or portavoz's own page of
/// the document under `source_base`, at the passage.
pub(super) fn citation(hit: &Hit, index: usize, quote: Option<&str>, source_base: &str) -> Citation {
    let chunk = &hit.chunk;
    let quote = quote.map_or_else(|| beginning_of(&chunk.text), str::to_owned);
    Citation {
        index: u32::try_from(index).unwrap_or(u32::MAX),
        document: chunk.document.clone(),
        title: chunk.heading(),
        url: address(hit, source_base),
        quote,
        span: chunk.span.clone(),
        page: chunk.page,
    }
}

fn address(hit: &Hit, source_base: &str) -> String {
    let chunk = &hit.chunk;
    let span = &chunk.span;
    match (&chunk.url, chunk.page) {
        (Some(url), Some(page)) if !url.contains('#') => format!("{url}#page={page}"),
        (Some(url), _) => url.clone(),
        (None, _) => {
            let document = percent_encoded(chunk.document.as_str());
            format!("{source_base}/source?document={document}&from={}&to={}#place", span.start, span.end)
        }
    }
}

/// Whole sentences up to the limit; at least the first one.
fn beginning_of(text: &str) -> String {
    let mut end = 0;
    for sentence in sentences(text) {
        if end > 0 && sentence.end > QUOTE_CHARS {
            break;
        }
        end = sentence.end;
    }
    text.get(..end).unwrap_or(text).trim().to_owned()
}

/// Percent-encodes everything but RFC 3986's unreserved characters and `/`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
