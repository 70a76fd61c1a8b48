//! Sums by the hour become sums by the day once nobody asks for their hours any more.

use crate::site::{Site, SiteError};

/// Days whose hours are kept: a week and the running day, which is as far back as hours are shown.
const DAYS_OF_HOURS: i64 = 8;

/// Adds up the hours of days that are long gone. Safe in several processes at once.
pub async fn compact(site: &Site) -> Result<(), SiteError> {
    let before = site.now().days_earlier(DAYS_OF_HOURS).day();
    let compacted = site.storage().traffic().compact(site.id(), before).await?;
    if compacted > 0 {
        tracing::debug!(site = %site.id(), compacted, "hours became days");
    }
    Ok(())
}
