//! How patient and how insistent calls are: the figures that owners may change, with their defaults.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect.
    pub connect: Duration,
    /// For the first token of a streamed answer, retries included: a visitor is waiting.
    pub first_token: Duration,
    /// Between two tokens.
    pub gap: Duration,
    /// For the whole answer.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(20),
            gap: Duration::from_secs(15),
            total: Duration::from_secs(90),
        }
    }
}

/// When to stop asking a model that keeps failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// So many failures in a row open the circuit.
    pub failures: u32,
    /// So long it stays open before one call may try.
    pub open_for: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 5, open_for: Duration::from_secs(10) }
    }
}

/// How calls to one model are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallPolicy {
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Tries after the first, before the first event.
    pub retries: u32,
    /// Requests a minute that are let through; `None` for no limit.
    pub requests_per_minute: Option<u32>,
    /// How long a call may queue for the limit before it is turned away.
    pub limit_wait: Duration,
    /// When to stop asking.
    pub breaker: BreakerSettings,
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            retries: 2,
            requests_per_minute: None,
            limit_wait: Duration::from_secs(2),
            breaker: BreakerSettings::default(),
        }
    }
}

/// A source of numbers in 0..1, handed in so that tests know them.
#[derive(Clone)]
pub struct Random(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Random {
    /// Takes numbers from `source`.
    pub fn new(source: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// The next number, cut to 0..=1 whatever the source gives.
    pub(crate) fn next(&self) -> f64 {
        let number = (self.0)();
        if number.is_finite() { number.clamp(0.0, 1.0) } else { 0.0 }
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Random")
    }
}
