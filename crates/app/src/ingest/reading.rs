//! Finding the documents of a site, and reading those that changed.

use std::collections::{BTreeMap, BTreeSet};

use portavoz_domain::document::Problem;
use portavoz_domain::ids::DocumentId;
use portavoz_domain::tokens::CountTokens;
use portavoz_knowledge::chunk::{ChunkLimits, chunk};
use portavoz_knowledge::readers::{READER_VERSION, ReadOptions, read};
use portavoz_knowledge::source::{Scan, ScanError, ScanLimits, SourceFile, scan};
use portavoz_knowledge::web::{FetchLimits, WebPage, fetch};
use portavoz_storage::{DocumentEntry, IngestedDocument};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use super::{IngestError, IngestProgress, OnProgress, steering};
use crate::site::{FALLBACK_LANGUAGE, Site};

/// What there is to read.
pub(super) struct Found {
    sources: Vec<Source>,
    /// Addresses that could not be reached: what is known of them stays.
    unreachable: Vec<String>,
    problems: Vec<Problem>,
}

/// A document before it is read.
struct Source {
    id: DocumentId,
    hash: [u8; 32],
    place: Place,
}

enum Place {
    File(SourceFile),
    Page(WebPage),
}

/// What was read.
pub(super) struct Read {
    pub(super) documents: Vec<IngestedDocument>,
    pub(super) problems: Vec<Problem>,
    /// Documents that were not read again because they have not changed.
    pub(super) unchanged: BTreeSet<DocumentId>,
    /// Every document that stays or becomes part of the site.
    pub(super) present: BTreeSet<DocumentId>,
}

/// Lists the folder and fetches the pages. Where all knowledge comes from pages the folder may be missing; one whose
/// documents are known is missed, or a deployment that replaces it would empty the index for a moment.
pub(super) async fn look(
    site: &Site,
    known: &BTreeMap<DocumentId, DocumentEntry>,
    progress: OnProgress<'_>,
) -> Result<Found, IngestError> {
    let settings = &site.settings().knowledge;
    let is_page = |id: &DocumentId| id.as_str().contains("://");
    let only_pages = !(settings.urls.is_empty() && settings.sitemaps.is_empty()) && known.keys().all(is_page);
    let scanned = match scan_folder(site).await {
        Err(IngestError::Scan(ScanError::Missing(_))) if only_pages => Scan::default(),
        scanned => scanned?,
    };
    let mut found = Found { sources: Vec::new(), unreachable: Vec::new(), problems: scanned.problems };
    found.sources.extend(scanned.files.into_iter().map(|file| Source {
        id: file.id.clone(),
        hash: file.hash,
        place: Place::File(file),
    }));
    for url in settings.urls.iter().chain(&settings.sitemaps) {
        progress(IngestProgress::Fetching { url: url.clone() });
        fetch_into(site, url, &mut found).await;
    }
    Ok(found)
}

/// Lists the folder.
pub(super) async fn scan_folder(site: &Site) -> Result<Scan, IngestError> {
    let settings = &site.settings().knowledge;
    let folder = settings.folder.clone();
    let limits = ScanLimits { max_bytes: settings.max_file_bytes, ..ScanLimits::default() };
    Ok(tokio::task::spawn_blocking(move || scan(&folder, &limits)).await.map_err(stopped)??)
}

async fn fetch_into(site: &Site, url: &str, found: &mut Found) {
    let settings = &site.settings().knowledge;
    let limits =
        FetchLimits { max_pages: settings.max_pages, max_bytes: settings.max_file_bytes, ..FetchLimits::default() };
    let fetched = match &site.parts.web {
        Some(client) => fetch(client, url, &limits).await.map_err(|error| error.to_string()),
        None => Err("is not fetched: there is no web client".to_owned()),
    };
    match fetched {
        Ok(fetched) => {
            found.problems.extend(fetched.problems);
            found.sources.extend(fetched.pages.into_iter().map(|page| Source {
                id: page.id(),
                hash: page_hash(&page),
                place: Place::Page(page),
            }));
        }
        Err(cause) => {
            tracing::warn!(site = %site.id(), url, cause, "a page could not be fetched");
            found.unreachable.push(url.to_owned());
            found.problems.push(skipped(DocumentId::new(url), cause));
        }
    }
}

/// As for files: over the version of the readers and the bytes.
fn page_hash(page: &WebPage) -> [u8; 32] {
    Sha256::new().chain_update(READER_VERSION.to_le_bytes()).chain_update(&page.bytes).finalize().into()
}

/// Reads and cuts every document that is new or has another hash than the database knows.
pub(super) async fn read_changed(
    site: &Site,
    known: &BTreeMap<DocumentId, DocumentEntry>,
    found: Found,
    progress: OnProgress<'_>,
) -> Result<Read, IngestError> {
    let (unchanged, changed): (Vec<Source>, Vec<Source>) = found
        .sources
        .into_iter()
        .partition(|source| known.get(&source.id).is_some_and(|entry| entry.hash == source.hash));
    let unchanged: BTreeSet<DocumentId> = unchanged.into_iter().map(|source| source.id).collect();
    let mut present = unchanged.clone();
    present.extend(known.keys().filter(|id| belongs_to(id, &found.unreachable)).cloned());

    let total = changed.len();
    let mut read = Read { documents: Vec::new(), problems: found.problems, unchanged, present };
    let mut waiting = changed.into_iter();
    let mut reading = JoinSet::new();
    let tokenizer = site.parts.tokenizer;
    let options = ReadOptions {
        language: site.settings().language.unwrap_or(FALLBACK_LANGUAGE),
        max_bytes: site.settings().knowledge.max_file_bytes,
    };
    let mut start_next = |reading: &mut JoinSet<_>| {
        if let Some(source) = waiting.next() {
            reading.spawn_blocking(move || read_one(source, tokenizer, options));
        }
    };
    let readers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    (0..readers).for_each(|_| start_next(&mut reading));
    let mut done = 0;
    while let Some(finished) = reading.join_next().await {
        start_next(&mut reading);
        let (document, problems) = finished.map_err(stopped)?;
        read.problems.extend(problems);
        if let Some(document) = document {
            read.present.insert(document.document.id.clone());
            read.documents.push(document);
        }
        done += 1;
        progress(IngestProgress::Reading { done, total });
    }
    // Readers finish in any order; what is stored must not depend on it.
    read.documents.sort_by(|a, b| a.document.id.cmp(&b.document.id));
    Ok(read)
}

/// Whether a document is the page at one of the addresses, or was named by the sitemap there.
fn belongs_to(id: &DocumentId, addresses: &[String]) -> bool {
    let host = |address: &str| address.split('/').nth(2).map(str::to_owned);
    let of_document = host(id.as_str()).filter(|_| id.as_str().contains("://"));
    of_document.is_some() && addresses.iter().any(|address| host(address) == of_document)
}

fn read_one(
    source: Source,
    tokenizer: &'static dyn CountTokens,
    options: ReadOptions,
) -> (Option<IngestedDocument>, Vec<Problem>) {
    let read = match &source.place {
        Place::Page(page) => page.read(&options),
        Place::File(file) => std::fs::read(&file.path)
            .map_err(|error| skipped(source.id.clone(), format!("cannot be read: {error}")))
            .and_then(|bytes| read(&source.id, &bytes, &options)),
    };
    match read {
        Err(problem) => (None, vec![problem]),
        Ok((document, mut problems)) => {
            let chunks = chunk(&document, tokenizer, ChunkLimits::default());
            let (chunks, steering) = steering::take_out(chunks, tokenizer);
            problems.extend(steering);
            if chunks.is_empty() {
                problems.push(skipped(source.id, "has no readable text".to_owned()));
                return (None, problems);
            }
            (Some(IngestedDocument { document, hash: source.hash, chunks }), problems)
        }
    }
}

fn skipped(document: DocumentId, cause: String) -> Problem {
    Problem { document, cause, skipped: true }
}

fn stopped(error: tokio::task::JoinError) -> IngestError {
    IngestError::Stopped(error.to_string())
}
