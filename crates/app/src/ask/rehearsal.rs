//! Turns that are kept nowhere: the whole way of a visitor's question, for whoever evaluates it.
//!
//! Nothing of a rehearsal joins conversations, figures, gaps or the answer cache. Its money is real: it is reserved and
//! charged as an evaluation's. Start at [`rehearse`].

use std::sync::Arc;

use portavoz_domain::answer::AnswerEvent;
use portavoz_domain::chunk::Chunk;
use portavoz_domain::ids::DocumentId;
use portavoz_domain::turn::Settlement;
use portavoz_knowledge::index::Index;
use portavoz_storage::StorageError;
use portavoz_text::language::Language;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument;

use super::past::Past;
use super::run::{Keeping, Run};
use super::{AskError, CUT, Failure, WAITING_EVENTS, checked, spans};
use crate::site::{Live, Site, SiteError};
use crate::variant::Variant;

/// Documents that questions are answered from, which need not be all of the site's.
#[derive(Clone)]
pub struct Knowledge(Arc<Live>);

impl std::fmt::Debug for Knowledge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Knowledge").field(&self.0.index).finish()
    }
}

impl Knowledge {
    /// Number of the knowledge change that it comes from.
    pub fn generation(&self) -> u64 {
        self.0.index.generation()
    }

    /// Hash of all its passages.
    pub fn hash(&self) -> &str {
        self.0.hash()
    }

    /// Every passage.
    pub fn chunks(&self) -> &[Arc<Chunk>] {
        self.0.index.chunks()
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.0.index
    }
}

impl Site {
    /// The documents of this moment.
    pub fn knowledge(&self) -> Knowledge {
        Knowledge(self.live.load_full())
    }

    /// The documents of this moment without some of them: their passages cannot be found, and the facts that only they
    /// state are not known. Searched by words alone, as vectors are calibrated on all passages.
    pub async fn knowledge_without(&self, left_out: &[DocumentId]) -> Result<Knowledge, SiteError> {
        let live = self.live.load_full();
        let left_out = left_out.to_vec();
        let stopped = |error| StorageError::Unavailable(format!("building an index stopped: {error}"));
        let built = tokio::task::spawn_blocking(move || {
            let chunks = live.index.chunks().iter().filter(|chunk| !left_out.contains(&chunk.document));
            let chunks: Vec<Chunk> = chunks.map(|chunk| Chunk::clone(chunk)).collect();
            let index = Index::in_memory(live.index.generation(), chunks, None)?;
            let without = Live::new(index, live.contact.clone());
            without.ledger();
            without.hash();
            Ok::<_, portavoz_knowledge::index::IndexError>(without)
        });
        Ok(Knowledge(Arc::new(built.await.map_err(stopped)??)))
    }
}

/// A question to rehearse.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// As a visitor would ask.
    pub message: String,
    /// What was asked and answered before it, oldest first.
    pub before: Vec<(String, String)>,
    /// The language to answer in, if it is to be told.
    pub language: Option<Language>,
    /// The way to answer.
    pub variant: Arc<Variant>,
    /// What to answer from.
    pub knowledge: Knowledge,
    /// True to have models answer piece by piece, so that the first words can be timed.
    pub stream: bool,
}

/// A turn that was rehearsed.
#[derive(Debug, Clone)]
pub struct Rehearsed {
    /// As it would have been kept.
    pub settlement: Settlement,
    /// The language of the question, as recognised.
    pub language: Language,
    /// What was found, best first, with its relevance.
    pub found: Vec<(Arc<Chunk>, f32)>,
}

/// Why a question could not be rehearsed.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// It is no question.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// It was not answered.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// Answers a question the way a visitor's is answered, and keeps nothing of it but its money.
pub async fn rehearse(site: &Arc<Site>, rehearsal: Rehearsal) -> Result<Rehearsed, RehearsalError> {
    let message = checked(&rehearsal.message, site.settings().max_message_chars)?;
    let (events, receiver) = mpsc::channel(WAITING_EVENTS);
    let (sender, rehearsed) = oneshot::channel();
    let run = Run {
        site: Arc::clone(site),
        arrived: site.now(),
        turn: site.new_turn(),
        opens_conversation: rehearsal.before.is_empty(),
        conversation: site.new_conversation(),
        visitor: site.new_visitor(),
        told_language: rehearsal.language,
        message,
        stream: rehearsal.stream,
        past: Past::from_pairs(&rehearsal.before, site.language()),
        variant: rehearsal.variant,
        live: rehearsal.knowledge.0,
        keeping: Keeping::Rehearsal(sender),
    };
    let span = spans::turn(&run);
    site.tasks().spawn(run.answer(events).instrument(span));
    // Read as a visitor would: an answer waits for its reader.
    let mut events = ReceiverStream::new(receiver);
    while let Some(event) = events.next().await {
        if let AnswerEvent::Failed { code, message } = event {
            return Err(Failure { code, message }.into());
        }
    }
    let cut = || Failure { code: CUT.to_owned(), message: "the answer was cut off".to_owned() };
    Ok(rehearsed.await.map_err(|_| cut())?)
}
