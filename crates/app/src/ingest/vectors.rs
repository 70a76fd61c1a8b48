//! Vectors of chunks: remembered by content, asked of the embedder only for what is new.

use std::collections::HashMap;

use portavoz_domain::budget::Purpose;
use portavoz_domain::chunk::Chunk;
use portavoz_domain::usage::{Usage, usd};
use portavoz_knowledge::vectors::VectorSet;
use portavoz_knowledge::vectors::calibration::{EmbeddedProbe, probes};
use portavoz_llm::embed::{Embedded, Embedder, EmbeddingRole};
use portavoz_storage::{EmbedderKey, StorageError};
use sha2::{Digest, Sha256};

use super::{IngestProgress, OnProgress};
use crate::budget::{NoMoney, Purse, worst_case_of_embedding};
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

/// One vector a chunk, in their order, and those of the probes that teach the index what the embedder's cosines say;
/// nothing without an embedder.
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
    let passages = remembered(site, &key, EmbeddingRole::Passage, texts, progress).await?;
    let probes = probes(chunks);
    let (questions, deprived) = probes.iter().map(|probe| (probe.question.clone(), probe.passage.clone())).unzip();
    let questions = remembered(site, &key, EmbeddingRole::Query, questions, &|_| {}).await?;
    let deprived = remembered(site, &key, EmbeddingRole::Passage, deprived, &|_| {}).await?;
    let usage = Usage { prompt_tokens: passages.tokens + questions.tokens + deprived.tokens, ..Usage::default() };
    let report = EmbeddingReport {
        model: key.model.clone(),
        embedded: passages.embedded,
        cached: passages.cached,
        tokens: usage.prompt_tokens,
        cost_usd: embedder.price_per_million().map(|price| usd(embedding_price(price).cost_usd_micros(&usage))),
    };
    let probes = probes.into_iter().zip(questions.vectors.into_iter().zip(deprived.vectors));
    let probes = probes.filter_map(|(probe, (question, passage))| {
        Some(EmbeddedProbe { chunk: probe.chunk, question: question?, passage: passage? })
    });
    let (embedder, dimensions) = (key.model, key.dimensions);
    Ok((Some(VectorSet { embedder, dimensions, vectors: passages.vectors, probes: probes.collect() }), Some(report)))
}

/// Vectors of texts, and what they took.
struct Remembered {
    /// One a text, in their order.
    vectors: Vec<Option<Vec<f32>>>,
    embedded: usize,
    cached: usize,
    tokens: u64,
}

/// Vectors from the cache, and from the embedder where the cache has none.
async fn remembered(
    site: &Site,
    key: &EmbedderKey,
    role: EmbeddingRole,
    texts: Vec<String>,
    progress: OnProgress<'_>,
) -> Result<Remembered, VectorsError> {
    let nothing = Remembered { vectors: Vec::new(), embedded: 0, cached: 0, tokens: 0 };
    let Some(embedder) = site.embedder() else { return Ok(nothing) };
    let hashes: Vec<[u8; 32]> = texts.iter().map(|text| hash(text, role)).collect();
    let cache = site.storage().embeddings();
    let mut vectors: HashMap<[u8; 32], Vec<f32>> = cache.get(key, &hashes).await?;
    let cached = hashes.iter().filter(|hash| vectors.contains_key(*hash)).count();

    let mut missing: Vec<([u8; 32], String)> =
        hashes.iter().copied().zip(texts).filter(|(hash, _)| !vectors.contains_key(hash)).collect();
    missing.sort();
    missing.dedup();
    let mut tokens = 0;
    for (step, batch) in missing.chunks(STEP).enumerate() {
        progress(IngestProgress::Embedding { done: step * STEP, total: missing.len() });
        let texts: Vec<String> = batch.iter().map(|(_, text)| text.clone()).collect();
        let embedded = paid(site, embedder, &texts, role)
            .await
            .map_err(|cause| VectorsError::Embedder { name: key.model.clone(), cause })?;
        let fresh: Vec<([u8; 32], Vec<f32>)> = batch.iter().map(|(hash, _)| *hash).zip(embedded.vectors).collect();
        cache.put(key, &fresh).await?;
        vectors.extend(fresh);
        tokens += embedded.usage.prompt_tokens;
    }
    let vectors = hashes.iter().map(|hash| vectors.get(hash).cloned()).collect();
    Ok(Remembered { vectors, embedded: missing.len(), cached, tokens })
}

/// Has texts embedded, if there is money for it.
async fn paid(site: &Site, embedder: &dyn Embedder, texts: &[String], role: EmbeddingRole) -> Result<Embedded, String> {
    let no_money = |refused: NoMoney| format!("{refused}; what is embedded already is kept");
    let amount = worst_case_of_embedding(site, embedder, texts).map_err(no_money)?;
    let purse = Purse::open(site, Purpose::Ingest, None, amount).await.map_err(no_money)?;
    match embedder.embed(texts, role).await {
        Ok(embedded) => {
            let price = embedder.price_per_million();
            purse.charge(price.map_or(0, |price| embedding_price(price).cost_usd_micros(&embedded.usage)));
            purse.settle().await;
            Ok(embedded)
        }
        // Of several requests some may have been served: dropped, the purse is charged at the worst.
        Err(error) => Err(error.to_string()),
    }
}

/// The cache's key of a text. Some models embed questions otherwise than passages, so their keys differ.
fn hash(text: &str, role: EmbeddingRole) -> [u8; 32] {
    match role {
        EmbeddingRole::Passage => Sha256::digest(text).into(),
        EmbeddingRole::Query => Sha256::digest(format!("question\0{text}")).into(),
    }
}
