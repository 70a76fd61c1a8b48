//! `POST /api/admin/experiments` and `.../plan`: what an experiment would take, and starting it once that is agreed to.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use portavoz_app::experiments::{self, Draft, plan};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{ExperimentResponse, LanguageQuery, as_json};
use crate::access::Owner;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody, ErrorDetail};
use crate::state::AppState;

/// An experiment to plan or start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftRequest {
    /// 1 to 40 of `a-z`, `0-9`, `-`, `_` and `.`.
    name: String,
    /// What is tried besides the control, which is the site as configured; 1 to 4.
    variants: Vec<VariantRequest>,
    /// Parts of the visitors in thousandths, the control's first; equal ones if absent.
    #[serde(default)]
    shares: Option<Vec<u32>>,
    /// `alpha` (0.05), `effect` (0.10), `horizon` (5000) and `guardrails {cost_ratio, slow_ms, slow_margin,
    /// withheld_margin, thumbs_margin}`, as far as they differ from these.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    design: Option<Value>,
    /// For your own memory.
    #[serde(default)]
    note: String,
    /// True once the plan was read: without it nothing starts.
    #[serde(default)]
    confirm: bool,
}

/// A way of answering that is tried.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantRequest {
    name: String,
    /// What differs from the configuration: `model` (a name or `extractive`), `temperature`, `top_p`, `max_tokens`,
    /// `max_results`, `threshold`, `context_tokens`, `tone`, `specific`, `templates {file: text}`,
    /// `examples [{question, answer}]`.
    #[schema(value_type = Object)]
    variation: Value,
}

/// What an experiment would take.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanResponse {
    /// `sentence` says all in words; `visitors` and `days` until four in five experiments have their verdict,
    /// `visitors_per_day`, `base`, `base_of`, and `advice`: `start`, `compare_offline`, `raise_horizon` or `no_traffic`.
    #[schema(value_type = Object)]
    plan: Value,
}

/// Nothing was started: the plan is to be read first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnconfirmedResponse {
    error: ErrorDetail,
    #[schema(value_type = Object)]
    plan: Value,
}

/// Tells how long an experiment would take. Nothing is started.
#[utoipa::path(
    post, path = "/api/admin/experiments/plan", tag = "owner", security(("owner" = [])), request_body = DraftRequest,
    params(LanguageQuery),
    responses(
        (status = 200, body = PlanResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 409, body = ErrorBody, description = "Experiments are switched off"),
        (status = 422, body = ErrorBody, description = "It cannot be, for the reason that `message` tells"),
    )
)]
pub(crate) async fn plan(
    State(state): State<AppState>,
    _owner: Owner,
    Query(query): Query<LanguageQuery>,
    JsonBody(request): JsonBody<DraftRequest>,
) -> Result<Json<PlanResponse>, ApiError> {
    let (draft, _) = request.draft()?;
    let plan = plan::plan(state.site(), &draft, query.tongue(&state)?).await?;
    Ok(Json(PlanResponse { plan: as_json(&plan)? }))
}

/// Starts an experiment.
///
/// Without `confirm: true` it answers 409 with the plan: how many visitors and days until a verdict. One experiment of a
/// site is in force at a time.
#[utoipa::path(
    post, path = "/api/admin/experiments", tag = "owner", security(("owner" = [])), request_body = DraftRequest,
    params(LanguageQuery),
    responses(
        (status = 201, body = ExperimentResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 409, body = UnconfirmedResponse, description = "The plan is to be confirmed, or another one is in the way"),
        (status = 422, body = ErrorBody, description = "It cannot be, for the reason that `message` tells"),
    )
)]
pub(crate) async fn start(
    State(state): State<AppState>,
    _owner: Owner,
    Query(query): Query<LanguageQuery>,
    JsonBody(request): JsonBody<DraftRequest>,
) -> Result<Response, ApiError> {
    let (draft, is_confirmed) = request.draft()?;
    if is_confirmed {
        let started = experiments::start(state.site(), &draft).await?;
        return Ok((StatusCode::CREATED, Json(ExperimentResponse::of(&started))).into_response());
    }
    let plan = plan::plan(state.site(), &draft, query.tongue(&state)?).await?;
    let error = ErrorDetail {
        code: "plan_unconfirmed",
        message: plan.sentence.clone(),
        hint: Some("send it again with `\"confirm\": true` to start".to_owned()),
    };
    let unconfirmed = UnconfirmedResponse { error, plan: as_json(&plan)? };
    Ok((StatusCode::CONFLICT, Json(unconfirmed)).into_response())
}

impl DraftRequest {
    /// What is to be started, and whether its plan was agreed to.
    fn draft(self) -> Result<(Draft, bool), ApiError> {
        let Self { name, variants, shares, design, note, confirm } = self;
        let design = design.unwrap_or_else(|| json!({}));
        let draft = json!({ "name": name, "variants": variants, "shares": shares, "design": design, "note": note });
        let read = serde_json::from_value(draft).map_err(|error| ApiError::BadRequest(error.to_string()))?;
        Ok((read, confirm))
    }
}
