//! Statements of the script that reserve and pay.

use sqlx::{QueryBuilder, Sqlite};

use super::{Payment, padded};
use crate::rows::{AdmissionColumns, ReservationColumns, SettlementColumns, amount};

/// A reservation, and the turn it comes with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) asked: &'a ReservationColumns,
    pub(super) with: Option<&'a AdmissionColumns>,
}

/// A charge, and what it comes to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paid<'a> {
    site: &'a str,
    id: &'a str,
    amount: i64,
}

impl<'a> Paid<'a> {
    /// The charge of a turn.
    pub(super) fn with(settlement: &'a SettlementColumns) -> Self {
        let charged = u64::try_from(settlement.charged_usd_micros).unwrap_or(0);
        Self { site: &settlement.site, id: &settlement.id, amount: amount(charged) }
    }

    /// A charge that is settled by itself.
    pub(super) fn alone(payment: &'a Payment) -> Self {
        Self { site: &payment.site, id: &payment.id, amount: payment.amount }
    }
}

/// True of a reservation that is there to be judged: not one of nulls, and if it comes with a turn, then that turn is
/// about to be written (see `turns::push_turns`), for whom nobody admits nobody reserves.
const IS_ASKED: &str = "asked.site IS NOT NULL AND (asked.conversation IS NULL OR (
            NOT EXISTS (SELECT 1 FROM turns t WHERE t.site = asked.site AND t.id = asked.id)
            AND EXISTS (
                SELECT 1 FROM conversations k
                WHERE k.site = asked.site AND k.id = asked.conversation AND k.visitor = asked.owner)))";

/// The cap that a reservation could pass, or that it is granted. A cap of null is none.
const VERDICT: &str = "CASE
            WHEN asked.day_cap IS NOT NULL AND asked.day_cap < asked.amount
                + (SELECT COALESCE(SUM(c.reserved), 0) FROM charges c WHERE c.site = asked.site AND c.state = 'open')
                + COALESCE((SELECT s.charged FROM spend s
                    WHERE s.site = asked.site AND s.visitor = '' AND s.day = asked.day), 0)
                THEN 'budget_day'
            WHEN asked.month_cap IS NOT NULL AND asked.month_cap < asked.amount
                + (SELECT COALESCE(SUM(c.reserved), 0) FROM charges c WHERE c.site = asked.site AND c.state = 'open')
                + (SELECT COALESCE(SUM(s.charged), 0) FROM spend s
                    WHERE s.site = asked.site AND s.visitor = '' AND s.day >= asked.month AND s.day < asked.next_month)
                THEN 'budget_month'
            WHEN asked.visitor_cap IS NOT NULL AND asked.visitor IS NOT NULL AND asked.visitor_cap < asked.amount
                + (SELECT COALESCE(SUM(c.reserved), 0) FROM charges c
                    WHERE c.site = asked.site AND c.visitor = asked.visitor AND c.state = 'open')
                + COALESCE((SELECT s.charged FROM spend s
                    WHERE s.site = asked.site AND s.visitor = asked.visitor AND s.day = asked.day), 0)
                THEN 'budget_visitor'
            ELSE 'granted'
        END";

/// Opens a charge or adds to an open one, if it passes no cap; otherwise says which. An addition takes the whole charge
/// to its own day, whose caps were judged with all of it.
pub(super) fn push_reservation(script: &mut QueryBuilder<Sqlite>, asked: Option<Asked<'_>>) {
    push_asked(script, asked);
    script.push(
        "INSERT INTO charges (site, id, visitor, purpose, day, opened, instance, reserved, state)
        SELECT site, id, visitor, purpose, day, opened, instance, amount, 'open' FROM asked
        WHERE ",
    );
    script.push(IS_ASKED).push(" AND 'granted' = ").push(VERDICT);
    script.push(
        "
        ON CONFLICT (site, id) DO UPDATE
            SET reserved = reserved + excluded.reserved, day = excluded.day, instance = excluded.instance
            WHERE state = 'open'
        RETURNING 'granted' AS done, site, id;",
    );

    // Nothing is judged again unless nothing was written. What is granted now and was not written is a closed charge.
    push_asked(script, asked);
    script.push("SELECT REPLACE(").push(VERDICT).push(
        ", 'granted', 'closed') AS done, site, id FROM asked
        WHERE changes() = 0 AND ",
    );
    script.push(IS_ASKED).push(";");
}

fn push_asked(script: &mut QueryBuilder<Sqlite>, asked: Option<Asked<'_>>) {
    let (with, asked) = (asked.and_then(|asked| asked.with), asked.map(|asked| asked.asked));
    script.push(
        "WITH asked (site, id, visitor, purpose, day, month, next_month, opened, instance, amount, day_cap, month_cap,
            visitor_cap, conversation, owner) AS (",
    );
    script.push_values([asked], |mut row, columns| {
        row.push_bind(columns.map(|columns| columns.site.as_str()))
            .push_bind(columns.map(|columns| columns.id.as_str()))
            .push_bind(columns.and_then(|columns| columns.visitor.as_deref()))
            .push_bind(columns.map(|columns| columns.purpose))
            .push_bind(columns.map(|columns| columns.day))
            .push_bind(columns.map(|columns| columns.month))
            .push_bind(columns.map(|columns| columns.next_month))
            .push_bind(columns.map(|columns| columns.opened))
            .push_bind(columns.map(|columns| columns.instance))
            .push_bind(columns.map(|columns| columns.amount))
            .push_bind(columns.and_then(|columns| columns.day_cap))
            .push_bind(columns.and_then(|columns| columns.month_cap))
            .push_bind(columns.and_then(|columns| columns.visitor_cap))
            .push_bind(with.map(|turn| turn.conversation.as_str()))
            .push_bind(with.map(|turn| turn.visitor.as_str()));
    });
    script.push(")\n        ");
}

/// Charges are settled if they were not: first their days' sums grow (or shrink, if they were orphaned at more), then
/// the charges themselves are closed.
pub(super) fn push_payments(script: &mut QueryBuilder<Sqlite>, payments: &[Paid<'_>]) {
    push_paid(script, payments);
    script.push(
        "INSERT INTO spend (site, visitor, day, charged)
        SELECT c.site, '', c.day, paid.amount - COALESCE(c.charged, 0) FROM paid CROSS JOIN charges c
        WHERE c.site = paid.site AND c.id = paid.id AND c.state <> 'settled'
        UNION ALL
        SELECT c.site, c.visitor, c.day, paid.amount - COALESCE(c.charged, 0) FROM paid CROSS JOIN charges c
        WHERE c.site = paid.site AND c.id = paid.id AND c.state <> 'settled' AND c.visitor IS NOT NULL
        ON CONFLICT (site, visitor, day) DO UPDATE SET charged = charged + excluded.charged;",
    );
    push_paid(script, payments);
    script.push(
        "UPDATE charges SET state = 'settled', charged = paid.amount FROM paid
        WHERE charges.site = paid.site AND charges.id = paid.id AND charges.state <> 'settled'
        RETURNING 'settled' AS done, site, id;",
    );
}

fn push_paid(script: &mut QueryBuilder<Sqlite>, payments: &[Paid<'_>]) {
    script.push("WITH paid (site, id, amount) AS (");
    script.push_values(padded(payments), |mut row, paid| {
        row.push_bind(paid.map(|paid| paid.site))
            .push_bind(paid.map(|paid| paid.id))
            .push_bind(paid.map(|paid| paid.amount));
    });
    script.push(")\n        ");
}
