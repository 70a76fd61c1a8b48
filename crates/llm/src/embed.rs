//! What an embedder is to the rest of portavoz.

use async_trait::async_trait;
use portavoz_domain::usage::Usage;

use crate::LlmError;

#[cfg(feature = "local-embeddings")]
pub mod local;
pub mod openai;

#[cfg(feature = "local-embeddings")]
pub use local::{LocalEmbedder, LocalEmbedderError};

/// Whether a text is a passage or a question; some models embed them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddingRole {
    /// A passage of a document.
    Passage,
    /// A visitor's question.
    Query,
}

/// Vectors of a batch, in the order of the texts, each of length 1 and of `dimensions` numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    /// One per text.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens used; zero for local models.
    pub usage: Usage,
}

/// Turns texts into vectors.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// The name that is stored beside its vectors: two embedders with the same name give the same vectors.
    fn name(&self) -> &str;

    /// Numbers in each vector.
    fn dimensions(&self) -> u32;

    /// Micro-dollars per million tokens; `None` if unknown, `Some(0)` for local models.
    fn price_per_million(&self) -> Option<u64>;

    /// Embeds texts, any number of them; batching, truncation to the model's input limit and retries are behind this.
    async fn embed(&self, texts: &[String], role: EmbeddingRole) -> Result<Embedded, LlmError>;
}
