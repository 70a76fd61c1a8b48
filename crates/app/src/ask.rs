//! Answering a question: admission -> understanding -> retrieval -> context -> generation -> delivery -> ledger.
//!
//! [`ask`] admits and hands back a stream of [`AnswerEvent`]s; everyone who answers (HTTP, the OpenAI endpoint, the
//! terminal) calls it. The turn runs as a tracked task of the site, so that it is settled even if whoever asked goes
//! away: dropping the stream cancels the model's call, and what was used is still recorded.
//! Start at [`ask`], then `turn` (the steps), then `ladder` (who answers).

use std::sync::Arc;

use portavoz_domain::answer::{AnswerEvent, Citation, Done};
use portavoz_domain::ids::{ConversationId, TurnId, VisitorId};
use portavoz_domain::message::Message;
use portavoz_storage::{Conversation, StorageError};
use portavoz_text::language::Language;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument;

use crate::site::{Site, SiteError};
use crate::variant::Variant;
pub(crate) use cache::AnswerCache;
pub(crate) use call::estimate;
use past::Past;

mod cache;
mod call;
mod checking;
mod guard;
mod judge;
mod ladder;
mod past;
pub mod rehearsal;
mod run;
mod score;
mod sought;
mod sources;
mod spans;
mod stock;
mod straight;
mod streaming;
mod telling;
mod told;
mod turn;

/// Events that may wait for a slow reader before the model's call waits too.
const WAITING_EVENTS: usize = 64;

/// Stable code of an answer that ended without its end: the process is being torn down.
const CUT: &str = "cut";

/// A question, as a client asks it.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The visitor's words.
    pub message: String,
    /// Who asks.
    pub visitor: VisitorId,
    /// The conversation to go on with; a new one if absent.
    pub conversation: Option<ConversationId>,
    /// The language to answer in, if the client was told.
    pub language: Option<Language>,
    /// True to have models answer piece by piece.
    pub stream: bool,
    /// Earlier messages, from clients that keep the conversation themselves (the OpenAI protocol).
    pub client_history: Vec<Message>,
    /// The way to answer, if it is not the site's own.
    pub variant: Option<Arc<Variant>>,
}

/// Why a question was not admitted. Nothing was written and nothing was spent.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nothing but white space.
    #[error("the message is empty")]
    Empty,
    /// Longer than the site allows.
    #[error("the message has {length} characters; at most {limit} are allowed")]
    TooLong {
        /// As sent.
        length: usize,
        /// As allowed.
        limit: usize,
    },
    /// There is no such conversation of this visitor.
    #[error("there is no such conversation")]
    UnknownConversation,
    /// The site cannot answer.
    #[error(transparent)]
    Site(#[from] SiteError),
}

/// A turn that is being answered.
pub struct Answering {
    /// Its events, as they happen.
    pub events: ReceiverStream<AnswerEvent>,
}

/// An answer as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The turn.
    pub turn_id: TurnId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Proves to later requests that this visitor owns the conversation.
    pub visitor_token: String,
    /// The text, with `[n]` where a source is cited.
    pub text: String,
    /// The sources.
    pub citations: Vec<Citation>,
    /// How it ended.
    pub done: Done,
}

/// Why no answer could be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Stable code.
    pub code: String,
    /// For people.
    pub message: String,
}

/// Admits a question and begins to answer it.
pub async fn ask(site: &Arc<Site>, request: Ask) -> Result<Answering, AskError> {
    let arrived = site.now();
    let message = checked(&request.message, site.settings().max_message_chars)?;
    let known = match request.conversation {
        Some(id) => Some(conversation_of(site, request.visitor, id).await?),
        None => None,
    };
    let past = match &known {
        Some(conversation) => past_of(site, conversation).await.map_err(SiteError::from)?,
        None => Past::from_client(&request.client_history, site.language()),
    };
    let (events, receiver) = mpsc::channel(WAITING_EVENTS);
    let run = run::Run {
        site: Arc::clone(site),
        arrived,
        turn: site.new_turn(),
        opens_conversation: known.is_none(),
        conversation: known.map_or_else(|| site.new_conversation(), |conversation| conversation.id),
        visitor: request.visitor,
        told_language: request.language,
        message,
        stream: request.stream,
        past,
        variant: request.variant.unwrap_or_else(|| crate::experiments::way(site)),
        live: site.live.load_full(),
        keeping: run::Keeping::Database,
    };
    let span = spans::turn(&run);
    site.tasks().spawn(run.answer(events).instrument(span));
    Ok(Answering { events: ReceiverStream::new(receiver) })
}

impl Failure {
    /// True if the database could not be reached: trying later may help.
    pub fn is_unavailable(&self) -> bool {
        self.code == turn::STORAGE_UNAVAILABLE
    }
}

impl Answering {
    /// Waits for the end and gathers the answer.
    pub async fn whole(mut self) -> Result<Answer, Failure> {
        let mut begun = None;
        let mut text = String::new();
        let mut citations = Vec::new();
        while let Some(event) = self.events.next().await {
            match event {
                AnswerEvent::Start { turn_id, conversation_id, visitor_token, .. } => {
                    begun = Some((turn_id, conversation_id, visitor_token));
                }
                AnswerEvent::Delta { text: more } => text.push_str(&more),
                AnswerEvent::Citation(citation) => citations.push(citation),
                AnswerEvent::Verdict { .. } => {}
                AnswerEvent::Replace { text: instead, .. } => {
                    text = instead;
                    citations.clear();
                }
                AnswerEvent::Failed { code, message } => return Err(Failure { code, message }),
                AnswerEvent::Done(done) => {
                    let Some((turn_id, conversation_id, visitor_token)) = begun else { break };
                    return Ok(Answer { turn_id, conversation_id, visitor_token, text, citations, done: *done });
                }
            }
        }
        Err(Failure { code: CUT.to_owned(), message: "the answer was cut off".to_owned() })
    }
}

/// The message without control characters and outer white space.
fn checked(message: &str, limit: usize) -> Result<String, AskError> {
    let message: String = message.chars().filter(|c| !c.is_control() || *c == '\n' || *c == '\t').collect();
    let message = message.trim();
    let length = message.chars().count();
    if message.is_empty() {
        Err(AskError::Empty)
    } else if length > limit {
        Err(AskError::TooLong { length, limit })
    } else {
        Ok(message.to_owned())
    }
}

/// A stranger cannot tell a foreign conversation from one that never was.
async fn conversation_of(site: &Site, visitor: VisitorId, id: ConversationId) -> Result<Conversation, AskError> {
    let found = crate::conversation::find(site, visitor, id).await.map_err(SiteError::from)?;
    found.ok_or(AskError::UnknownConversation)
}

async fn past_of(site: &Site, conversation: &Conversation) -> Result<Past, StorageError> {
    let turns = site.settings().history.max_messages.div_ceil(2).max(1);
    let turns = u32::try_from(turns).unwrap_or(u32::MAX);
    Ok(Past::from_turns(crate::conversation::history(site, conversation.id, turns).await?))
}
