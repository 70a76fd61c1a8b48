//! Making the database's chunks the live index.

use std::sync::Arc;

use portavoz_domain::document::Problem;
use portavoz_domain::ids::DocumentId;
use portavoz_knowledge::index::Index;
use portavoz_storage::StorageError;

use super::vectors::{self, EmbeddingReport};
use super::{IngestProgress, OnProgress};
use crate::site::{Live, Site, SiteError, complete_contact};

/// What publishing did.
pub(super) struct Published {
    pub(super) generation: u64,
    pub(super) reindexed: bool,
    pub(super) embedding: Option<EmbeddingReport>,
    pub(super) problems: Vec<Problem>,
}

/// Builds an index of what the database holds and swaps it in, unless the live one is of the same generation and
/// embedder. Without vectors (an embedder that fails) the index is built all the same, and the next ingest tries again.
pub(super) async fn publish(site: &Site, progress: OnProgress<'_>) -> Result<Published, SiteError> {
    let live = site.index();
    let stored = site.storage().knowledge().generation(site.id()).await?;
    let wanted = site.embedder().map(|embedder| embedder.name());
    let held = live.embedder().map(|(name, _)| name);
    if stored == live.generation() && (wanted == held || live.is_empty()) {
        return Ok(Published { generation: stored, reindexed: false, embedding: None, problems: Vec::new() });
    }
    let (generation, chunks) = site.storage().knowledge().chunks(site.id()).await?;
    let (vectors, embedding, problems) = match vectors::of_chunks(site, &chunks, progress).await {
        Ok((vectors, report)) => (vectors, report, Vec::new()),
        Err(vectors::VectorsError::Storage(error)) => return Err(error.into()),
        Err(vectors::VectorsError::Embedder { name, cause }) => {
            tracing::warn!(site = %site.id(), embedder = name, cause, "passages have no vectors");
            let problem = Problem {
                document: DocumentId::new(format!("embedder {name}")),
                cause: format!("gave no vectors, so search is by words alone: {cause}"),
                skipped: false,
            };
            (None, None, vec![problem])
        }
    };
    if vectors.is_none() && stored == live.generation() && held.is_none() {
        return Ok(Published { generation: stored, reindexed: false, embedding, problems });
    }
    progress(IngestProgress::Indexing);
    let root = site.parts.index_root.clone();
    let stopped = |error| StorageError::Unavailable(format!("building the index stopped: {error}"));
    let index = tokio::task::spawn_blocking(move || {
        let index = Index::build(&root, generation, chunks, vectors)?;
        portavoz_knowledge::index::sweep(&root)?;
        Ok::<_, portavoz_knowledge::index::IndexError>(index)
    })
    .await
    .map_err(stopped)??;
    let live = Arc::new(Live::new(index, complete_contact(&site.parts).await?));
    live.draw_ledger().await.map_err(stopped)?;
    site.live.store(live);
    Ok(Published { generation, reindexed: true, embedding, problems })
}
