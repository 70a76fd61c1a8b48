//! Keeps calls below the provider's rate, so that it need not refuse them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A bucket of one minute's requests that fills evenly, kept as the moment at which it will be full again (GCRA).
#[derive(Debug)]
pub(crate) struct Limiter {
    per_request: Duration,
    full_at: Mutex<Option<Instant>>,
}

const MINUTE: Duration = Duration::from_secs(60);

impl Limiter {
    /// Lets `per_minute` requests through at once, and as many each minute.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self { per_request: MINUTE / per_minute.max(1), full_at: Mutex::new(None) }
    }

    /// Waits for a turn; gives it up at once, with the wait it would have been, if that is longer than `patience`.
    pub(crate) async fn acquire(&self, patience: Duration) -> Result<(), Duration> {
        let turn = {
            let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let after = full_at.map_or(now, |moment| moment.max(now)) + self.per_request;
            let wait = (after - now).saturating_sub(MINUTE);
            if wait > patience {
                return Err(wait);
            }
            *full_at = Some(after);
            now + wait
        };
        if turn > Instant::now() {
            sleep_until(turn).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_minutes_requests_pass_at_once_and_then_one_by_one() {
        let limiter = Limiter::new(3);
        let patience = Duration::from_secs(25);
        let start = Instant::now();
        for expected in [0, 0, 0, 20, 40] {
            assert_eq!(limiter.acquire(patience).await, Ok(()));
            assert_eq!(start.elapsed().as_secs(), expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_patience_is_refused_at_once_and_takes_no_turn() {
        let limiter = Limiter::new(60);
        for _ in 0..60 {
            assert_eq!(limiter.acquire(Duration::ZERO).await, Ok(()));
        }
        let start = Instant::now();
        for _ in 0..100 {
            assert_eq!(limiter.acquire(Duration::from_millis(500)).await, Err(Duration::from_secs(1)));
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(limiter.acquire(Duration::from_secs(1)).await, Ok(()));
    }
}
