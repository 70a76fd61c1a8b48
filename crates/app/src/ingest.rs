//! Bringing a site up to date with its documents.
//!
//! scan -> read what changed -> chunk -> one storage transaction -> vectors -> index built beside the live one ->
//! swap. A crash at any point leaves the previous index serving: the database changes in one transaction, and the
//! index becomes current by one rename. What the index lacks after a crash is made up for by the next ingest.
//! Start at [`ingest`].

use std::collections::{BTreeMap, BTreeSet};

use portavoz_domain::document::Problem;
use portavoz_domain::ids::DocumentId;
use portavoz_knowledge::source::{ScanError, SourceFile};
use portavoz_storage::{DocumentEntry, KnowledgeChange, StorageError};

use crate::facts::ledger;
use crate::site::{Site, SiteError};

mod publish;
mod reading;
mod steering;
mod vectors;

pub use portavoz_knowledge::source::is_other_kind;
pub use steering::is_steering;
pub use vectors::EmbeddingReport;

/// How far an ingest has come; for progress bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IngestProgress {
    /// Looking for files.
    Scanning,
    /// Fetching a page or sitemap.
    Fetching {
        /// Its address.
        url: String,
    },
    /// Reading documents that are new or changed.
    Reading {
        /// Documents read so far.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// Asking the embedder for vectors.
    Embedding {
        /// Vectors had so far.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// Writing the index.
    Indexing,
}

/// Told of progress; called from several threads.
pub type OnProgress<'a> = &'a (dyn Fn(IngestProgress) + Send + Sync);

/// What an ingest did.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct IngestReport {
    /// Documents in the index now.
    pub documents: usize,
    /// Chunks in the index now.
    pub chunks: u64,
    /// Tokens of those chunks.
    pub tokens: u64,
    /// Documents seen for the first time.
    pub added: Vec<DocumentId>,
    /// Documents that had changed.
    pub changed: Vec<DocumentId>,
    /// Documents that are gone.
    pub removed: Vec<DocumentId>,
    /// Documents that were as before.
    pub unchanged: usize,
    /// What was skipped or odd, by document.
    pub problems: Vec<Problem>,
    /// Statements of the documents that cannot both be true; [`crate::facts::ledger`] has them.
    pub contradictions: usize,
    /// Number of the knowledge that is live now.
    pub generation: u64,
    /// True if the live index was replaced.
    pub reindexed: bool,
    /// What the vectors took, if there is an embedder.
    pub embedding: Option<EmbeddingReport>,
    /// From start to end.
    pub took_ms: u64,
}

/// Why an ingest stopped. The previous index goes on serving.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The folder cannot be listed.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The database or the index failed.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// A reading thread died.
    #[error("reading stopped: {0}")]
    Stopped(String),
}

impl From<StorageError> for IngestError {
    fn from(error: StorageError) -> Self {
        Self::Site(SiteError::Storage(error))
    }
}

/// Brings `site` up to date with its folder and pages. An unchanged folder costs a listing and a hash of each file;
/// nothing is written then. Two ingests of one site wait for each other.
pub async fn ingest(site: &Site, progress: OnProgress<'_>) -> Result<IngestReport, IngestError> {
    let _one_at_a_time = site.ingesting.lock().await;
    let started = site.now();
    progress(IngestProgress::Scanning);
    let known: BTreeMap<DocumentId, DocumentEntry> = site
        .storage()
        .knowledge()
        .documents(site.id())
        .await?
        .into_iter()
        .map(|entry| (entry.id.clone(), entry))
        .collect();
    let found = reading::look(site, &known, progress).await?;
    let read = reading::read_changed(site, &known, found, progress).await?;

    let removed: Vec<DocumentId> = known.keys().filter(|id| !read.present.contains(id)).cloned().collect();
    let (changed, added): (Vec<DocumentId>, Vec<DocumentId>) =
        read.documents.iter().map(|ingested| ingested.document.id.clone()).partition(|id| known.contains_key(id));
    let unchanged = known.len() - changed.len() - removed.len();
    let problems = with_old_remarks(site, read.problems, &read.unchanged).await?;

    let change = KnowledgeChange { upserts: read.documents, deletes: removed.clone(), problems };
    site.storage().knowledge().apply(site.id(), &change, started).await?;
    let published = publish::publish(site, progress).await?;

    let entries = site.storage().knowledge().documents(site.id()).await?;
    let mut problems = change.problems;
    problems.extend(published.problems);
    Ok(IngestReport {
        documents: entries.len(),
        chunks: entries.iter().map(|entry| u64::from(entry.chunks)).sum(),
        tokens: entries.iter().map(|entry| entry.tokens).sum(),
        added,
        changed,
        removed,
        unchanged,
        problems,
        contradictions: ledger(site).contradictions.len(),
        generation: published.generation,
        reindexed: published.reindexed,
        embedding: published.embedding,
        took_ms: site.now().millis_since(started),
    })
}

/// The files of the folder that an ingest would read, with the hashes of what they hold now.
pub(crate) async fn files_of(site: &Site) -> Result<Vec<SourceFile>, IngestError> {
    Ok(reading::scan_folder(site).await?.files)
}

/// How many files of the folder an ingest would read. Pages of the web are not asked for.
pub async fn readable_files(site: &Site) -> Result<usize, IngestError> {
    Ok(reading::scan_folder(site).await?.files.len())
}

/// New problems, and the remarks on documents that were not read again because they have not changed.
async fn with_old_remarks(
    site: &Site,
    mut problems: Vec<Problem>,
    unchanged: &BTreeSet<DocumentId>,
) -> Result<Vec<Problem>, StorageError> {
    let old = site.storage().knowledge().problems(site.id()).await?;
    problems.extend(old.into_iter().filter(|problem| !problem.skipped && unchanged.contains(&problem.document)));
    problems.sort_by(|a, b| a.document.cmp(&b.document).then_with(|| a.cause.cmp(&b.cause)));
    problems.dedup();
    Ok(problems)
}

impl Site {
    /// Brings the live index up to the generation that the database holds, if another process has ingested. True if
    /// the index was replaced.
    pub async fn refresh(&self) -> Result<bool, SiteError> {
        let stored = self.storage().knowledge().generation(self.id()).await?;
        if stored == self.index().generation() {
            return Ok(false);
        }
        let _one_at_a_time = self.ingesting.lock().await;
        Ok(publish::publish(self, &|_| {}).await?.reindexed)
    }
}
