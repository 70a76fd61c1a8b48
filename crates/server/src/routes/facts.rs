//! `GET /api/admin/facts` and `GET /api/admin/contradictions`: what the documents state of the owner, and where they
//! disagree.

use axum::Json;
use axum::extract::State;
use portavoz_app::facts::ledger;
use portavoz_domain::facts::{Contradiction, Fact};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::Owner;
use crate::error::ErrorBody;
use crate::state::AppState;

/// Everything that was drawn from the documents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactsResponse {
    /// In the order of the documents.
    facts: Vec<FactResponse>,
}

/// Something that a document states of the owner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactResponse {
    /// What is stated: `kind` (`employment`, `education`, `skill`, `tongue`, `project`, `milestone`, `link`, `email`,
    /// `experience` or `birth`) and the fields of that kind.
    #[schema(value_type = Object)]
    statement: Value,
    #[serde(flatten)]
    source: FactSourceResponse,
}

/// Where it is stated.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactSourceResponse {
    /// The document's id.
    document: String,
    chunk_id: String,
    /// The line or sentence.
    quote: String,
}

/// Everything that the documents disagree about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContradictionsResponse {
    contradictions: Vec<ContradictionResponse>,
}

/// Two statements that cannot both be true.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContradictionResponse {
    /// `job_begin`, `job_end`, `degree`, `project`, `milestone`, `experience`, `tongue`, `email` or `birth`.
    #[schema(value_type = String)]
    subject: Value,
    /// The job, degree, language ... in the first document's words.
    about: String,
    /// The disagreement as one line.
    message: String,
    left: SideResponse,
    right: SideResponse,
}

/// One side of a contradiction.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SideResponse {
    /// The value it states, such as `2022`.
    says: String,
    #[serde(flatten)]
    source: FactSourceResponse,
}

/// Lists the facts of the owner.
///
/// Jobs, degrees, skills, languages, projects, awards, links and totals of experience, as the documents state them. A
/// line whose shape is not understood yields no fact.
#[utoipa::path(
    get, path = "/api/admin/facts", tag = "owner", security(("owner" = [])),
    responses(
        (status = 200, body = FactsResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn facts(State(state): State<AppState>, _owner: Owner) -> Json<FactsResponse> {
    Json(FactsResponse { facts: ledger(state.site()).facts.iter().map(FactResponse::from).collect() })
}

/// Lists where the documents disagree.
///
/// Two end dates of one job, two years of one degree: statements that cannot both be true, with the words of both.
#[utoipa::path(
    get, path = "/api/admin/contradictions", tag = "owner", security(("owner" = [])),
    responses(
        (status = 200, body = ContradictionsResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn contradictions(State(state): State<AppState>, _owner: Owner) -> Json<ContradictionsResponse> {
    let ledger = ledger(state.site());
    Json(ContradictionsResponse {
        contradictions: ledger.contradictions.iter().map(ContradictionResponse::from).collect(),
    })
}

impl From<&Fact> for FactResponse {
    fn from(fact: &Fact) -> Self {
        Self { statement: value(&fact.statement), source: FactSourceResponse::from(fact) }
    }
}

impl From<&Fact> for FactSourceResponse {
    fn from(fact: &Fact) -> Self {
        let source = &fact.source;
        Self { document: source.document.to_string(), chunk_id: source.chunk.to_string(), quote: source.quote.clone() }
    }
}

impl From<&Contradiction> for ContradictionResponse {
    fn from(found: &Contradiction) -> Self {
        let side = |says: &str, fact: &Fact| SideResponse { says: says.to_owned(), source: fact.into() };
        Self {
            subject: value(&found.subject),
            about: found.about.clone(),
            message: found.sentence(),
            left: side(&found.left_says, &found.left),
            right: side(&found.right_says, &found.right),
        }
    }
}

/// JSON of a shape of ours.
fn value<T: Serialize>(shape: &T) -> Value {
    serde_json::to_value(shape).expect("facts have string keys and no failing serialisers")
}
