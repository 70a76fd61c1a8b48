//! Why a model did not answer. Whether to retry is a `match` on this, in one place.

use std::time::Duration;

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// Too many requests for now; retried, after the time the provider names.
    #[error("rate limited by the provider")]
    RateLimited {
        /// As the provider said.
        retry_after: Option<Duration>,
    },
    /// The prompt is longer than the model reads.
    #[error("the prompt is longer than the model's context: {0}")]
    ContextTooLong(String),
    /// The model or the provider turned the request down, by policy or content filter.
    #[error("refused: {0}")]
    Refused(String),
    /// Nothing in time.
    #[error("timed out {0}")]
    Timeout(TimeoutPhase),
    /// May pass: connection lost, server error, overloaded.
    #[error("{0}")]
    Transient(String),
    /// The provider does not have the model, or no longer: another one may be asked.
    #[error("{0}")]
    UnknownModel(String),
    /// Will not pass by itself: bad key, quota spent, nonsense in reply.
    #[error("{0}")]
    Permanent(String),
    /// Too many failures lately: not even tried.
    #[error("not tried: too many failures, next attempt in {} s", .retry_in.as_secs())]
    CircuitOpen {
        /// When the next attempt is let through.
        retry_in: Duration,
    },
}

/// Which wait was too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeoutPhase {
    /// To connect.
    Connect,
    /// For the first token.
    FirstToken,
    /// Between two tokens.
    Gap,
    /// Altogether.
    Total,
}

impl std::fmt::Display for TimeoutPhase {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "while connecting",
            Self::FirstToken => "before the first token",
            Self::Gap => "between two tokens",
            Self::Total => "before the end of the answer",
        })
    }
}

impl LlmError {
    /// A stable short name for logs, ladders and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::ContextTooLong(_) => "context_too_long",
            Self::Refused(_) => "refused",
            Self::Timeout(_) => "timeout",
            Self::Transient(_) => "transient",
            Self::UnknownModel(_) => "unknown_model",
            Self::Permanent(_) => "permanent",
            Self::CircuitOpen { .. } => "circuit_open",
        }
    }
}
