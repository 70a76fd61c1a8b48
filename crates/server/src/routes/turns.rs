//! `GET /api/admin/turns`, `GET /api/admin/conversations` and `GET /api/admin/conversations/{id}`: the owner's records.

use axum::Json;
use axum::extract::{Path, State};
use portavoz_app::records::{self, TurnFilter};
use portavoz_domain::answer::Outcome;
use portavoz_domain::feedback::{Rating, RatingFilter};
use portavoz_domain::ids::{ConversationId, TurnId};
use portavoz_domain::moment::Edge;
use portavoz_domain::turn::{Conversation, ConversationFilter, ConversationSummary, TurnStatus};
use portavoz_domain::usage::usd;
use portavoz_text::language::Language;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::query::{QueryParams, is_full};
use crate::state::AppState;

mod record;

pub(crate) use record::QualityRecord;
use record::TurnRecord;

/// Listed if nobody says how many.
const DEFAULT_LIMIT: u32 = 50;
/// More than fits a useful answer.
const MAX_LIMIT: u32 = 500;
/// The longest text that turns are searched for.
const MAX_TEXT_CHARS: usize = 200;
/// No turn was ever charged more.
const MAX_USD: f64 = 1e9;

/// Turns, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnsResponse {
    turns: Vec<TurnRecord>,
    /// To be sent as `after` for the next ones; null at the end.
    next: Option<String>,
}

/// Conversations, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationsResponse {
    conversations: Vec<SummaryResponse>,
    /// To be sent as `after` for the next ones; null at the end.
    next: Option<String>,
}

/// A conversation with the figures of its turns.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SummaryResponse {
    conversation_id: String,
    /// Who asked: a random name that says nothing of the person.
    visitor_id: String,
    /// Of its first question.
    language: &'static str,
    /// RFC 3339.
    began_at: String,
    /// When its last turn was asked, RFC 3339.
    last_at: String,
    turns: u32,
    first_question: String,
    /// US dollars, turns of unknown cost left out.
    cost_usd: f64,
    /// 0 to 1; null if nothing was scored.
    lowest_quality: Option<f32>,
    /// Turns whose answer was that it is not known.
    not_known_turns: u32,
    withheld_sentences: u32,
}

/// A conversation as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordResponse {
    conversation_id: String,
    /// Who asked: a random name that says nothing of the person.
    visitor_id: String,
    /// Of its first question.
    language: &'static str,
    /// RFC 3339.
    began_at: String,
    /// Oldest first.
    turns: Vec<TurnRecord>,
}

/// Lists turns with ladder, tokens, cost, quality and verification.
#[utoipa::path(
    get, path = "/api/admin/turns", tag = "owner", security(("owner" = [])),
    params(
        ("from" = Option<String>, Query, description = "Asked at or after: a date, or RFC 3339"),
        ("to" = Option<String>, Query, description = "Asked before: a date (that day included), or RFC 3339"),
        ("outcome" = Option<String>, Query, description = "`answered`, `not_known`, `declined` or `smalltalk`"),
        ("status" = Option<String>, Query, description = "`open`, `complete`, `abandoned` or `failed`"),
        ("language" = Option<String>, Query, description = "Of the question: `es`, `en`, ..."),
        ("model" = Option<String>, Query, description = "The model that answered"),
        ("rating" = Option<String>, Query, description = "`up`, `down`, or `any` for either"),
        ("min_cost_usd" = Option<f64>, Query, description = "Charged the budget at least this, in US dollars"),
        ("q" = Option<String>, Query, description = "Contained in question or answer; reads turn by turn"),
        ("max_quality" = Option<f32>, Query, description = "Scored at most this, 0 to 1"),
        ("conversation" = Option<String>, Query, description = "Of this conversation"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 if absent"),
        ("after" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses(
        (status = 200, body = TurnsResponse),
        (status = 400, body = ErrorBody, description = "A parameter is not what it must be"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn turns(
    State(state): State<AppState>,
    _owner: Owner,
    mut query: QueryParams,
) -> Result<Json<TurnsResponse>, ApiError> {
    let filter = turn_filter(&mut query)?;
    query.finish()?;
    let turns = records::turns(state.site(), &filter).await?;
    let next = turns.last().filter(|_| is_full(turns.len(), filter.limit)).map(|turn| turn.admitted.id.to_string());
    Ok(Json(TurnsResponse { turns: turns.into_iter().map(TurnRecord::from).collect(), next }))
}

fn turn_filter(query: &mut QueryParams) -> Result<TurnFilter, ApiError> {
    let statuses = [TurnStatus::Open, TurnStatus::Complete, TurnStatus::Abandoned, TurnStatus::Failed];
    let ratings =
        [("up", RatingFilter::Is(Rating::Up)), ("down", RatingFilter::Is(Rating::Down)), ("any", RatingFilter::Any)];
    let dollars = |text: &str| text.parse().ok().filter(|usd: &f64| (0.0..=MAX_USD).contains(usd));
    let short = |text: &str| (text.chars().count() <= MAX_TEXT_CHARS).then(|| text.to_owned());
    let quality = |text: &str| text.parse().ok().filter(|quality: &f32| (0.0..=1.0).contains(quality));
    Ok(TurnFilter {
        from: query.moment("from", Edge::From)?,
        to: query.moment("to", Edge::To)?,
        outcome: query.one_of("outcome", &Outcome::ALL.map(|outcome| (outcome.name(), outcome)))?,
        status: query.one_of("status", &statuses.map(|status| (status.name(), status)))?,
        language: query.one_of("language", &Language::ALL.map(|language| (language.code(), language)))?,
        model: query.read("model", "a model's name", |text| Some(text.to_owned()))?,
        rating: query.one_of("rating", &ratings)?,
        min_cost_usd_micros: query
            .read("min_cost_usd", "an amount of US dollars", dollars)?
            .map(|usd| (usd * 1e6).round() as u64),
        text: query.read("q", format!("at most {MAX_TEXT_CHARS} characters"), short)?,
        max_quality: query.read("max_quality", "a number from 0 to 1", quality)?,
        conversation: query.read("conversation", "a `conversation_id`", |text| ConversationId::parse(text).ok())?,
        limit: query.up_to("limit", MAX_LIMIT, DEFAULT_LIMIT)?,
        after: query.read("after", "the `next` of the page before", |text| TurnId::parse(text).ok())?,
    })
}

/// Lists conversations with the figures of their turns.
#[utoipa::path(
    get, path = "/api/admin/conversations", tag = "owner", security(("owner" = [])),
    params(
        ("from" = Option<String>, Query, description = "Begun at or after: a date, or RFC 3339"),
        ("to" = Option<String>, Query, description = "Begun before: a date (that day included), or RFC 3339"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 if absent"),
        ("after" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses(
        (status = 200, body = ConversationsResponse),
        (status = 400, body = ErrorBody, description = "A parameter is not what it must be"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn conversations(
    State(state): State<AppState>,
    _owner: Owner,
    mut query: QueryParams,
) -> Result<Json<ConversationsResponse>, ApiError> {
    let filter = ConversationFilter {
        from: query.moment("from", Edge::From)?,
        to: query.moment("to", Edge::To)?,
        limit: query.up_to("limit", MAX_LIMIT, DEFAULT_LIMIT)?,
        after: query.read("after", "the `next` of the page before", |text| ConversationId::parse(text).ok())?,
    };
    query.finish()?;
    let found = records::conversations(state.site(), &filter).await?;
    let last = found.last().filter(|_| is_full(found.len(), filter.limit));
    let next = last.map(|summary| summary.conversation.id.to_string());
    Ok(Json(ConversationsResponse { conversations: found.into_iter().map(SummaryResponse::from).collect(), next }))
}

/// Reads a conversation with everything that was recorded of its turns.
///
/// What the checks kept from the visitor is among the sentences of `verification`, though not in `answer`.
#[utoipa::path(
    get, path = "/api/admin/conversations/{id}", tag = "owner", security(("owner" = [])),
    params(("id" = String, Path, description = "A `conversation_id`")),
    responses(
        (status = 200, body = RecordResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such conversation"),
    )
)]
pub(crate) async fn conversation(
    State(state): State<AppState>,
    _owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<RecordResponse>, ApiError> {
    let id = ConversationId::parse(&id).map_err(|_| ApiError::NotFound)?;
    let (conversation, turns) = records::conversation(state.site(), id).await?.ok_or(ApiError::NotFound)?;
    let Conversation { id, visitor, language, created } = conversation;
    Ok(Json(RecordResponse {
        conversation_id: id.to_string(),
        visitor_id: visitor.to_string(),
        language: language.code(),
        began_at: created.to_rfc3339(),
        turns: turns.into_iter().map(TurnRecord::from).collect(),
    }))
}

impl From<ConversationSummary> for SummaryResponse {
    fn from(summary: ConversationSummary) -> Self {
        let Conversation { id, visitor, language, created } = summary.conversation;
        Self {
            conversation_id: id.to_string(),
            visitor_id: visitor.to_string(),
            language: language.code(),
            began_at: created.to_rfc3339(),
            last_at: summary.last.to_rfc3339(),
            turns: summary.turns,
            first_question: summary.first_question,
            cost_usd: usd(summary.cost_usd_micros),
            lowest_quality: summary.lowest_quality,
            not_known_turns: summary.not_known,
            withheld_sentences: summary.withheld,
        }
    }
}
