//! Where time and randomness come from. The binary brings the real ones, tests bring their own.

use portavoz_domain::timestamp::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;
}

/// Gives random bytes, unpredictable enough for keys.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// Ten random bytes, what an id needs.
pub(crate) fn id_bytes(entropy: &dyn Entropy) -> [u8; 10] {
    let mut bytes = [0; 10];
    entropy.fill(&mut bytes);
    bytes
}
