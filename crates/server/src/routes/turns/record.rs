//! A turn as the owner reads it: everything that is kept of it.

use portavoz_domain::quality::{Part, Quality, Term};
use portavoz_domain::turn::{Settlement, Turn, TurnStatus};
use portavoz_domain::usage::usd;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{AnswerVerification, Citation, Feedback, Rung, Usage};

/// One question and everything that is kept of its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnRecord {
    turn_id: String,
    conversation_id: String,
    /// RFC 3339.
    asked_at: String,
    /// Of the question.
    language: &'static str,
    question: String,
    /// `open`, `complete`, `abandoned` or `failed`.
    status: &'static str,
    /// What the visitor thinks of it; null if they did not say.
    feedback: Option<Feedback>,
    /// Absent while the turn is open.
    #[serde(flatten)]
    end: Option<TurnEnd>,
}

/// How a turn ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnEnd {
    /// RFC 3339.
    settled_at: String,
    /// Null if no answer was told to its end.
    outcome: Option<&'static str>,
    answer: String,
    citations: Vec<Citation>,
    /// The model that answered; null if none did.
    model: Option<String>,
    /// The exact snapshot, as the response names it.
    served_model: Option<String>,
    /// The tier that the response was served by.
    service_tier: Option<String>,
    variant: Option<String>,
    /// Each rung tried, in order.
    ladder: Vec<Rung>,
    usage: Usage,
    /// US dollars; null if a model without a known price was used.
    cost_usd: Option<f64>,
    /// What the budget was charged, in US dollars: the cost, or the most it can have been.
    charged_usd: f64,
    /// Null if there was nothing to judge.
    quality: Option<QualityRecord>,
    /// Share of all tokens paid for that served the answer, 0 to 1; null without a model call.
    efficiency: Option<f32>,
    /// What the check found, sentences that were withheld included; null if nothing was checked.
    verification: Option<AnswerVerification>,
    /// Milliseconds from arrival to the first words; null if there were none.
    first_token_ms: Option<u64>,
    /// Milliseconds from arrival to the end.
    took_ms: u64,
    /// The question joined the list of gaps.
    unanswered: bool,
    opens_conversation: bool,
    hashes: Hashes,
}

/// What the answer rested on, so that it can be shown again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hashes {
    /// Of the rendered system message; null without a model call.
    prompt_hash: Option<String>,
    /// Of the prompt's templates and options.
    prompt_version: Option<String>,
    /// Number of the knowledge that was searched.
    knowledge_generation: u64,
    /// Of all its passages.
    knowledge_hash: Option<String>,
}

/// The score of an answer, 0 to 1, with what it is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityRecord {
    /// `0.4 relevance + 0.3 accuracy + 0.3 clarity`.
    score: f32,
    relevance: TermRecord,
    accuracy: TermRecord,
    clarity: TermRecord,
}

/// One of the three terms.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TermRecord {
    /// 0 to 1.
    score: f32,
    parts: Vec<PartRecord>,
}

/// One thing that was looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartRecord {
    /// Stable name, such as `sentence_length`.
    name: String,
    /// 0 to 1.
    score: f32,
    /// The figure behind it, for people.
    finding: String,
}

impl From<Turn> for TurnRecord {
    fn from(turn: Turn) -> Self {
        let admitted = turn.admitted;
        let status = turn.settlement.as_ref().map_or(TurnStatus::Open, |settlement| settlement.status);
        Self {
            turn_id: admitted.id.to_string(),
            conversation_id: admitted.conversation.to_string(),
            asked_at: admitted.created.to_rfc3339(),
            language: admitted.language.code(),
            question: admitted.question,
            status: status.name(),
            feedback: turn.feedback.map(Feedback::from),
            end: turn.settlement.map(TurnEnd::from),
        }
    }
}

impl From<Settlement> for TurnEnd {
    fn from(settlement: Settlement) -> Self {
        Self {
            settled_at: settlement.settled.to_rfc3339(),
            outcome: settlement.outcome.map(|outcome| outcome.name()),
            answer: settlement.answer,
            citations: settlement.citations.into_iter().map(Citation::from).collect(),
            model: settlement.model,
            served_model: settlement.served_model,
            service_tier: settlement.service_tier,
            variant: settlement.variant,
            ladder: settlement.ladder.into_iter().map(Rung::from).collect(),
            usage: settlement.usage.into(),
            cost_usd: settlement.cost_usd_micros.map(usd),
            charged_usd: usd(settlement.charged_usd_micros),
            quality: settlement.quality.map(QualityRecord::from),
            efficiency: settlement.efficiency,
            verification: AnswerVerification::told(settlement.verification, settlement.withheld),
            first_token_ms: settlement.first_token_ms,
            took_ms: settlement.took_ms,
            unanswered: settlement.unanswered,
            opens_conversation: settlement.opens_conversation,
            hashes: Hashes {
                prompt_hash: settlement.prompt_hash,
                prompt_version: settlement.prompt_version,
                knowledge_generation: settlement.knowledge_generation,
                knowledge_hash: settlement.knowledge_hash,
            },
        }
    }
}

impl From<Quality> for QualityRecord {
    fn from(quality: Quality) -> Self {
        Self {
            score: quality.score,
            relevance: quality.relevance.into(),
            accuracy: quality.accuracy.into(),
            clarity: quality.clarity.into(),
        }
    }
}

impl From<Term> for TermRecord {
    fn from(term: Term) -> Self {
        Self { score: term.score, parts: term.parts.into_iter().map(PartRecord::from).collect() }
    }
}

impl From<Part> for PartRecord {
    fn from(part: Part) -> Self {
        Self { name: part.name, score: part.score, finding: part.finding }
    }
}
