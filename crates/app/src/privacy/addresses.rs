//! Visitors' addresses as pseudonyms: whoever asks from the same address has the same pseudonym for the rest of the day
//! (UTC), so that limits count and one reads in the log that many requests come from one place. The address itself is
//! written nowhere.
//!
//! The key is random, lives in this process's memory alone and is replaced every day: then nobody, the owner included,
//! can tell any more which address a pseudonym stood for, not even by trying all there are.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use time::Date;

use crate::clock::{Clock, Entropy};

/// An address's name for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pseudonym([u8; 16]);

impl fmt::Display for Pseudonym {
    /// Eight hexadecimal digits: enough to tell those apart who come on one day.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(4).try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// Gives addresses their pseudonyms.
pub struct Pseudonyms {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    today: Mutex<Option<(Option<Date>, [u8; 32])>>,
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pseudonyms")
    }
}

impl Pseudonyms {
    /// Keys come from `entropy`, days from `clock`.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy, today: Mutex::new(None) }
    }

    /// The address's name of today. A household has a whole /64 of IPv6 addresses, so they are one.
    pub fn of(&self, address: IpAddr) -> Pseudonym {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key()).expect("HMAC takes keys of any length");
        match address.to_canonical() {
            IpAddr::V4(address) => mac.update(&address.octets()),
            IpAddr::V6(address) => mac.update(&(u128::from(address) & (u128::MAX << 64)).to_be_bytes()),
        }
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut pseudonym = [0; 16];
        pseudonym.iter_mut().zip(digest).for_each(|(place, byte)| *place = byte);
        Pseudonym(pseudonym)
    }

    /// The key of today; that of yesterday is overwritten.
    fn key(&self) -> [u8; 32] {
        let day = self.clock.now().date();
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        match *today {
            Some((known, key)) if known == day => key,
            _ => {
                let mut key = [0; 32];
                self.entropy.fill(&mut key);
                *today = Some((day, key));
                key
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

    use portavoz_domain::timestamp::Timestamp;

    use super::*;

    struct SetClock(AtomicI64);

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn pseudonyms(seed: u8) -> (Pseudonyms, Arc<SetClock>) {
        let clock = Arc::new(SetClock(AtomicI64::new(1_795_348_800_000)));
        (Pseudonyms::new(Arc::clone(&clock) as _, Arc::new(Counting(AtomicU8::new(seed)))), clock)
    }

    fn name(pseudonyms: &Pseudonyms, address: &str) -> Pseudonym {
        pseudonyms.of(address.parse().unwrap())
    }

    #[test]
    fn one_place_has_one_name_and_two_have_two() {
        let (pseudonyms, _) = pseudonyms(1);
        for (one, other, same) in [
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "::ffff:203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ] {
            assert_eq!(name(&pseudonyms, one) == name(&pseudonyms, other), same, "{one} {other}");
        }
        assert_eq!(name(&pseudonyms, "203.0.113.7").to_string().len(), 8);
    }

    #[test]
    fn a_name_lasts_until_midnight_and_cannot_be_made_again() {
        const HALF_A_DAY: i64 = 12 * 60 * 60 * 1_000;
        let (pseudonyms, clock) = pseudonyms(1);
        let noon = name(&pseudonyms, "203.0.113.7");
        clock.0.fetch_add(HALF_A_DAY - 1, Ordering::Relaxed);
        assert_eq!(name(&pseudonyms, "203.0.113.7"), noon);
        clock.0.fetch_add(1, Ordering::Relaxed);
        let tomorrow = name(&pseudonyms, "203.0.113.7");
        assert_ne!(tomorrow, noon);
        // Even with the clock put back the old key is gone.
        clock.0.fetch_sub(1, Ordering::Relaxed);
        assert_ne!(name(&pseudonyms, "203.0.113.7"), noon);
    }

    #[test]
    fn another_process_has_other_names() {
        assert_ne!(name(&pseudonyms(1).0, "203.0.113.7"), name(&pseudonyms(2).0, "203.0.113.7"));
    }
}
