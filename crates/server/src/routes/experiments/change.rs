//! `POST /api/admin/experiments/{name}/...`: shares, stop, ship, archive.

use axum::Json;
use axum::extract::{Path, State};
use portavoz_app::experiments;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ExperimentResponse;
use crate::access::Owner;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// New shares.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharesRequest {
    /// In thousandths, the control's first; 1000 together.
    shares: Vec<u32>,
}

/// What to ship.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipRequest {
    /// The name of the variant.
    variant: String,
}

/// Shares new visitors out anew. Who has a variant keeps it.
#[utoipa::path(
    post, path = "/api/admin/experiments/{name}/shares", tag = "owner", security(("owner" = [])),
    params(("name" = String, Path, description = "Its name or id")), request_body = SharesRequest,
    responses(
        (status = 200, body = ExperimentResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such experiment"),
        (status = 409, body = ErrorBody, description = "It does not run"),
        (status = 422, body = ErrorBody, description = "The shares make no sense"),
    )
)]
pub(crate) async fn shares(
    State(state): State<AppState>,
    _owner: Owner,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<SharesRequest>,
) -> Result<Json<ExperimentResponse>, ApiError> {
    let changed = experiments::set_shares(state.site(), &name, &request.shares).await?;
    Ok(Json(ExperimentResponse::of(&changed)))
}

/// Ends an experiment, or takes back what was shipped.
///
/// Everybody gets the configured way again: at once from this process, within a minute from others.
#[utoipa::path(
    post, path = "/api/admin/experiments/{name}/stop", tag = "owner", security(("owner" = [])),
    params(("name" = String, Path, description = "Its name or id")),
    responses(
        (status = 200, body = ExperimentResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such experiment"),
        (status = 409, body = ErrorBody, description = "It is over already"),
    )
)]
pub(crate) async fn stop(
    State(state): State<AppState>,
    _owner: Owner,
    Path(name): Path<String>,
) -> Result<Json<ExperimentResponse>, ApiError> {
    Ok(Json(ExperimentResponse::of(&experiments::stop(state.site(), &name).await?)))
}

/// Ends an experiment and answers everybody in the way of a variant, until that is taken back.
#[utoipa::path(
    post, path = "/api/admin/experiments/{name}/ship", tag = "owner", security(("owner" = [])),
    params(("name" = String, Path, description = "Its name or id")), request_body = ShipRequest,
    responses(
        (status = 200, body = ExperimentResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such experiment"),
        (status = 409, body = ErrorBody, description = "It cannot be shipped now, or another one is in force"),
        (status = 422, body = ErrorBody, description = "It has no such variant"),
    )
)]
pub(crate) async fn ship(
    State(state): State<AppState>,
    _owner: Owner,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<ShipRequest>,
) -> Result<Json<ExperimentResponse>, ApiError> {
    Ok(Json(ExperimentResponse::of(&experiments::ship(state.site(), &name, &request.variant).await?)))
}

/// Puts an experiment away and forgets who was in it. Its figures stay.
#[utoipa::path(
    post, path = "/api/admin/experiments/{name}/archive", tag = "owner", security(("owner" = [])),
    params(("name" = String, Path, description = "Its name or id")),
    responses(
        (status = 200, body = ExperimentResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such experiment"),
        (status = 409, body = ErrorBody, description = "It runs"),
    )
)]
pub(crate) async fn archive(
    State(state): State<AppState>,
    _owner: Owner,
    Path(name): Path<String>,
) -> Result<Json<ExperimentResponse>, ApiError> {
    Ok(Json(ExperimentResponse::of(&experiments::archive(state.site(), &name).await?)))
}
