//! Rows of `conversations`, `turns` (with what their visitors think of them) and `gaps`.

use portavoz_domain::answer::Outcome;
use portavoz_domain::feedback::{Feedback, Rating, Reason};
use portavoz_domain::ids::{ConversationId, SiteId, TurnId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::turn::{ConversationSummary, NewTurn, Settlement, Turn, TurnStatus};
use portavoz_domain::usage::Usage;
use portavoz_text::language::Language;

use super::stored_row;
use crate::values::{Column, count, json, storable};
use crate::{Conversation, Gap, Result, StorageError};

/// The columns of a [`TurnRow`], followed by a condition on `t` (the turn) and `f` (its feedback, if any); the visitor is
/// the conversation's.
macro_rules! select_turns {
    ($condition:literal) => {
        concat!(
            "SELECT t.site, t.id, t.conversation, c.visitor, t.created, t.language, t.question, t.status, t.settled,
                t.outcome, t.answer, t.citations, t.verification, t.withheld, t.model, t.ladder, t.prompt_tokens, t.cached_tokens,
                t.cache_write_tokens, t.completion_tokens, t.reasoning_tokens, t.usage_estimated, t.cost_usd_micros,
                t.charged_usd_micros, t.service_tier, t.served_model, t.first_token_ms, t.took_ms, t.prompt_hash,
                t.prompt_version, t.knowledge_generation, t.knowledge_hash, t.variant, t.opens_conversation, t.quality,
                t.efficiency, t.unanswered, f.rating, f.reason, f.comment, f.rated
            FROM turns t JOIN conversations c ON c.site = t.site AND c.id = t.conversation
                LEFT JOIN feedback f ON f.site = t.site AND f.turn = t.id ",
            $condition
        )
    };
}

pub(crate) use select_turns;

/// Scores below this are in the index `turns_weak`.
pub(crate) const WEAK: f32 = 0.8;

/// The condition of that index.
pub(crate) const IS_WEAK: &str = " AND t.quality_score < 0.8";

/// A text as it may stand in small letters, in capitals, at the beginning of a sentence, and as it was typed: what the
/// databases cannot fold (all but A to Z) is then found as well.
pub(crate) fn cases_of(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut letters = lower.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let mut cases: Vec<String> =
        vec![storable(text), storable(&text.to_uppercase()), storable(&lower), storable(&first)];
    cases.sort_unstable();
    cases.dedup();
    cases.iter().map(|case| format!("%{}%", case.replace('!', "!!").replace('%', "!%").replace('_', "!_"))).collect()
}

/// The choice of a page of conversations, to be followed by its conditions.
pub(crate) const SUMMARIES_OF: &str = "WITH page AS (
            SELECT site, id, visitor, language, created FROM conversations WHERE site = ";

/// Its conversations with the figures of their turns. Costs from 2^53 on are a provider's nonsense.
pub(crate) const SUMMARIES: &str = ")
        SELECT p.id, p.visitor, p.language, p.created, COUNT(t.id) AS turns, MAX(t.created) AS last,
            (SELECT f.question FROM turns f WHERE f.site = p.site AND f.conversation = p.id
                ORDER BY f.created, f.id LIMIT 1) AS first_question,
            CAST(COALESCE(SUM(CASE WHEN t.cost_usd_micros < 9007199254740992 THEN t.cost_usd_micros END), 0) AS BIGINT)
                AS cost_usd_micros,
            MIN(t.quality_score) AS lowest_quality,
            COUNT(CASE WHEN t.outcome = 'not_known' THEN 1 END) AS not_known,
            CAST(COALESCE(SUM(t.withheld), 0) AS BIGINT) AS withheld
        FROM page p LEFT JOIN turns t ON t.site = p.site AND t.conversation = p.id
        GROUP BY p.site, p.id, p.visitor, p.language, p.created
        ORDER BY p.created DESC, p.id DESC";

stored_row! {
    /// A conversation.
    ConversationRow of "conversations" by id {
        id: String,
        visitor: String,
        language: String,
        created: i64,
    }
}

impl TryFrom<ConversationRow> for Conversation {
    type Error = StorageError;

    fn try_from(row: ConversationRow) -> Result<Self> {
        let column = |name| ConversationRow::column(&row.id, name);
        Ok(Self {
            id: column("id").read(ConversationId::parse(&row.id))?,
            visitor: column("visitor").read(VisitorId::parse(&row.visitor))?,
            language: column("language").known(&row.language, Language::parse(&row.language))?,
            created: Timestamp::from_millis(row.created),
        })
    }
}

stored_row! {
    /// A conversation with the figures of its turns.
    SummaryRow of "conversations" by id {
        id: String,
        visitor: String,
        language: String,
        created: i64,
        turns: i64,
        first_question: Option<String>,
        last: Option<i64>,
        cost_usd_micros: i64,
        lowest_quality: Option<f64>,
        not_known: i64,
        withheld: i64,
    }
}

impl TryFrom<SummaryRow> for ConversationSummary {
    type Error = StorageError;

    fn try_from(row: SummaryRow) -> Result<Self> {
        let id = row.id.clone();
        let column = |name| SummaryRow::column(&id, name);
        let conversation =
            ConversationRow { id: row.id, visitor: row.visitor, language: row.language, created: row.created };
        Ok(Self {
            conversation: conversation.try_into()?,
            turns: column("turns").number(row.turns)?,
            first_question: row.first_question.unwrap_or_default(),
            last: Timestamp::from_millis(row.last.unwrap_or(row.created)),
            cost_usd_micros: column("cost_usd_micros").number(row.cost_usd_micros)?,
            lowest_quality: row.lowest_quality.map(|score| score as f32),
            not_known: column("not_known").number(row.not_known)?,
            withheld: column("withheld").number(row.withheld)?,
        })
    }
}

stored_row! {
    /// A turn with its conversation's visitor.
    TurnRow of "turns" by id {
        site: String,
        id: String,
        conversation: String,
        visitor: String,
        created: i64,
        language: String,
        question: String,
        status: String,
        settled: Option<i64>,
        outcome: Option<String>,
        answer: Option<String>,
        citations: Option<String>,
        verification: Option<String>,
        withheld: Option<i64>,
        model: Option<String>,
        ladder: Option<String>,
        prompt_tokens: Option<i64>,
        cached_tokens: Option<i64>,
        cache_write_tokens: Option<i64>,
        completion_tokens: Option<i64>,
        reasoning_tokens: Option<i64>,
        usage_estimated: Option<bool>,
        cost_usd_micros: Option<i64>,
        charged_usd_micros: Option<i64>,
        service_tier: Option<String>,
        served_model: Option<String>,
        first_token_ms: Option<i64>,
        took_ms: Option<i64>,
        prompt_hash: Option<String>,
        prompt_version: Option<String>,
        knowledge_generation: Option<i64>,
        knowledge_hash: Option<String>,
        variant: Option<String>,
        opens_conversation: Option<bool>,
        quality: Option<String>,
        efficiency: Option<f64>,
        unanswered: Option<bool>,
        rating: Option<String>,
        reason: Option<String>,
        comment: Option<String>,
        rated: Option<i64>,
    }
}

impl TryFrom<TurnRow> for Turn {
    type Error = StorageError;

    fn try_from(row: TurnRow) -> Result<Self> {
        let column = |name| TurnRow::column(&row.id, name);
        let admitted = NewTurn {
            site: column("site").read(SiteId::parse(&row.site))?,
            id: column("id").read(TurnId::parse(&row.id))?,
            conversation: column("conversation").read(ConversationId::parse(&row.conversation))?,
            visitor: column("visitor").read(VisitorId::parse(&row.visitor))?,
            created: Timestamp::from_millis(row.created),
            language: column("language").known(&row.language, Language::parse(&row.language))?,
            question: row.question.clone(),
        };
        let feedback = feedback(&row)?;
        let settlement = match column("status").known(&row.status, TurnStatus::parse(&row.status))? {
            TurnStatus::Open => None,
            status => Some(settlement(&admitted, status, row)?),
        };
        Ok(Self { admitted, settlement, feedback })
    }
}

/// What the visitor thinks of it.
fn feedback(row: &TurnRow) -> Result<Option<Feedback>> {
    let column = |name| Column { table: "feedback", column: name, id: &row.id };
    let Some(rating) = &row.rating else { return Ok(None) };
    let reason = row.reason.as_ref().map(|name| column("reason").known(name, Reason::parse(name)));
    Ok(Some(Feedback {
        rating: column("rating").known(rating, Rating::parse(rating))?,
        reason: reason.transpose()?,
        comment: row.comment.clone(),
        rated: Timestamp::from_millis(column("rated").present(row.rated)?),
    }))
}

/// The settled half of a turn's row.
fn settlement(admitted: &NewTurn, status: TurnStatus, row: TurnRow) -> Result<Settlement> {
    let column = |name| TurnRow::column(&row.id, name);
    let count = |name, value| column(name).present(value).and_then(|value| column(name).number(value));
    let optional = |name, value: Option<i64>| value.map(|value| column(name).number(value)).transpose();
    let usage = Usage {
        prompt_tokens: count("prompt_tokens", row.prompt_tokens)?,
        cached_tokens: count("cached_tokens", row.cached_tokens)?,
        cache_write_tokens: count("cache_write_tokens", row.cache_write_tokens)?,
        completion_tokens: count("completion_tokens", row.completion_tokens)?,
        reasoning_tokens: count("reasoning_tokens", row.reasoning_tokens)?,
        estimated: column("usage_estimated").present(row.usage_estimated)?,
    };
    let outcome = |name: String| column("outcome").known(&name, Outcome::parse(&name));
    Ok(Settlement {
        site: admitted.site.clone(),
        id: admitted.id,
        settled: Timestamp::from_millis(column("settled").present(row.settled)?),
        status,
        outcome: row.outcome.map(outcome).transpose()?,
        answer: column("answer").present(row.answer)?,
        citations: column("citations").json(&column("citations").present(row.citations)?)?,
        verification: row.verification.map(|text| column("verification").json(&text)).transpose()?,
        // Turns that were settled before anything was checked have none.
        withheld: column("withheld").number(row.withheld.unwrap_or(0))?,
        model: row.model,
        ladder: column("ladder").json(&column("ladder").present(row.ladder)?)?,
        usage,
        cost_usd_micros: optional("cost_usd_micros", row.cost_usd_micros)?,
        // Turns of before there were budgets were charged nothing.
        charged_usd_micros: column("charged_usd_micros").number(row.charged_usd_micros.unwrap_or(0))?,
        service_tier: row.service_tier,
        served_model: row.served_model,
        first_token_ms: optional("first_token_ms", row.first_token_ms)?,
        took_ms: count("took_ms", row.took_ms)?,
        prompt_hash: row.prompt_hash,
        prompt_version: row.prompt_version,
        knowledge_generation: count("knowledge_generation", row.knowledge_generation)?,
        knowledge_hash: row.knowledge_hash,
        variant: row.variant,
        opens_conversation: row.opens_conversation.unwrap_or(false),
        quality: row.quality.map(|text| column("quality").json(&text)).transpose()?,
        efficiency: row.efficiency.map(|efficiency| efficiency as f32),
        unanswered: column("unanswered").present(row.unanswered)?,
    })
}

/// The columns of an admission, as they are written.
#[derive(Debug)]
pub(crate) struct AdmissionColumns {
    pub(crate) site: String,
    pub(crate) id: String,
    pub(crate) conversation: String,
    pub(crate) visitor: String,
    pub(crate) created: i64,
    pub(crate) language: &'static str,
    pub(crate) question: String,
}

impl From<&NewTurn> for AdmissionColumns {
    fn from(turn: &NewTurn) -> Self {
        Self {
            site: turn.site.to_string(),
            id: turn.id.to_string(),
            conversation: turn.conversation.to_string(),
            visitor: turn.visitor.to_string(),
            created: turn.created.as_millis(),
            language: turn.language.code(),
            question: storable(&turn.question),
        }
    }
}

/// The columns of a settlement, as they are written.
#[derive(Debug)]
pub(crate) struct SettlementColumns {
    pub(crate) site: String,
    pub(crate) id: String,
    pub(crate) status: &'static str,
    pub(crate) settled: i64,
    pub(crate) outcome: Option<&'static str>,
    pub(crate) answer: String,
    pub(crate) citations: String,
    pub(crate) verification: Option<String>,
    pub(crate) withheld: i64,
    pub(crate) model: Option<String>,
    pub(crate) ladder: String,
    pub(crate) prompt_tokens: i64,
    pub(crate) cached_tokens: i64,
    pub(crate) cache_write_tokens: i64,
    pub(crate) completion_tokens: i64,
    pub(crate) reasoning_tokens: i64,
    pub(crate) usage_estimated: bool,
    pub(crate) cost_usd_micros: Option<i64>,
    pub(crate) charged_usd_micros: i64,
    pub(crate) service_tier: Option<String>,
    pub(crate) served_model: Option<String>,
    pub(crate) first_token_ms: Option<i64>,
    pub(crate) took_ms: i64,
    pub(crate) prompt_hash: Option<String>,
    pub(crate) prompt_version: Option<String>,
    pub(crate) knowledge_generation: i64,
    pub(crate) knowledge_hash: Option<String>,
    pub(crate) variant: Option<String>,
    pub(crate) opens_conversation: bool,
    pub(crate) quality: Option<String>,
    pub(crate) quality_score: Option<f64>,
    pub(crate) efficiency: Option<f64>,
    pub(crate) unanswered: bool,
}

impl SettlementColumns {
    /// The columns of `settlement`.
    pub(crate) fn of(settlement: &Settlement) -> Result<Self> {
        let usage = &settlement.usage;
        Ok(Self {
            site: settlement.site.to_string(),
            id: settlement.id.to_string(),
            status: settlement.status.name(),
            settled: settlement.settled.as_millis(),
            outcome: settlement.outcome.map(Outcome::name),
            answer: storable(&settlement.answer),
            citations: json(&settlement.citations)?,
            verification: settlement.verification.as_ref().map(json).transpose()?,
            withheld: count(settlement.withheld),
            model: settlement.model.as_deref().map(storable),
            ladder: json(&settlement.ladder)?,
            prompt_tokens: count(usage.prompt_tokens),
            cached_tokens: count(usage.cached_tokens),
            cache_write_tokens: count(usage.cache_write_tokens),
            completion_tokens: count(usage.completion_tokens),
            reasoning_tokens: count(usage.reasoning_tokens),
            usage_estimated: usage.estimated,
            cost_usd_micros: settlement.cost_usd_micros.map(count),
            charged_usd_micros: count(settlement.charged_usd_micros),
            service_tier: settlement.service_tier.as_deref().map(storable),
            served_model: settlement.served_model.as_deref().map(storable),
            first_token_ms: settlement.first_token_ms.map(count),
            took_ms: count(settlement.took_ms),
            prompt_hash: settlement.prompt_hash.as_deref().map(storable),
            prompt_version: settlement.prompt_version.as_deref().map(storable),
            knowledge_generation: count(settlement.knowledge_generation),
            knowledge_hash: settlement.knowledge_hash.as_deref().map(storable),
            variant: settlement.variant.as_deref().map(storable),
            opens_conversation: settlement.opens_conversation,
            quality: settlement.quality.as_ref().map(json).transpose()?,
            quality_score: settlement.quality.as_ref().map(|quality| f64::from(quality.score)),
            efficiency: settlement.efficiency.map(f64::from),
            unanswered: settlement.unanswered,
        })
    }
}

stored_row! {
    /// A question without an answer.
    GapRow of "gaps" by turn {
        turn: String,
        question: String,
        language: String,
        asked: i64,
    }
}

impl TryFrom<GapRow> for Gap {
    type Error = StorageError;

    fn try_from(row: GapRow) -> Result<Self> {
        let column = |name| GapRow::column(&row.turn, name);
        Ok(Self {
            turn: column("turn").read(TurnId::parse(&row.turn))?,
            language: column("language").known(&row.language, Language::parse(&row.language))?,
            asked: Timestamp::from_millis(row.asked),
            question: row.question,
        })
    }
}
