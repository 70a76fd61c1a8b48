//! What is still to be told of an episode, and when: each end of it once by each channel, tried again while that fails.
//! Messages for the owner ([`crate::inbox`]) are told by the same rule.

use super::{Delivery, Episode, Kind};
use crate::timestamp::Timestamp;

const MINUTE_MS: u64 = 60_000;
/// The first wait after a failure is over with the next evaluation, which may come a little early.
const FIRST_WAIT_MS: u64 = MINUTE_MS - 10_000;
/// The longest wait: a receiver that is back hears of it within the hour.
const LONGEST_WAIT_MS: u64 = 60 * MINUTE_MS;
/// Then a receiver is taken to be gone for good. The failures stay in the episode, for the owner to read.
pub(crate) const GIVE_UP_MS: u64 = 7 * 24 * 60 * MINUTE_MS;
/// An episode that ended unsaid longer ago is no news.
const STALE_MS: u64 = 24 * 60 * MINUTE_MS;

/// What becomes of a message that did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// It is time for another try.
    Now,
    /// It is too early.
    Later,
    /// It is too late.
    Never,
}

/// What becomes of a message after these failures of a channel; there is at least one, `last` the same one if it is alone.
pub(crate) fn retry(failures: usize, first: &Delivery, last: &Delivery, now: Timestamp) -> Retry {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    let doubled = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
    let wait = FIRST_WAIT_MS.saturating_mul(doubled).min(LONGEST_WAIT_MS);
    if now.millis_since(first.at) >= GIVE_UP_MS {
        Retry::Never
    } else if now.millis_since(last.at) >= wait {
        Retry::Now
    } else {
        Retry::Later
    }
}

/// What a channel is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// That it began.
    Opening,
    /// That it is over. Whoever never heard of its beginning hears of both at once.
    End,
}

impl Due {
    /// Whether a delivery was of this.
    fn is_of(self, delivery: &Delivery) -> bool {
        delivery.recovery == (self == Self::End)
    }
}

impl Episode {
    /// What `channel` is to tell of this episode now, if anything.
    pub fn due(&self, channel: &str, now: Timestamp) -> Option<Due> {
        let ends_aloud = Kind::parse(&self.kind).is_none_or(|kind| kind.tells_recovery(&self.subject));
        let due = if self.closed.is_some() && ends_aloud { Due::End } else { Due::Opening };
        let by_channel: Vec<&Delivery> =
            self.deliveries.iter().filter(|delivery| delivery.channel == channel).collect();
        let of_this: Vec<&Delivery> = by_channel.iter().copied().filter(|delivery| due.is_of(delivery)).collect();
        if of_this.iter().any(|delivery| delivery.error.is_none()) {
            return None;
        }
        match (of_this.first(), of_this.last()) {
            (Some(first), Some(last)) => (retry(of_this.len(), first, last, now) == Retry::Now).then_some(due),
            _ => {
                // A channel that is new does not retell the past.
                let is_new = by_channel.is_empty() && !self.deliveries.is_empty();
                let is_past = self.closed.is_some_and(|closed| is_new || now.millis_since(closed) >= STALE_MS);
                (!is_past).then_some(due)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;
    use crate::ids::{EpisodeId, SiteId};

    /// Minutes of a day without a name.
    fn at(minute: u64) -> Timestamp {
        Timestamp::from_millis(i64::try_from(minute * MINUTE_MS).unwrap())
    }

    fn episode(kind: Kind, closed: Option<u64>, deliveries: &[(&str, u64, bool, bool)]) -> Episode {
        let delivery = |&(channel, minute, recovery, arrived): &(&str, u64, bool, bool)| Delivery {
            channel: channel.to_owned(),
            at: at(minute),
            recovery,
            error: (!arrived).then(|| "no".to_owned()),
        };
        Episode {
            site: SiteId::default(),
            id: EpisodeId::mint(at(0), [0; 10]),
            kind: kind.name().to_owned(),
            subject: String::new(),
            opened: at(0),
            closed: closed.map(at),
            value: 1.0,
            limit: 1.0,
            message: String::new(),
            deliveries: deliveries.iter().map(delivery).collect(),
        }
    }

    #[test]
    fn each_end_is_told_once_by_each_channel() {
        for (closed, deliveries, expected) in [
            (None, &[][..], Some(Due::Opening)),
            (None, &[("hook", 0, false, true)], None),
            (None, &[("log", 0, false, true)], Some(Due::Opening)),
            (Some(5), &[("hook", 0, false, true)], Some(Due::End)),
            (Some(5), &[("hook", 0, false, true), ("hook", 6, true, true)], None),
            // It never heard of the beginning: it hears of the whole.
            (Some(5), &[("hook", 0, false, false)], Some(Due::End)),
            // Nobody was told in time, such as after a crash.
            (Some(5), &[], Some(Due::End)),
            // Configured after it was over.
            (Some(5), &[("log", 0, false, true)], None),
        ] {
            let episode = episode(Kind::Quality, closed, deliveries);
            assert_eq!(episode.due("hook", at(10)), expected, "{closed:?} {deliveries:?}");
        }
    }

    #[test]
    fn what_ends_by_itself_ends_in_silence_and_yet_is_told_if_it_was_not() {
        let told = episode(Kind::Orphans, Some(5), &[("hook", 0, false, true)]);
        assert_eq!(told.due("hook", at(10)), None);
        let untold = episode(Kind::Orphans, Some(5), &[("hook", 0, false, false)]);
        assert_eq!(untold.due("hook", at(10)), Some(Due::Opening));
    }

    #[test]
    fn failures_are_tried_again_after_longer_and_longer_waits_for_a_week() {
        let mut failing = episode(Kind::Quality, None, &[]);
        let mut tried = Vec::new();
        for minute in 0..8 * 24 * 60 {
            if failing.due("hook", at(minute)).is_some() {
                tried.push(minute);
                let delivery =
                    Delivery { channel: "hook".into(), at: at(minute), recovery: false, error: Some("no".into()) };
                failing.deliveries.push(delivery);
            }
        }
        assert_eq!(tried[..8], [0, 1, 3, 7, 14, 28, 55, 109]);
        assert!(tried.windows(2).all(|pair| pair[1] - pair[0] <= 60), "{tried:?}");
        assert!(tried.last().is_some_and(|last| (7 * 24 * 60 - 60..7 * 24 * 60).contains(last)), "{tried:?}");
    }

    #[test]
    fn what_ended_unsaid_long_ago_is_no_news() {
        let unsaid = episode(Kind::Quality, Some(5), &[]);
        assert_eq!(unsaid.due("hook", at(24 * 60)), Some(Due::End));
        assert_eq!(unsaid.due("hook", at(24 * 60 + 5)), None);
    }
}
