//! What portavoz remembers: conversations, turns, what visitors say back, money, documents, vectors, gaps, alerts, choices,
//! evaluations, experiments and its own secrets.
//!
//! One small trait per aggregate, implemented twice ([`sqlite`], [`postgres`]) and proven by one conformance suite.
//! **Every method is one atomic operation**: it either happened whole, and is then durable when the method returns,
//! or it did not happen. That is what lets SQLite commit the writes of many turns together and PostgreSQL serve many
//! processes, without a transaction ever being held across a model call.
//!
//! To add one more operation: 1. the method here, with its invariants; 2. a case in `tests/conformance.rs`;
//! 3. the twin files in `sqlite/` and `postgres/`; 4. a migration of the same name in both folders if rows change.

use std::collections::HashMap;

use async_trait::async_trait;
use portavoz_domain::alerts::{Delivery, Episode};
use portavoz_domain::budget::{Reservation, Reserved};
use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::{Document, Problem};
use portavoz_domain::feedback::RatingFilter;
use portavoz_domain::ids::{ConversationId, DocumentId, EpisodeId, SiteId, TurnId};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::turn::{ConversationFilter, ConversationSummary, NewTurn, Settlement, Turn, TurnStatus};
use portavoz_text::language::Language;

// Samples that tests inside and outside of the crate share call it by its name.
#[cfg(test)]
extern crate self as portavoz_storage;

mod conflicts;
mod error;
mod evaluations;
mod experiments;
mod feedback;
mod messages;
mod migration;
mod money;
mod portable;
pub mod postgres;
mod privacy;
mod rows;
pub mod sqlite;
mod values;

pub use error::StorageError;
pub use evaluations::Evaluations;
pub use experiments::{Experiments, Offer, StoredExperiment, Subject};
pub use feedback::{Ratings, TurnRating};
pub use messages::Messages;
pub use money::{Spending, Traffic};
pub use portable::{Column, Kind, Loaded, Piece, Portable, Selection, Table, Value};
pub use portavoz_domain::turn::Conversation;
pub use privacy::{Erased, Privacy, Scope};

/// Shorthand of this crate.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;

/// A database. Cheap to clone behind an `Arc`; safe to share between tasks.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// Conversations and their turns.
    fn turns(&self) -> &dyn Turns;
    /// What visitors think of answers.
    fn ratings(&self) -> &dyn Ratings;
    /// What visitors leave for the owner.
    fn messages(&self) -> &dyn Messages;
    /// Money: reservations, charges and their sums.
    fn spending(&self) -> &dyn Spending;
    /// Sums of settled turns.
    fn traffic(&self) -> &dyn Traffic;
    /// Documents and chunks.
    fn knowledge(&self) -> &dyn Knowledge;
    /// Vectors by content hash and embedder.
    fn embeddings(&self) -> &dyn Embeddings;
    /// Questions without an answer.
    fn gaps(&self) -> &dyn Gaps;
    /// Secrets made at first start.
    fn secrets(&self) -> &dyn Secrets;
    /// What was wrong and who was told.
    fn alerts(&self) -> &dyn Alerts;
    /// What was decided at run time.
    fn choices(&self) -> &dyn Choices;
    /// Runs and what their targets answered.
    fn evaluations(&self) -> &dyn Evaluations;
    /// Comparisons on live visitors.
    fn experiments(&self) -> &dyn Experiments;
    /// Removing what was said.
    fn privacy(&self) -> &dyn Privacy;
    /// Copies of rows.
    fn portable(&self) -> &dyn Portable;
    /// Proves that the database answers; for `/readyz` and `doctor`.
    async fn ping(&self) -> Result<()>;
    /// Finishes pending writes and closes. Later calls fail with `Unavailable`.
    async fn close(&self);
}

/// Which turns to list; `None` means all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TurnFilter {
    /// Admitted at or after.
    pub from: Option<Timestamp>,
    /// Admitted before.
    pub to: Option<Timestamp>,
    /// Stable outcome name.
    pub outcome: Option<portavoz_domain::answer::Outcome>,
    /// Where they stand.
    pub status: Option<TurnStatus>,
    /// The model that answered.
    pub model: Option<String>,
    /// Language of the question.
    pub language: Option<Language>,
    /// With a quality score of at most this.
    pub max_quality: Option<f32>,
    /// Rated by its visitor.
    pub rating: Option<RatingFilter>,
    /// That charged the budget at least this much.
    pub min_cost_usd_micros: Option<u64>,
    /// In whose question or answer this stands, in capitals or not. Reads turn by turn: for people who look for something.
    pub text: Option<String>,
    /// Of this conversation.
    pub conversation: Option<ConversationId>,
    /// Only turns after this one in listing order (newest first), for paging.
    pub after: Option<TurnId>,
    /// At most this many, 1..=1000.
    pub limit: u32,
}

/// Conversations and turns.
#[async_trait]
pub trait Turns: Send + Sync {
    /// Writes the turn's row, and its conversation's if there is none. A conversation of another visitor is
    /// [`StorageError::Conflict`] and nothing is written; so is a turn id that exists.
    ///
    /// A reservation is tried in the same transaction, as [`Spending::reserve`] does; it must be of the turn's site and
    /// id. A refused one does not keep the turn from being written. Without one the answer is `Granted`.
    async fn admit(&self, turn: &NewTurn, reservation: Option<&Reservation>) -> Result<Reserved>;

    /// Settles an open turn. True if it was open; false if it had been settled before (nothing changes then).
    /// An unknown turn is [`StorageError::Conflict`]. In the same transaction the charge of the turn's id, if there
    /// is one, is settled with `charged_usd_micros`; the turn is added to the traffic, under the `language` it was
    /// answered in; and if `unanswered` is set, the question joins the gaps.
    async fn settle(&self, settlement: &Settlement, language: Language) -> Result<bool>;

    /// The conversation, whoever owns it.
    async fn conversation(&self, site: &SiteId, id: ConversationId) -> Result<Option<Conversation>>;

    /// The last `limit` turns of a conversation, oldest first, open ones included.
    async fn history(&self, site: &SiteId, conversation: ConversationId, limit: u32) -> Result<Vec<Turn>>;

    /// One turn.
    async fn find(&self, site: &SiteId, id: TurnId) -> Result<Option<Turn>>;

    /// Turns, newest first, ties broken by id.
    async fn list(&self, site: &SiteId, filter: &TurnFilter) -> Result<Vec<Turn>>;

    /// Conversations with the figures of their turns, newest first, ties broken by id. Paging after a conversation
    /// that does not exist is [`StorageError::Conflict`].
    async fn conversations(&self, site: &SiteId, filter: &ConversationFilter) -> Result<Vec<ConversationSummary>>;
}

/// A document's row without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentEntry {
    /// Which document.
    pub id: DocumentId,
    /// SHA-256 of the bytes it was read from, and of the reader's version: unchanged means nothing to do.
    pub hash: [u8; 32],
    /// For people.
    pub title: String,
    /// How many chunks it has.
    pub chunks: u32,
    /// Their tokens together.
    pub tokens: u64,
}

/// A document with everything made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct IngestedDocument {
    /// As read.
    pub document: Document,
    /// See [`DocumentEntry::hash`].
    pub hash: [u8; 32],
    /// In reading order.
    pub chunks: Vec<Chunk>,
}

/// What one ingest changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnowledgeChange {
    /// New or changed documents; they replace what was there under the same id.
    pub upserts: Vec<IngestedDocument>,
    /// Documents that are gone.
    pub deletes: Vec<DocumentId>,
    /// All problems of the ingest; they replace those of the last one.
    pub problems: Vec<Problem>,
}

/// Documents and chunks of a site.
#[async_trait]
pub trait Knowledge: Send + Sync {
    /// Number of the last change, 0 before the first. Replicas compare it with their index.
    async fn generation(&self, site: &SiteId) -> Result<u64>;

    /// Applies a change and returns the new generation. A change without upserts and deletes replaces the problems
    /// and keeps the generation.
    async fn apply(&self, site: &SiteId, change: &KnowledgeChange, now: Timestamp) -> Result<u64>;

    /// All documents, by id.
    async fn documents(&self, site: &SiteId) -> Result<Vec<DocumentEntry>>;

    /// One document, whole.
    async fn document(&self, site: &SiteId, id: &DocumentId) -> Result<Option<Document>>;

    /// All chunks, by document and ordinal, with the generation they belong to, read in one snapshot.
    async fn chunks(&self, site: &SiteId) -> Result<(u64, Vec<Chunk>)>;

    /// Problems of the last ingest, by document.
    async fn problems(&self, site: &SiteId) -> Result<Vec<Problem>>;
}

/// Who made a vector. Vectors of two embedders never meet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmbedderKey {
    /// The embedder's name, such as `text-embedding-3-small`.
    pub model: String,
    /// Its dimensions.
    pub dimensions: u32,
}

/// A cache of vectors by content, shared by all sites: the same text under the same model has the same vector.
#[async_trait]
pub trait Embeddings: Send + Sync {
    /// Those of `hashes` (SHA-256 of the embedded text) that are known.
    async fn get(&self, key: &EmbedderKey, hashes: &[[u8; 32]]) -> Result<HashMap<[u8; 32], Vec<f32>>>;

    /// Keeps vectors. Each must have `key.dimensions` numbers, otherwise [`StorageError::Conflict`] and none is kept.
    async fn put(&self, key: &EmbedderKey, vectors: &[([u8; 32], Vec<f32>)]) -> Result<()>;
}

/// A question that the documents did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The turn it was asked in.
    pub turn: TurnId,
    /// The visitor's words.
    pub question: String,
    /// Its language.
    pub language: Language,
    /// When.
    pub asked: Timestamp,
}

/// Questions without an answer; written by [`Turns::settle`].
#[async_trait]
pub trait Gaps: Send + Sync {
    /// The newest `limit`, newest first, ties broken by turn id.
    async fn list(&self, site: &SiteId, limit: u32) -> Result<Vec<Gap>>;
}

/// Secrets that portavoz makes for itself, such as the key that signs visitor tokens.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret, or `fresh` stored as the secret if there was none. Two processes that race get the same one.
    async fn get_or_insert(&self, site: &SiteId, name: &str, fresh: &[u8]) -> Result<Vec<u8>>;

    /// The secret, if there is one.
    async fn get(&self, site: &SiteId, name: &str) -> Result<Option<Vec<u8>>>;

    /// Replaces the secret.
    async fn put(&self, site: &SiteId, name: &str, value: &[u8]) -> Result<()>;
}

/// What was wrong, so that the owner is told of it once, whoever notices.
#[async_trait]
pub trait Alerts: Send + Sync {
    /// Opens an episode unless one of the same kind and subject is open. True if it was opened by this call: then, and
    /// only then, it is to be told. A figure or limit that is not finite is [`StorageError::Conflict`].
    async fn open(&self, episode: &Episode) -> Result<bool>;

    /// Sets the figure of the open episode of this kind and subject, if there is one. Which of two figures is the
    /// worse the caller knows. One that is not finite is [`StorageError::Conflict`].
    async fn touch(&self, site: &SiteId, kind: &str, subject: &str, value: f64) -> Result<()>;

    /// Closes the open episode of this kind and subject and returns it; exactly one of several callers gets it.
    async fn close(&self, site: &SiteId, kind: &str, subject: &str, at: Timestamp) -> Result<Option<Episode>>;

    /// The newest `limit` (1..=1000) episodes by when they opened, newest first, ties broken by id.
    async fn list(&self, site: &SiteId, only_open: bool, limit: u32) -> Result<Vec<Episode>>;

    /// Adds to an episode's deliveries. An unknown episode is [`StorageError::Conflict`].
    async fn delivered(&self, site: &SiteId, id: EpisodeId, delivery: &Delivery) -> Result<()>;
}

/// A choice as it was seen, and as it is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swap<'a> {
    /// As it was seen; `None` if it was not made.
    pub before: Option<&'a str>,
    /// As it is to be.
    pub value: &'a str,
}

/// What the owner or the program decided at run time, by name. Values are JSON text; who writes one says what is in it.
#[async_trait]
pub trait Choices: Send + Sync {
    /// The choice, if it was made.
    async fn get(&self, site: &SiteId, name: &str) -> Result<Option<String>>;

    /// Makes or replaces it.
    async fn put(&self, site: &SiteId, name: &str, value: &str, at: Timestamp) -> Result<()>;

    /// Makes or replaces it if it is still `before` (`None`: not made). True if it was; of several callers who saw the
    /// same one, exactly one gets that.
    async fn swap(&self, site: &SiteId, name: &str, change: Swap<'_>, at: Timestamp) -> Result<bool>;

    /// Takes it back; true if it had been made.
    async fn remove(&self, site: &SiteId, name: &str) -> Result<bool>;
}
