//! Vectors of chunks: remembered by content, asked of the embedder only for what is new.

use std::collections::HashMap;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::usage::{Usage, usd};
use portavoz_knowledge::vectors::VectorSet;
use portavoz_llm::embed::EmbeddingRole;
use portavoz_storage::{EmbedderKey, StorageError};
use sha2::{Digest, Sha256};

use super::{IngestProgress, OnProgress};
use crate::search::embedding_price;
use crate::site::Site;

/// Texts embedded between two writes of the cache: what a crash can lose, and how often a bar moves.
const STEP: usize = 256;

/// What the vectors of an ingest took.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct EmbeddingReport {
    /// The embedder.
    pub model: String,
    /// Chunks embedded now.
    pub embedded: usize,
    /// Chunks whose vectors were remembered.
    pub cached: usize,
    /// Tokens of the calls.
    pub tokens: u64,
    /// US dollars; null if the embedder has no known price.
    pub cost_usd: Option<f64>,
}

/// Why there are no vectors.
pub(super) enum VectorsError {
    Storage(StorageError),
    Embedder { name: String, cause: String },
}

impl From<StorageError> for VectorsError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// One vector a chunk, in their order; nothing without an embedder.
pub(super) async fn of_chunks(
    site: &Site,
    chunks: &[Chunk],
    progress: OnProgress<'_>,
) -> Result<(Option<VectorSet>, Option<EmbeddingReport>), VectorsError> {
    let Some(embedder) = site.embedder() else { return Ok((None, None)) };
    if chunks.is_empty() {
        return Ok((None, None));
    }
    let key = EmbedderKey { model: embedder.name().to_owned(), dimensions: embedder.dimensions() };
    let texts: Vec<String> = chunks.iter().map(Chunk::embedding_text).collect();
    let hashes: Vec<[u8; 32]> = texts.iter().map(|text| Sha256::digest(text).into()).collect();
    let cache = site.storage().embeddings();
    let mut vectors: HashMap<[u8; 32], Vec<f32>> = cache.get(&key, &hashes).await?;
    let cached = hashes.iter().filter(|hash| vectors.contains_key(*hash)).count();

    let mut missing: Vec<([u8; 32], String)> =
        hashes.iter().copied().zip(texts).filter(|(hash, _)| !vectors.contains_key(hash)).collect();
    missing.sort();
    missing.dedup();
    let mut usage = Usage::default();
    for (step, batch) in missing.chunks(STEP).enumerate() {
        progress(IngestProgress::Embedding { done: step * STEP, total: missing.len() });
        let texts: Vec<String> = batch.iter().map(|(_, text)| text.clone()).collect();
        let embedded = embedder
            .embed(&texts, EmbeddingRole::Passage)
            .await
            .map_err(|error| VectorsError::Embedder { name: key.model.clone(), cause: error.to_string() })?;
        let fresh: Vec<([u8; 32], Vec<f32>)> = batch.iter().map(|(hash, _)| *hash).zip(embedded.vectors).collect();
        cache.put(&key, &fresh).await?;
        vectors.extend(fresh);
        usage.prompt_tokens += embedded.usage.prompt_tokens;
    }
    let report = EmbeddingReport {
        model: key.model.clone(),
        embedded: missing.len(),
        cached,
        tokens: usage.prompt_tokens,
        cost_usd: embedder.price_per_million().map(|price| usd(embedding_price(price).cost_usd_micros(&usage))),
    };
    let set = VectorSet {
        embedder: key.model,
        dimensions: key.dimensions,
        vectors: hashes.iter().map(|hash| vectors.get(hash).cloned()).collect(),
    };
    Ok((Some(set), Some(report)))
}
