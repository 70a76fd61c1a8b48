//! Vectors for the bench, each text embedded once a run.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::sync::Arc;

use portavoz_llm::embed::{Embedder, EmbeddingRole};
use tokio::runtime::Runtime;

/// An embedder that remembers what it embedded.
pub struct Embedding {
    embedder: Arc<dyn Embedder>,
    runtime: Runtime,
    known: RefCell<HashMap<(bool, String), Vec<f32>>>,
}

impl Embedding {
    /// The model in a sentence-transformers folder.
    #[cfg(feature = "local-embeddings")]
    pub fn open(folder: &std::path::Path) -> Result<Self, Box<dyn Error>> {
        Self::of(Arc::new(portavoz_llm::embed::LocalEmbedder::open(folder)?))
    }

    /// Without local embeddings there is no model to open.
    #[cfg(not(feature = "local-embeddings"))]
    pub fn open(_folder: &std::path::Path) -> Result<Self, Box<dyn Error>> {
        Err("`--weights` needs the cargo feature `local-embeddings`; `cargo xtask bench quality` adds it".into())
    }

    #[cfg(feature = "local-embeddings")]
    fn of(embedder: Arc<dyn Embedder>) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            embedder,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            known: RefCell::default(),
        })
    }

    /// The embedder.
    pub fn embedder(&self) -> &Arc<dyn Embedder> {
        &self.embedder
    }

    /// One vector a text.
    pub fn embed(&self, texts: &[String], role: EmbeddingRole) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
        let is_question = role == EmbeddingRole::Query;
        let key = |text: &String| (is_question, text.clone());
        let mut missing: Vec<String> = {
            let known = self.known.borrow();
            texts.iter().filter(|text| !known.contains_key(&key(text))).cloned().collect()
        };
        let mut seen = HashSet::new();
        missing.retain(|text| seen.insert(text.clone()));
        if !missing.is_empty() {
            let embedded = self.runtime.block_on(self.embedder.embed(&missing, role))?;
            self.known.borrow_mut().extend(missing.iter().map(key).zip(embedded.vectors));
        }
        let known = self.known.borrow();
        Ok(texts.iter().filter_map(|text| known.get(&key(text)).cloned()).collect())
    }
}
