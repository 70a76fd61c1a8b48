//! `GET /api/admin/compare`: which of two ways of answering is better, how surely, and what it would take to know.

use axum::Json;
use axum::extract::State;
use portavoz_app::compare::runs::{Side, compared};
use portavoz_app::compare::{Compared, Comparison, PairOfCases, Span, Verdict};
use portavoz_domain::evaluation::metrics::Unit;
use portavoz_text::language::Language;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::query::QueryParams;
use crate::state::AppState;

/// Two ways of answering, compared on the cases that both were asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparisonResponse {
    a: SideResponse,
    b: SideResponse,
    /// Of `b`: quality, cases passed and sentences supported together. Cost and times decide nothing.
    verdict: VerdictName,
    /// The verdict in words, with what follows.
    sentence: String,
    /// What to bear in mind.
    notes: Vec<String>,
    /// Cases that both were asked.
    paired: usize,
    /// Cases that only one of them was asked, or that were not the same for both.
    unpaired: usize,
    /// How many cases would tell, if so many do not; null if they do, or if more than anyone will write.
    cases_needed: Option<u64>,
    metrics: Vec<MetricComparison>,
    /// The largest loss first.
    cases: Vec<CaseComparison>,
}

/// One of the two.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SideResponse {
    /// What it is called in `sentence`.
    name: String,
    run_id: String,
    target: String,
}

/// What is said of a metric, or of all.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerdictName {
    Better,
    /// Not worse by more than what matters.
    NotWorse,
    Worse,
    /// Better in one thing, worse in another.
    Mixed,
    CannotTell,
}

/// What a metric counts in.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MetricUnit {
    /// 0 to 1.
    Share,
    /// Yes or no: shares of yes, 0 to 1.
    YesNo,
    /// US dollars.
    Dollars,
    /// Milliseconds.
    Millis,
}

/// One metric of both, in its unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricComparison {
    metric: &'static str,
    unit: MetricUnit,
    /// Cases that both have it for.
    cases: usize,
    /// Mean of the first.
    a: f64,
    /// Mean of the second.
    b: f64,
    /// Second less first.
    difference: f64,
    /// What differences the cases do not rule out, with 95 % confidence; null if they do not vary.
    interval: Option<Range>,
    /// How often chance alone makes so large a difference, 0 to 1.
    p: f64,
    /// The same, corrected for looking at several metrics (Holm).
    p_adjusted: f64,
    /// The smallest difference that so many cases find four times out of five; null if none.
    detectable: Option<f64>,
    /// How many cases would find such a difference four times out of five; null if more than 20,000.
    needed: Option<u64>,
    /// The difference that matters; null for cost and times.
    margin: Option<f64>,
    verdict: VerdictName,
}

/// A range.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Range {
    low: f64,
    high: f64,
}

/// One case, answered both ways.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseComparison {
    /// Its id.
    case: String,
    a: CaseSide,
    b: CaseSide,
    /// True if the words are the same.
    same_words: bool,
}

/// What one of the two made of a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseSide {
    /// Null if there is nothing to judge.
    quality: Option<f64>,
    passed: bool,
    /// Null if no answer could be given.
    outcome: Option<&'static str>,
}

/// Compares two ways of answering by the same cases.
#[utoipa::path(
    get, path = "/api/admin/compare", tag = "owner", security(("owner" = [])),
    params(
        ("a" = String, Query, description = "Today's way: `TARGET` of the newest run, `RUN:TARGET`, or `RUN` if it has one target"),
        ("b" = String, Query, description = "The other one, in the same form"),
        ("language" = Option<String>, Query, description = "Of `sentence` and `notes`: `en` or `es`; `en` if absent"),
    ),
    responses(
        (status = 200, body = ComparisonResponse),
        (status = 400, body = ErrorBody, description = "A parameter is missing or not what it must be"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such run or target"),
        (status = 409, body = ErrorBody, description = "It may be any of several runs"),
    )
)]
pub(crate) async fn compare(
    State(state): State<AppState>,
    _owner: Owner,
    mut query: QueryParams,
) -> Result<Json<ComparisonResponse>, ApiError> {
    const NAMES: &str = "`TARGET`, `RUN:TARGET` or `RUN`";
    let missing = |name: &str| ApiError::BadParameter(format!("`{name}` is missing; it must be {NAMES}"));
    let a = query.read("a", NAMES, |text| Some(text.to_owned()))?.ok_or_else(|| missing("a"))?;
    let b = query.read("b", NAMES, |text| Some(text.to_owned()))?.ok_or_else(|| missing("b"))?;
    let languages = [Language::En, Language::Es].map(|language| (language.code(), language));
    let language = query.one_of("language", &languages)?.unwrap_or(Language::En);
    query.finish()?;
    let (a, b, comparison) = compared(state.site(), &a, &b).await?;
    Ok(Json(told(&a, &b, comparison, language)))
}

fn told(a: &Side, b: &Side, comparison: Comparison, language: Language) -> ComparisonResponse {
    let (sentence, notes) = (comparison.sentence(language), comparison.notes(language));
    let side = |side: &Side, name: String| SideResponse {
        name,
        run_id: side.run.id.to_string(),
        target: side.target.name.to_string(),
    };
    ComparisonResponse {
        a: side(a, comparison.a),
        b: side(b, comparison.b),
        verdict: comparison.verdict.into(),
        sentence,
        notes,
        paired: comparison.paired,
        unpaired: comparison.unpaired,
        cases_needed: comparison.cases_needed,
        metrics: comparison.metrics.into_iter().map(MetricComparison::from).collect(),
        cases: comparison.cases.into_iter().map(CaseComparison::from).collect(),
    }
}

impl From<Compared> for MetricComparison {
    fn from(compared: Compared) -> Self {
        Self {
            metric: compared.metric.name(),
            unit: compared.unit.into(),
            cases: compared.cases,
            a: compared.a,
            b: compared.b,
            difference: compared.difference,
            interval: compared.interval.map(|Span { low, high }| Range { low, high }),
            p: compared.p,
            p_adjusted: compared.p_adjusted,
            detectable: compared.detectable,
            needed: compared.needed,
            margin: compared.margin,
            verdict: compared.verdict.into(),
        }
    }
}

impl From<PairOfCases> for CaseComparison {
    fn from(pair: PairOfCases) -> Self {
        let side = |quality, passed, outcome: Option<portavoz_domain::answer::Outcome>| CaseSide {
            quality,
            passed,
            outcome: outcome.map(|outcome| outcome.name()),
        };
        Self {
            case: pair.case,
            a: side(pair.quality.0, pair.passed.0, pair.outcome.0),
            b: side(pair.quality.1, pair.passed.1, pair.outcome.1),
            same_words: pair.same_words,
        }
    }
}

impl From<Verdict> for VerdictName {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Better => Self::Better,
            Verdict::NotWorse => Self::NotWorse,
            Verdict::Worse => Self::Worse,
            Verdict::Mixed => Self::Mixed,
            Verdict::CannotTell => Self::CannotTell,
        }
    }
}

impl From<Unit> for MetricUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Share => Self::Share,
            Unit::YesNo => Self::YesNo,
            Unit::Dollars => Self::Dollars,
            Unit::Millis => Self::Millis,
        }
    }
}
