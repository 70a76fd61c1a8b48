//! Embeddings computed here, by a model in a sentence-transformers folder; no key and no network.
//!
//! Owns the order of a call: tokenize, batch by length, compute away from the async threads, give back in the order
//! asked. Not the folder's files (`folder`) and not the network's arithmetic (`model`); start there to learn which
//! models are understood. Architectures: BERT and XLM-RoBERTa alike, which covers MiniLM, E5, BGE, GTE and
//! their multilingual kin.

mod folder;
mod model;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use portavoz_domain::usage::Usage;
use tokenizers::Tokenizer;

use self::folder::Folder;
use self::model::Model;
use super::{Embedded, Embedder, EmbeddingRole};
use crate::LlmError;

/// Texts computed together. More do not go faster on a processor and need more memory.
const BATCH_TEXTS: usize = 32;

/// A text is padded to at most this many times its length: computing padding costs as much as computing words.
const MOST_PADDING: usize = 2;

/// A folder that is not a model we can compute.
#[derive(Debug, thiserror::Error)]
pub enum LocalEmbedderError {
    /// A file is not there or cannot be read.
    #[error("`{file}` cannot be read: {source}")]
    Unreadable {
        /// The file, with its folder.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not say what it should.
    #[error("`{file}` is not understood: {reason}")]
    Malformed {
        /// The file, with its folder.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The model is of a kind that is not computed here.
    #[error("`{file}`: {what} is not supported")]
    Unsupported {
        /// The file that says so, with its folder.
        file: String,
        /// Such as ``model type `mpnet` ``.
        what: String,
    },
    /// The weights do not fit the configuration.
    #[error("the weights do not fit `config.json`: {0}")]
    Weights(String),
}

/// A model of a sentence-transformers folder. Cheap to clone; clones share the weights.
#[derive(Clone)]
pub struct LocalEmbedder {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    tokenizer: Tokenizer,
    model: Model,
    query_prefix: String,
    passage_prefix: String,
    lower_case: bool,
}

impl std::fmt::Debug for LocalEmbedder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LocalEmbedder").field("name", &self.inner.name).finish_non_exhaustive()
    }
}

impl LocalEmbedder {
    /// Reads the folder and its weights, which takes from a tenth of a second to some seconds: call it at start-up, on a
    /// thread that may block.
    ///
    /// The name is the folder's name and a hash of its files, so that vectors of two models never share a name.
    pub fn open(folder: &Path) -> Result<Self, LocalEmbedderError> {
        let Folder { name, shape, tokenizer, prompts, lower_case, weights } = Folder::read(folder)?;
        let model = Model::load(shape, weights)?;
        let inner =
            Inner { name, tokenizer, model, query_prefix: prompts.query, passage_prefix: prompts.passage, lower_case };
        Ok(Self { inner: Arc::new(inner) })
    }
}

impl Inner {
    /// Computes all texts, shortest first so that little is padded, and returns the vectors in the order of the texts.
    fn embed(&self, texts: &[String], role: EmbeddingRole) -> Result<Vec<Vec<f32>>, LlmError> {
        let prefix = match role {
            EmbeddingRole::Query => &self.query_prefix,
            EmbeddingRole::Passage => &self.passage_prefix,
        };
        let mut rows = Vec::with_capacity(texts.len());
        for (place, text) in texts.iter().enumerate() {
            let text = if self.lower_case { text.to_lowercase() } else { text.clone() };
            let encoding = self.tokenizer.encode_fast(format!("{prefix}{text}"), true);
            let encoding = encoding.map_err(|error| LlmError::Permanent(format!("a text has no tokens: {error}")))?;
            rows.push((place, encoding.get_ids().to_vec()));
        }
        rows.sort_by_key(|(place, ids)| (ids.len(), *place));
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut rest = rows.as_slice();
        while let Some((_, shortest)) = rest.first() {
            let fits = rest.partition_point(|(_, ids)| ids.len() <= shortest.len() * MOST_PADDING);
            let (batch, later) = rest.split_at(fits.clamp(1, BATCH_TEXTS));
            rest = later;
            let ids: Vec<&[u32]> = batch.iter().map(|(_, ids)| ids.as_slice()).collect();
            let computed = self.model.embed(&ids);
            let computed = computed.map_err(|error| LlmError::Permanent(format!("the local model failed: {error}")))?;
            for ((place, _), vector) in batch.iter().zip(computed) {
                if let Some(slot) = vectors.get_mut(*place) {
                    *slot = vector;
                }
            }
        }
        Ok(vectors)
    }
}

#[async_trait]
impl Embedder for LocalEmbedder {
    fn name(&self) -> &str {
        &self.inner.name
    }

    fn dimensions(&self) -> u32 {
        self.inner.model.dimensions()
    }

    fn price_per_million(&self) -> Option<u64> {
        Some(0)
    }

    async fn embed(&self, texts: &[String], role: EmbeddingRole) -> Result<Embedded, LlmError> {
        let (inner, texts) = (Arc::clone(&self.inner), texts.to_vec());
        let computed = tokio::task::spawn_blocking(move || inner.embed(&texts, role)).await;
        let vectors = computed.map_err(|_| LlmError::Permanent("the local model was interrupted".to_owned()))??;
        Ok(Embedded { vectors, usage: Usage::default() })
    }
}

#[cfg(test)]
mod tests;
