//! Dates and decimals, as people write them in TOML.

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use time::{Date, Month};

/// A calendar date, as TOML writes it.
#[derive(Clone, Copy)]
pub(super) struct RawDate(pub(super) Date);

impl<'de> Deserialize<'de> for RawDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = toml::value::Datetime::deserialize(deserializer)?;
        written
            .date
            .and_then(|date| {
                let month = Month::try_from(date.month).ok()?;
                Date::from_calendar_date(i32::from(date.year), month, date.day).ok()
            })
            .map(Self)
            .ok_or_else(|| de::Error::custom("a date without quotes is wanted, such as 2027-01-14"))
    }
}

/// A non-negative decimal with at most six places, kept in millionths: dollars become micro-dollars without loss.
#[derive(Clone, Copy)]
pub(super) struct Dollars(pub(super) u64);

impl Dollars {
    /// Exact: goes through the shortest decimal that means the number, not through a multiplication.
    fn parse(decimal: &str) -> Option<Self> {
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
        if fraction.len() > 6 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let whole: u64 = whole.parse().ok()?;
        let millionths: u64 = format!("{fraction:0<6}").parse().ok()?;
        whole.checked_mul(1_000_000)?.checked_add(millionths).map(Self)
    }
}

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Decimal;
        impl Visitor<'_> for Decimal {
            type Value = Dollars;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a number of at least 0 with at most six decimals")
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Dollars, E> {
                Dollars::parse(&value.to_string()).ok_or_else(|| E::invalid_value(de::Unexpected::Float(value), &self))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Dollars, E> {
                Dollars::parse(&value.to_string()).ok_or_else(|| E::invalid_value(de::Unexpected::Signed(value), &self))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Dollars, E> {
                Dollars::parse(&value.to_string())
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(value), &self))
            }
        }
        deserializer.deserialize_any(Decimal)
    }
}
