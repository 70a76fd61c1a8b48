//! Time and randomness: the only place where portavoz takes them from the operating system.

use std::time::{SystemTime, UNIX_EPOCH};

use portavoz_app::clock::{Clock, Entropy};
use portavoz_domain::timestamp::Timestamp;

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Predictable keys would be worse than no service, so there is nothing to fall back to.
        getrandom::fill(bytes).expect("every supported operating system gives random bytes");
    }
}
