//! Rows as both databases return them, and how they become the domain's types.
//!
//! Both schemas have the same columns, so a row is described once. [`stored_row`] makes the struct and reads it from
//! either database; the conversion to the domain's type is a `TryFrom` beside it, in which every value that makes no
//! sense is [`crate::StorageError::Corrupt`] with its place.
//!
//! To add one more: 1. the struct by `stored_row!` with the columns of its `SELECT`; 2. its `TryFrom`.

mod alerts;
mod evaluations;
mod experiments;
mod feedback;
mod knowledge;
mod messages;
mod money;
mod turns;

pub(crate) use alerts::{EpisodeRow, deliveries_json, delivery_json};
pub(crate) use evaluations::{
    KNOWN, KNOWN_END, RESULTS, RUN_ENTRIES, ResultColumns, ResultRow, RunColumns, RunEntryRow, RunRow, run_id,
};
pub(crate) use experiments::{
    EXPOSURES, ExperimentColumns, ExperimentRow, ExposureRow, IN_THE_WAY, ObservationColumns, ObstacleRow,
    RUNNING_EXPOSURE, select_experiments,
};
pub(crate) use feedback::{Counted, FeedbackColumns, RatedRow, thumbs};
pub(crate) use knowledge::{ChunkRow, DocumentEntryRow, DocumentRow, Place, ProblemRow, format_name};
pub(crate) use messages::{MessageColumns, MessageRow, select_messages};
pub(crate) use money::{
    BalanceRow, DayRow, MOST, OrphanRow, ReservationColumns, Steps, TrafficColumns, TrafficRow, Verdict, amount, audit,
    measures, traffic_sums,
};
pub(crate) use turns::{
    AdmissionColumns, ConversationRow, GapRow, IS_WEAK, SUMMARIES, SUMMARIES_OF, SettlementColumns, SummaryRow,
    TurnRow, WEAK, cases_of, select_turns,
};

/// Declares a row: its table, the column that names it in errors, and its columns.
macro_rules! stored_row {
    ($(#[$doc:meta])* $name:ident of $table:literal by $key:ident { $($column:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        pub(crate) struct $name {
            $(pub(crate) $column: $type),+
        }

        impl $name {
            /// Reads a row of SQLite.
            pub(crate) fn from_sqlite(row: &sqlx::sqlite::SqliteRow) -> crate::Result<Self> {
                $crate::rows::stored_row!(@read row, $table, $key, $($column),+)
            }

            /// Reads a row of PostgreSQL.
            pub(crate) fn from_postgres(row: &sqlx::postgres::PgRow) -> crate::Result<Self> {
                $crate::rows::stored_row!(@read row, $table, $key, $($column),+)
            }

            #[allow(dead_code, reason = "a row whose every column is taken as it is names none")]
            /// Names a column of this row in errors.
            fn column<'a>(id: &'a str, column: &'static str) -> crate::values::Column<'a> {
                crate::values::Column { table: $table, column, id }
            }
        }
    };
    (@read $row:ident, $table:literal, $key:ident, $($column:ident),+) => {
        Ok(Self {
            $($column: sqlx::Row::try_get($row, stringify!($column)).map_err(|error: sqlx::Error| {
                let id: String = sqlx::Row::try_get($row, stringify!($key)).unwrap_or_default();
                crate::values::Column { table: $table, column: stringify!($column), id: &id }.corrupt(error)
            })?),+
        })
    };
}

use stored_row;
