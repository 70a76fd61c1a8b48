//! Money in SQLite. The statements of reservations and payments are in `bulk/money.rs`.

use std::sync::Arc;

use async_trait::async_trait;
use portavoz_domain::budget::{Audit, DaySpend, Orphan, Reservation, Reserved, Standing};
use portavoz_domain::ids::{ChargeId, SiteId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use sqlx::{Row, SqliteConnection};
use time::Date;

use super::SqliteStorage;
use super::bulk::{self, Done, Payment};
use super::errors::failed;
use super::instance::Instance;
use super::writer::{Bulk, Write};
use crate::rows::{BalanceRow, DayRow, OrphanRow, ReservationColumns, Verdict, amount, audit};
use crate::values::Column;
use crate::{Result, Spending};

impl SqliteStorage {
    /// The columns of a reservation of this process; `None` if it asks for nothing.
    pub(super) fn reservation(&self, reservation: &Reservation) -> Option<ReservationColumns> {
        (reservation.amount > 0).then(|| ReservationColumns::of(reservation, self.instance.number()))
    }
}

#[async_trait]
impl Spending for SqliteStorage {
    async fn reserve(&self, reservation: &Reservation) -> Result<Reserved> {
        match self.reservation(reservation) {
            Some(columns) => self.writer.write(Reserve { columns, id: reservation.id }).await,
            None => Ok(Reserved::Granted),
        }
    }

    async fn settle(&self, site: &SiteId, id: ChargeId, charged: u64) -> Result<bool> {
        self.writer.write(Payment { site: site.to_string(), id: id.to_string(), amount: amount(charged) }).await
    }

    async fn sweep(&self, site: &SiteId) -> Result<Vec<Orphan>> {
        self.writer.write(Sweep { site: site.clone(), instance: Arc::clone(&self.instance) }).await
    }

    async fn standing(&self, site: &SiteId, now: Timestamp) -> Result<Standing> {
        let month = now.month();
        let mut connection = self.connections.read().await?;
        let row = sqlx::query(
            "WITH asked (site, day, month, next_month) AS (VALUES ($1, $2, $3, $4))
            SELECT
                COALESCE((SELECT s.charged FROM spend s
                    WHERE s.site = asked.site AND s.visitor = '' AND s.day = asked.day), 0) AS day,
                (SELECT COALESCE(SUM(s.charged), 0) FROM spend s WHERE s.site = asked.site AND s.visitor = ''
                    AND s.day >= asked.month AND s.day < asked.next_month) AS month,
                (SELECT COALESCE(SUM(c.reserved), 0) FROM charges c
                    WHERE c.site = asked.site AND c.state = 'open') AS reserved,
                (SELECT COALESCE(SUM(c.charged), 0) FROM charges c WHERE c.site = asked.site
                    AND c.state = 'orphaned' AND c.day >= asked.month AND c.day < asked.next_month) AS orphaned
            FROM asked",
        )
        .bind(site.as_str())
        .bind(now.day().as_millis())
        .bind(month.start.as_millis())
        .bind(month.end.as_millis())
        .fetch_one(&mut *connection)
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
        let mut connection = self.connections.read().await?;
        let sum = sqlx::query_scalar(
            "WITH asked (site, visitor, day) AS (VALUES ($1, $2, $3))
            SELECT COALESCE((SELECT s.charged FROM spend s
                    WHERE s.site = asked.site AND s.visitor = asked.visitor AND s.day = asked.day), 0)
                + (SELECT COALESCE(SUM(c.reserved), 0) FROM charges c
                    WHERE c.site = asked.site AND c.visitor = asked.visitor AND c.state = 'open')
            FROM asked",
        )
        .bind(site.as_str())
        .bind(visitor.to_string())
        .bind(now.day().as_millis())
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
        Column { table: "spend", column: "charged", id: site.as_str() }.number(sum)
    }

    async fn by_day(&self, site: &SiteId, from: Date, to: Date) -> Result<Vec<DaySpend>> {
        let mut connection = self.connections.read().await?;
        let rows = sqlx::query(
            "SELECT day, charged FROM spend WHERE site = $1 AND visitor = '' AND day >= $2 AND day < $3 ORDER BY day",
        )
        .bind(site.as_str())
        .bind(Timestamp::of_date(from).as_millis())
        .bind(Timestamp::of_date(to).as_millis())
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| DayRow::from_sqlite(row)?.try_into()).collect()
    }

    async fn audit(&self, site: &SiteId) -> Result<Audit> {
        let mut connection = self.connections.read().await?;
        // One statement, and so one snapshot.
        let rows = sqlx::query(
            "SELECT 'charges' AS side, day, COUNT(*) AS charges, SUM(charged) AS charged FROM charges
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
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
        audit(rows.iter().map(BalanceRow::from_sqlite))
    }

    async fn forget_visitors(&self, site: &SiteId, before: Timestamp) -> Result<u64> {
        self.writer.write(ForgetVisitors { site: site.clone(), before: before.day().as_millis() }).await
    }
}

/// Money is asked for.
struct Reserve {
    columns: ReservationColumns,
    id: ChargeId,
}

impl Reserve {
    fn answer(&self, done: Done) -> Result<Reserved> {
        done.verdict.unwrap_or(Verdict::Closed).told(self.id)
    }
}

#[async_trait]
impl Write for Reserve {
    type Answer = Reserved;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<Reserved> {
        let done = bulk::write(connection, bulk::Row::Reservation(&self.columns)).await.map_err(failed)?;
        self.answer(done.unwrap_or(Done { verdict: None }))
    }

    fn bulk(&self) -> Option<Bulk<'_, Self>> {
        Some((bulk::Row::Reservation(&self.columns), Self::answer))
    }
}

#[async_trait]
impl Write for Payment {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        Ok(bulk::write(connection, bulk::Row::Payment(self)).await.map_err(failed)?.is_some())
    }

    fn bulk(&self) -> Option<Bulk<'_, Self>> {
        Some((bulk::Row::Payment(self), |_, _| Ok(true)))
    }
}

/// Charges what the dead had reserved.
struct Sweep {
    site: SiteId,
    instance: Arc<Instance>,
}

#[async_trait]
impl Write for Sweep {
    type Answer = Vec<Orphan>;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<Vec<Orphan>> {
        let holders: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT instance FROM charges WHERE site = $1 AND state = 'open' ORDER BY instance",
        )
        .bind(self.site.as_str())
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
        let mut orphans = Vec::new();
        for holder in holders {
            if !self.instance.is_alive(holder) {
                orphans.extend(orphan(connection, &self.site, holder).await?);
            }
        }
        orphans.sort_by_key(|orphan| (orphan.at, orphan.id));
        Ok(orphans)
    }
}

/// Charges what `holder` has open at what it reserved.
async fn orphan(connection: &mut SqliteConnection, site: &SiteId, holder: i64) -> Result<Vec<Orphan>> {
    sqlx::query(
        "INSERT INTO spend (site, visitor, day, charged)
        SELECT site, '', day, reserved FROM charges WHERE site = $1 AND instance = $2 AND state = 'open'
        UNION ALL
        SELECT site, visitor, day, reserved FROM charges
        WHERE site = $1 AND instance = $2 AND state = 'open' AND visitor IS NOT NULL
        ON CONFLICT (site, visitor, day) DO UPDATE SET charged = charged + excluded.charged",
    )
    .bind(site.as_str())
    .bind(holder)
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    let rows = sqlx::query(
        "UPDATE charges SET state = 'orphaned', charged = reserved
        WHERE site = $1 AND instance = $2 AND state = 'open'
        RETURNING id, purpose, opened, reserved",
    )
    .bind(site.as_str())
    .bind(holder)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    rows.iter().map(|row| OrphanRow::from_sqlite(row)?.try_into()).collect()
}

/// Takes the visitors out of old accounts.
struct ForgetVisitors {
    site: SiteId,
    before: i64,
}

#[async_trait]
impl Write for ForgetVisitors {
    type Answer = u64;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<u64> {
        sqlx::query("DELETE FROM spend WHERE site = $1 AND visitor <> '' AND day < $2")
            .bind(self.site.as_str())
            .bind(self.before)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        let forgotten =
            sqlx::query("UPDATE charges SET visitor = NULL WHERE site = $1 AND visitor IS NOT NULL AND day < $2")
                .bind(self.site.as_str())
                .bind(self.before)
                .execute(connection)
                .await
                .map_err(failed)?;
        Ok(forgotten.rows_affected())
    }
}
