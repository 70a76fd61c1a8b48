//! What a failed call means: statuses, error bodies of many dialects, broken connections; and texts without secrets.
//!
//! To add one more kind of error: 1. find its code, type or words; 2. add them to the table they belong to below;
//! 3. add a cassette that shows it.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::breaker::Permit;
use super::connection::{Connection, Endpoint};
use crate::{LlmError, TimeoutPhase};

/// Provider's words are cut to this many characters.
const MESSAGE_CHARS: usize = 240;

/// The money or the allowance is used up: waiting does not help.
const QUOTA: [&str; 7] = [
    "insufficient_quota",
    "credit_balance_exhausted",
    "spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_credits",
];
/// The prompt is too long, as a code or type.
const TOO_LONG: [&str; 3] = ["context_length_exceeded", "exceed_context_size_error", "string_above_max_length"];
/// The prompt is too long, in the words of servers without codes.
const TOO_LONG_WORDS: [&str; 6] = [
    "maximum context length",
    "context size",
    "context window",
    "prompt is too long",
    "too many tokens",
    "input is too large to process",
];
/// Policy said no.
const REFUSED: [&str; 5] = [
    "content_filter",
    "content_policy_violation",
    "responsibleaipolicyviolation",
    "moderation_blocked",
    "cyber_policy_violation",
];
/// Too much at once; wait.
const RATE: [&str; 4] = ["rate_limit_exceeded", "slow_down", "rate_limit_error", "resource_exhausted"];
/// The server's trouble, not ours.
const OVERLOADED: [&str; 6] = [
    "server_is_overloaded",
    "overloaded_error",
    "server_error",
    "service_unavailable",
    "unavailable_error",
    "internal_server_error",
];
/// Our trouble, when it comes without a status.
const OURS: [&str; 5] =
    ["invalid_request_error", "authentication_error", "permission_error", "not_found_error", "model_not_found"];

/// A failed call, with what decides about another try.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What callers are told.
    pub(crate) error: LlmError,
    /// The pause the provider asked for.
    pub(crate) retry_after: Option<Duration>,
    /// The provider's own word on whether to retry (`x-should-retry`).
    pub(crate) provider_says_retry: Option<bool>,
    /// Set if the request itself was found wrong, which dropping a parameter may mend.
    pub(crate) rejected: Option<ProviderError>,
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
            provider_says_retry: None,
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
    let retry_after = retry_after(headers);
    let with_words = |what: String| {
        let words = said.as_ref().map(|said| said.message.as_str()).filter(|words| !words.is_empty());
        words.map_or(what.clone(), |words| format!("{what}: {words}"))
    };
    let by_code = said.as_ref().and_then(|said| said.meaning(retry_after, (400..500).contains(&code) || code == 500));
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
    let should_retry = headers.get("x-should-retry").and_then(|value| match value.as_bytes() {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    });
    let knows_models = said.as_ref().is_some_and(ProviderError::speaks_of_models);
    Failure {
        retry_after,
        provider_says_retry: should_retry,
        rejected: said.filter(|_| matches!(code, 400 | 422) && matches!(error, LlmError::Permanent(_))),
        missing_in_json: matches!(code, 404 | 405) && serde_json::from_slice::<Value>(body).is_ok(),
        knows_models,
        ..Failure::from(error)
    }
}

/// An error object inside a response that had begun well.
pub(crate) fn from_error_object(value: &Value, redactor: &Redactor) -> Failure {
    let said = ProviderError::from_value(value, redactor);
    let error = said.meaning(None, true).unwrap_or_else(|| {
        let ours =
            OURS.iter().any(|code| said.is(code)) || said.status.is_some_and(|status| (400..500).contains(&status));
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

/// An error in the provider's words, whatever its shape.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProviderError {
    /// For people; without secrets.
    pub(crate) message: String,
    /// The parameter it complains of.
    pub(crate) param: String,
    /// Lower case.
    pub(crate) code: String,
    /// The type, and what else classifies it; lower case.
    pub(crate) kind: String,
    /// A code that is a status.
    pub(crate) status: Option<u16>,
}

impl ProviderError {
    fn from_body(body: &[u8], redactor: &Redactor) -> Option<Self> {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => Some(Self::from_value(&value, redactor)),
            Err(_) => {
                let text = String::from_utf8_lossy(body);
                let text = text.trim();
                // A page of HTML explains nothing in its first line.
                let worth = !text.is_empty() && !text.starts_with('<');
                worth.then(|| Self { message: redactor.clean(text), ..Self::default() })
            }
        }
    }

    /// Known shapes: `{"error": {...}}`, `{"error": "..."}`, `[{"error": ...}]`, `{"message": ...}`, `{"detail": ...}`,
    /// and the inner object itself.
    pub(crate) fn from_value(value: &Value, redactor: &Redactor) -> Self {
        let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        let inner = value.get("error").filter(|inner| !inner.is_null()).unwrap_or(value);
        let text = |key: &str| match inner.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let message = match (inner, inner.get("message"), inner.get("detail")) {
            (Value::String(text), ..) | (_, Some(Value::String(text)), _) | (_, None, Some(Value::String(text))) => {
                text.clone()
            }
            (_, Some(other), _) | (_, None, Some(other)) if !other.is_null() => other.to_string(),
            _ => String::new(),
        };
        let code = text("code").to_lowercase();
        // Azure wraps the reason a level deeper.
        let deeper = inner.get("innererror").and_then(|deeper| deeper.get("code")).and_then(Value::as_str);
        Self {
            message: redactor.clean(&message),
            param: text("param"),
            status: code.parse().ok().filter(|status| (400..600).contains(status)),
            kind: [text("type"), text("status"), deeper.unwrap_or_default().to_owned()].join(" ").to_lowercase(),
            code,
        }
    }

    fn is(&self, name: &str) -> bool {
        self.code.ends_with(name) || self.kind.split(' ').any(|kind| kind.ends_with(name))
    }

    fn speaks_of_models(&self) -> bool {
        [&self.message, &self.code, &self.kind].iter().any(|text| text.to_lowercase().contains("model"))
    }

    /// What codes, types and words mean, if they mean something more than the status does.
    fn meaning(&self, retry_after: Option<Duration>, may_be_ours: bool) -> Option<LlmError> {
        let any = |names: &[&str]| names.iter().any(|name| self.is(name));
        let says_too_long = || {
            let message = self.message.to_lowercase();
            may_be_ours && TOO_LONG_WORDS.iter().any(|words| message.contains(words))
        };
        if any(&QUOTA) {
            return Some(LlmError::Permanent(format!("the provider's quota or credit is used up: {}", self.message)));
        }
        if any(&TOO_LONG) || says_too_long() {
            return Some(LlmError::ContextTooLong(self.message.clone()));
        }
        if any(&REFUSED) {
            return Some(LlmError::Refused(self.message.clone()));
        }
        if any(&RATE) || self.status == Some(429) {
            return Some(LlmError::RateLimited { retry_after });
        }
        if any(&OVERLOADED) || self.status.is_some_and(|status| status >= 500) {
            return Some(LlmError::Transient(format!("the provider has trouble: {}", self.message)));
        }
        None
    }
}

/// The pause that the headers ask for. A date is measured against the response's own, so no clock is needed.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = |number: f64| Duration::try_from_secs_f64(number).ok();
    if let Some(pause) =
        text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()).and_then(|millis| seconds(millis / 1_000.0))
    {
        return Some(pause);
    }
    if let Some(asked) = text(RETRY_AFTER.as_str()) {
        if let Some(pause) = asked.parse::<f64>().ok().and_then(seconds) {
            return Some(pause);
        }
        let date = |text: &str| OffsetDateTime::parse(text, &Rfc2822).ok();
        if let (Some(until), Some(now)) = (date(asked), text(DATE.as_str()).and_then(date)) {
            return Some(Duration::try_from(until - now).unwrap_or(Duration::ZERO));
        }
    }
    let spent = |what: &str| text(&format!("x-ratelimit-remaining-{what}")) == Some("0");
    ["requests", "tokens"]
        .into_iter()
        .filter(|what| spent(what))
        .filter_map(|what| text(&format!("x-ratelimit-reset-{what}")).and_then(go_duration))
        .max()
}

/// Reads `1m30s`, `6.5s`, `20ms`.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|character: char| character.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        let scale = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return None,
        };
        sum += Duration::try_from_secs_f64(number.parse::<f64>().ok()? * scale).ok()?;
        rest = next;
    }
    (!text.is_empty()).then_some(sum)
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

/// Takes secrets out of texts that came from a server, some of which repeat the key.
#[derive(Clone)]
pub(crate) struct Redactor {
    secrets: Vec<SecretString>,
}

impl Redactor {
    /// Knows the secrets of `connection`.
    pub(crate) fn new(connection: &Connection) -> Self {
        let headers = connection.headers.iter().map(|(_, value)| value.clone());
        Self { secrets: connection.api_key.clone().into_iter().chain(headers).collect() }
    }

    /// One line of at most [`MESSAGE_CHARS`] characters without secrets and whatever looks like one.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            let secret = secret.expose_secret().trim();
            if secret.len() >= 4 {
                text = text.replace(secret, "[key]");
            }
        }
        let words = text.split_whitespace().map(|word| if word.contains("sk-") { "[key]" } else { word });
        let line = words.collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(MESSAGE_CHARS) {
            Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Redactor")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn the_pause_asked_for_is_read_in_every_form() {
        for (pairs, millis) in [
            (vec![("retry-after", "2")], Some(2_000)),
            (vec![("retry-after", "0.25")], Some(250)),
            (vec![("retry-after", "9"), ("retry-after-ms", "150")], Some(150)),
            (
                vec![("retry-after", "Sun, 22 Nov 2026 10:00:07 GMT"), ("date", "Sun, 22 Nov 2026 10:00:00 GMT")],
                Some(7_000),
            ),
            (
                vec![("retry-after", "Sun, 22 Nov 2026 09:59:00 GMT"), ("date", "Sun, 22 Nov 2026 10:00:00 GMT")],
                Some(0),
            ),
            (vec![("retry-after", "Sun, 22 Nov 2026 10:00:07 GMT")], None),
            (vec![("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m30s")], Some(90_000)),
            (vec![("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "20ms")], Some(20)),
            (vec![("x-ratelimit-remaining-requests", "5"), ("x-ratelimit-reset-requests", "8s")], None),
            (vec![("retry-after", "soon")], None),
            (vec![("retry-after", "-3")], None),
            (vec![("retry-after", "inf")], None),
            (vec![], None),
        ] {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap()))
                .collect();
            assert_eq!(retry_after(&headers).map(|pause| pause.as_millis()), millis, "{pairs:?}");
        }
    }

    #[test]
    fn secrets_leave_no_trace_in_texts() {
        let http = super::super::http_client(&super::super::Timeouts::default()).unwrap();
        let mut connection = Connection::new(http, "http://localhost").with_api_key("private-key-1".into());
        connection.headers.push(("x-token".to_owned(), "header-secret".into()));
        let clean = Redactor::new(&connection)
            .clean("key private-key-1 (or sk-proj-abc***xyz, \"sk-live\") and header-secret\n at fault");
        assert_eq!(clean, "key [key] (or [key] [key] and [key] at fault");
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        let http = super::super::http_client(&super::super::Timeouts::default()).unwrap();
        let clean = Redactor::new(&Connection::new(http, "http://localhost")).clean(&"ñ".repeat(999));
        assert_eq!(clean.chars().count(), MESSAGE_CHARS + 3);
    }
}
