//! Time and randomness: the only place where portavoz takes them from the operating system.

use std::time::{SystemTime, UNIX_EPOCH};

use portavoz_app::clock::{Clock, Entropy};
use portavoz_domain::timestamp::Timestamp;

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
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

/// A number in 0..1, for the jitter of retries.
pub fn random_unit() -> f64 {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes);
    // The 53 bits that fit a double exactly.
    (u64::from_le_bytes(bytes) >> 11) as f64 / (1_u64 << 53) as f64
}
