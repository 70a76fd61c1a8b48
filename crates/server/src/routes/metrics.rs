//! `GET /metrics`: for Prometheus.

use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::metrics::{CONTENT_TYPE, page};
use crate::state::AppState;

/// Whoever may read the metrics: everyone if the owner says so, otherwise the owner. Where the request comes from does
/// not count: behind a proxy on the same machine all come from there.
pub(crate) struct Scraper;

impl FromRequestParts<AppState> for Scraper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        if state.settings().public_metrics {
            return Ok(Self);
        }
        Owner::from_request_parts(parts, state).await.map(|_| Self)
    }
}

/// Tells the process's counters as Prometheus reads them.
///
/// Takes the owner's token unless `metrics.public` is set: `authorization: {credentials_file: ...}` of a scrape job.
#[utoipa::path(
    get, path = "/metrics", tag = "operation", security((), ("owner" = [])),
    responses(
        (status = 200, content_type = "text/plain", body = String, description = "Text format 0.0.4"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn metrics(State(state): State<AppState>, _scraper: Scraper) -> Response {
    let text = page(state.site(), state.requests()).await;
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response()
}
