//! Errors in the provider's words: bodies of many dialects, and what their codes, types and phrases mean.
//!
//! To add one more kind of error: 1. find its code, type or words; 2. add them to the table they belong to below;
//! 3. add a cassette that shows it.

use std::time::Duration;

use serde_json::Value;

use crate::LlmError;
use crate::openai::redact::Redactor;

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
/// There is no such model, or no longer: OpenAI's codes, then Azure's.
const GONE: [&str; 3] = ["model_not_found", "model_deprecated", "deploymentnotfound"];
/// Our trouble, when it comes without a status.
const OURS: [&str; 5] =
    ["invalid_request_error", "authentication_error", "permission_error", "not_found_error", "model_not_found"];

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
    /// Reads a body; nothing if it explains nothing.
    pub(super) fn from_body(body: &[u8], redactor: &Redactor) -> Option<Self> {
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
    pub(super) fn from_value(value: &Value, redactor: &Redactor) -> Self {
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

    /// True if the request was at fault, for errors that come without a status.
    pub(super) fn is_ours(&self) -> bool {
        OURS.iter().any(|code| self.is(code)) || self.status.is_some_and(|status| (400..500).contains(&status))
    }

    fn is(&self, name: &str) -> bool {
        self.code.ends_with(name) || self.kind.split(' ').any(|kind| kind.ends_with(name))
    }

    /// True if the provider has not got the model. Words alone are believed only where nothing was found: parameters
    /// are deprecated too, and said to be so in the same words.
    pub(super) fn denies_model(&self, status: u16) -> bool {
        GONE.iter().any(|code| self.is(code)) || (matches!(status, 404 | 410) && self.speaks_of_models())
    }

    /// True if it speaks of models, as only a server of models does.
    pub(super) fn speaks_of_models(&self) -> bool {
        [&self.message, &self.code, &self.kind].iter().any(|text| text.to_lowercase().contains("model"))
    }

    /// What codes, types and words mean, if they mean something more than the status does.
    pub(super) fn meaning(&self, retry_after: Option<Duration>, may_be_ours: bool) -> Option<LlmError> {
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
