//! `/api/admin/experiments`: live experiments on visitors. Starting one is in [`start`], what is done to one in [`change`].

use axum::Json;
use axum::extract::{Path, Query, State};
use portavoz_app::alerts;
use portavoz_app::experiments::{self, judge};
use portavoz_domain::experiment::Experiment;
use portavoz_domain::timestamp::Timestamp;
use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::chat::language;
use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

pub(crate) mod change;
pub(crate) mod start;

/// All experiments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExperimentsResponse {
    /// Newest first.
    experiments: Vec<ExperimentResponse>,
}

/// A comparison on live visitors.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExperimentResponse {
    id: String,
    name: String,
    /// `running`; `stopped`; `shipped`: one of its variants answers everybody; `archived`.
    state: &'static str,
    /// The control first.
    arms: Vec<ArmResponse>,
    /// How it is judged: `alpha`, `effect`, `horizon` and `guardrails`.
    #[schema(value_type = Object)]
    design: Value,
    /// RFC 3339.
    started: String,
    /// RFC 3339; null while it runs.
    ended: Option<String>,
    /// The variant that answers everybody.
    shipped: Option<String>,
    note: String,
}

/// One of the ways compared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArmResponse {
    name: String,
    /// Its part of new visitors, in thousandths.
    share_per_mille: u32,
    /// What differs from the configuration: empty for the control.
    #[schema(value_type = Object)]
    variation: Value,
}

/// An experiment with what it says so far.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgedResponse {
    experiment: ExperimentResponse,
    /// `sentence` says all in words. `arms` has the figures of each arm; `variants` a `verdict` (`running`, `better`,
    /// `worse`, `no_difference` or `cannot_tell`), `difference`, `possible {low, high}`, `p_adjusted`, `path` for drawing,
    /// `guardrails` and `outlook` of each variant; `ratio` whether visitors came in the planned proportions; `exposed`,
    /// `observed`, `unobserved` and `mixed` how many visitors. Everything holds however often it is looked at.
    #[schema(value_type = Object)]
    judgement: Value,
}

/// In which language sentences are told.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LanguageQuery {
    /// `es` or `en`; that of alerts if nothing is said.
    language: Option<String>,
}

/// Lists experiments.
#[utoipa::path(
    get, path = "/api/admin/experiments", tag = "owner", security(("owner" = [])),
    responses(
        (status = 200, body = ExperimentsResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn list(State(state): State<AppState>, _owner: Owner) -> Result<Json<ExperimentsResponse>, ApiError> {
    let experiments = experiments::list(state.site()).await?;
    Ok(Json(ExperimentsResponse { experiments: experiments.iter().map(ExperimentResponse::of).collect() }))
}

/// Shows an experiment and what it says so far.
#[utoipa::path(
    get, path = "/api/admin/experiments/{name}", tag = "owner", security(("owner" = [])),
    params(("name" = String, Path, description = "Its name or id"), LanguageQuery),
    responses(
        (status = 200, body = JudgedResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such experiment"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    _owner: Owner,
    Path(name): Path<String>,
    Query(query): Query<LanguageQuery>,
) -> Result<Json<JudgedResponse>, ApiError> {
    let site = state.site();
    let found = experiments::find(site, &name).await?;
    let shown = ExperimentResponse::of(&found);
    let judgement = judge::judge(site, found, query.tongue(&state)?).await?;
    Ok(Json(JudgedResponse { experiment: shown, judgement: as_json(&judgement)? }))
}

impl LanguageQuery {
    /// What sentences are told in.
    fn tongue(&self, state: &AppState) -> Result<Language, ApiError> {
        let wanted = self.language.as_deref().map(language).transpose()?;
        Ok(wanted.unwrap_or_else(|| alerts::language(state.site())))
    }
}

impl ExperimentResponse {
    fn of(experiment: &Experiment) -> Self {
        let shares = experiment.shares_now().iter().copied().chain(std::iter::repeat(0));
        let arms = experiment.arms.iter().zip(shares).map(|(arm, share_per_mille)| ArmResponse {
            name: arm.name.to_string(),
            share_per_mille,
            variation: serde_json::to_value(&arm.variation).unwrap_or_default(),
        });
        Self {
            id: experiment.id.to_string(),
            name: experiment.name.to_string(),
            state: experiment.state.name(),
            arms: arms.collect(),
            design: serde_json::to_value(experiment.design).unwrap_or_default(),
            started: experiment.started.to_rfc3339(),
            ended: experiment.ended.map(Timestamp::to_rfc3339),
            shipped: experiment.shipped.as_ref().map(ToString::to_string),
            note: experiment.note.clone(),
        }
    }
}

fn as_json(value: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(value).map_err(|error| {
        tracing::error!(%error, "an experiment cannot be told as JSON");
        ApiError::Internal
    })
}
