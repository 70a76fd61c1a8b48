//! The owner's documents as they are indexed, for the owner, and how well they are: what could not be read, what changed or went
//! away since, what has not been touched for long.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use portavoz_domain::document::{Facet, Problem};
use portavoz_domain::ids::DocumentId;
use portavoz_domain::timestamp::Timestamp;
use portavoz_knowledge::source::SourceFile;
use portavoz_text::language::Language;

use crate::ingest::files_of;
use crate::site::{Site, SiteError};

/// A file that nobody has touched for so many days may be out of date.
const OLD_DAYS: i64 = 365;

/// What is indexed and what is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// By id.
    pub documents: Vec<ShelvedDocument>,
    /// Of the last ingest, by document.
    pub problems: Vec<Problem>,
    /// How often the documents have changed.
    pub generation: u64,
    /// Files that are in the folder and not in the index: new since the last ingest, or skipped by it.
    pub waiting: Vec<DocumentId>,
}

/// One document without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelvedDocument {
    /// Its path or address.
    pub id: DocumentId,
    /// For people.
    pub title: String,
    /// Passages cut from it.
    pub chunks: u32,
    /// Their tokens together.
    pub tokens: u64,
    /// What its passages are about, in the order of contexts.
    pub facets: Vec<Facet>,
    /// The language of most of its passages; `None` if it has none.
    pub language: Option<Language>,
    /// When its file was last written; `None` for pages of the web.
    pub written: Option<Timestamp>,
    /// Whether the index says what the file says.
    pub freshness: Freshness,
}

/// Whether the index says what the owner's file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It does.
    Fresh,
    /// It does, and the file is more than a year old.
    Old,
    /// The file was edited since.
    Changed,
    /// The file is gone.
    Gone,
    /// A page of the web: it is looked at when it is ingested.
    Unknown,
}

/// What is in the folder now.
struct Present {
    hash: [u8; 32],
    written: Option<Timestamp>,
}

/// Lists the site's documents and what was wrong with them.
pub async fn shelf(site: &Site) -> Result<Shelf, SiteError> {
    let knowledge = site.storage().knowledge();
    let entries = knowledge.documents(site.id()).await?;
    // A folder that cannot be listed is told by the next ingest; what is indexed is shown all the same.
    let present = present(site).await;
    let known: BTreeSet<&DocumentId> = entries.iter().map(|entry| &entry.id).collect();
    let waiting = present.iter().flat_map(BTreeMap::keys).filter(|id| !known.contains(id)).cloned().collect();
    let contents = contents(site);
    let now = site.now();
    let shelved = |entry: portavoz_storage::DocumentEntry| {
        let file = present.as_ref().and_then(|files| files.get(&entry.id));
        let written = file.and_then(|file| file.written);
        let (facets, language) = contents.get(&entry.id).cloned().unwrap_or_default();
        ShelvedDocument {
            freshness: match (file, &present) {
                _ if entry.id.as_str().contains("://") => Freshness::Unknown,
                (_, None) => Freshness::Unknown,
                (None, Some(_)) => Freshness::Gone,
                (Some(file), _) if file.hash != entry.hash => Freshness::Changed,
                _ if written.is_some_and(|written| written < now.days_earlier(OLD_DAYS)) => Freshness::Old,
                _ => Freshness::Fresh,
            },
            id: entry.id,
            title: entry.title,
            chunks: entry.chunks,
            tokens: entry.tokens,
            facets,
            language,
            written,
        }
    };
    Ok(Shelf {
        waiting,
        documents: entries.iter().cloned().map(shelved).collect(),
        problems: knowledge.problems(site.id()).await?,
        generation: knowledge.generation(site.id()).await?,
    })
}

/// The files of the folder; `None` if it cannot be listed.
async fn present(site: &Site) -> Option<BTreeMap<DocumentId, Present>> {
    let listed = files_of(site).await;
    let listed =
        listed.inspect_err(|error| tracing::warn!(site = %site.id(), %error, "the documents cannot be listed"));
    let files = listed.ok()?;
    let paths = files.iter().map(|file| file.path.clone()).collect();
    let written = tokio::task::spawn_blocking(move || times_of(paths)).await.ok()?;
    let present = |(file, written): (SourceFile, Option<Timestamp>)| (file.id, Present { hash: file.hash, written });
    Some(files.into_iter().zip(written).map(present).collect())
}

/// When each file was last written, as far as the system knows.
fn times_of(paths: Vec<PathBuf>) -> Vec<Option<Timestamp>> {
    let time = |path: PathBuf| {
        let since = std::fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Timestamp::from_millis(i64::try_from(since.as_millis()).ok()?))
    };
    paths.into_iter().map(time).collect()
}

/// What passages of one document are about, while they are counted.
#[derive(Default)]
struct Counted {
    facets: BTreeSet<Facet>,
    languages: BTreeMap<&'static str, (u32, Language)>,
}

/// What the passages of each document are about, and the language of most of them.
fn contents(site: &Site) -> BTreeMap<DocumentId, (Vec<Facet>, Option<Language>)> {
    let mut found: BTreeMap<DocumentId, Counted> = BTreeMap::new();
    let index = site.index();
    for chunk in index.chunks() {
        let counted = found.entry(chunk.document.clone()).or_default();
        counted.facets.insert(chunk.facet);
        counted.languages.entry(chunk.language.code()).or_insert((0, chunk.language)).0 += 1;
    }
    let told = |(id, Counted { facets, languages })| {
        let most = languages.into_values().max_by_key(|(count, _): &(u32, Language)| *count);
        (id, (facets.into_iter().collect(), most.map(|(_, language)| language)))
    };
    found.into_iter().map(told).collect()
}
