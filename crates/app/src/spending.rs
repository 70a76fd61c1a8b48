//! What was spent, day by day, for the owner.

use portavoz_domain::timestamp::Timestamp;

use crate::site::{Site, SiteError};

/// What was charged on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpentDay {
    /// Its first moment, in UTC.
    pub start: Timestamp,
    /// Micro-dollars, orphans included.
    pub charged: u64,
}

/// Today and the days before it, `days` in all, oldest first, none left out.
pub async fn spent_by_day(site: &Site, days: u16) -> Result<Vec<SpentDay>, SiteError> {
    let today = site.now().day();
    let starts: Vec<Timestamp> = (0..i64::from(days)).rev().map(|back| today.days_earlier(back)).collect();
    let first = starts.first().and_then(|start| start.date());
    let Some((from, to)) = first.zip(today.a_day_later().date()) else { return Ok(Vec::new()) };
    let spent = site.storage().spending().by_day(site.id(), from, to).await?;
    let charged =
        |start: Timestamp| spent.iter().find(|day| Some(day.day) == start.date()).map_or(0, |day| day.charged);
    Ok(starts.into_iter().map(|start| SpentDay { start, charged: charged(start) }).collect())
}
