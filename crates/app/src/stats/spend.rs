//! How a site stands at this moment: money, open alerts.

use std::collections::BTreeMap;

use portavoz_domain::usage::usd;
use serde::Serialize;

use crate::alerts::all_open;
use crate::site::{Site, SiteError};

/// Money in US dollars. Days and months are those of UTC; a cap that is not set is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spend {
    /// Charged today, orphans included.
    pub day_usd: f64,
    /// Charged this month, orphans included.
    pub month_usd: f64,
    /// Kept for calls that are under way.
    pub reserved_usd: f64,
    /// The most that may be spent in a day.
    pub cap_day_usd: Option<f64>,
    /// The most that may be spent in a month.
    pub cap_month_usd: Option<f64>,
    /// Of this month's, charged for calls whose process died before it could say what they cost.
    pub orphaned_usd: f64,
}

/// How the site stands now.
pub async fn spend(site: &Site) -> Result<Spend, SiteError> {
    let standing = site.storage().spending().standing(site.id(), site.now()).await?;
    let caps = site.settings().budget.caps;
    Ok(Spend {
        day_usd: usd(standing.day),
        month_usd: usd(standing.month),
        reserved_usd: usd(standing.reserved),
        cap_day_usd: caps.day.map(usd),
        cap_month_usd: caps.month.map(usd),
        orphaned_usd: usd(standing.orphaned),
    })
}

/// How many alerts of each kind are open, by kind.
pub async fn open_alerts(site: &Site) -> Result<BTreeMap<String, u64>, SiteError> {
    let mut kinds = BTreeMap::new();
    for episode in all_open(site).await? {
        *kinds.entry(episode.kind).or_default() += 1;
    }
    Ok(kinds)
}
