//! `POST /api/chat`: one question, answered as a stream of events or as one object.

use std::convert::Infallible;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use portavoz_app::ask::{Answer, Answering, Ask, ask};
use portavoz_app::experiments::enrolment::{Arrival, enrol};
use portavoz_domain::ids::ConversationId;
use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Asker;
use crate::body::JsonBody;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;
use crate::wire::{Citation, Done, server_event};

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChatRequest {
    /// The visitor's words, at most 2,000 characters unless the owner set another limit.
    message: String,
    /// The conversation to go on with; absent begins a new one.
    #[serde(default)]
    conversation_id: Option<String>,
    /// Proof that the conversation is the visitor's; `Authorization: Bearer` does as well.
    #[serde(default)]
    visitor_token: Option<String>,
    /// The language to answer in: es, en, pt, fr, de, it or ca. Absent: the question's own.
    #[serde(default)]
    language: Option<String>,
    /// True streams, like `Accept: text/event-stream`.
    #[serde(default)]
    stream: Option<bool>,
}

/// A whole answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatResponse {
    /// The answer, in a small subset of Markdown, with `[n]` where a source is cited.
    answer: String,
    citations: Vec<Citation>,
    turn_id: String,
    conversation_id: String,
    /// To be sent with the next question of the same conversation.
    visitor_token: String,
    #[serde(flatten)]
    done: Done,
}

/// Asks a question.
///
/// With `Accept: text/event-stream` or `stream: true` the answer comes as server-sent events: `start {turn_id,
/// conversation_id, visitor_token, model, variant}`, then any number of `delta {text}`, `citation {index, document,
/// title, url, quote}`, `verdict {index, sentence, status}` and `replace {text, reason}` (all text so far is void),
/// then `done` with the fields of the whole answer's end, or `failed {code, message}`.
///
/// A `verdict` tells what the sources say of a sentence: `supported`, `contradicted` or `unsupported`. Verdicts come in
/// the order of the answer, `index` counting from 0. What the owner's policy withholds is never sent: its `sentence` is
/// null. After a `replace` they count from 0 again.
///
/// `outcome` is `answered`; `not_known` if the documents do not say it, `declined` if the message tries to steer the
/// assistant or asks for work that is not about the owner, `smalltalk` for greetings and thanks. The last three cost no
/// model call as a rule, and are answers like any other: status 200.
#[utoipa::path(
    post, path = "/api/chat", tag = "visitors", request_body = ChatRequest,
    responses(
        (status = 200, body = ChatResponse, description = "The answer, or the stream of events"),
        (status = 400, body = ErrorBody, description = "The body is not a question"),
        (status = 403, body = ErrorBody, description = "The page's origin is not allowed"),
        (status = 404, body = ErrorBody, description = "No such conversation of this visitor"),
        (status = 422, body = ErrorBody, description = "The message is empty or too long"),
        (status = 429, body = ErrorBody, description = "Too many questions; see `Retry-After`"),
    )
)]
pub(crate) async fn chat(
    State(state): State<AppState>,
    asker: Asker,
    headers: HeaderMap,
    JsonBody(request): JsonBody<ChatRequest>,
) -> Result<Response, ApiError> {
    let site = state.site();
    let visitor = asker.visitor_or(&state, request.visitor_token.as_deref());
    state.admit(asker.address, visitor).map_err(ApiError::RateLimited)?;
    let stream = request.stream.unwrap_or_else(|| accepts_events(&headers));
    let visitor = visitor.unwrap_or_else(|| site.new_visitor());
    let conversation = request.conversation_id.as_deref().map(conversation_id).transpose()?;
    let language = request.language.as_deref().map(language).transpose()?;
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let variant = enrol(site, &Arrival { visitor, conversation, is_owner: asker.is_owner, agent }).await;
    let question =
        Ask { message: request.message, visitor, conversation, language, stream, client_history: Vec::new(), variant };
    let answering = ask(site, question).await?;
    if stream {
        return Ok(streamed(answering));
    }
    let answer = answering.whole().await?;
    Ok(Json(ChatResponse::from(answer)).into_response())
}

/// What cannot be a conversation's id is no conversation of anybody's.
pub(crate) fn conversation_id(text: &str) -> Result<ConversationId, ApiError> {
    ConversationId::parse(text).map_err(|_| ApiError::ConversationNotFound)
}

/// What is no language of ours is a mistake in the request.
pub(crate) fn language(text: &str) -> Result<Language, ApiError> {
    text.parse().map_err(|unknown: portavoz_text::language::UnknownLanguage| ApiError::BadRequest(unknown.to_string()))
}

fn accepts_events(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| {
        accept.split(',').any(|part| part.trim().to_ascii_lowercase().starts_with("text/event-stream"))
    })
}

fn streamed(answering: Answering) -> Response {
    let events = answering.events.map(|event| {
        let (name, data) = server_event(event);
        Ok::<_, Infallible>(Event::default().event(name).data(data))
    });
    unbuffered(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// Asks proxies on the way to pass each event on as it comes.
pub(crate) fn unbuffered(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

impl From<Answer> for ChatResponse {
    fn from(answer: Answer) -> Self {
        Self {
            answer: answer.text,
            citations: answer.citations.into_iter().map(Citation::from).collect(),
            turn_id: answer.turn_id.to_string(),
            conversation_id: answer.conversation_id.to_string(),
            visitor_token: answer.visitor_token,
            done: answer.done.into(),
        }
    }
}
