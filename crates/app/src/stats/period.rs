//! Which turns a figure is of: from one moment to another, in whole hours.

use portavoz_domain::timestamp::Timestamp;
use serde::{Serialize, Serializer};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Periods of at most this many days are told by the hour if nobody asks otherwise, longer ones by the day.
const DAYS_BY_HOUR: i64 = 3;
/// More points than a series is drawn with: two months by the hour, four years by the day.
pub(super) const MAX_POINTS: i64 = 1_500;

/// From a moment until just before another, both at full hours: sums of turns are kept by the hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first moment.
    #[serde(serialize_with = "rfc3339")]
    pub from: Timestamp,
    /// The first moment after it.
    #[serde(serialize_with = "rfc3339")]
    pub to: Timestamp,
}

/// As people and programs read it.
pub(super) fn rfc3339<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment.to_rfc3339())
}

impl Period {
    /// The full hours around two moments; `None` if the second is not after the first.
    pub fn between(from: Timestamp, to: Timestamp) -> Option<Self> {
        (from < to).then(|| Self { from: floor(from, HOUR_MS), to: ceil(to, HOUR_MS) })
    }

    /// Today and the days before it, `days` in all (at least one): from midnight UTC to the end of this hour.
    pub fn last_days(now: Timestamp, days: u32) -> Self {
        let today = floor(now, DAY_MS);
        let from = today.as_millis() - (i64::from(days.max(1)) - 1) * DAY_MS;
        // At the stroke of midnight the day has begun, and its first hour with it.
        Self { from: Timestamp::from_millis(from), to: ceil(Timestamp::from_millis(now.as_millis() + 1), HOUR_MS) }
    }

    /// What it is compared with: as long, so many whole days earlier that the two do not overlap, so that both have the
    /// same hours of the day.
    #[must_use]
    pub fn previous(self) -> Self {
        let length = self.to.as_millis() - self.from.as_millis();
        let back = (length.max(1) + DAY_MS - 1).div_euclid(DAY_MS) * DAY_MS;
        let earlier = |moment: Timestamp| Timestamp::from_millis(moment.as_millis() - back);
        Self { from: earlier(self.from), to: earlier(self.to) }
    }

    /// In hours.
    pub const fn hours(self) -> i64 {
        (self.to.as_millis() - self.from.as_millis()).div_euclid(HOUR_MS)
    }

    /// Whether a series of it by the hour, or by the day, has a number of points that anyone can use.
    pub const fn can_be_told(self, by_hour: bool) -> bool {
        self.hours() / (if by_hour { 1 } else { 24 }) <= MAX_POINTS
    }

    /// True if a series of it is told by the hour.
    pub(super) const fn is_short(self) -> bool {
        self.hours() <= DAYS_BY_HOUR * 24
    }

    /// The beginnings of its hours, or of its days.
    pub(super) fn starts(self, by_hour: bool) -> impl Iterator<Item = Timestamp> {
        let step = if by_hour { HOUR_MS } else { DAY_MS };
        let first = floor(self.from, step).as_millis();
        let count = (self.to.as_millis() - first + step - 1).div_euclid(step);
        (0..count).map(move |place| Timestamp::from_millis(first + place * step))
    }
}

fn floor(moment: Timestamp, step: i64) -> Timestamp {
    Timestamp::from_millis(moment.as_millis().div_euclid(step) * step)
}

fn ceil(moment: Timestamp, step: i64) -> Timestamp {
    let below = floor(moment, step);
    if below == moment { below } else { Timestamp::from_millis(below.as_millis() + step) }
}
