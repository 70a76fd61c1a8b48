//! `POST /api/messages`: a visitor leaves a message or question for the owner.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use portavoz_app::messages::{self, Leaving};
use portavoz_domain::ids::TurnId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::chat::{conversation_id, language};
use crate::access::Asker;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

pub(crate) mod owner;

/// A message for the owner.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MessageRequest {
    /// The visitor's words, at most 2,000 characters.
    message: String,
    /// How the visitor wants to be called, at most 100 characters.
    #[serde(default)]
    name: Option<String>,
    /// Where the visitor wants the answer.
    #[serde(default)]
    email: Option<String>,
    /// The conversation it comes from.
    #[serde(default)]
    conversation_id: Option<String>,
    /// The answer it comes from.
    #[serde(default)]
    turn_id: Option<String>,
    /// Of the page: es, en, pt, fr, de, it or ca. Absent: the site's.
    #[serde(default)]
    language: Option<String>,
    /// Proof that conversation and answer are the visitor's; `Authorization: Bearer` does as well.
    #[serde(default)]
    visitor_token: Option<String>,
}

/// The message was kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageResponse {
    message_id: String,
    /// RFC 3339.
    received_at: String,
    /// The visitor's, or a new one if none was sent: with it the visitor can take everything back.
    visitor_token: String,
}

/// Leaves a message for the owner.
///
/// At most 5 an hour of one visitor and 20 an hour from one address. `DELETE /api/visitor` takes it back.
#[utoipa::path(
    post, path = "/api/messages", operation_id = "leave_message", tag = "visitors", request_body = MessageRequest,
    responses(
        (status = 201, body = MessageResponse),
        (status = 400, body = ErrorBody, description = "The body is not a message"),
        (status = 403, body = ErrorBody, description = "The page's origin is not allowed, or no messages are taken"),
        (status = 404, body = ErrorBody, description = "No such conversation or answer of this visitor"),
        (status = 422, body = ErrorBody, description = "It is empty or too long, or the address is not one"),
        (status = 429, body = ErrorBody, description = "Too many messages; see `Retry-After`"),
    )
)]
pub(crate) async fn leave(
    State(state): State<AppState>,
    asker: Asker,
    JsonBody(request): JsonBody<MessageRequest>,
) -> Result<(StatusCode, Json<MessageResponse>), ApiError> {
    let site = state.site();
    let visitor = asker.visitor_or(&state, request.visitor_token.as_deref());
    state.admit(asker.address, visitor).map_err(ApiError::RateLimited)?;
    let turn = request.turn_id.as_deref().map(TurnId::parse).transpose();
    let leaving = Leaving {
        visitor: visitor.unwrap_or_else(|| site.new_visitor()),
        text: request.message,
        name: request.name,
        email: request.email,
        conversation: request.conversation_id.as_deref().map(conversation_id).transpose()?,
        turn: turn.map_err(|_| ApiError::TurnNotFound)?,
        language: request.language.as_deref().map(language).transpose()?,
    };
    // Whoever mends a slip has not left two messages.
    let checked = messages::check(site, leaving).await?;
    state.admit_message(asker.address, visitor).map_err(ApiError::TooManyMessages)?;
    let message = messages::leave(site, checked).await?;
    let response = MessageResponse {
        message_id: message.id.to_string(),
        received_at: message.received.to_rfc3339(),
        visitor_token: site.visitor_tokens().sign(message.visitor),
    };
    Ok((StatusCode::CREATED, Json(response)))
}
