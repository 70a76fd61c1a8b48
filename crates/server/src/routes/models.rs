//! `/api/admin/models`: what models cost and when they end, and the way from one to the next.

use axum::Json;
use axum::extract::State;
use portavoz_app::lifecycle::Warning;
use portavoz_app::models::migrate::{Migration, migrate, rollback};
use portavoz_app::models::sheet::{ModelEntry, Overview, overview};
use portavoz_app::site::SiteError;
use portavoz_domain::lifecycle::Stage;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::Owner;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// A site's models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelsResponse {
    /// The model that answers today; null if answers are quoted from the documents.
    answering: Option<String>,
    /// The model that the configuration puts first.
    configured: Option<String>,
    /// The owner's choice in its place.
    chosen: Option<ChosenResponse>,
    /// When the provider was last asked for its models, RFC 3339.
    checked: Option<String>,
    /// What the owner should know of ends.
    warnings: Vec<WarningResponse>,
    /// Those in use first, then the rest of the catalogue by name.
    models: Vec<ModelResponse>,
}

/// A choice that a migration made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChosenResponse {
    model: String,
    /// The model that the configuration named then.
    instead_of: String,
    /// When it was made, RFC 3339.
    at: String,
    /// False if the configuration names another model by now, which sets the choice aside.
    in_force: bool,
}

/// Something the owner should know of a model's end.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WarningResponse {
    model: String,
    /// `90`, `30`, `7` or `ended`.
    level: &'static str,
    /// The first day without it.
    shutdown: String,
    /// Until then; 0 or less if it is past.
    days: i64,
    successor: Option<String>,
    /// The whole of it, with what to do next.
    message: String,
}

/// A model of the catalogue as the site stands to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelResponse {
    name: String,
    /// `primary`, `fallback`, `judge`, `embedder` or `successor`; empty if it is not used.
    uses: Vec<&'static str>,
    /// `fine`, `ending` or `ended`.
    stage: &'static str,
    /// Until its end, while it is `ending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<u16>,
    /// The first day without it: the earlier of what the catalogue and the provider say.
    ends: Option<String>,
    /// Whether the provider listed it when it was last asked; null if it was not asked about it.
    offered: Option<bool>,
    /// The first day without it, as the provider announces.
    observed_shutdown: Option<String>,
    /// Every figure: prices in US dollars per million tokens (`price`, `batch`, `flex`, `priority`, `training`),
    /// `typical_answer`, limits, dialect, lifecycle, and `sources` with the source and date of each group.
    #[schema(value_type = Object)]
    figures: Value,
}

/// Where to migrate to.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MigrationRequest {
    /// The model; absent: the successor of the one in use.
    #[serde(default)]
    model: Option<String>,
    /// True to move although the newest comparison on the owner's own cases says that the model is worse.
    #[serde(default)]
    though_worse: bool,
}

/// A change of the first model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MigrationResponse {
    from: String,
    to: String,
    /// What changes with it.
    changes: Vec<DifferenceResponse>,
    /// How the owner's own cases compare the two; null if no run asked both.
    compared: Option<ComparedResponse>,
    /// What to bear in mind.
    remarks: Vec<String>,
}

/// What a run says of two models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparedResponse {
    run: String,
    /// `better`, `not_worse`, `worse`, `mixed` or `cannot_tell`.
    verdict: &'static str,
    /// The same in words.
    sentence: String,
}

/// A figure that differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceResponse {
    what: &'static str,
    from: String,
    to: String,
}

/// Shows the models.
#[utoipa::path(
    get, path = "/api/admin/models", tag = "owner", security(("owner" = [])),
    responses(
        (status = 200, body = ModelsResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 503, body = ErrorBody, description = "The database does not answer"),
    )
)]
pub(crate) async fn list(State(state): State<AppState>, _owner: Owner) -> Result<Json<ModelsResponse>, ApiError> {
    Ok(Json(overview(state.site()).await.map_err(SiteError::from)?.into()))
}

/// Makes another model the first one, for good.
///
/// Without a `model`, the successor of the one in use. Every process of the site follows within a minute.
#[utoipa::path(
    post, path = "/api/admin/models/migrate", tag = "owner", security(("owner" = [])), request_body = MigrationRequest,
    responses(
        (status = 200, body = MigrationResponse),
        (status = 400, body = ErrorBody, description = "The body is not a migration"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 409, body = ErrorBody, description = "The model was not changed, for the reason that `code` names"),
    )
)]
pub(crate) async fn migrate_model(
    State(state): State<AppState>,
    _owner: Owner,
    JsonBody(request): JsonBody<MigrationRequest>,
) -> Result<Json<MigrationResponse>, ApiError> {
    Ok(Json(migrate(state.site(), request.model.as_deref(), request.though_worse).await?.into()))
}

/// Undoes a migration: goes back to the model that the configuration names.
#[utoipa::path(
    post, path = "/api/admin/models/rollback", tag = "owner", security(("owner" = [])),
    responses(
        (status = 200, body = MigrationResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 409, body = ErrorBody, description = "There is nothing to undo"),
    )
)]
pub(crate) async fn rollback_model(
    State(state): State<AppState>,
    _owner: Owner,
) -> Result<Json<MigrationResponse>, ApiError> {
    Ok(Json(rollback(state.site()).await?.into()))
}

impl From<Overview> for ModelsResponse {
    fn from(overview: Overview) -> Self {
        let in_force = overview.chosen_in_force;
        Self {
            answering: overview.answering,
            configured: overview.configured,
            chosen: overview.chosen.map(|choice| ChosenResponse {
                model: choice.model,
                instead_of: choice.instead_of,
                at: choice.at.to_rfc3339(),
                in_force,
            }),
            checked: overview.checked.map(|checked| checked.to_rfc3339()),
            warnings: overview.warnings.into_iter().map(WarningResponse::from).collect(),
            models: overview.models.into_iter().map(ModelResponse::from).collect(),
        }
    }
}

impl From<Warning> for WarningResponse {
    fn from(warning: Warning) -> Self {
        let Warning { model, level, shutdown, days, successor, message } = warning;
        Self { model, level, shutdown, days, successor, message }
    }
}

impl From<ModelEntry> for ModelResponse {
    fn from(entry: ModelEntry) -> Self {
        let (stage, days) = match entry.stage {
            Stage::Fine => ("fine", None),
            Stage::Ending { days, .. } => ("ending", Some(days)),
            Stage::Ended => ("ended", None),
        };
        Self {
            name: entry.sheet.name.clone(),
            uses: entry.uses,
            stage,
            days,
            ends: entry.ends,
            offered: entry.offered,
            observed_shutdown: entry.observed_shutdown,
            figures: serde_json::to_value(&entry.sheet).unwrap_or_default(),
        }
    }
}

impl From<Migration> for MigrationResponse {
    fn from(migration: Migration) -> Self {
        let changes = migration.changes.into_iter();
        Self {
            from: migration.from,
            to: migration.to,
            changes: changes
                .map(|change| DifferenceResponse { what: change.what, from: change.from, to: change.to })
                .collect(),
            compared: migration.compared.map(|judged| ComparedResponse {
                run: judged.run.to_string(),
                verdict: judged.verdict.name(),
                sentence: judged.sentence,
            }),
            remarks: migration.remarks,
        }
    }
}
