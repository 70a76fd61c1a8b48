//! Reading a request's body as JSON, and saying what is wrong when it cannot be.

use std::error::Error;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use tower_http::timeout::TimeoutError;

use crate::error::ApiError;
use crate::state::AppState;

/// The body of a request that is JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Self::Rejection> {
        if is_encoded(request.headers()) {
            return Err(ApiError::Encoded);
        }
        let Json(body) = Json::from_request(request, state).await.map_err(refused)?;
        Ok(Self(body))
    }
}

/// Compressed bodies are not unpacked: a small one may hold any amount of memory.
fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn refused(rejection: JsonRejection) -> ApiError {
    if is_late(&rejection) {
        return ApiError::BodyTimeout;
    }
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::NotJson,
        _ => ApiError::BadRequest(first_line(&rejection.body_text())),
    }
}

/// Whether the client stopped sending in the middle of the body; the layer that noticed is some causes deep.
fn is_late(rejection: &JsonRejection) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(rejection);
    while let Some(error) = cause {
        if error.is::<TimeoutError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}
