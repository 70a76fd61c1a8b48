//! How near a model is to the day its provider switches it off.
//!
//! Days are calendar days in UTC: a model whose shutdown date is today is gone today, whatever the hour.

use serde::{Deserialize, Serialize};
use time::Date;

/// Days before the end at which the owner is warned, the most urgent last.
pub const WARNING_DAYS: [u16; 3] = [90, 30, 7];

/// Where a model stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// No end is known, or it is farther off than any warning.
    Fine,
    /// It ends within a warning's reach.
    Ending {
        /// Until its first day without it; at least 1.
        days: u16,
        /// The narrowest of [`WARNING_DAYS`] that holds them.
        level: u16,
    },
    /// It is switched off.
    Ended,
}

impl Stage {
    /// The stage of a model on a day.
    pub fn on(today: Date, shutdown: Option<Date>) -> Self {
        let Some(shutdown) = shutdown else { return Self::Fine };
        let days = (shutdown - today).whole_days();
        if days <= 0 {
            return Self::Ended;
        }
        let reached = WARNING_DAYS.into_iter().rev().find(|level| days <= i64::from(*level));
        match (reached, u16::try_from(days)) {
            (Some(level), Ok(days)) => Self::Ending { days, level },
            _ => Self::Fine,
        }
    }

    /// The stable name of the warning, as alerts key it: `90`, `30`, `7` or `ended`; none if there is nothing to warn of.
    pub fn level(self) -> Option<&'static str> {
        match self {
            Self::Fine => None,
            Self::Ending { level: 90, .. } => Some("90"),
            Self::Ending { level: 30, .. } => Some("30"),
            Self::Ending { .. } => Some("7"),
            Self::Ended => Some("ended"),
        }
    }
}

/// The earlier of two announced ends.
pub fn earliest(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use time::Month;

    fn day(year: i32, month: Month, day: u8) -> Date {
        Date::from_calendar_date(year, month, day).unwrap()
    }

    #[test]
    fn warnings_come_at_ninety_thirty_and_seven_days() {
        let end = day(2027, Month::January, 14);
        for (today, stage, level) in [
            (day(2026, Month::October, 15), Stage::Fine, None),
            (day(2026, Month::October, 16), Stage::Ending { days: 90, level: 90 }, Some("90")),
            (day(2026, Month::December, 14), Stage::Ending { days: 31, level: 90 }, Some("90")),
            (day(2026, Month::December, 15), Stage::Ending { days: 30, level: 30 }, Some("30")),
            (day(2027, Month::January, 6), Stage::Ending { days: 8, level: 30 }, Some("30")),
            (day(2027, Month::January, 7), Stage::Ending { days: 7, level: 7 }, Some("7")),
            (day(2027, Month::January, 13), Stage::Ending { days: 1, level: 7 }, Some("7")),
            (day(2027, Month::January, 14), Stage::Ended, Some("ended")),
            (day(2031, Month::January, 14), Stage::Ended, Some("ended")),
        ] {
            let found = Stage::on(today, Some(end));
            assert_eq!((found, found.level()), (stage, level), "{today}");
        }
        assert_eq!(Stage::on(end, None), Stage::Fine);
        assert_eq!(Stage::on(end, Some(Date::MAX)), Stage::Fine);
    }

    #[test]
    fn the_earlier_announcement_counts() {
        let (early, late) = (day(2027, Month::January, 14), day(2027, Month::April, 14));
        for (one, other, first) in [
            (None, None, None),
            (Some(late), None, Some(late)),
            (None, Some(late), Some(late)),
            (Some(late), Some(early), Some(early)),
            (Some(early), Some(late), Some(early)),
        ] {
            assert_eq!(earliest(one, other), first);
        }
    }
}
