//! `POST /api/admin/erase`: the owner removes what visitors said.

use axum::Json;
use axum::extract::State;
use portavoz_app::privacy::{self, Scope};
use portavoz_domain::ids::{ConversationId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Owner;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// What to remove: exactly one of the first four.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EraseRequest {
    /// Everything that this visitor said and was told.
    visitor: Option<String>,
    /// This conversation.
    conversation: Option<String>,
    /// What was asked before this day (UTC), such as `2026-01-01`.
    before: Option<String>,
    /// True for all questions and answers of the site.
    #[serde(default)]
    all_turns: bool,
    /// Say what would be removed, and remove nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What was removed, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EraseResponse {
    /// Questions with their answers.
    turns: u64,
    /// Conversations of which nothing is left.
    conversations: u64,
    /// Of the turns, those that were listed as gaps.
    gaps: u64,
    /// Messages that were left for the owner.
    messages: u64,
    /// True if nothing was removed.
    dry_run: bool,
}

/// Removes what visitors said, for good.
///
/// Money and sums stay: they hold no words.
#[utoipa::path(
    post, path = "/api/admin/erase", tag = "owner", security(("owner" = [])), request_body = EraseRequest,
    responses(
        (status = 200, body = EraseResponse),
        (status = 400, body = ErrorBody, description = "Not an id or a date, none of them, or more than one"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn erase(
    State(state): State<AppState>,
    _owner: Owner,
    JsonBody(request): JsonBody<EraseRequest>,
) -> Result<Json<EraseResponse>, ApiError> {
    let scope = scope_of(&[
        request.visitor.as_deref().map(visitor).transpose()?,
        request.conversation.as_deref().map(conversation).transpose()?,
        request.before.as_deref().map(|text| day("before", text).map(Scope::Before)).transpose()?,
        request.all_turns.then_some(Scope::All),
    ])?;
    let scope = scope.ok_or_else(|| {
        ApiError::BadRequest("say what to remove: `visitor`, `conversation`, `before` or `all_turns`".to_owned())
    })?;
    let erased = if request.dry_run {
        privacy::count(state.site(), scope).await?
    } else {
        privacy::erase_for_owner(state.site(), scope).await?
    };
    Ok(Json(EraseResponse {
        turns: erased.turns,
        conversations: erased.conversations,
        gaps: erased.gaps,
        messages: erased.messages,
        dry_run: request.dry_run,
    }))
}

/// The one scope that was asked for, if one was.
pub(super) fn scope_of(asked: &[Option<Scope>]) -> Result<Option<Scope>, ApiError> {
    let mut asked = asked.iter().flatten();
    match (asked.next(), asked.next()) {
        (first, None) => Ok(first.copied()),
        (_, Some(_)) => Err(ApiError::BadRequest("more than one way to choose turns was given".to_owned())),
    }
}

pub(super) fn visitor(text: &str) -> Result<Scope, ApiError> {
    VisitorId::parse(text).map(Scope::Visitor).map_err(|error| ApiError::BadRequest(error.to_string()))
}

pub(super) fn conversation(text: &str) -> Result<Scope, ApiError> {
    ConversationId::parse(text).map(Scope::Conversation).map_err(|error| ApiError::BadRequest(error.to_string()))
}

/// The first moment of a day.
pub(super) fn day(name: &str, text: &str) -> Result<Timestamp, ApiError> {
    Timestamp::of_day(text).ok_or_else(|| ApiError::BadRequest(format!("`{name}` is not a date such as `2026-11-22`")))
}
