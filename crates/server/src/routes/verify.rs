//! `POST /api/admin/verify`: which claims of an answer its sources support.

use axum::Json;
use axum::extract::State;
use portavoz_app::verify::{Quote, Verified, VerifiedClaim, VerifiedSentence, VerifyRequest, verify};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::chat::language;
use crate::access::Owner;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// Larger than a visitor's question may be, because whole passages come along.
pub(crate) const MAX_BODY_BYTES: usize = 2 * 1_024 * 1_024;

/// An answer to check.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct VerificationRequest {
    /// The answer, at most 20,000 characters. Markers such as `[1]` are ignored.
    answer: String,
    /// What was asked; it tells what a short answer claims.
    #[serde(default)]
    question: Option<String>,
    /// The texts to check against, at most 200 with 200,000 characters together. Absent: the knowledge base.
    #[serde(default)]
    context: Option<Vec<String>>,
    /// The answer's language: es, en, pt, fr, de, it or ca. Absent: recognised.
    #[serde(default)]
    language: Option<String>,
}

/// An answer, checked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerificationResponse {
    /// 0 to 1: how likely the sources support all of it.
    score: f32,
    /// Its sentences, in their order.
    sentences: Vec<SentenceResponse>,
}

/// A sentence, checked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentenceResponse {
    /// Without source markers.
    text: String,
    /// `supported`, `contradicted` or `unsupported`.
    status: &'static str,
    /// 0 to 1: how likely the sources support it.
    score: f32,
    /// What it claims, the sentence as a whole last.
    claims: Vec<ClaimResponse>,
}

/// A claim, checked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimResponse {
    /// `number`, `date`, `duration`, `name`, `organisation`, `technology`, `link`, `email`, `promise` or `proposition`.
    kind: &'static str,
    /// As the sentence says it.
    text: String,
    /// `supported`, `contradicted` or `unsupported`.
    status: &'static str,
    /// The words that say it, or say otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<EvidenceResponse>,
}

/// Words of a source.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceResponse {
    /// Place of the text in `context`, from 0; absent for the knowledge base.
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<usize>,
    /// The document's id; absent for a text of `context` and for the contact card.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    /// Title and headings above the passage; absent for a text of `context`.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The whole sentence.
    quote: String,
}

/// Checks an answer.
///
/// Sentence by sentence, against the texts of `context` or, without it, against the knowledge base and the contact
/// card. Whoever gave the answer: a model, a colleague, another assistant.
#[utoipa::path(
    post, path = "/api/admin/verify", tag = "owner", security(("owner" = [])), request_body = VerificationRequest,
    responses(
        (status = 200, body = VerificationResponse),
        (status = 400, body = ErrorBody, description = "The body is not an answer to check"),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
        (status = 413, body = ErrorBody, description = "The body has more than 2 MiB"),
        (status = 422, body = ErrorBody, description = "The answer is empty, or something is too long"),
    )
)]
pub(crate) async fn check(
    State(state): State<AppState>,
    _owner: Owner,
    JsonBody(request): JsonBody<VerificationRequest>,
) -> Result<Json<VerificationResponse>, ApiError> {
    let request = VerifyRequest {
        answer: request.answer,
        question: request.question,
        context: request.context,
        language: request.language.as_deref().map(language).transpose()?,
    };
    Ok(Json(verify(state.site(), request).await?.into()))
}

impl From<Verified> for VerificationResponse {
    fn from(verified: Verified) -> Self {
        Self { score: verified.score, sentences: verified.sentences.into_iter().map(SentenceResponse::from).collect() }
    }
}

impl From<VerifiedSentence> for SentenceResponse {
    fn from(sentence: VerifiedSentence) -> Self {
        Self {
            text: sentence.text,
            status: sentence.status.name(),
            score: sentence.score,
            claims: sentence.claims.into_iter().map(ClaimResponse::from).collect(),
        }
    }
}

impl From<VerifiedClaim> for ClaimResponse {
    fn from(claim: VerifiedClaim) -> Self {
        Self {
            kind: claim.kind.name(),
            text: claim.text,
            status: claim.status.name(),
            evidence: claim.evidence.map(EvidenceResponse::from),
        }
    }
}

impl From<Quote> for EvidenceResponse {
    fn from(quote: Quote) -> Self {
        Self {
            context: quote.context,
            document: quote.document.map(|document| document.to_string()),
            title: quote.title,
            quote: quote.quote,
        }
    }
}
