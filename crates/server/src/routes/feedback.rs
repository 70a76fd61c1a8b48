//! `POST /api/feedback`: what a visitor thinks of an answer.

use axum::Json;
use axum::extract::State;
use portavoz_app::feedback::{Opinion, rate};
use portavoz_domain::feedback::{Rating, Reason};
use portavoz_domain::ids::TurnId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Asker;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// What a visitor thinks of an answer.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FeedbackRequest {
    /// The `turn_id` of the answer.
    turn_id: String,
    /// Null takes back what was said.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    rating: Option<Thumb>,
    /// Why.
    #[serde(default)]
    reason: Option<Why>,
    /// In the visitor's words, at most 1,000 characters.
    #[serde(default)]
    comment: Option<String>,
    /// Proof that the answer is the visitor's; `Authorization: Bearer` does as well.
    #[serde(default)]
    visitor_token: Option<String>,
}

/// A thumb.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Thumb {
    Up,
    Down,
}

/// Why: something is not true, something is missing, it answers another question, it is hard to follow, or whatever the
/// comment says.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    Wrong,
    Incomplete,
    OffTarget,
    Unclear,
    Other,
}

/// What holds now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackResponse {
    turn_id: String,
    /// `up` or `down`; null if it was taken back.
    rating: Option<&'static str>,
    reason: Option<&'static str>,
    comment: Option<String>,
}

/// Says what a visitor thinks of an answer.
///
/// One opinion for each answer; a later one replaces it, and `rating: null` takes it back. An answer of somebody else is
/// 404, and so is one that is still being made.
#[utoipa::path(
    post, path = "/api/feedback", tag = "visitors", request_body = FeedbackRequest,
    responses(
        (status = 200, body = FeedbackResponse),
        (status = 400, body = ErrorBody, description = "The body is not an opinion"),
        (status = 403, body = ErrorBody, description = "The page's origin is not allowed, or nothing is kept here"),
        (status = 404, body = ErrorBody, description = "No such answer of this visitor"),
        (status = 422, body = ErrorBody, description = "The comment is too long"),
        (status = 429, body = ErrorBody, description = "Too many requests; see `Retry-After`"),
    )
)]
pub(crate) async fn feedback(
    State(state): State<AppState>,
    asker: Asker,
    JsonBody(request): JsonBody<FeedbackRequest>,
) -> Result<Json<FeedbackResponse>, ApiError> {
    let site = state.site();
    let visitor = asker.visitor_or(&state, request.visitor_token.as_deref());
    state.admit(asker.address, visitor).map_err(ApiError::RateLimited)?;
    let turn = TurnId::parse(&request.turn_id).map_err(|_| ApiError::TurnNotFound)?;
    let opinion = Opinion {
        turn,
        rating: request.rating.map(Rating::from),
        reason: request.reason.map(Reason::from),
        comment: request.comment,
    };
    let now = rate(site, visitor.ok_or(ApiError::TurnNotFound)?, opinion).await?;
    Ok(Json(FeedbackResponse {
        turn_id: turn.to_string(),
        rating: now.as_ref().map(|feedback| feedback.rating.name()),
        reason: now.as_ref().and_then(|feedback| feedback.reason).map(Reason::name),
        comment: now.and_then(|feedback| feedback.comment),
    }))
}

impl From<Thumb> for Rating {
    fn from(thumb: Thumb) -> Self {
        match thumb {
            Thumb::Up => Self::Up,
            Thumb::Down => Self::Down,
        }
    }
}

impl From<Why> for Reason {
    fn from(why: Why) -> Self {
        match why {
            Why::Wrong => Self::Wrong,
            Why::Incomplete => Self::Incomplete,
            Why::OffTarget => Self::OffTarget,
            Why::Unclear => Self::Unclear,
            Why::Other => Self::Other,
        }
    }
}
