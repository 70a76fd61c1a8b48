//! What is kept of a turn. The row exists from admission on; it is settled once, afterwards.

use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};

use crate::answer::{Citation, Outcome, RungTried};
use crate::feedback::Feedback;
use crate::ids::{ConversationId, SiteId, TurnId, VisitorId};
use crate::quality::Quality;
use crate::timestamp::Timestamp;
use crate::usage::Usage;
use crate::verification::Verification;

/// A turn at admission: the question is known, the answer is not.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTurn {
    /// The portfolio.
    pub site: SiteId,
    /// This turn.
    pub id: TurnId,
    /// Created with this turn if it does not exist yet.
    pub conversation: ConversationId,
    /// Who asks; must own the conversation.
    pub visitor: VisitorId,
    /// When it was admitted.
    pub created: Timestamp,
    /// Language of the question.
    pub language: Language,
    /// The visitor's words.
    pub question: String,
}

/// Where a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnStatus {
    /// Admitted, not settled: being answered, or orphaned by a crash.
    Open,
    /// Settled; the visitor got the whole answer.
    Complete,
    /// Settled; the visitor left before the end.
    Abandoned,
    /// Settled; no answer could be given.
    Failed,
}

impl TurnStatus {
    /// The stable name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Abandoned => "abandoned",
            Self::Failed => "failed",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Complete, Self::Abandoned, Self::Failed].into_iter().find(|status| status.name() == name)
    }
}

/// What is known once a turn has ended. Settling twice changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    /// The portfolio.
    pub site: SiteId,
    /// The turn.
    pub id: TurnId,
    /// When it ended.
    pub settled: Timestamp,
    /// `Complete`, `Abandoned` or `Failed`.
    pub status: TurnStatus,
    /// How it ended; `None` if it failed.
    pub outcome: Option<Outcome>,
    /// What the visitor was told; may be cut short.
    pub answer: String,
    /// Its sources.
    pub citations: Vec<Citation>,
    /// What the check of the answer found, withheld sentences included; `None` if nothing was checked.
    pub verification: Option<Verification>,
    /// How many sentences were kept from the visitor.
    pub withheld: u32,
    /// The model that answered, if one did.
    pub model: Option<String>,
    /// Each rung tried.
    pub ladder: Vec<RungTried>,
    /// Tokens of all calls.
    pub usage: Usage,
    /// `None` if a model without a known price was used.
    pub cost_usd_micros: Option<u64>,
    /// What the budget is charged: the cost, or if that is not known the most that the calls can have cost.
    pub charged_usd_micros: u64,
    /// The tier that the last response was served by, if it said so.
    pub service_tier: Option<String>,
    /// The model as the last response names it, if it does: the exact snapshot.
    pub served_model: Option<String>,
    /// From arrival to the first delta.
    pub first_token_ms: Option<u64>,
    /// From arrival to the end.
    pub took_ms: u64,
    /// Hash of the rendered system prompt, so that transcripts can be reproduced.
    pub prompt_hash: Option<String>,
    /// Version of the prompt templates and options, the same for all languages.
    pub prompt_version: Option<String>,
    /// Generation of the knowledge that was searched.
    pub knowledge_generation: u64,
    /// Hash of all passages of that generation.
    pub knowledge_hash: Option<String>,
    /// The experiment's variant, if one runs.
    pub variant: Option<String>,
    /// True for the first turn of a conversation.
    pub opens_conversation: bool,
    /// How good the answer was; `None` if there was nothing to judge.
    pub quality: Option<Quality>,
    /// Token efficiency 0..=1: the share of all tokens paid for that served the answer; `None` without a model call.
    pub efficiency: Option<f32>,
    /// The question goes to the list of gaps.
    pub unanswered: bool,
}

/// A turn as read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// As admitted.
    pub admitted: NewTurn,
    /// `None` while open.
    pub settlement: Option<Settlement>,
    /// What the visitor thinks of the answer, if they said.
    pub feedback: Option<Feedback>,
}

/// A conversation's own row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Whose it is; nobody else may read it or add to it.
    pub visitor: VisitorId,
    /// Language of its first question.
    pub language: Language,
    /// When it began.
    pub created: Timestamp,
}

/// Which conversations to list; `None` means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Begun at or after.
    pub from: Option<Timestamp>,
    /// Begun before.
    pub to: Option<Timestamp>,
    /// Only conversations after this one in listing order (newest first), for paging.
    pub after: Option<ConversationId>,
    /// At most this many, 1..=1000.
    pub limit: u32,
}

/// A conversation with the figures of its turns.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationSummary {
    /// The conversation.
    pub conversation: Conversation,
    /// How many turns it has, open ones included.
    pub turns: u32,
    /// What was asked first; empty if its turns were erased.
    pub first_question: String,
    /// When its last turn was admitted.
    pub last: Timestamp,
    /// What its turns cost, those of unknown cost left out.
    pub cost_usd_micros: u64,
    /// The quality score of its worst answer, if one was scored.
    pub lowest_quality: Option<f32>,
    /// Turns whose answer was that it is not known.
    pub not_known: u32,
    /// Sentences that were kept from the visitor.
    pub withheld: u32,
}
