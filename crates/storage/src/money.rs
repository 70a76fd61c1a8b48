//! What was spent and what is summed: the traits; their shapes are in [`portavoz_domain::budget`] and
//! [`portavoz_domain::traffic`].
//!
//! Charges, sums and traffic are accounts: they stay when the turns that they came from are erased. To add an operation,
//! see the crate's first page.

use async_trait::async_trait;
use portavoz_domain::budget::{Audit, DaySpend, Orphan, Reservation, Reserved, Standing};
use portavoz_domain::ids::{ChargeId, SiteId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::traffic::{TrafficQuery, TrafficSum};
use time::Date;

use crate::Result;

/// Money: reservations, charges and their sums.
///
/// A cap is judged by what was charged in its day or month and all that is reserved at the moment, whatever its day:
/// just after midnight that is more than need be, and never less. Amounts above 2^53 micro-dollars count as that.
#[async_trait]
pub trait Spending: Send + Sync {
    /// Opens a charge, or adds to an open one. Never lets charged and reserved together pass a cap, whoever else
    /// reserves at the same time, in whatever process. An amount of 0 is granted and leaves no row. A charge that was
    /// settled or orphaned takes no more: [`crate::StorageError::Conflict`].
    async fn reserve(&self, reservation: &Reservation) -> Result<Reserved>;

    /// Settles an open or orphaned charge: its reservation is released, and `amount` charged to the day of its last
    /// reservation. More than was reserved is charged in truth. True if it was settled now; false if it had been, or
    /// never was (nothing changes then).
    async fn settle(&self, site: &SiteId, id: ChargeId, amount: u64) -> Result<bool>;

    /// Charges the open reservations of processes that died, and returns them, oldest first; each once, whoever asks.
    /// Cheap enough for every minute.
    async fn sweep(&self, site: &SiteId) -> Result<Vec<Orphan>>;

    /// How the site stands on the day and in the month of `now`.
    async fn standing(&self, site: &SiteId, now: Timestamp) -> Result<Standing>;

    /// What is charged to a visitor on the day of `now`, open reservations included.
    async fn of_visitor(&self, site: &SiteId, visitor: VisitorId, now: Timestamp) -> Result<u64>;

    /// What was charged on each day of `from..to`, oldest first, days without charges left out.
    async fn by_day(&self, site: &SiteId, from: Date, to: Date) -> Result<Vec<DaySpend>>;

    /// Adds all charges one by one and compares them with the sums.
    async fn audit(&self, site: &SiteId) -> Result<Audit>;

    /// Forgets for whom the charges of days before that of `before` were, and the sums of single visitors; the site's
    /// sums stay. Returns how many charges forgot somebody.
    async fn forget_visitors(&self, site: &SiteId, before: Timestamp) -> Result<u64>;
}

/// Sums of settled turns; written by [`crate::Turns::settle`].
#[async_trait]
pub trait Traffic: Send + Sync {
    /// Sums of the turns that were settled in `from..to` (whole hours, or whole days where those were compacted), by
    /// start and key. Spans and keys without turns are left out, and so are measures of another version.
    async fn sums(&self, site: &SiteId, query: &TrafficQuery) -> Result<Vec<TrafficSum>>;

    /// Turns the hours of days before that of `before` into days and returns how many rows that took. Safe in several
    /// processes at once.
    async fn compact(&self, site: &SiteId, before: Timestamp) -> Result<u64>;
}
