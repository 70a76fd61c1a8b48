//! `GET /api/conversations/{id}`: what was said, for the visitor whose conversation it is.

use axum::Json;
use axum::extract::{Path, State};
use portavoz_app::conversation::{TranscriptTurn, transcript};
use serde::Serialize;
use utoipa::ToSchema;

use super::chat::conversation_id;
use crate::access::KnownVisitor;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;
use crate::wire::{AnswerVerification, Citation, Feedback};

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationResponse {
    conversation_id: String,
    /// Language of its first question.
    language: &'static str,
    /// Oldest first.
    turns: Vec<TurnResponse>,
}

/// One question and what was answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnResponse {
    turn_id: String,
    /// RFC 3339.
    asked_at: String,
    question: String,
    /// Empty while the answer is being made.
    answer: String,
    citations: Vec<Citation>,
    /// Null while open, and after a failure.
    outcome: Option<&'static str>,
    /// Null if nothing was checked.
    verification: Option<AnswerVerification>,
    /// `open`, `complete`, `abandoned` or `failed`.
    status: &'static str,
    /// What the visitor thinks of it; null if they did not say.
    feedback: Option<Feedback>,
}

/// Reads a conversation back.
///
/// Takes the conversation's `visitor_token` as `Authorization: Bearer`. A conversation of somebody else is 404.
#[utoipa::path(
    get, path = "/api/conversations/{id}", tag = "visitors",
    params(("id" = String, Path, description = "The `conversation_id` of an answer")),
    responses(
        (status = 200, body = ConversationResponse),
        (status = 404, body = ErrorBody, description = "No such conversation of this visitor"),
    )
)]
pub(crate) async fn conversation(
    State(state): State<AppState>,
    KnownVisitor(visitor): KnownVisitor,
    Path(id): Path<String>,
) -> Result<Json<ConversationResponse>, ApiError> {
    let visitor = visitor.ok_or(ApiError::ConversationNotFound)?;
    let found = transcript(state.site(), visitor, conversation_id(&id)?).await?;
    let transcript = found.ok_or(ApiError::ConversationNotFound)?;
    Ok(Json(ConversationResponse {
        conversation_id: transcript.conversation_id.to_string(),
        language: transcript.language.code(),
        turns: transcript.turns.into_iter().map(TurnResponse::from).collect(),
    }))
}

impl From<TranscriptTurn> for TurnResponse {
    fn from(turn: TranscriptTurn) -> Self {
        Self {
            turn_id: turn.turn_id.to_string(),
            asked_at: turn.asked_at,
            question: turn.question,
            answer: turn.answer,
            citations: turn.citations.into_iter().map(Citation::from).collect(),
            outcome: turn.outcome.map(|outcome| outcome.name()),
            verification: AnswerVerification::told(turn.verification, turn.withheld),
            status: turn.status.name(),
            feedback: turn.feedback.map(Feedback::from),
        }
    }
}
