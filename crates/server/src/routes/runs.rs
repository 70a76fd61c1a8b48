//! `GET /api/admin/runs`, `GET` and `DELETE /api/admin/runs/{id}`: runs of evaluations and what came of them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use portavoz_app::compare::runs;
use portavoz_app::evaluation::{Evaluated, Figure, Group, Summary};
use portavoz_domain::evaluation::metrics::Metric;
use portavoz_domain::evaluation::{Run, RunEntry, Target};
use portavoz_domain::ids::RunId;
use portavoz_domain::usage::usd;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::query::QueryParams;
use crate::state::AppState;

pub(crate) mod comparison;
pub(crate) mod results;

use comparison::MetricUnit;

/// Listed if nobody says how many.
const DEFAULT_LIMIT: u32 = 50;
/// More than anyone keeps in mind.
const MAX_LIMIT: u32 = 1_000;

/// Runs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunsResponse {
    runs: Vec<RunLine>,
}

/// A run as it stands in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunLine {
    run_id: String,
    /// As the owner calls it.
    name: String,
    /// `running` (or left half way), `waiting` (for a provider's batch) or `finished`.
    state: &'static str,
    /// RFC 3339.
    started_at: String,
    /// RFC 3339; null while not everything was asked.
    finished_at: Option<String>,
    /// Names of the targets.
    targets: Vec<String>,
    /// How many cases are asked of each target.
    cases: u32,
    /// How many answers there are; cases times targets at the end.
    results: u32,
    /// What was paid for it, in US dollars; answers taken from earlier runs cost nothing again.
    cost_usd: f64,
}

/// A run with what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunResponse {
    run_id: String,
    /// As the owner calls it.
    name: String,
    /// `running` (or left half way), `waiting` (for a provider's batch) or `finished`.
    state: &'static str,
    /// RFC 3339.
    started_at: String,
    /// RFC 3339; null while not everything was asked.
    finished_at: Option<String>,
    /// How many cases are asked of each target.
    cases: usize,
    /// Number of the knowledge that was searched.
    knowledge_generation: u64,
    /// Of all its passages.
    knowledge_hash: String,
    targets: Vec<TargetResponse>,
}

/// A way of answering, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TargetResponse {
    name: String,
    /// What differs from the configuration; empty if nothing does.
    differences: Vec<SettingDifference>,
    /// How many answers there are.
    results: usize,
    /// Of those, taken from earlier runs.
    reused: usize,
    /// Of all, those that do everything their case demands.
    passed: usize,
    /// Of all, those that something else gave because the target's model failed, by the reason.
    stood_in: BTreeMap<String, usize>,
    /// By the metric's name; those that no answer has are absent.
    metrics: BTreeMap<&'static str, MetricFigure>,
    /// US dollars of all answers, whether paid this time or before.
    cost_usd: f64,
    /// Answers of models without a known price; not in the cost.
    unpriced: usize,
    /// Milliseconds within which half of the first words came; null if no model was asked directly.
    first_token_p50_ms: Option<f64>,
    /// The same for nineteen of twenty.
    first_token_p95_ms: Option<f64>,
    /// Milliseconds within which half of the answers were complete.
    took_p50_ms: Option<f64>,
    /// The same for nineteen of twenty.
    took_p95_ms: Option<f64>,
    /// By the cases' tags.
    by_tag: Vec<GroupFigure>,
    /// By the language that the answer must be in.
    by_language: Vec<GroupFigure>,
}

/// A key of the configuration that has another value.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingDifference {
    key: &'static str,
    value: String,
}

/// The mean of a metric; of yes and no, the share of yes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricFigure {
    /// `share` (0 to 1), `yes_no` (0 to 1), `dollars` or `millis`.
    unit: MetricUnit,
    /// Whether more of it is better.
    more_is_better: bool,
    /// Answers that have it.
    answers: usize,
    mean: f64,
    /// Lower end of the range that the mean of all such cases lies in, with 95 % confidence; null of fewer than ten.
    low: Option<f64>,
    /// Its upper end.
    high: Option<f64>,
}

/// What came of a part of the cases.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupFigure {
    name: String,
    answers: usize,
    passed: usize,
    /// Mean; null if there is none.
    quality: Option<f64>,
}

/// Lists runs of evaluations, newest first.
#[utoipa::path(
    get, path = "/api/admin/runs", tag = "owner", security(("owner" = [])),
    params(("limit" = Option<u32>, Query, description = "1 to 1000; 50 if absent")),
    responses(
        (status = 200, body = RunsResponse),
        (status = 400, body = ErrorBody, description = "A parameter is not what it must be"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    _owner: Owner,
    mut query: QueryParams,
) -> Result<Json<RunsResponse>, ApiError> {
    let limit = query.up_to("limit", MAX_LIMIT, DEFAULT_LIMIT)?;
    query.finish()?;
    let found = runs::runs(state.site(), limit).await?;
    Ok(Json(RunsResponse { runs: found.into_iter().map(RunLine::from).collect() }))
}

/// Reads a run with the figures of each target.
#[utoipa::path(
    get, path = "/api/admin/runs/{id}", operation_id = "run", tag = "owner", security(("owner" = [])),
    params(("id" = String, Path, description = "A `run_id` or the beginning of one, a run's name, or `last`")),
    responses(
        (status = 200, body = RunResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such run"),
        (status = 409, body = ErrorBody, description = "It may be any of several runs"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    _owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<RunResponse>, ApiError> {
    let run = runs::find_run(state.site(), &id).await?;
    Ok(Json(Evaluated::read(state.site(), run).await?.into()))
}

/// Removes a run with its answers, for good.
#[utoipa::path(
    delete, path = "/api/admin/runs/{id}", operation_id = "remove_run", tag = "owner", security(("owner" = [])),
    params(("id" = String, Path, description = "A whole `run_id`")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such run"),
    )
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    _owner: Owner,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    // What may mean several runs, or another one tomorrow, removes none.
    let unknown = || ApiError::from(runs::RunsError::Unknown(id.chars().take(100).collect()));
    let run = RunId::parse(&id).map_err(|_| unknown())?;
    if runs::remove(state.site(), run).await? { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}

impl From<RunEntry> for RunLine {
    fn from(entry: RunEntry) -> Self {
        Self {
            run_id: entry.id.to_string(),
            name: entry.name,
            state: entry.state.name(),
            started_at: entry.started.to_rfc3339(),
            finished_at: entry.finished.map(|finished| finished.to_rfc3339()),
            targets: entry.targets.iter().map(ToString::to_string).collect(),
            cases: entry.cases,
            results: entry.results,
            cost_usd: usd(entry.cost_usd_micros),
        }
    }
}

impl From<Evaluated> for RunResponse {
    fn from(evaluated: Evaluated) -> Self {
        let Run { id, name, state, started, finished, cases, targets, .. } = evaluated.run;
        let targets = targets.into_iter().zip(evaluated.summaries);
        Self {
            run_id: id.to_string(),
            name,
            state: state.name(),
            started_at: started.to_rfc3339(),
            finished_at: finished.map(|finished| finished.to_rfc3339()),
            cases: cases.len(),
            knowledge_generation: evaluated.run.knowledge_generation,
            knowledge_hash: evaluated.run.knowledge_hash,
            targets: targets.map(TargetResponse::from).collect(),
        }
    }
}

impl From<(Target, Summary)> for TargetResponse {
    fn from((target, summary): (Target, Summary)) -> Self {
        let differences = target.variation.differences().into_iter();
        Self {
            name: target.name.to_string(),
            differences: differences.map(|(key, value)| SettingDifference { key, value }).collect(),
            results: summary.count,
            reused: summary.reused,
            passed: summary.passed,
            stood_in: summary.stood_in,
            metrics: summary.figures.into_iter().map(|figure| (figure.0.name(), figure.into())).collect(),
            cost_usd: summary.cost_usd,
            unpriced: summary.unpriced,
            first_token_p50_ms: summary.first_token_p50_ms,
            first_token_p95_ms: summary.first_token_p95_ms,
            took_p50_ms: summary.took_p50_ms,
            took_p95_ms: summary.took_p95_ms,
            by_tag: summary.by_tag.into_iter().map(GroupFigure::from).collect(),
            by_language: summary.by_language.into_iter().map(GroupFigure::from).collect(),
        }
    }
}

impl From<(Metric, Figure)> for MetricFigure {
    fn from((metric, figure): (Metric, Figure)) -> Self {
        let Figure { count, mean, low, high } = figure;
        Self { unit: metric.unit().into(), more_is_better: metric.more_is_better(), answers: count, mean, low, high }
    }
}

impl From<Group> for GroupFigure {
    fn from(Group { name, count, passed, quality }: Group) -> Self {
        Self { name, answers: count, passed, quality }
    }
}
