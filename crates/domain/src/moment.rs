//! Moments as people and programs write them: RFC 3339, or a date of UTC.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::timestamp::Timestamp;

/// What people are told who write something else.
pub const FORMS: &str = "a date such as `2026-11-22`, or RFC 3339 such as `2026-11-22T09:00:00Z`";

/// Which end of a period a moment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// A date means its beginning.
    From,
    /// A date means its end: `to` a day has that day in it.
    To,
}

/// Reads a moment; `None` for anything else.
pub fn read(text: &str, edge: Edge) -> Option<Timestamp> {
    match (Timestamp::of_day(text), edge) {
        (Some(day), Edge::From) => Some(day),
        // The day after the last one that can be written is none.
        (Some(day), Edge::To) => Some(day.a_day_later()).filter(|next| next.date().is_some()),
        (None, _) => {
            let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
            i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Timestamp::from_millis)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_next_one_begins() {
        for (text, edge, read_as) in [
            ("2026-11-22", Edge::From, Some("2026-11-22T00:00:00Z")),
            ("2026-11-22", Edge::To, Some("2026-11-23T00:00:00Z")),
            ("2026-12-31", Edge::To, Some("2027-01-01T00:00:00Z")),
            ("2026-11-22T09:30:00Z", Edge::To, Some("2026-11-22T09:30:00Z")),
            ("2026-11-22T09:30:00+02:00", Edge::From, Some("2026-11-22T07:30:00Z")),
            ("2026-02-30", Edge::From, None),
            ("2026-1-1", Edge::From, None),
            ("2026-11-22-1", Edge::From, None),
            ("yesterday", Edge::From, None),
            ("", Edge::From, None),
            ("9999-12-31", Edge::To, None),
        ] {
            assert_eq!(read(text, edge).map(Timestamp::to_rfc3339).as_deref(), read_as, "{text} {edge:?}");
        }
    }
}
