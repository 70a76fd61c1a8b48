//! What this process has done since it started, for whoever scrapes `/metrics`.
//!
//! The database's sums are of all processes and for ever; a scraper wants each process's own, and adds them up itself.
//! Names in here are bounded: models by the configuration, everything else by its type. Start at [`Meter`].

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use portavoz_domain::feedback::Rating;
use portavoz_domain::traffic::Tally;
use portavoz_domain::turn::Settlement;
use portavoz_text::language::Language;

/// Upper bounds of the buckets in which times are counted, in milliseconds; the last bucket has none.
pub const BOUNDS_MS: [u64; 16] =
    [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 60_000];

/// Counts while the process lives.
#[derive(Debug, Default)]
pub struct Meter(Mutex<Readings>);

/// What was counted.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    /// Sums of settled turns by the model that answered; empty for turns that no model answered.
    pub turns: BTreeMap<String, Tally>,
    /// Thumbs given, changed ones again.
    pub ratings: BTreeMap<Rating, u64>,
    /// From arrival to the first words.
    pub first_token: Timing,
    /// From arrival to the end.
    pub total: Timing,
    /// Of searches, one for each question that was searched for.
    pub search: Timing,
    /// Of checks, one for each sentence, the judge's opinion included.
    pub verification: Timing,
}

/// How long things took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timing {
    /// How many were within each of [`BOUNDS_MS`] and not within the one before; the last one beyond all.
    pub buckets: [u64; BOUNDS_MS.len() + 1],
    /// All together.
    pub sum: Duration,
}

impl Timing {
    /// How many were timed.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    fn add(&mut self, took: Duration) {
        let within = |bound: &u64| took <= Duration::from_millis(*bound);
        let place = BOUNDS_MS.iter().position(within).unwrap_or(BOUNDS_MS.len());
        if let Some(bucket) = self.buckets.get_mut(place) {
            *bucket += 1;
        }
        self.sum += took;
    }
}

impl Meter {
    /// What was counted so far.
    pub fn read(&self) -> Readings {
        self.readings().clone()
    }

    /// A turn was settled.
    pub(crate) fn settled(&self, settlement: &Settlement, language: Language) {
        let (key, tally) = Tally::of(settlement, language);
        let mut readings = self.readings();
        readings.turns.entry(key.model).or_default().merge(&tally);
        if let Some(first_token_ms) = settlement.first_token_ms {
            readings.first_token.add(Duration::from_millis(first_token_ms));
        }
        readings.total.add(Duration::from_millis(settlement.took_ms));
    }

    /// A visitor said what they think of an answer.
    pub(crate) fn rated(&self, rating: Rating) {
        *self.readings().ratings.entry(rating).or_default() += 1;
    }

    /// A search ended.
    pub(crate) fn searched(&self, took: Duration) {
        self.readings().search.add(took);
    }

    /// A sentence was checked.
    pub(crate) fn checked(&self, took: Duration) {
        self.readings().verification.add(took);
    }

    fn readings(&self) -> MutexGuard<'_, Readings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_counted_in_the_first_bucket_that_it_fits() {
        let mut timing = Timing::default();
        for (took_us, place) in [(0, 0), (1_000, 0), (1_001, 1), (60_000_000, 15), (60_000_001, 16)] {
            let before = timing.buckets.get(place).copied();
            timing.add(Duration::from_micros(took_us));
            assert_eq!(timing.buckets.get(place).copied(), before.map(|count| count + 1), "{took_us}");
        }
        assert_eq!(timing.count(), 5);
        assert_eq!(timing.sum, Duration::from_micros(120_002_002));
    }
}
