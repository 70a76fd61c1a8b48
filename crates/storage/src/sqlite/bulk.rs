//! The script that writes turns and money: any number of admissions, settlements, reservations and payments in one
//! transaction and in one trip to the connection's thread.
//!
//! A trip costs two thread switches, more than the writing itself, and on a busy machine each of them waits for a free
//! core. So the busiest writes have a form in which a batch of any size is one trip: each statement takes all rows of
//! its kind, except that reservations are judged one by one, each seeing those before it. A row that may not be written
//! is passed over; the script tells which were written, and the writer finds out about the others one by one.
//!
//! Start with [`write_and_commit`]; the statements are in `turns`, `money` and `traffic`.

use std::collections::{HashMap, HashSet};

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use crate::rows::{AdmissionColumns, ReservationColumns, SettlementColumns, TrafficColumns, Verdict};

mod money;
mod traffic;
mod turns;

/// One write.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row<'a> {
    /// A turn comes in, perhaps with a reservation of its own charge.
    Admission(&'a AdmissionColumns, Option<&'a ReservationColumns>),
    /// A turn ends.
    Settlement(&'a SettlementColumns, &'a TrafficColumns),
    /// Money is asked for.
    Reservation(&'a ReservationColumns),
    /// A charge is settled.
    Payment(&'a Payment),
}

/// A charge and what it comes to.
#[derive(Debug)]
pub(super) struct Payment {
    pub(super) site: String,
    pub(super) id: String,
    pub(super) amount: i64,
}

/// What became of a row that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done {
    /// The answer to its reservation, if it has one.
    pub(super) verdict: Option<Verdict>,
}

/// What a row changes, by which the script's answers are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Change {
    Admission,
    Reservation,
    /// Of a turn, its charge, or both.
    Settlement,
}

/// A change, of which turn or charge of which site.
type Key<'a> = (Change, &'a str, &'a str);

impl<'a> Row<'a> {
    /// What it changes first, and whether it also reserves.
    fn keys(&self) -> (Key<'a>, Option<Key<'a>>) {
        match *self {
            Self::Admission(columns, reservation) => (
                (Change::Admission, &columns.site, &columns.id),
                reservation.map(|columns| (Change::Reservation, columns.site.as_str(), columns.id.as_str())),
            ),
            Self::Settlement(columns, _) => ((Change::Settlement, &columns.site, &columns.id), None),
            Self::Reservation(columns) => ((Change::Reservation, &columns.site, &columns.id), None),
            Self::Payment(payment) => ((Change::Settlement, &payment.site, &payment.id), None),
        }
    }

    /// Finds what the script said about this row; `None` if it was passed over.
    fn done(&self, answers: &Answers<'_>) -> Option<Done> {
        let (key, reservation) = self.keys();
        let verdict = match (self, reservation) {
            (Self::Reservation(_), _) => Some(key),
            (_, reservation) => reservation,
        };
        answers
            .contains_key(&key)
            .then(|| Done { verdict: verdict.and_then(|key| answers.get(&key).copied().flatten()) })
    }
}

/// What the script said of each change; of a reservation, its verdict.
type Answers<'a> = HashMap<Key<'a>, Option<Verdict>>;

/// Writes and commits what may be written of `rows` and says of each, in order, what became of it. After an error the
/// transaction may still be open.
pub(super) async fn write_and_commit(
    connection: &mut SqliteConnection,
    rows: &[Row<'_>],
) -> Result<Vec<Option<Done>>, sqlx::Error> {
    let first = first_of_each_change(rows);
    let mut script = QueryBuilder::new("BEGIN IMMEDIATE;");
    push_statements(&mut script, rows.iter().zip(&first).filter_map(|(row, first)| first.then_some(*row)));
    script.push("COMMIT");
    let returned = script.build().fetch_all(connection).await?;
    let answers = answers(&returned)?;
    Ok(rows.iter().zip(first).map(|(row, first)| if first { row.done(&answers) } else { None }).collect())
}

/// Writes one row in the transaction that is open, if it may be written. A settlement must be of an open turn.
pub(super) async fn write(connection: &mut SqliteConnection, row: Row<'_>) -> Result<Option<Done>, sqlx::Error> {
    let mut script = QueryBuilder::new("");
    push_statements(&mut script, std::iter::once(row));
    let returned = script.build().fetch_all(connection).await?;
    Ok(row.done(&answers(&returned)?))
}

/// Of rows that change the same, only the first may take part: from what comes back one could not tell which of them
/// was written.
fn first_of_each_change(rows: &[Row<'_>]) -> Vec<bool> {
    let mut seen = HashSet::with_capacity(rows.len() * 2);
    let mut first = Vec::with_capacity(rows.len());
    for (key, reservation) in rows.iter().map(Row::keys) {
        let is_first = !seen.contains(&key) && reservation.is_none_or(|key| !seen.contains(&key));
        if is_first {
            seen.extend([Some(key), reservation].into_iter().flatten());
        }
        first.push(is_first);
    }
    first
}

/// Reads what the script returned.
fn answers(returned: &[SqliteRow]) -> Result<Answers<'_>, sqlx::Error> {
    let mut answers = HashMap::with_capacity(returned.len());
    for row in returned {
        let done: &str = row.try_get("done")?;
        let (change, verdict) = match done {
            "admitted" => (Change::Admission, None),
            "settled" => (Change::Settlement, None),
            verdict => (Change::Reservation, Verdict::parse(verdict)),
        };
        answers.insert((change, row.try_get("site")?, row.try_get("id")?), verdict);
    }
    Ok(answers)
}

/// The rows of each kind.
#[derive(Default)]
struct Kinds<'a> {
    admissions: Vec<&'a AdmissionColumns>,
    reservations: Vec<money::Asked<'a>>,
    settlements: Vec<&'a SettlementColumns>,
    traffic: Vec<&'a TrafficColumns>,
    payments: Vec<money::Paid<'a>>,
}

impl<'a> Kinds<'a> {
    fn of(rows: impl Iterator<Item = Row<'a>>) -> Self {
        let mut kinds = Self::default();
        for row in rows {
            match row {
                Row::Admission(columns, reservation) => {
                    kinds.admissions.push(columns);
                    kinds.reservations.extend(reservation.map(|asked| money::Asked { asked, with: Some(columns) }));
                }
                Row::Settlement(columns, traffic) => {
                    kinds.settlements.push(columns);
                    kinds.traffic.push(traffic);
                    kinds.payments.push(money::Paid::with(columns));
                }
                Row::Reservation(asked) => kinds.reservations.push(money::Asked { asked, with: None }),
                Row::Payment(payment) => kinds.payments.push(money::Paid::alone(payment)),
            }
        }
        kinds
    }
}

/// The order matters: a reservation that comes with a turn looks whether that turn is about to be written, and the
/// traffic looks whether all settlements before it were.
fn push_statements<'a>(script: &mut QueryBuilder<Sqlite>, rows: impl Iterator<Item = Row<'a>>) {
    let Kinds { admissions, reservations, mut settlements, traffic, payments } = Kinds::of(rows);
    if !admissions.is_empty() {
        turns::push_conversations(script, &admissions);
    }
    for asked in padded(&reservations) {
        money::push_reservation(script, asked);
    }
    if !admissions.is_empty() {
        turns::push_turns(script, &admissions);
    }
    if !settlements.is_empty() {
        turns::push_settlements(script, &settlements);
        traffic::push_tallies(script, &traffic);
    }
    if settlements.iter().any(|columns| columns.unanswered) {
        settlements.retain(|columns| columns.unanswered);
        turns::push_gaps(script, &settlements);
    }
    if !payments.is_empty() {
        money::push_payments(script, &payments);
    }
}

/// The rows, filled up to a power of two with rows of nulls, which match nothing: so that few different scripts exist,
/// and nearly every one is found prepared.
fn padded<T: Copy>(rows: &[T]) -> impl Iterator<Item = Option<T>> {
    let filled = if rows.is_empty() { 0 } else { rows.len().next_power_of_two() };
    rows.iter().copied().map(Some).chain(std::iter::repeat(None)).take(filled)
}

#[cfg(test)]
mod tests;
