//! `POST /v1/chat/completions` and `GET /v1/models`: the OpenAI protocol over the same pipeline.
//!
//! The client keeps the conversation and sends it whole; the last user message is the question. Parameters that would
//! change how a model generates are accepted and left to the owner's configuration.

use std::convert::Infallible;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use portavoz_app::ask::{Ask, ask};
use portavoz_domain::message::{Message, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::chat::unbuffered;
use crate::access::Asker;
use crate::body::JsonBody;
use crate::error::{ApiError, with_retry_after};
use crate::state::AppState;

mod completion;
mod stream;

/// The one model that this endpoint offers: the site itself.
const MODEL: &str = "portavoz";

/// A chat completion request. Further fields of the protocol are accepted and have no effect.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CompletionRequest {
    /// Any name; the owner's configuration decides which model answers.
    #[serde(default)]
    model: Option<String>,
    /// The conversation; the last message must be the user's.
    messages: Vec<CompletionMessage>,
    /// True streams.
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
    /// Answers wanted; only 1 is possible.
    #[serde(default)]
    n: Option<u32>,
}

/// Options of streaming.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub(crate) struct StreamOptions {
    /// True adds a last chunk with the usage.
    #[serde(default)]
    include_usage: Option<bool>,
}

/// One message.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CompletionMessage {
    /// `system`, `developer`, `user` or `assistant`.
    role: String,
    /// Text, or parts of type `text`.
    #[serde(default)]
    #[schema(value_type = String)]
    content: Content,
}

/// The two ways to write content.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
    #[default]
    Null,
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
}

/// An error in the protocol's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompletionError {
    error: CompletionErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompletionErrorDetail {
    message: String,
    /// `invalid_request_error`, `rate_limit_error` or `server_error`.
    #[serde(rename = "type")]
    kind: &'static str,
    code: &'static str,
    /// Always null.
    param: Option<String>,
}

/// The list of models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelList {
    /// Always `list`.
    object: &'static str,
    data: Vec<Model>,
}

/// A model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Model {
    id: &'static str,
    /// Always `model`.
    object: &'static str,
    created: i64,
    owned_by: &'static str,
}

/// Lists the one model there is: this portfolio's assistant.
#[utoipa::path(get, path = "/v1/models", tag = "openai", responses((status = 200, body = ModelList)))]
pub(crate) async fn models() -> Json<ModelList> {
    Json(ModelList { object: "list", data: vec![the_model()] })
}

/// The one model there is, by its name.
#[utoipa::path(
    get, path = "/v1/models/{id}", tag = "openai", params(("id" = String, Path, description = "`portavoz`")),
    responses((status = 200, body = Model), (status = 404, body = CompletionError, description = "No such model"))
)]
pub(crate) async fn model(Path(id): Path<String>) -> Response {
    if id == MODEL { Json(the_model()).into_response() } else { in_protocol(ApiError::NotFound) }
}

const fn the_model() -> Model {
    Model { id: MODEL, object: "model", created: 0, owned_by: "portavoz" }
}

/// Asks through the OpenAI protocol.
///
/// Answers as a chat completion, with the sources as `annotations` of type `url_citation`, and everything else that
/// portavoz knows of the turn under `portavoz`.
#[utoipa::path(
    post, path = "/v1/chat/completions", tag = "openai", request_body = CompletionRequest,
    responses(
        (status = 200, body = completion::Completion, description = "The completion, or its chunks as events"),
        (status = 400, body = CompletionError, description = "The request cannot be answered"),
        (status = 429, body = CompletionError, description = "Too many questions; see `Retry-After`"),
    )
)]
pub(crate) async fn chat_completions(
    State(state): State<AppState>,
    asker: Result<Asker, ApiError>,
    body: Result<JsonBody<CompletionRequest>, ApiError>,
) -> Response {
    match complete(&state, asker, body).await {
        Ok(response) => response,
        Err(error) => in_protocol(error),
    }
}

async fn complete(
    state: &AppState,
    asker: Result<Asker, ApiError>,
    body: Result<JsonBody<CompletionRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let Asker { address, visitor, .. } = asker?;
    let JsonBody(request) = body?;
    if request.n.is_some_and(|n| n != 1) {
        return Err(ApiError::BadRequest("`n` must be 1".to_owned()));
    }
    state.admit(address, visitor).map_err(ApiError::RateLimited)?;
    let (message, client_history) = conversation(request.messages)?;
    let stream = request.stream.unwrap_or(false);
    let site = state.site();
    let question = Ask {
        message,
        visitor: visitor.unwrap_or_else(|| site.new_visitor()),
        conversation: None,
        language: None,
        stream,
        client_history,
        variant: None,
    };
    let answering = ask(site, question).await?;
    let frame = completion::Frame {
        created: site.now().as_millis() / 1_000,
        model: request.model.unwrap_or_else(|| MODEL.to_owned()),
    };
    if stream {
        let usage = request.stream_options.and_then(|options| options.include_usage).unwrap_or(false);
        let chunks = stream::chunks(answering, frame, usage);
        let events = futures::StreamExt::map(chunks, |data| Ok::<_, Infallible>(Event::default().data(data)));
        return Ok(unbuffered(Sse::new(events).keep_alive(KeepAlive::default()).into_response()));
    }
    let answer = answering.whole().await?;
    Ok(Json(completion::Completion::new(answer, frame)).into_response())
}

/// The question, and what came before it.
fn conversation(messages: Vec<CompletionMessage>) -> Result<(String, Vec<Message>), ApiError> {
    let mut read = Vec::with_capacity(messages.len());
    for message in messages {
        let role = match message.role.as_str() {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            other => return Err(ApiError::BadRequest(format!("a message of role `{other}` cannot be read here"))),
        };
        read.push(Message::new(role, text_of(message.content)?));
    }
    match read.pop() {
        Some(Message { role: Role::User, content }) => Ok((content, read)),
        _ => Err(ApiError::BadRequest("the last of `messages` must be the user's".to_owned())),
    }
}

fn text_of(content: Content) -> Result<String, ApiError> {
    match content {
        Content::Text(text) => Ok(text),
        Content::Null => Ok(String::new()),
        Content::Parts(parts) => parts
            .into_iter()
            .map(|part| match (part.kind.as_str(), part.text) {
                ("text", Some(text)) => Ok(text),
                (kind, _) => Err(ApiError::BadRequest(format!("content of type `{kind}` cannot be read here"))),
            })
            .collect(),
    }
}

/// The protocol has its own shape for errors.
fn in_protocol(error: ApiError) -> Response {
    let (status, detail, retry) = error.into_parts();
    // The protocol answers what it cannot read with 400.
    let status = if status == axum::http::StatusCode::UNPROCESSABLE_ENTITY {
        axum::http::StatusCode::BAD_REQUEST
    } else {
        status
    };
    let kind = match status.as_u16() {
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    let error = CompletionErrorDetail { message: detail.message, kind, code: detail.code, param: None };
    with_retry_after((status, Json(CompletionError { error })).into_response(), retry)
}
