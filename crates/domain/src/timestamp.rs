//! A moment, as a number that every database can keep.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, Time};

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * 60 * 1_000;
/// Milliseconds of a day of UTC, which has no leap seconds here.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Milliseconds from `earlier` to this moment, 0 if the clock went backwards.
    pub fn millis_since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// The beginning of a date in UTC.
    pub fn of_date(date: Date) -> Self {
        Self(OffsetDateTime::new_utc(date, Time::MIDNIGHT).unix_timestamp() * 1_000)
    }

    /// The beginning of its hour.
    pub const fn hour(self) -> Self {
        Self(self.0 - self.0.rem_euclid(HOUR_MS))
    }

    /// The beginning of its day in UTC.
    pub const fn day(self) -> Self {
        Self(self.0 - self.0.rem_euclid(DAY_MS))
    }

    /// Its calendar month in UTC, up to the beginning of the next one; outside the years that [`Timestamp::date`]
    /// knows, its day.
    pub fn month(self) -> Range<Self> {
        let first = self.date().and_then(|date| date.replace_day(1).ok());
        let next = first
            .and_then(|first| first.checked_add(time::Duration::days(i64::from(first.month().length(first.year())))));
        match (first, next) {
            (Some(first), Some(next)) => Self::of_date(first)..Self::of_date(next),
            _ => self.day()..self.day().a_day_later(),
        }
    }

    /// The calendar date in UTC; `None` outside the years -9999 to 9999.
    pub fn date(self) -> Option<time::Date> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).ok().map(OffsetDateTime::date)
    }

    /// The first moment, in UTC, of a day that is written as `2026-11-22`, and in no other way.
    pub fn of_day(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| -> Option<u16> {
            let part = parts.next()?;
            (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse().ok())
                .flatten()
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
        parts.next().is_none().then(|| Self::of_date(date))
    }

    /// The same time of the next day.
    pub const fn a_day_later(self) -> Self {
        Self(self.0.saturating_add(DAY_MS))
    }

    /// The same time so many days before.
    pub const fn days_earlier(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days.saturating_mul(DAY_MS)))
    }

    /// RFC 3339 in UTC; the bare number of milliseconds outside the years that RFC 3339 knows.
    pub fn to_rfc3339(self) -> String {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_else(|| self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_knows_its_hour_its_day_and_its_month() {
        for (millis, hour, day, month, next_month) in [
            (0, 0, 0, 0, 31 * DAY_MS),
            (-1, -HOUR_MS, -DAY_MS, -31 * DAY_MS, 0),
            // 2024-02-29T23:59:59.999Z, the last moment of a leap month.
            (1_709_251_199_999, 1_709_247_600_000, 1_709_164_800_000, 1_706_745_600_000, 1_709_251_200_000),
        ] {
            let moment = Timestamp::from_millis(millis);
            let found = [moment.hour(), moment.day(), moment.month().start, moment.month().end];
            assert_eq!(found.map(Timestamp::as_millis), [hour, day, month, next_month], "{millis}");
            assert_eq!(moment.date().map(Timestamp::of_date), Some(moment.day()), "{millis}");
        }
    }

    #[test]
    fn a_moment_beyond_the_calendar_has_a_day_for_a_month() {
        let last = Timestamp::from_millis(i64::MAX);
        assert_eq!((last.date(), last.month().start), (None, last.day()));
    }
}
