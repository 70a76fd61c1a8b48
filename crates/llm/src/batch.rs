//! What a provider's batches are to the rest of portavoz: many requests, answered within a day, for half the price.

use async_trait::async_trait;

use crate::LlmError;
use crate::chat::{ChatEnd, ChatRequest};

/// The tier that an answer out of a batch is served by, as tariffs know it.
pub const BATCH_TIER: &str = "batch";

/// Where a batch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The provider's name for it.
    pub id: String,
    /// In the provider's word: `validating`, `in_progress`, `finalizing`, `completed`, `failed`, `expired`, `cancelled`.
    pub status: String,
    /// True once nothing more will be answered.
    pub ended: bool,
    /// How many requests there are; 0 until it is validated.
    pub total: u64,
    /// Of them, answered.
    pub completed: u64,
    /// Of them, failed.
    pub failed: u64,
    /// What was wrong with the batch as a whole.
    pub problem: Option<String>,
    /// The file of answers, once there is one.
    pub output: Option<String>,
    /// The file of failures, once there is one.
    pub errors: Option<String>,
}

/// One answer of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchReply {
    /// The request's name.
    pub name: String,
    /// The answer, or why there is none.
    pub reply: Result<(String, ChatEnd), LlmError>,
}

/// A model that takes batches.
#[async_trait]
pub trait Batches: Send + Sync {
    /// Hands requests in, each under a name of its own, all under a `label` by which the batch is found again. Not tried
    /// twice: a batch that was handed in twice is paid for twice.
    async fn hand_in(&self, label: &str, requests: &[(String, ChatRequest)]) -> Result<Batch, LlmError>;

    /// The batch of this label, if it is among the newest ones of the provider.
    async fn find(&self, label: &str) -> Result<Option<Batch>, LlmError>;

    /// Where a batch stands.
    async fn look(&self, id: &str) -> Result<Batch, LlmError>;

    /// What was answered, in no order; requests without an answer or failure are missing.
    async fn collect(&self, batch: &Batch) -> Result<Vec<BatchReply>, LlmError>;
}
