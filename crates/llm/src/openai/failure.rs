//! What a failed call means: statuses, broken connections, errors inside good responses.
//!
//! What servers say in their error bodies is read in `failure/said.rs`, how long they ask to wait in `failure/pause.rs`.

mod pause;
mod said;

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};
use serde_json::Value;

use super::breaker::Permit;
use super::connection::Endpoint;
use super::redact::Redactor;
use crate::{LlmError, TimeoutPhase};
pub(crate) use said::ProviderError;

/// A failed call, with what decides about another try.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What callers are told.
    pub(crate) error: LlmError,
    /// The pause the provider asked for.
    pub(crate) retry_after: Option<Duration>,
    /// The provider says that trying again is pointless (`x-should-retry: false`).
    pub(crate) pointless: bool,
    /// Set if the request itself was found wrong, which dropping a parameter may mend. Boxed, because it is large and
    /// rare.
    pub(crate) rejected: Option<Box<ProviderError>>,
    /// True if it was turned away here, not there.
    pub(crate) local: bool,
    /// True if there is nothing at this path, and that was said in JSON, as an API does.
    pub(crate) missing_in_json: bool,
    /// True if the body speaks of a model, so that the address is right even though the status says "not found".
    pub(crate) knows_models: bool,
}

impl From<LlmError> for Failure {
    fn from(error: LlmError) -> Self {
        let retry_after = match &error {
            LlmError::RateLimited { retry_after } => *retry_after,
            _ => None,
        };
        Self {
            error,
            retry_after,
            pointless: false,
            rejected: None,
            local: false,
            missing_in_json: false,
            knows_models: false,
        }
    }
}

impl Failure {
    /// Turned away before it was sent.
    pub(crate) fn local(error: LlmError) -> Self {
        Self { local: true, ..error.into() }
    }

    /// Something that may pass.
    pub(crate) fn transient(message: impl Into<String>) -> Self {
        LlmError::Transient(message.into()).into()
    }

    /// Something that will not pass.
    pub(crate) fn permanent(message: impl Into<String>) -> Self {
        LlmError::Permanent(message.into()).into()
    }

    /// Tells the breaker, if this says something of the model's health.
    pub(crate) fn settle(&self, permit: Permit) {
        match self.error {
            LlmError::RateLimited { .. } | LlmError::Timeout(_) | LlmError::Transient(_) => permit.fail(),
            // The server is well; it does not want this request.
            LlmError::ContextTooLong(_)
            | LlmError::Refused(_)
            | LlmError::UnknownModel(_)
            | LlmError::Permanent(_)
            | LlmError::CircuitOpen { .. } => {}
        }
    }
}

/// A connection that could not be made or broke before the status.
pub(crate) fn from_transport(error: &reqwest::Error, host: &str) -> Failure {
    if error.is_timeout() && error.is_connect() {
        return LlmError::Timeout(TimeoutPhase::Connect).into();
    }
    // The outer texts name the address, which may hold a password; the innermost names the cause.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if error.is_connect() {
        return Failure::transient(format!("could not connect to `{host}`: {cause}"));
    }
    if error.is_builder() {
        return Failure::permanent(format!("the request to `{host}` cannot be built"));
    }
    Failure::transient(format!("the connection to `{host}` broke: {cause}"))
}

/// A response with a status other than success.
pub(crate) fn from_status(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    model: &str,
    endpoint: &Endpoint,
) -> Failure {
    let said = ProviderError::from_body(body, endpoint.redactor());
    let host = endpoint.host();
    let code = status.as_u16();
    let retry_after = pause::retry_after(headers);
    let with_words = |what: String| {
        let words = said.as_ref().map(|said| said.message.as_str()).filter(|words| !words.is_empty());
        words.map_or(what.clone(), |words| format!("{what}: {words}"))
    };
    // Words are taken for a prompt too long only where it can be one: "too many tokens" with 429 is about a minute's.
    let may_be_ours = code != 429 && (400..=500).contains(&code);
    let by_code = said.as_ref().and_then(|said| said.meaning(retry_after, may_be_ours));
    let error = by_code.unwrap_or_else(|| match code {
        300..=399 => LlmError::Permanent(redirected(headers, host, endpoint.redactor())),
        // The provider's words are left out: they repeat part of the key.
        401 => LlmError::Permanent(format!("`{host}` does not accept the API key (401): check the key and the base URL")),
        402 => LlmError::Permanent(with_words(format!("`{host}` wants payment first (402)"))),
        403 => LlmError::Permanent(with_words(format!(
            "`{host}` does not allow this (403): the key may lack access to `{model}`, or the place is not served"
        ))),
        404 | 405 => LlmError::Permanent(with_words(format!(
            "`{host}` does not know the model `{model}` or the address ({code}): check both; base URLs often end in `/v1`"
        ))),
        413 => LlmError::ContextTooLong(with_words(format!("`{host}` finds the request too large (413)"))),
        429 => LlmError::RateLimited { retry_after },
        408 | 409 | 425 | 500..=599 => LlmError::Transient(with_words(format!("`{host}` has trouble ({code})"))),
        _ => LlmError::Permanent(with_words(format!("`{host}` rejects the request ({code})"))),
    });
    let gone = said.as_ref().is_some_and(|said| said.denies_model(code));
    let error = match error {
        LlmError::Permanent(words) if gone => LlmError::UnknownModel(words),
        error => error,
    };
    let knows_models = said.as_ref().is_some_and(ProviderError::speaks_of_models);
    Failure {
        retry_after,
        pointless: headers.get("x-should-retry").is_some_and(|value| value == "false"),
        rejected: said.filter(|_| matches!(code, 400 | 422) && matches!(error, LlmError::Permanent(_))).map(Box::new),
        missing_in_json: matches!(code, 404 | 405) && serde_json::from_slice::<Value>(body).is_ok(),
        knows_models,
        ..Failure::from(error)
    }
}

/// An error object inside a response that had begun well.
pub(crate) fn from_error_object(value: &Value, redactor: &Redactor) -> Failure {
    let said = ProviderError::from_value(value, redactor);
    let error = said.meaning(None, true).unwrap_or_else(|| {
        let ours = said.is_ours();
        let text = format!("the provider broke off with an error: {}", said.message);
        if ours { LlmError::Permanent(text) } else { LlmError::Transient(text) }
    });
    error.into()
}

fn redirected(headers: &HeaderMap, host: &str, redactor: &Redactor) -> String {
    let target = headers.get(LOCATION).and_then(|target| target.to_str().ok()).map(|target| redactor.clean(target));
    target.map_or_else(
        || format!("`{host}` redirects elsewhere: check the base URL"),
        |target| format!("`{host}` redirects to `{target}`: use the new place as base URL"),
    )
}

/// Reads a body to its end, or fails if it is longer than `limit` bytes or breaks.
pub(crate) async fn read_limited(mut response: reqwest::Response, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(bytes)) if body.len() + bytes.len() <= limit => body.extend_from_slice(&bytes),
            Ok(Some(_)) => return Err(Failure::permanent("the provider's answer is larger than any answer should be")),
            Ok(None) => return Ok(body),
            Err(_) => return Err(Failure::transient("the provider's answer was cut")),
        }
    }
}
