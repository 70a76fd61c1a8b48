//! `GET /api/admin/runs/{id}/results`: the answers of a run, each with its grade.

use axum::Json;
use axum::extract::{Path, State};
use portavoz_app::compare::runs;
use portavoz_domain::evaluation::{CaseResult, FoundPassage, Grade, Reply, Run};
use portavoz_domain::usage::usd;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::query::QueryParams;
use crate::routes::turns::QualityRecord;
use crate::state::AppState;
use crate::wire::{AnswerVerification, Citation, Rung, Usage};

/// Listed if nobody says how many.
const DEFAULT_LIMIT: u32 = 50;
/// More than fits a useful answer.
const MAX_LIMIT: u32 = 500;

/// Answers of a run, in the order of its cases, then of its targets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultsResponse {
    results: Vec<ResultRecord>,
    /// To be sent as `after` for the next ones; null at the end.
    next: Option<String>,
}

/// An answer to a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultRecord {
    /// The case's id.
    case: String,
    /// What was asked.
    question: String,
    /// Who was asked.
    target: String,
    /// RFC 3339.
    asked_at: String,
    /// True if it was taken from an earlier run, and cost nothing this time.
    reused: bool,
    /// Null if no answer could be given.
    outcome: Option<&'static str>,
    answer: String,
    /// Of the question, as recognised.
    language: &'static str,
    citations: Vec<Citation>,
    /// What the search found and an answer might rest on, best first.
    found: Vec<FoundRecord>,
    /// What the check found, sentences that were withheld included; null if nothing was checked.
    verification: Option<AnswerVerification>,
    /// The model that answered; null if none did.
    model: Option<String>,
    /// The exact snapshot, as the response names it.
    served_model: Option<String>,
    /// The tier that the response was served by.
    service_tier: Option<String>,
    /// Each rung tried, in order.
    ladder: Vec<Rung>,
    usage: Usage,
    /// US dollars; null if a model without a known price was used.
    cost_usd: Option<f64>,
    /// Milliseconds to the first words; null where it says nothing, as in a batch.
    first_token_ms: Option<u64>,
    /// Milliseconds to the end; null where it says nothing, as in a batch.
    took_ms: Option<u64>,
    grade: GradeRecord,
}

/// A passage that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundRecord {
    document: String,
    chunk: String,
    /// The headings above it, highest first.
    headings: Vec<String>,
    /// 0 to 1.
    relevance: f32,
}

/// How good an answer is, by what its case expects.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GradeRecord {
    /// Everything that the case demands holds.
    passed: bool,
    /// Null if there is nothing to judge.
    quality: Option<QualityRecord>,
    /// Whether it ended as expected; null if the case does not say.
    outcome_right: Option<bool>,
    /// 1 if one of the expected sources was found, otherwise 0; null if the case names none.
    recall: Option<f32>,
    /// Share of the citations that are of expected sources; null if it cites none or the case names none.
    citations_right: Option<f32>,
    /// Share of the sentences made that the documents support; null if nothing was checked.
    supported: Option<f32>,
    /// What it had to say and does not.
    missing: Vec<String>,
    /// What it must not say and does.
    forbidden: Vec<String>,
    /// Whether it is in the language it should be in; null if that cannot be told.
    language_right: Option<bool>,
}

/// Lists the answers of a run with their grades.
#[utoipa::path(
    get, path = "/api/admin/runs/{id}/results", operation_id = "results", tag = "owner", security(("owner" = [])),
    params(
        ("id" = String, Path, description = "A `run_id` or the beginning of one, a run's name, or `last`"),
        ("target" = Option<String>, Query, description = "Of this target alone"),
        ("case" = Option<String>, Query, description = "To this case alone"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 if absent"),
        ("after" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses(
        (status = 200, body = ResultsResponse),
        (status = 400, body = ErrorBody, description = "A parameter is not what it must be"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 404, body = ErrorBody, description = "There is no such run or target"),
        (status = 409, body = ErrorBody, description = "It may be any of several runs"),
    )
)]
pub(crate) async fn results(
    State(state): State<AppState>,
    _owner: Owner,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Json<ResultsResponse>, ApiError> {
    let target = query.read("target", "a target's name", |text| Some(text.to_owned()))?;
    let case = query.read("case", "a case's id", |text| Some(text.to_owned()))?;
    let limit = query.up_to("limit", MAX_LIMIT, DEFAULT_LIMIT)? as usize;
    let after = query.read("after", "the `next` of the page before", |text| text.parse::<usize>().ok())?;
    query.finish()?;
    let run = runs::find_run(state.site(), &id).await?;
    let found = match &target {
        Some(target) => runs::of_target(state.site(), run.clone(), Some(target)).await?.results,
        None => runs::results(state.site(), &run).await?,
    };
    // A place is that of the case and target in the run, so that answers which come meanwhile do not move the pages.
    let placed = found.into_iter().filter_map(|result| Some((place(&run, &result)?, result)));
    let wanted = |(at, result): &(usize, CaseResult)| {
        after.is_none_or(|after| *at > after) && case.as_ref().is_none_or(|case| *case == result.case)
    };
    let mut wanted: Vec<(usize, CaseResult)> = placed.filter(wanted).take(limit + 1).collect();
    let is_more = wanted.len() > limit;
    wanted.truncate(limit);
    let next = wanted.last().filter(|_| is_more).map(|(at, _)| at.to_string());
    let results = wanted.into_iter().map(|(_, result)| ResultRecord::of(&run, result)).collect();
    Ok(Json(ResultsResponse { results, next }))
}

fn place(run: &Run, result: &CaseResult) -> Option<usize> {
    let case = run.cases.iter().position(|case| case.id == result.case)?;
    let target = run.targets.iter().position(|target| target.name == result.target)?;
    Some(case * run.targets.len() + target)
}

impl ResultRecord {
    fn of(run: &Run, result: CaseResult) -> Self {
        let asked = run.cases.iter().find(|case| case.id == result.case);
        let Reply { outcome, text, language, citations, found, verification, withheld, .. } = result.reply;
        Self {
            question: asked.map(|case| case.question.clone()).unwrap_or_default(),
            case: result.case,
            target: result.target.to_string(),
            asked_at: result.asked.to_rfc3339(),
            reused: result.reused,
            outcome: outcome.map(|outcome| outcome.name()),
            answer: text,
            language: language.code(),
            citations: citations.into_iter().map(Citation::from).collect(),
            found: found.into_iter().map(FoundRecord::from).collect(),
            verification: AnswerVerification::told(verification, withheld),
            model: result.reply.model,
            served_model: result.reply.served_model,
            service_tier: result.reply.service_tier,
            ladder: result.reply.ladder.into_iter().map(Rung::from).collect(),
            usage: result.reply.usage.into(),
            cost_usd: result.reply.cost_usd_micros.map(usd),
            first_token_ms: result.reply.first_token_ms,
            took_ms: result.reply.took_ms,
            grade: result.grade.into(),
        }
    }
}

impl From<FoundPassage> for FoundRecord {
    fn from(FoundPassage { document, chunk, headings, relevance, .. }: FoundPassage) -> Self {
        Self { document: document.to_string(), chunk: chunk.to_string(), headings, relevance }
    }
}

impl From<Grade> for GradeRecord {
    fn from(grade: Grade) -> Self {
        Self {
            passed: grade.passed,
            quality: grade.quality.map(QualityRecord::from),
            outcome_right: grade.outcome_right,
            recall: grade.recall,
            citations_right: grade.citations_right,
            supported: grade.supported,
            missing: grade.missing,
            forbidden: grade.forbidden,
            language_right: grade.language_right,
        }
    }
}
