//! Whether and when to ask again. The rule is one `match`, in [`worth_retrying`].

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::caller::Caller;
use super::failure::Failure;
use crate::{LlmError, TimeoutPhase};

/// The first pause; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// No pause of our own is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// A provider that asks for a longer pause is not waited for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);
/// Up to this share of a pause is left out at random, so that clients refused together do not come back together.
const JITTER: f64 = 0.25;

/// True if the same request may succeed in a moment.
fn worth_retrying(failure: &Failure) -> bool {
    if failure.pointless {
        return false;
    }
    match &failure.error {
        // Our own limiter has waited already; the provider's has not.
        LlmError::RateLimited { .. } => !failure.local,
        LlmError::Transient(_) | LlmError::Timeout(TimeoutPhase::Connect) => true,
        LlmError::Timeout(_)
        | LlmError::ContextTooLong(_)
        | LlmError::Refused(_)
        | LlmError::UnknownModel(_)
        | LlmError::Permanent(_)
        | LlmError::CircuitOpen { .. } => false,
    }
}

/// Runs `attempt` until it succeeds, fails for good, or the retries or the time are used up. A pause that would pass
/// `deadline` is not begun: whoever waits is better served by the next rung now.
pub(crate) async fn with_retries<T, F>(
    caller: &Caller,
    deadline: Option<Instant>,
    mut attempt: impl FnMut() -> F,
) -> Result<T, LlmError>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut last: Option<LlmError> = None;
    for tried in 0..=caller.policy().retries {
        let failure = match attempt().await {
            Ok(value) => return Ok(value),
            // A circuit that opened between two tries is a consequence: the first error tells more.
            Err(failure) if matches!(failure.error, LlmError::CircuitOpen { .. }) => {
                return Err(last.unwrap_or(failure.error));
            }
            Err(failure) => failure,
        };
        let pause = pause(tried, failure.retry_after, caller.random());
        let in_time = pause <= LONGEST_RETRY_AFTER && deadline.is_none_or(|deadline| Instant::now() + pause < deadline);
        if tried == caller.policy().retries || !in_time || !worth_retrying(&failure) {
            return Err(failure.error);
        }
        tracing::debug!(
            host = caller.host(),
            code = failure.error.code(),
            pause_ms = pause.as_millis(),
            "asking again"
        );
        last = Some(failure.error);
        sleep(pause).await;
    }
    // Unreachable: the last round returns. Said without a panic.
    Err(last.unwrap_or_else(|| LlmError::Transient("no attempt was made".to_owned())))
}

fn pause(tried: u32, retry_after: Option<Duration>, random: f64) -> Duration {
    retry_after.unwrap_or_else(|| {
        let full = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tried)).min(LONGEST_PAUSE);
        full.mul_f64(JITTER.mul_add(-random, 1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_half_a_second_to_eight_less_up_to_a_quarter() {
        for (tried, random, millis) in
            [(0, 0.0, 500), (0, 1.0, 375), (1, 0.0, 1_000), (2, 0.5, 1_750), (4, 0.0, 8_000), (40, 0.0, 8_000)]
        {
            assert_eq!(pause(tried, None, random).as_millis(), millis, "{tried}, {random}");
        }
    }

    #[test]
    fn the_providers_pause_wins() {
        assert_eq!(pause(0, Some(Duration::from_secs(3)), 0.9), Duration::from_secs(3));
    }
}
