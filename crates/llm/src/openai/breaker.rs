//! Stops asking a model that keeps failing, so that visitors reach the next rung at once; tries again by single calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::policy::BreakerSettings;

/// The circuit to one model: closed (all calls pass), open (none), half open (one probe at a time).
#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Failures in a row.
    failures: u32,
    /// `Some` while not closed.
    open_until: Option<Instant>,
    /// A probe is under way.
    probing: bool,
}

impl Breaker {
    /// A closed circuit.
    pub(crate) fn new(settings: BreakerSettings) -> Arc<Self> {
        Arc::new(Self { settings, state: Mutex::new(State::default()) })
    }

    /// Lets a call pass, or says how long it would have to wait.
    pub(crate) fn admit(self: &Arc<Self>) -> Result<Permit, Duration> {
        let mut state = self.state();
        let Some(open_until) = state.open_until else {
            return Ok(Permit { breaker: Arc::clone(self), probe: false, settled: false });
        };
        let now = Instant::now();
        if now < open_until {
            return Err(open_until - now);
        }
        if state.probing {
            return Err(self.settings.open_for);
        }
        state.probing = true;
        Ok(Permit { breaker: Arc::clone(self), probe: true, settled: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that was let through. Dropped without a verdict (the visitor left), it changes nothing but frees the probe.
#[derive(Debug)]
pub(crate) struct Permit {
    breaker: Arc<Breaker>,
    probe: bool,
    settled: bool,
}

impl Permit {
    /// The model has begun to answer: a probe lets the others pass again, but the next failure shuts the circuit.
    pub(crate) fn alive(&mut self) {
        if std::mem::take(&mut self.probe) {
            let mut state = self.breaker.state();
            *state = State { failures: self.breaker.settings.failures.saturating_sub(1), ..State::default() };
        }
    }

    /// The call succeeded.
    pub(crate) fn succeed(mut self) {
        self.settled = true;
        *self.breaker.state() = State::default();
    }

    /// The call failed in a way that says something of the model's health.
    pub(crate) fn fail(mut self) {
        self.settled = true;
        let mut state = self.breaker.state();
        state.failures = state.failures.saturating_add(1);
        if self.probe || (state.open_until.is_none() && state.failures >= self.breaker.settings.failures.max(1)) {
            state.open_until = Some(Instant::now() + self.breaker.settings.open_for);
            state.probing = false;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.probe && !self.settled {
            self.breaker.state().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use tokio::time::advance;

    const OPEN_FOR: Duration = Duration::from_secs(10);

    fn open_breaker() -> Arc<Breaker> {
        let breaker = Breaker::new(BreakerSettings { failures: 3, open_for: OPEN_FOR });
        for _ in 0..3 {
            breaker.admit().unwrap().fail();
        }
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_the_circuit_and_say_for_how_long() {
        let breaker = open_breaker();
        advance(Duration::from_secs(4)).await;
        assert_eq!(breaker.admit().unwrap_err(), Duration::from_secs(6));
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_in_between_starts_the_count_anew() {
        let breaker = Breaker::new(BreakerSettings { failures: 3, open_for: OPEN_FOR });
        for _ in 0..5 {
            breaker.admit().unwrap().fail();
            breaker.admit().unwrap().fail();
            breaker.admit().unwrap().succeed();
        }
        assert!(breaker.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_passes_at_a_time_and_its_success_closes_the_circuit() {
        let breaker = open_breaker();
        advance(OPEN_FOR).await;
        let probe = breaker.admit().unwrap();
        assert!(breaker.admit().is_err());
        probe.succeed();
        assert!(breaker.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_probe_opens_the_circuit_again() {
        let breaker = open_breaker();
        advance(OPEN_FOR).await;
        breaker.admit().unwrap().fail();
        assert_eq!(breaker.admit().unwrap_err(), OPEN_FOR);
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_probe_frees_its_place() {
        let breaker = open_breaker();
        advance(OPEN_FOR).await;
        drop(breaker.admit().unwrap());
        assert!(breaker.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_begins_to_answer_lets_others_pass_until_the_next_failure() {
        let breaker = open_breaker();
        advance(OPEN_FOR).await;
        let mut probe = breaker.admit().unwrap();
        probe.alive();
        let other = breaker.admit().unwrap();
        other.fail();
        assert!(breaker.admit().is_err());
    }
}
