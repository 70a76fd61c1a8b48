//! Rows of `charges`, `spend` and `traffic`.

use std::collections::BTreeMap;

use portavoz_domain::budget::{Audit, Cap, DaySpend, Orphan, Purpose, Reservation, Reserved};
use portavoz_domain::ids::ChargeId;
use portavoz_domain::timestamp::{DAY_MS, HOUR_MS, Timestamp};
use portavoz_domain::traffic::{Measure, Span, Tally, TrafficKey, TrafficQuery, TrafficSum};
use portavoz_domain::turn::Settlement;
use portavoz_text::language::Language;

use super::stored_row;
use crate::values::{Column, count};
use crate::{Result, StorageError, conflicts};

/// The most that one charge or one count can be, 2^53: nine milliards of dollars. More is somebody's nonsense, and of
/// these a thousand can be added up without leaving SQL's numbers.
pub(crate) const MOST: i64 = 1 << 53;

/// An amount as a column.
pub(crate) fn amount(value: u64) -> i64 {
    count(value).min(MOST)
}

/// The columns of a reservation, as they are written and judged.
#[derive(Debug)]
pub(crate) struct ReservationColumns {
    pub(crate) site: String,
    pub(crate) id: String,
    pub(crate) visitor: Option<String>,
    pub(crate) purpose: &'static str,
    pub(crate) day: i64,
    pub(crate) month: i64,
    pub(crate) next_month: i64,
    pub(crate) opened: i64,
    /// The process that holds it.
    pub(crate) instance: i64,
    pub(crate) amount: i64,
    pub(crate) day_cap: Option<i64>,
    pub(crate) month_cap: Option<i64>,
    pub(crate) visitor_cap: Option<i64>,
}

impl ReservationColumns {
    /// The columns of `reservation`, held by `instance`.
    pub(crate) fn of(reservation: &Reservation, instance: i64) -> Self {
        let month = reservation.at.month();
        Self {
            site: reservation.site.to_string(),
            id: reservation.id.to_string(),
            visitor: reservation.visitor.map(|visitor| visitor.to_string()),
            purpose: reservation.purpose.name(),
            day: reservation.at.day().as_millis(),
            month: month.start.as_millis(),
            next_month: month.end.as_millis(),
            opened: reservation.at.as_millis(),
            instance,
            amount: amount(reservation.amount),
            day_cap: reservation.caps.day.map(count),
            month_cap: reservation.caps.month.map(count),
            visitor_cap: reservation.caps.visitor_day.map(count),
        }
    }
}

/// What the database said to a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Granted,
    Refused(Cap),
    /// The charge is settled or orphaned.
    Closed,
}

impl Verdict {
    /// [`Verdict::Granted`] as the statements spell it; refusals are spelt as their cap.
    pub(crate) const GRANTED: &str = "granted";
    /// [`Verdict::Closed`] as the statements spell it.
    pub(crate) const CLOSED: &str = "closed";

    /// Reads what a statement returned.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            Self::GRANTED => Some(Self::Granted),
            Self::CLOSED => Some(Self::Closed),
            _ => Cap::parse(name).map(Self::Refused),
        }
    }

    /// What the caller is told about the charge `id`.
    pub(crate) fn told(self, id: ChargeId) -> Result<Reserved> {
        match self {
            Self::Granted => Ok(Reserved::Granted),
            Self::Refused(cap) => Ok(Reserved::Refused(cap)),
            Self::Closed => Err(conflicts::closed_charge(id)),
        }
    }
}

stored_row! {
    /// A charge that was orphaned now.
    OrphanRow of "charges" by id {
        id: String,
        purpose: String,
        opened: i64,
        reserved: i64,
    }
}

impl TryFrom<OrphanRow> for Orphan {
    type Error = StorageError;

    fn try_from(row: OrphanRow) -> Result<Self> {
        let column = |name| OrphanRow::column(&row.id, name);
        Ok(Self {
            id: column("id").read(ChargeId::parse(&row.id))?,
            purpose: column("purpose").known(&row.purpose, Purpose::parse(&row.purpose))?,
            at: Timestamp::from_millis(row.opened),
            amount: column("reserved").number(row.reserved)?,
        })
    }
}

stored_row! {
    /// The sum of a day.
    DayRow of "spend" by day {
        day: i64,
        charged: i64,
    }
}

impl TryFrom<DayRow> for DaySpend {
    type Error = StorageError;

    fn try_from(row: DayRow) -> Result<Self> {
        let id = row.day.to_string();
        let column = |name| DayRow::column(&id, name);
        let day = Timestamp::from_millis(row.day).date();
        Ok(Self { day: column("day").known(&id, day)?, charged: column("charged").number(row.charged)? })
    }
}

stored_row! {
    /// One side of the balance of a day: its charges, its sum, or (on day 0) how many charges there are of a state.
    BalanceRow of "charges" by side {
        side: String,
        day: i64,
        charges: i64,
        charged: i64,
    }
}

/// Compares the charges of each day with its sum.
pub(crate) fn audit(rows: impl IntoIterator<Item = Result<BalanceRow>>) -> Result<Audit> {
    let mut audit = Audit::default();
    let mut differences: BTreeMap<i64, i64> = BTreeMap::new();
    for row in rows {
        let row = row?;
        let number = |column, value| BalanceRow::column(&row.side, column).number::<u64>(value);
        let difference = differences.entry(row.day).or_default();
        match row.side.as_str() {
            "charges" => {
                audit.charges += number("charges", row.charges)?;
                audit.charged += number("charged", row.charged)?;
                *difference += row.charged;
            }
            "sum" => {
                audit.summed += number("charged", row.charged)?;
                *difference -= row.charged;
            }
            "open" => {
                audit.open = number("charges", row.charges)?;
                audit.charges += audit.open;
            }
            _ => audit.orphans = number("charges", row.charges)?,
        }
    }
    audit.days_out_of_balance = differences.values().filter(|difference| **difference != 0).count() as u64;
    Ok(audit)
}

/// What a settled turn adds to the traffic.
#[derive(Debug)]
pub(crate) struct TrafficColumns {
    pub(crate) site: String,
    /// Beginning of the hour in which it was settled.
    pub(crate) start: i64,
    pub(crate) key: TrafficKey,
    pub(crate) tally: Tally,
}

impl TrafficColumns {
    /// What `settlement` adds.
    pub(crate) fn of(settlement: &Settlement, language: Language) -> Self {
        let (key, tally) = Tally::of(settlement, language);
        let start = settlement.settled.hour().as_millis();
        Self { site: settlement.site.to_string(), start, key: stored_key(&key), tally }
    }
}

/// A key as the traffic keeps it.
pub(super) fn stored_key(key: &TrafficKey) -> TrafficKey {
    TrafficKey { model: name(&key.model), prompt: name(&key.prompt), variant: name(&key.variant) }
}

/// A name in a key of the traffic: PostgreSQL's keys may have 2,704 bytes, and no name that means something is long.
fn name(text: &str) -> String {
    text.chars().take(100).map(|letter| if letter == '\0' { ' ' } else { letter }).collect()
}

/// The measures of a tally by name, in the order of names: the order in which every process takes its rows.
pub(crate) fn measures(tally: &Tally) -> Vec<(String, i64)> {
    let mut named: Vec<_> = tally.iter().map(|(measure, sum)| (name(&measure.name()), amount(sum))).collect();
    named.sort_unstable();
    named
}

stored_row! {
    /// The sum of one measure.
    TrafficRow of "traffic" by measure {
        start: i64,
        model: String,
        prompt: String,
        variant: String,
        measure: String,
        amount: i64,
    }
}

/// Puts rows together that have the same start and key.
pub(crate) fn traffic_sums(rows: impl IntoIterator<Item = Result<TrafficRow>>) -> Result<Vec<TrafficSum>> {
    let mut sums: BTreeMap<(i64, TrafficKey), Tally> = BTreeMap::new();
    for row in rows {
        let row = row?;
        let sum = Column { table: "traffic", column: "amount", id: &row.measure }.number(row.amount)?;
        if let Some(measure) = Measure::parse(&row.measure) {
            let key = TrafficKey { model: row.model, prompt: row.prompt, variant: row.variant };
            sums.entry((row.start, key)).or_default().add(measure, sum);
        }
    }
    let sum = |((start, key), tally)| TrafficSum { start: Timestamp::from_millis(start), key, tally };
    Ok(sums.into_iter().map(sum).collect())
}

/// How a query's spans are cut: each begins at `origin` plus a multiple of `step`.
pub(crate) struct Steps {
    pub(crate) origin: i64,
    pub(crate) step: i64,
}

impl Steps {
    /// Those of `query`.
    pub(crate) fn of(query: &TrafficQuery) -> Self {
        match query.span {
            Span::Hour => Self { origin: 0, step: HOUR_MS },
            Span::Day => Self { origin: 0, step: DAY_MS },
            Span::Whole => Self { origin: query.from.as_millis(), step: i64::MAX },
        }
    }
}
