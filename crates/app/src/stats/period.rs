//! Which turns a figure is of: from one moment to another, in whole hours.

use portavoz_domain::timestamp::{DAY_MS, HOUR_MS, Timestamp};
use serde::{Serialize, Serializer};

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
        (from < to).then(|| Self { from: from.hour(), to: end_of_hour(to) })
    }

    /// Today and the days before it, `days` in all (at least one): from midnight UTC to the end of this hour.
    pub fn last_days(now: Timestamp, days: u32) -> Self {
        let from = now.day().days_earlier(i64::from(days.max(1)) - 1);
        // At the stroke of midnight the day has begun, and its first hour with it.
        Self { from, to: end_of_hour(Timestamp::from_millis(now.as_millis() + 1)) }
    }

    /// What it is compared with: as long, so many whole days earlier that the two do not overlap, so that both have the
    /// same hours of the day.
    #[must_use]
    pub fn previous(self) -> Self {
        let length = self.to.as_millis() - self.from.as_millis();
        let back = (length.max(1) + DAY_MS - 1).div_euclid(DAY_MS);
        Self { from: self.from.days_earlier(back), to: self.to.days_earlier(back) }
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
        let (step, first) = if by_hour { (HOUR_MS, self.from.hour()) } else { (DAY_MS, self.from.day()) };
        let first = first.as_millis();
        let count = (self.to.as_millis() - first + step - 1).div_euclid(step);
        (0..count).map(move |place| Timestamp::from_millis(first + place * step))
    }
}

/// The moment itself if an hour begins with it, otherwise the beginning of the next one.
fn end_of_hour(moment: Timestamp) -> Timestamp {
    let hour = moment.hour();
    if hour == moment { hour } else { Timestamp::from_millis(hour.as_millis() + HOUR_MS) }
}
