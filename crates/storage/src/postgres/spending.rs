//! Money in PostgreSQL. Charges of turns are settled with them, in `turns.rs`.
//!
//! Reservations of a site are judged one after the other, under an advisory lock that their transaction keeps until its
//! commit is seen by the next. Settlements need no such lock: they turn what is reserved into what is charged in one
//! commit, so that a reservation counts it once, as the one or as the other.

use async_trait::async_trait;
use portavoz_domain::budget::{Audit, DaySpend, Orphan, Reservation, Reserved, Standing};
use portavoz_domain::ids::{ChargeId, SiteId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use sqlx::{PgConnection, PgPool, Row};
use time::Date;

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::rows::{BalanceRow, DayRow, OrphanRow, ReservationColumns, Verdict, amount, audit};
use crate::values::Column;
use crate::{Result, Spending, StorageError};

/// Begins a transaction that reserves. Each statement must see what was committed before it, whatever the server's
/// default is: in a stricter transaction the judgement would see the time before the wait for the lock.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

impl PgStorage {
    /// The columns of a reservation of this process; `None` if it asks for nothing.
    pub(super) async fn reservation(&self, reservation: &Reservation) -> Result<Option<ReservationColumns>> {
        if reservation.amount == 0 {
            return Ok(None);
        }
        Ok(Some(ReservationColumns::of(reservation, self.instance.number().await?)))
    }
}

#[async_trait]
impl Spending for PgStorage {
    async fn reserve(&self, reservation: &Reservation) -> Result<Reserved> {
        let Some(columns) = self.reservation(reservation).await? else { return Ok(Reserved::Granted) };
        let verdict = retrying(|| async {
            let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed)?;
            let verdict = reserve(&mut transaction, &columns).await?;
            transaction.commit().await.map_err(failed)?;
            Ok(verdict)
        });
        verdict.await?.told(reservation.id)
    }

    async fn settle(&self, site: &SiteId, id: ChargeId, charged: u64) -> Result<bool> {
        retrying(|| settle(&self.pool, site, id, amount(charged))).await
    }

    async fn sweep(&self, site: &SiteId) -> Result<Vec<Orphan>> {
        self.instance.check().await;
        retrying(|| sweep(&self.pool, site, self.instance.family())).await
    }

    async fn standing(&self, site: &SiteId, now: Timestamp) -> Result<Standing> {
        let month = now.month();
        let row = sqlx::query(
            "SELECT
                COALESCE((SELECT charged FROM spend WHERE site = $1 AND visitor = '' AND day = $2), 0) AS day,
                (SELECT COALESCE(SUM(charged), 0)::BIGINT FROM spend
                    WHERE site = $1 AND visitor = '' AND day >= $3 AND day < $4) AS month,
                (SELECT COALESCE(SUM(reserved), 0)::BIGINT FROM charges
                    WHERE site = $1 AND state = 'open') AS reserved,
                (SELECT COALESCE(SUM(charged), 0)::BIGINT FROM charges
                    WHERE site = $1 AND state = 'orphaned' AND day >= $3 AND day < $4) AS orphaned",
        )
        .bind(site.as_str())
        .bind(now.day().as_millis())
        .bind(month.start.as_millis())
        .bind(month.end.as_millis())
        .fetch_one(&self.pool)
        .await
        .map_err(failed)?;
        let number = |column| {
            let sum: i64 = row.try_get(column).map_err(failed)?;
            Column { table: "spend", column, id: site.as_str() }.number(sum)
        };
        Ok(Standing {
            day: number("day")?,
            month: number("month")?,
            reserved: number("reserved")?,
            orphaned: number("orphaned")?,
        })
    }

    async fn of_visitor(&self, site: &SiteId, visitor: VisitorId, now: Timestamp) -> Result<u64> {
        let sum = sqlx::query_scalar(
            "SELECT COALESCE((SELECT charged FROM spend WHERE site = $1 AND visitor = $2 AND day = $3), 0)
                + (SELECT COALESCE(SUM(reserved), 0)::BIGINT FROM charges
                    WHERE site = $1 AND visitor = $2 AND state = 'open')",
        )
        .bind(site.as_str())
        .bind(visitor.to_string())
        .bind(now.day().as_millis())
        .fetch_one(&self.pool)
        .await
        .map_err(failed)?;
        Column { table: "spend", column: "charged", id: site.as_str() }.number(sum)
    }

    async fn by_day(&self, site: &SiteId, from: Date, to: Date) -> Result<Vec<DaySpend>> {
        let rows = sqlx::query(
            "SELECT day, charged FROM spend WHERE site = $1 AND visitor = '' AND day >= $2 AND day < $3 ORDER BY day",
        )
        .bind(site.as_str())
        .bind(Timestamp::of_date(from).as_millis())
        .bind(Timestamp::of_date(to).as_millis())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| DayRow::from_postgres(row)?.try_into()).collect()
    }

    async fn audit(&self, site: &SiteId) -> Result<Audit> {
        // One statement, and so one snapshot.
        let rows = sqlx::query(
            "SELECT 'charges' AS side, day, COUNT(*) AS charges, SUM(charged)::BIGINT AS charged FROM charges
            WHERE site = $1 AND charged IS NOT NULL GROUP BY day
            UNION ALL
            SELECT 'sum', day, 0, charged FROM spend WHERE site = $1 AND visitor = ''
            UNION ALL
            SELECT 'open', 0, COUNT(*), 0 FROM charges WHERE site = $1 AND state = 'open'
            UNION ALL
            SELECT 'orphans', 0, COUNT(*), 0 FROM charges WHERE site = $1 AND state = 'orphaned'
            ORDER BY side, day",
        )
        .bind(site.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        audit(rows.iter().map(BalanceRow::from_postgres))
    }

    async fn forget_visitors(&self, site: &SiteId, before: Timestamp) -> Result<u64> {
        retrying(|| forget_visitors(&self.pool, site, before)).await
    }
}

/// Opens a charge or adds to an open one, if it passes no cap; otherwise says which. An addition takes the whole charge
/// to its own day, whose caps were judged with all of it.
///
/// The lock comes in a statement of its own: the next one sees what was committed when it began, and so must begin when
/// the lock is held. A comparison with a cap of null is never true.
pub(super) async fn reserve(connection: &mut PgConnection, columns: &ReservationColumns) -> Result<Verdict> {
    sqlx::query(
        "SELECT PG_ADVISORY_XACT_LOCK(HASHTEXTEXTENDED('portavoz spending ' || CURRENT_SCHEMA || ' ' || $1, 0))",
    )
    .bind(columns.site.as_str())
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    let verdict: String = sqlx::query_scalar(
        "WITH held AS (
            SELECT COALESCE(SUM(reserved), 0) AS whole, COALESCE(SUM(reserved) FILTER (WHERE visitor = $3), 0) AS own
            FROM charges WHERE site = $1 AND state = 'open'
        ), spent AS (
            SELECT COALESCE(SUM(charged) FILTER (WHERE day = $5), 0) AS day, COALESCE(SUM(charged), 0) AS month
            FROM spend WHERE site = $1 AND visitor = '' AND day >= $6 AND day < $7
        ), verdict AS (
            SELECT CASE
                WHEN $10 + held.whole + spent.day > $11 THEN 'budget_day'
                WHEN $10 + held.whole + spent.month > $12 THEN 'budget_month'
                WHEN $3 IS NOT NULL AND $10 + held.own
                    + COALESCE((SELECT charged FROM spend WHERE site = $1 AND visitor = $3 AND day = $5), 0) > $13
                    THEN 'budget_visitor'
                ELSE 'granted'
            END AS said
            FROM held, spent
        ), charge AS (
            INSERT INTO charges (site, id, visitor, purpose, day, opened, instance, reserved, state)
            SELECT $1, $2, $3, $4, $5, $8, $9, $10, 'open' FROM verdict WHERE said = 'granted'
            ON CONFLICT (site, id) DO UPDATE SET reserved = charges.reserved + excluded.reserved, day = excluded.day,
                instance = excluded.instance
                WHERE charges.state = 'open'
            RETURNING id
        )
        SELECT CASE WHEN said = 'granted' AND NOT EXISTS (SELECT 1 FROM charge) THEN 'closed' ELSE said END FROM verdict",
    )
    .bind(columns.site.as_str())
    .bind(columns.id.as_str())
    .bind(columns.visitor.as_deref())
    .bind(columns.purpose)
    .bind(columns.day)
    .bind(columns.month)
    .bind(columns.next_month)
    .bind(columns.opened)
    .bind(columns.instance)
    .bind(columns.amount)
    .bind(columns.day_cap)
    .bind(columns.month_cap)
    .bind(columns.visitor_cap)
    .fetch_one(connection)
    .await
    .map_err(failed)?;
    Verdict::parse(&verdict)
        .ok_or_else(|| StorageError::Backend(format!("`{verdict}` is no answer to a reservation").into()))
}

async fn settle(pool: &PgPool, site: &SiteId, id: ChargeId, charged: i64) -> Result<bool> {
    sqlx::query_scalar(
        "WITH due AS (
            SELECT site, id, $3 - COALESCE(charged, 0) AS more FROM charges
            WHERE site = $1 AND id = $2 AND state <> 'settled' FOR UPDATE
        ), paid AS (
            UPDATE charges c SET state = 'settled', charged = $3 FROM due WHERE c.site = due.site AND c.id = due.id
            RETURNING c.site, c.visitor, c.day, due.more
        ), summed AS (
            INSERT INTO spend (site, visitor, day, charged)
            SELECT site, '', day, more FROM paid
            UNION ALL
            SELECT site, visitor, day, more FROM paid WHERE visitor IS NOT NULL
            ORDER BY 2
            ON CONFLICT (site, visitor, day) DO UPDATE SET charged = spend.charged + excluded.charged
        )
        SELECT EXISTS (SELECT 1 FROM paid)",
    )
    .bind(site.as_str())
    .bind(id.to_string())
    .bind(charged)
    .fetch_one(pool)
    .await
    .map_err(failed)
}

/// A number is nobody's if its lock can be had. It is had shared, so that two who look at once do not take each other
/// for the holder; and a charge that another one is charging is left to it.
async fn sweep(pool: &PgPool, site: &SiteId, family: i32) -> Result<Vec<Orphan>> {
    let rows = sqlx::query(
        "WITH holders AS MATERIALIZED (
            SELECT DISTINCT instance FROM charges WHERE site = $1 AND state = 'open'
        ), dead AS MATERIALIZED (
            SELECT instance FROM holders WHERE PG_TRY_ADVISORY_XACT_LOCK_SHARED($2, instance::INTEGER)
        ), lost AS (
            SELECT c.site, c.id FROM charges c JOIN dead ON c.instance = dead.instance
            WHERE c.site = $1 AND c.state = 'open'
            ORDER BY c.id FOR UPDATE OF c SKIP LOCKED
        ), orphans AS (
            UPDATE charges c SET state = 'orphaned', charged = reserved FROM lost
            WHERE c.site = lost.site AND c.id = lost.id
            RETURNING c.site, c.id, c.visitor, c.day, c.purpose, c.opened, c.reserved
        ), summed AS (
            INSERT INTO spend (site, visitor, day, charged)
            SELECT site, '', day, SUM(reserved) FROM orphans GROUP BY site, day
            UNION ALL
            SELECT site, visitor, day, SUM(reserved) FROM orphans WHERE visitor IS NOT NULL GROUP BY site, visitor, day
            ORDER BY 2, 3
            ON CONFLICT (site, visitor, day) DO UPDATE SET charged = spend.charged + excluded.charged
        )
        SELECT id, purpose, opened, reserved FROM orphans ORDER BY opened, id",
    )
    .bind(site.as_str())
    .bind(family)
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    rows.iter().map(|row| OrphanRow::from_postgres(row)?.try_into()).collect()
}

async fn forget_visitors(pool: &PgPool, site: &SiteId, before: Timestamp) -> Result<u64> {
    let before = before.day().as_millis();
    let mut transaction = pool.begin().await.map_err(failed)?;
    let forgotten =
        sqlx::query("UPDATE charges SET visitor = NULL WHERE site = $1 AND visitor IS NOT NULL AND day < $2")
            .bind(site.as_str())
            .bind(before)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    sqlx::query("DELETE FROM spend WHERE site = $1 AND visitor <> '' AND day < $2")
        .bind(site.as_str())
        .bind(before)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(forgotten.rows_affected())
}
