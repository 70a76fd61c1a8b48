//! `GET /healthz` and `GET /readyz`: for probes.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// The process lives.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// portavoz's version.
    version: &'static str,
}

/// The process can answer questions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Always `ready`.
    status: &'static str,
    /// Passages that answers can rest on.
    chunks: usize,
    /// Number of the knowledge that is served.
    generation: u64,
}

/// Tells that the process lives.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = Health)))]
pub(crate) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Tells that the database answers and questions can be asked.
#[utoipa::path(
    get, path = "/readyz", tag = "operation",
    responses((status = 200, body = Readiness), (status = 503, body = ErrorBody, description = "Not now"))
)]
pub(crate) async fn readyz(State(state): State<AppState>) -> Result<Json<Readiness>, ApiError> {
    state.site().check().await?;
    let index = state.site().index();
    Ok(Json(Readiness { status: "ready", chunks: index.len(), generation: index.generation() }))
}
