//! `POST /api/admin/search`: the owner's search bench.

use axum::Json;
use axum::extract::State;
use portavoz_domain::search::Hit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Owner;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// More hits than anyone reads.
const MAX_LIMIT: usize = 100;

/// What to search.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SearchRequest {
    /// A question, or words.
    query: String,
    /// Passages at most, 1 to 100; 10 if absent.
    #[serde(default = "default_limit")]
    limit: usize,
}

const fn default_limit() -> usize {
    10
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchResponse {
    /// Best first.
    hits: Vec<HitResponse>,
    /// 0 to 1: how likely the documents answer the question at all.
    answerable: f32,
}

/// A passage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HitResponse {
    /// The document's id.
    document: String,
    chunk_id: String,
    /// Title and headings above the passage.
    heading: String,
    text: String,
    /// 0 to 1: how likely the passage answers the question.
    relevance: f32,
    /// Why.
    features: Vec<FeatureResponse>,
}

/// A reason for a passage's relevance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeatureResponse {
    name: &'static str,
    /// Its value for this passage.
    value: f32,
    /// What it added to the score.
    contribution: f32,
}

/// Searches the documents.
#[utoipa::path(
    post, path = "/api/admin/search", tag = "owner", security(("owner" = [])), request_body = SearchRequest,
    responses(
        (status = 200, body = SearchResponse),
        (status = 400, body = ErrorBody, description = "The body is not a search"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn search(
    State(state): State<AppState>,
    _owner: Owner,
    JsonBody(request): JsonBody<SearchRequest>,
) -> Result<Json<SearchResponse>, ApiError> {
    if !(1..=MAX_LIMIT).contains(&request.limit) {
        return Err(ApiError::BadRequest(format!("`limit` is {}; it must be 1 to {MAX_LIMIT}", request.limit)));
    }
    let longest = state.site().settings().max_message_chars;
    if request.query.chars().count() > longest {
        return Err(ApiError::MessageTooLong(format!("`query` has more than {longest} characters")));
    }
    let result = portavoz_app::search::search(state.site(), &request.query, request.limit).await?;
    Ok(Json(SearchResponse {
        hits: result.hits.into_iter().map(HitResponse::from).collect(),
        answerable: result.answerable,
    }))
}

impl From<Hit> for HitResponse {
    fn from(hit: Hit) -> Self {
        Self {
            document: hit.chunk.document.to_string(),
            chunk_id: hit.chunk.id.to_string(),
            heading: hit.chunk.heading(),
            text: hit.chunk.text.clone(),
            relevance: hit.relevance,
            features: hit
                .features
                .into_iter()
                .map(|feature| FeatureResponse {
                    name: feature.name,
                    value: feature.value,
                    contribution: feature.contribution,
                })
                .collect(),
        }
    }
}
