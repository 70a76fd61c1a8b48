//! `GET /api/admin/messages`, `PATCH` and `DELETE /api/admin/messages/{id}`: the owner reads and works off messages.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use portavoz_app::messages;
use portavoz_domain::ids::MessageId;
use portavoz_domain::inbox::{LeftMessage, MessageFilter, MessageState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Owner;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody};
use crate::query::{QueryParams, is_full};
use crate::state::AppState;

/// Listed if nobody says how many.
const DEFAULT_LIMIT: u32 = 50;
/// More than fits a useful answer.
const MAX_LIMIT: u32 = 500;

/// Messages, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagesResponse {
    messages: Vec<MessageRecord>,
    /// To be sent as `after` for the next ones; null at the end.
    next: Option<String>,
    counts: MessageCounts,
}

/// How many messages there are of each state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageCounts {
    new: u64,
    read: u64,
    done: u64,
}

/// A message that a visitor left.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageRecord {
    message_id: String,
    /// RFC 3339.
    received_at: String,
    message: String,
    name: Option<String>,
    email: Option<String>,
    /// Of the page it was left on.
    language: &'static str,
    /// `new`, `read` or `done`.
    state: &'static str,
    /// A random name that says nothing of the person.
    visitor_id: String,
    /// The conversation it came from; null without one, or if it is gone by now.
    conversation_id: Option<String>,
    /// The answer it came from; null without one, or if it is gone by now.
    turn_id: Option<String>,
}

/// What the owner has done about a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageChange {
    state: MessageProgress,
}

/// What the owner has done about a message.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MessageProgress {
    New,
    Read,
    Done,
}

/// Lists messages that visitors left.
#[utoipa::path(
    get, path = "/api/admin/messages", tag = "owner", security(("owner" = [])),
    params(
        ("state" = Option<String>, Query, description = "`new`, `read` or `done`; all if absent"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 if absent"),
        ("after" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses(
        (status = 200, body = MessagesResponse),
        (status = 400, body = ErrorBody, description = "A parameter is not what it must be"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn messages(
    State(state): State<AppState>,
    _owner: Owner,
    mut query: QueryParams,
) -> Result<Json<MessagesResponse>, ApiError> {
    let filter = MessageFilter {
        state: query.one_of("state", &MessageState::ALL.map(|state| (state.name(), state)))?,
        limit: query.up_to("limit", MAX_LIMIT, DEFAULT_LIMIT)?,
        after: query.read("after", "the `next` of the page before", |text| MessageId::parse(text).ok())?,
    };
    query.finish()?;
    let found = messages::list(state.site(), &filter).await?;
    let counts = messages::count(state.site()).await?;
    let next = found.last().filter(|_| is_full(found.len(), filter.limit)).map(|message| message.id.to_string());
    let counts = MessageCounts { new: counts.new, read: counts.read, done: counts.done };
    Ok(Json(MessagesResponse { messages: found.into_iter().map(MessageRecord::from).collect(), next, counts }))
}

/// Says what was done about a message.
#[utoipa::path(
    patch, path = "/api/admin/messages/{id}", operation_id = "mark_message", tag = "owner", security(("owner" = [])),
    request_body = MessageChange, params(("id" = String, Path, description = "A `message_id`")),
    responses(
        (status = 200, body = MessageRecord),
        (status = 400, body = ErrorBody, description = "There is no such state"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such message"),
    )
)]
pub(crate) async fn mark(
    State(state): State<AppState>,
    _owner: Owner,
    Path(id): Path<String>,
    JsonBody(change): JsonBody<MessageChange>,
) -> Result<Json<MessageRecord>, ApiError> {
    let marked = messages::mark(state.site(), message_id(&id)?, change.state.into()).await?;
    Ok(Json(marked.ok_or(ApiError::MessageNotFound)?.into()))
}

/// Removes a message for good.
#[utoipa::path(
    delete, path = "/api/admin/messages/{id}", operation_id = "remove_message", tag = "owner", security(("owner" = [])),
    params(("id" = String, Path, description = "A `message_id`")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such message"),
    )
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    _owner: Owner,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if messages::remove(state.site(), message_id(&id)?).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::MessageNotFound)
    }
}

/// What cannot be a message's id is no message.
fn message_id(text: &str) -> Result<MessageId, ApiError> {
    MessageId::parse(text).map_err(|_| ApiError::MessageNotFound)
}

impl From<MessageProgress> for MessageState {
    fn from(state: MessageProgress) -> Self {
        match state {
            MessageProgress::New => Self::New,
            MessageProgress::Read => Self::Read,
            MessageProgress::Done => Self::Done,
        }
    }
}

impl From<LeftMessage> for MessageRecord {
    fn from(message: LeftMessage) -> Self {
        Self {
            message_id: message.id.to_string(),
            received_at: message.received.to_rfc3339(),
            message: message.text,
            name: message.name,
            email: message.email,
            language: message.language.code(),
            state: message.state.name(),
            visitor_id: message.visitor.to_string(),
            conversation_id: message.conversation.map(|id| id.to_string()),
            turn_id: message.turn.map(|id| id.to_string()),
        }
    }
}
