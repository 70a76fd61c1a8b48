//! `GET /api/admin/export`: what is kept of visitors, one JSON object a line.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use portavoz_app::privacy::Scope;
use portavoz_app::privacy::export::{Export, exporting};
use serde::Deserialize;
use utoipa::IntoParams;

use super::erase::{conversation, day, scope_of, visitor};
use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// What to hand out; everything of the site if nothing is said.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// Only what this visitor said and was told.
    visitor: Option<String>,
    /// Only this conversation.
    conversation: Option<String>,
    /// Only what was asked on this day (UTC), such as `2026-11-22`.
    on: Option<String>,
    /// Only turns in whose question or answer this stands, whatever its case and accents.
    grep: Option<String>,
}

/// Hands out what is kept.
///
/// Each line is a row: `kind` names its table. Secrets are not among them. If the export breaks off, the last line has
/// the kind `failed`.
#[utoipa::path(
    get, path = "/api/admin/export", tag = "owner", security(("owner" = [])), params(ExportQuery),
    responses(
        (status = 200, content_type = "application/x-ndjson", body = String, description = "One JSON object a line"),
        (status = 400, body = ErrorBody, description = "Not an id or a date, or more than one of them"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn export(
    State(state): State<AppState>,
    _owner: Owner,
    query: Result<Query<ExportQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(query) = query.map_err(|error| ApiError::BadRequest(error.body_text()))?;
    let on = query.on.as_deref().map(between).transpose()?;
    let scope = scope_of(&[
        query.visitor.as_deref().map(visitor).transpose()?,
        query.conversation.as_deref().map(conversation).transpose()?,
        on,
    ])?;
    let lines = exporting(state.site(), Export { scope, containing: query.grep });
    let body = Body::from_stream(lines.map(|line| Ok::<_, std::convert::Infallible>(line + "\n")));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

fn between(text: &str) -> Result<Scope, ApiError> {
    let from = day("on", text)?;
    Ok(Scope::Between(from, from.a_day_later()))
}
