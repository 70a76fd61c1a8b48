//! `GET /api/admin/stats`: the figures of a period, beside those of the period before.

use axum::Json;
use axum::extract::State;
use portavoz_app::stats::{Group, Overview, Period, Step, overview_by, remarks};
use portavoz_domain::moment::Edge;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::query::QueryParams;
use crate::state::AppState;

/// Told if nobody says which days.
const DEFAULT_DAYS: u32 = 7;

/// The figures of a period. Every figure has its unit in its name; what was not counted is null.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsResponse {
    period: PeriodResponse,
    /// As long, so many whole days earlier that the two do not overlap.
    previous_period: PeriodResponse,
    /// `turns`, `conversations`, `tokens`, `cost`, `quality`, `efficiency`, `first_token`, `total`, `fallback`,
    /// `verification`, `cache`, `feedback`, `outcomes`, `rungs`, `languages` of the period.
    #[schema(value_type = Object)]
    current: Value,
    /// The same of the period before.
    #[schema(value_type = Object)]
    previous: Value,
    /// What stands out: `remark` names it, the rest are its figures.
    #[schema(value_type = Vec<Object>)]
    remarks: Value,
    /// `hour` or `day`: what one point of the series covers.
    span: &'static str,
    /// None left out, oldest first.
    series: Vec<PointResponse>,
    /// By the model that answered, most turns first; the empty name is turns that no model answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_model: Option<Vec<GroupResponse>>,
    /// By version of the prompt, most turns first.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_prompt: Option<Vec<GroupResponse>>,
    /// By variant of the experiment, most turns first.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_variant: Option<Vec<GroupResponse>>,
    /// Fine-tuned models beside the models they were made from.
    tuned: Vec<TunedResponse>,
}

/// From a moment until just before another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PeriodResponse {
    /// RFC 3339.
    from: String,
    /// RFC 3339.
    to: String,
}

/// One point of a series.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PointResponse {
    /// RFC 3339.
    start: String,
    /// As `current`.
    #[schema(value_type = Object)]
    figures: Value,
}

/// Turns that have something in common.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupResponse {
    name: String,
    /// As `current`.
    #[schema(value_type = Object)]
    figures: Value,
}

/// A fine-tuned model and its base.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TunedResponse {
    tuned: GroupResponse,
    /// Null if no turn was answered by it.
    base: Option<GroupResponse>,
}

/// What to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Model,
    Prompt,
    Variant,
}

/// Tells how the site did.
#[utoipa::path(
    get, path = "/api/admin/stats", tag = "owner", security(("owner" = [])),
    params(
        ("from" = Option<String>, Query, description = "A date, or RFC 3339; the last seven days if absent"),
        ("to" = Option<String>, Query, description = "A date (that day included), or RFC 3339; now if absent"),
        ("span" = Option<String>, Query, description = "`hour` or `day`; hours up to three days if absent"),
        ("by" = Option<String>, Query, description = "`model`, `prompt` or `variant`; all three if absent"),
    ),
    responses(
        (status = 200, body = StatsResponse),
        (status = 400, body = ErrorBody, description = "A parameter is not what it must be"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn stats(
    State(state): State<AppState>,
    _owner: Owner,
    mut query: QueryParams,
) -> Result<Json<StatsResponse>, ApiError> {
    let (from, to) = (query.moment("from", Edge::From)?, query.moment("to", Edge::To)?);
    let step = query.one_of("span", &[("hour", Step::Hour), ("day", Step::Day)])?;
    let by = query.one_of("by", &[("model", By::Model), ("prompt", By::Prompt), ("variant", By::Variant)])?;
    query.finish()?;
    let now = state.site().now();
    let recent = Period::last_days(to.unwrap_or(now).min(now), DEFAULT_DAYS);
    let period = match from.or(to) {
        None => recent,
        Some(_) => Period::between(from.unwrap_or(recent.from), to.unwrap_or(recent.to))
            .ok_or_else(|| ApiError::BadParameter("`from` is not before `to`".to_owned()))?,
    };
    let step = step.unwrap_or_else(|| Step::of(period));
    if !period.can_be_told(step == Step::Hour) {
        return Err(ApiError::BadParameter("the period is too long; ask for fewer days, or for `span=day`".to_owned()));
    }
    let overview = overview_by(state.site(), period, step).await?;
    Ok(Json(response(overview, by)))
}

fn response(overview: Overview, by: Option<By>) -> StatsResponse {
    let wanted = |groups: Vec<Group>, its: By| {
        by.is_none_or(|by| by == its).then(|| groups.into_iter().map(GroupResponse::from).collect())
    };
    StatsResponse {
        remarks: value(&remarks(&overview)),
        period: overview.period.into(),
        previous_period: overview.previous_period.into(),
        current: value(&overview.current),
        previous: value(&overview.previous),
        span: if overview.step == Step::Hour { "hour" } else { "day" },
        series: overview
            .series
            .into_iter()
            .map(|point| PointResponse { start: point.start.to_rfc3339(), figures: value(&point.figures) })
            .collect(),
        by_model: wanted(overview.by_model, By::Model),
        by_prompt: wanted(overview.by_prompt, By::Prompt),
        by_variant: wanted(overview.by_variant, By::Variant),
        tuned: overview
            .tuned
            .into_iter()
            .map(|pair| TunedResponse { tuned: pair.tuned.into(), base: pair.base.map(GroupResponse::from) })
            .collect(),
    }
}

impl From<Period> for PeriodResponse {
    fn from(period: Period) -> Self {
        Self { from: period.from.to_rfc3339(), to: period.to.to_rfc3339() }
    }
}

impl From<Group> for GroupResponse {
    fn from(group: Group) -> Self {
        Self { figures: value(&group.figures), name: group.name }
    }
}

/// JSON of a shape of ours.
fn value<T: Serialize>(shape: &T) -> Value {
    serde_json::to_value(shape).expect("figures have string keys and no failing serialisers")
}
