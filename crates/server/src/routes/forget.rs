//! `DELETE /api/conversations/{id}` and `DELETE /api/visitor`: visitors take back what they said.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use portavoz_app::privacy;

use super::chat::conversation_id;
use crate::access::KnownVisitor;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// Removes a conversation for good.
///
/// Takes the conversation's `visitor_token` as `Authorization: Bearer`. A conversation of somebody else is 404.
#[utoipa::path(
    delete, path = "/api/conversations/{id}", operation_id = "forget_conversation", tag = "visitors",
    params(("id" = String, Path, description = "The `conversation_id` of an answer")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, body = ErrorBody, description = "No such conversation of this visitor"),
    )
)]
pub(crate) async fn conversation(
    State(state): State<AppState>,
    KnownVisitor(visitor): KnownVisitor,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let visitor = visitor.ok_or(ApiError::ConversationNotFound)?;
    if privacy::forget_conversation(state.site(), visitor, conversation_id(&id)?).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::ConversationNotFound)
    }
}

/// Removes everything that a visitor said and was told, for good.
///
/// Takes the `visitor_token` of any of the visitor's answers as `Authorization: Bearer`.
#[utoipa::path(
    delete, path = "/api/visitor", operation_id = "forget_visitor", tag = "visitors",
    responses(
        (status = 204, description = "Nothing of this visitor is left"),
        (status = 401, body = ErrorBody, description = "The visitor's token is missing or wrong"),
    )
)]
pub(crate) async fn visitor(
    State(state): State<AppState>,
    KnownVisitor(visitor): KnownVisitor,
) -> Result<StatusCode, ApiError> {
    privacy::forget_visitor(state.site(), visitor.ok_or(ApiError::UnknownVisitor)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
