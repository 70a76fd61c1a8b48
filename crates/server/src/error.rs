//! One error shape, and one table from error to status, code and public words. Causes go to the log alone.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portavoz_app::ask::{AskError, Failure};
use portavoz_app::compare::runs::RunsError;
use portavoz_app::experiments::ExperimentError;
use portavoz_app::feedback::FeedbackError;
use portavoz_app::messages::MessageError;
use portavoz_app::models::migrate::MigrateError;
use portavoz_app::records::RecordsError;
use portavoz_app::site::SiteError;
use portavoz_app::verify::VerifyError;
use serde::Serialize;
use utoipa::ToSchema;

/// Everything a route can answer instead of what was asked.
#[derive(Debug)]
pub enum ApiError {
    /// The body is not what the route reads.
    BadRequest(String),
    /// A parameter of the address is not what it must be.
    BadParameter(String),
    /// The body is larger than the limit.
    TooLarge,
    /// The body stopped coming.
    BodyTimeout,
    /// The body is not JSON by its content type.
    NotJson,
    /// The body is compressed.
    Encoded,
    /// The message has nothing in it.
    EmptyMessage,
    /// The message is too long.
    MessageTooLong(String),
    /// The answer to check has nothing in it.
    EmptyAnswer,
    /// The answer to check is too long.
    AnswerTooLong(String),
    /// The texts to check it against are too many or too long.
    ContextTooLarge(String),
    /// There is no such conversation of this visitor.
    ConversationNotFound,
    /// There is no such turn of this visitor.
    TurnNotFound,
    /// There is no such message.
    MessageNotFound,
    /// What a visitor says back cannot be kept as it is: stable code, why, and what to do.
    NotKept(&'static str, String, &'static str),
    /// The owner does not take what a visitor says back: stable code and why.
    SwitchedOff(&'static str, String),
    /// There is no such document.
    DocumentNotFound,
    /// There is no such route.
    NotFound,
    /// The route has other methods.
    MethodNotAllowed,
    /// The owner's token is missing or wrong.
    Unauthorized,
    /// The visitor's token is missing or wrong.
    UnknownVisitor,
    /// Too many questions.
    RateLimited(Duration),
    /// Too many messages for the owner.
    TooManyMessages(Duration),
    /// The page that asks is not allowed to.
    OriginNotAllowed(String),
    /// The first model was not changed.
    ModelNotChanged(&'static str, String, Option<String>),
    /// An experiment was not started or changed: status, stable code, why, and what to do.
    ExperimentRefused(StatusCode, &'static str, String, Option<&'static str>),
    /// No run or target of an evaluation is meant, or more than one: stable code, why, and what to do.
    NoSuchRun(&'static str, String, Option<&'static str>),
    /// The database does not answer.
    StorageUnavailable,
    /// A defect of ours.
    Internal,
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// Stable, for programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl ApiError {
    /// Status, stable code, public words, and a hint where there is something to do.
    fn parts(&self) -> (StatusCode, &'static str, String, Option<String>) {
        let hint = |text: &str| Some(text.to_owned());
        match self {
            Self::BadRequest(why) => (StatusCode::BAD_REQUEST, "bad_request", why.clone(), hint("see /docs")),
            Self::BadParameter(why) => {
                (StatusCode::BAD_REQUEST, "bad_parameter", why.clone(), hint("see /docs for the parameters"))
            }
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "the request is too large".to_owned(), None)
            }
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "the request is not JSON".to_owned(),
                hint("send `Content-Type: application/json`"),
            ),
            Self::BodyTimeout => (
                StatusCode::REQUEST_TIMEOUT,
                "body_timeout",
                "the rest of the request did not come".to_owned(),
                hint("send it again"),
            ),
            Self::Encoded => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "encoded_body",
                "the request is compressed".to_owned(),
                hint("send it as it is, without `Content-Encoding`"),
            ),
            Self::EmptyMessage => {
                (StatusCode::UNPROCESSABLE_ENTITY, "empty_message", "the message is empty".to_owned(), None)
            }
            Self::MessageTooLong(why) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "message_too_long", why.clone(), hint("ask in fewer words"))
            }
            Self::EmptyAnswer => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "empty_answer",
                "the answer is empty".to_owned(),
                hint("send the text to check as `answer`"),
            ),
            Self::AnswerTooLong(why) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "answer_too_long", why.clone(), hint("check it in parts"))
            }
            Self::ContextTooLarge(why) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "context_too_large",
                why.clone(),
                hint("send only the passages that the answer may rest on"),
            ),
            Self::ConversationNotFound => (
                StatusCode::NOT_FOUND,
                "conversation_not_found",
                "there is no such conversation".to_owned(),
                hint("send the `visitor_token` that came with it as `Authorization: Bearer`"),
            ),
            Self::TurnNotFound => (
                StatusCode::NOT_FOUND,
                "turn_not_found",
                "there is no such answer".to_owned(),
                hint("send the `visitor_token` that came with it as `Authorization: Bearer`"),
            ),
            Self::MessageNotFound => {
                (StatusCode::NOT_FOUND, "message_not_found", "there is no such message".to_owned(), None)
            }
            Self::NotKept(code, why, mend) => (StatusCode::UNPROCESSABLE_ENTITY, code, why.clone(), hint(mend)),
            Self::SwitchedOff(code, why) => (StatusCode::FORBIDDEN, code, why.clone(), None),
            Self::DocumentNotFound => {
                (StatusCode::NOT_FOUND, "document_not_found", "there is no such document".to_owned(), None)
            }
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "not_found", "there is nothing here".to_owned(), hint("see /docs"))
            }
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this address has other methods".to_owned(),
                hint("see /docs"),
            ),
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "the owner's token is missing or wrong".to_owned(),
                hint("send `Authorization: Bearer TOKEN` with the token of PORTAVOZ_ADMIN_TOKEN or of the first start"),
            ),
            Self::UnknownVisitor => (
                StatusCode::UNAUTHORIZED,
                "unknown_visitor",
                "the visitor's token is missing or wrong".to_owned(),
                hint("send the `visitor_token` of any of your answers as `Authorization: Bearer`"),
            ),
            Self::RateLimited(wait) => (
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                "too many questions for now".to_owned(),
                Some(format!("ask again in {} s", seconds(*wait))),
            ),
            Self::TooManyMessages(wait) => (
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                "too many messages for now".to_owned(),
                Some(format!("send it again in {} s", seconds(*wait))),
            ),
            Self::OriginNotAllowed(origin) => (
                StatusCode::FORBIDDEN,
                "origin_not_allowed",
                format!("pages of `{origin}` may not ask questions here"),
                hint("the owner can add it to `server.allowed_origins`"),
            ),
            Self::ModelNotChanged(code, why, hint) => (StatusCode::CONFLICT, code, why.clone(), hint.clone()),
            Self::ExperimentRefused(status, code, why, mend) => (*status, code, why.clone(), mend.and_then(hint)),
            Self::NoSuchRun(code, why, mend) => {
                let status = if *code == "ambiguous_run" { StatusCode::CONFLICT } else { StatusCode::NOT_FOUND };
                (status, code, why.clone(), mend.map(str::to_owned))
            }
            Self::StorageUnavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "storage_unavailable",
                "the answer could not be kept; please try again later".to_owned(),
                None,
            ),
            Self::Internal => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on our side".to_owned(), None)
            }
        }
    }

    /// The error as status and body; the OpenAI endpoint wraps them in its own shape.
    pub(crate) fn into_parts(self) -> (StatusCode, ErrorDetail, Option<u64>) {
        let retry = match &self {
            Self::RateLimited(wait) | Self::TooManyMessages(wait) => Some(seconds(*wait)),
            _ => None,
        };
        let (status, code, message, hint) = self.parts();
        (status, ErrorDetail { code, message, hint }, retry)
    }
}

/// Whole seconds, at least one.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).max(1).try_into().unwrap_or(u64::MAX)
}

/// Adds `Retry-After` where there is one.
pub(crate) fn with_retry_after(mut response: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, error, retry) = self.into_parts();
        with_retry_after((status, Json(ErrorBody { error })).into_response(), retry)
    }
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Empty => Self::EmptyMessage,
            AskError::TooLong { .. } => Self::MessageTooLong(error.to_string()),
            AskError::UnknownConversation => Self::ConversationNotFound,
            AskError::Site(error) => error.into(),
        }
    }
}

impl From<VerifyError> for ApiError {
    fn from(error: VerifyError) -> Self {
        let why = error.to_string();
        match error {
            VerifyError::EmptyAnswer => Self::EmptyAnswer,
            VerifyError::AnswerTooLong { .. } => Self::AnswerTooLong(why),
            VerifyError::QuestionTooLong { .. } => Self::MessageTooLong(why),
            VerifyError::TooManyTexts { .. } | VerifyError::ContextTooLong { .. } => Self::ContextTooLarge(why),
            VerifyError::Interrupted => Self::Internal,
            VerifyError::Site(error) => error.into(),
        }
    }
}

impl From<MigrateError> for ApiError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Storage(error) | MigrateError::Runs(RunsError::Storage(error)) => {
                SiteError::from(error).into()
            }
            refused => Self::ModelNotChanged(refused.code(), refused.to_string(), refused.hint()),
        }
    }
}

impl From<ExperimentError> for ApiError {
    fn from(error: ExperimentError) -> Self {
        let status = match error {
            ExperimentError::Storage(error) => return SiteError::from(error).into(),
            ExperimentError::Unknown(_) => StatusCode::NOT_FOUND,
            ExperimentError::Invalid(_) | ExperimentError::Variant { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ExperimentError::SwitchedOff | ExperimentError::InTheWay(_) | ExperimentError::State { .. } => {
                StatusCode::CONFLICT
            }
        };
        Self::ExperimentRefused(status, error.code(), error.to_string(), error.hint())
    }
}

impl From<RecordsError> for ApiError {
    fn from(error: RecordsError) -> Self {
        match error {
            RecordsError::UnknownPlace(_) => Self::BadParameter(error.to_string()),
            RecordsError::Site(error) => error.into(),
        }
    }
}

impl From<FeedbackError> for ApiError {
    fn from(error: FeedbackError) -> Self {
        let why = error.to_string();
        match error {
            FeedbackError::Off => Self::SwitchedOff("feedback_off", why),
            FeedbackError::UnknownTurn => Self::TurnNotFound,
            FeedbackError::CommentTooLong { .. } => Self::NotKept("comment_too_long", why, "say it in fewer words"),
            FeedbackError::Site(error) => error.into(),
        }
    }
}

impl From<MessageError> for ApiError {
    fn from(error: MessageError) -> Self {
        let why = error.to_string();
        match error {
            MessageError::Off => Self::SwitchedOff("messages_off", why),
            MessageError::Empty => Self::EmptyMessage,
            MessageError::TooLong { .. } => Self::NotKept("message_too_long", why, "say it in fewer words"),
            MessageError::NameTooLong { .. } => Self::NotKept("name_too_long", why, "send a shorter one, or none"),
            MessageError::BadEmail(_) => {
                Self::NotKept("bad_email", why, "send an address such as `name@example.com`, or none")
            }
            MessageError::UnknownConversation => Self::ConversationNotFound,
            MessageError::UnknownTurn => Self::TurnNotFound,
            MessageError::UnknownPlace(_) => Self::BadParameter(why),
            MessageError::Site(error) => error.into(),
        }
    }
}

impl From<RunsError> for ApiError {
    fn from(error: RunsError) -> Self {
        match error {
            RunsError::Storage(error) => SiteError::from(error).into(),
            RunsError::Interrupted => Self::Internal,
            unknown => Self::NoSuchRun(unknown.code(), unknown.to_string(), unknown.hint()),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        if failure.is_unavailable() { Self::StorageUnavailable } else { Self::Internal }
    }
}

impl From<SiteError> for ApiError {
    fn from(error: SiteError) -> Self {
        tracing::error!(%error, "a request met a failing database or index");
        if error.is_unavailable() { Self::StorageUnavailable } else { Self::Internal }
    }
}
