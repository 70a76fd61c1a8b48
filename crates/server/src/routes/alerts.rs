//! `GET /api/admin/alerts` and `POST /api/admin/alerts/test`: what was wrong and who was told of it, and whether messages
//! arrive.

use axum::Json;
use axum::extract::{Query, State};
use portavoz_app::alerts::{self, Reached};
use portavoz_domain::alerts::words::title;
use portavoz_domain::alerts::{Delivery, Episode};
use portavoz_domain::timestamp::Timestamp;
use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// Alerts of one answer unless more are asked for.
const USUAL_LIMIT: u32 = 50;
/// Alerts of one answer at most.
const MAX_LIMIT: u32 = 1_000;

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertsQuery {
    /// Only what is wrong now.
    #[serde(default)]
    open: bool,
    /// At most this many, 1 to 1000; 50 if nothing is said.
    limit: Option<u32>,
}

/// What is wrong and what was, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertsResponse {
    alerts: Vec<AlertResponse>,
}

/// A time during which one thing was wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertResponse {
    id: String,
    /// `response_time`, `cost_day`, `quality`, `efficiency`, `fallback_rate`, `provider_down`, `budget_day`,
    /// `budget_month`, `lifecycle`, `orphans`, `experiment_guardrail` or `experiment_ratio`.
    kind: String,
    /// Which of that kind: the share of a budget in per cent, a model; empty if there is one only.
    subject: String,
    /// A few words.
    title: String,
    /// Figure, limit, time, and what to do.
    message: String,
    /// The worst figure so far: milliseconds, dollars, a score or share 0 to 1, or a count.
    value: f64,
    /// What it should have kept to.
    limit: f64,
    /// RFC 3339.
    opened: String,
    /// RFC 3339; `null` while it lasts.
    closed: Option<String>,
    /// Every attempt to tell the owner, oldest first.
    deliveries: Vec<DeliveryResponse>,
}

/// An attempt to tell the owner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryResponse {
    /// `log`, `webhook` or `email`.
    channel: String,
    /// RFC 3339.
    at: String,
    /// Whether it told the end.
    recovery: bool,
    /// Why it did not arrive; `null` if it did.
    error: Option<String>,
}

/// What became of a test message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertsTestResponse {
    /// Empty if no channel is configured.
    channels: Vec<ChannelResponse>,
}

/// What became of it by one channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelResponse {
    /// `log`, `webhook` or `email`.
    channel: &'static str,
    delivered: bool,
    /// Why not.
    error: Option<String>,
    /// What to do about it.
    hint: Option<&'static str>,
}

/// Lists alerts.
///
/// Newest first, with every attempt to tell the owner.
#[utoipa::path(
    get, path = "/api/admin/alerts", tag = "owner", security(("owner" = [])), params(AlertsQuery),
    responses(
        (status = 200, body = AlertsResponse),
        (status = 400, body = ErrorBody, description = "A parameter is not what it should be"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn alerts(
    State(state): State<AppState>,
    _owner: Owner,
    query: Result<Query<AlertsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<AlertsResponse>, ApiError> {
    let Query(query) = query.map_err(|rejection| ApiError::BadRequest(rejection.body_text()))?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT).clamp(1, MAX_LIMIT);
    let site = state.site();
    let episodes = alerts::list(site, query.open, limit).await?;
    let language = alerts::language(site);
    Ok(Json(AlertsResponse { alerts: episodes.into_iter().map(|one| AlertResponse::of(one, language)).collect() }))
}

/// Sends a test message.
///
/// By every configured channel; it says that it is a test.
#[utoipa::path(
    post, path = "/api/admin/alerts/test", tag = "owner", security(("owner" = [])),
    responses(
        (status = 200, body = AlertsTestResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn test(State(state): State<AppState>, _owner: Owner) -> Json<AlertsTestResponse> {
    let reached = alerts::test(state.site()).await;
    Json(AlertsTestResponse { channels: reached.into_iter().map(ChannelResponse::from).collect() })
}

impl AlertResponse {
    fn of(episode: Episode, language: Language) -> Self {
        Self {
            title: title(&episode, language),
            id: episode.id.to_string(),
            kind: episode.kind,
            subject: episode.subject,
            message: episode.message,
            value: episode.value,
            limit: episode.limit,
            opened: episode.opened.to_rfc3339(),
            closed: episode.closed.map(Timestamp::to_rfc3339),
            deliveries: episode.deliveries.into_iter().map(DeliveryResponse::from).collect(),
        }
    }
}

impl From<Delivery> for DeliveryResponse {
    fn from(Delivery { channel, at, recovery, error }: Delivery) -> Self {
        Self { channel, at: at.to_rfc3339(), recovery, error }
    }
}

impl From<Reached> for ChannelResponse {
    fn from(Reached { channel, error }: Reached) -> Self {
        let hint = error.as_ref().map(|error| error.mend);
        Self { channel, delivered: error.is_none(), error: error.map(|error| error.what), hint }
    }
}
