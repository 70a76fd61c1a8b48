//! What is kept of visitors, for how long, and how it goes: retention, erasure, export, and the mode in which no word
//! is written down at all.
//!
//! Money and sums stay in every case: what was charged for which turn, how many turns there were and how they went.
//! They hold no word of anybody. A visitor who is erased also leaves the experiments; see `docs/privacy.md`. Start at [`erase`]; [`retain`] does the same by age, every hour.

use std::sync::Arc;

use portavoz_domain::ids::{ConversationId, SiteId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use portavoz_storage::{Storage, StorageError};

pub mod addresses;
pub mod export;
pub(crate) mod memory;

pub use portavoz_storage::{Erased, Scope};

use crate::experiments::enrolment::withdraw;
use crate::site::{Site, SiteError};

/// Turns of one transaction: few enough that questions which come meanwhile do not notice.
const BATCH: u32 = 200;

/// What is kept of visitors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivacySettings {
    /// For how many days a turn is kept after its end; 0 keeps no words at all, not even until then.
    pub retention_days: u32,
}

impl Default for PrivacySettings {
    fn default() -> Self {
        Self { retention_days: 180 }
    }
}

impl PrivacySettings {
    /// What is too old at `now`.
    pub fn outdated(&self, now: Timestamp) -> Scope {
        // A turn that was never settled is a crash's; nothing runs for a day.
        Scope::Over(self.before(now, 0), self.before(now, 1))
    }

    /// The moment before which nothing is kept, if everything is kept for `least` days.
    fn before(&self, now: Timestamp, least: u32) -> Timestamp {
        now.days_earlier(i64::from(self.retention_days.max(least)))
    }
}

/// Removes everything in `scope`, batch by batch, and then what the database itself has kept of it. `progress` is told
/// after each batch what is gone so far.
pub async fn erase(
    storage: &dyn Storage,
    site: &SiteId,
    scope: Scope,
    progress: &(dyn Fn(Erased) + Send + Sync),
) -> Result<Erased, StorageError> {
    let privacy = storage.privacy();
    let mut erased = Erased::default();
    let withdrawn = match scope {
        Scope::Visitor(visitor) => withdraw(storage, site, visitor).await?,
        _ => false,
    };
    loop {
        let batch = privacy.erase(site, scope, BATCH).await?;
        erased = erased.plus(batch);
        if batch.turns.max(batch.messages) < u64::from(BATCH) {
            break;
        }
        progress(erased);
    }
    if withdrawn || erased != Erased::default() {
        privacy.scrub().await?;
    }
    Ok(erased)
}

/// Removes what is older than the owner wants to keep; an upkeep job. Several processes may do it at the same time.
pub async fn retain(site: &Arc<Site>) -> Result<(), SiteError> {
    let now = site.now();
    let settings = site.settings().privacy;
    let erased = erase(site.storage(), site.id(), settings.outdated(now), &|_| {}).await?;
    // Caps for visitors are of a day, so that the day must still be known.
    site.storage().spending().forget_visitors(site.id(), settings.before(now, 1)).await?;
    if erased != Erased::default() {
        let Erased { turns, conversations, gaps, messages } = erased;
        tracing::info!(site = %site.id(), turns, conversations, gaps, messages, "removed what was older than `privacy.retention_days`");
    }
    Ok(())
}

/// What [`erase_for_owner`] would remove.
pub async fn count(site: &Site, scope: Scope) -> Result<Erased, SiteError> {
    Ok(site.storage().privacy().count(site.id(), scope).await?)
}

/// Removes everything in `scope`, for the owner.
pub async fn erase_for_owner(site: &Site, scope: Scope) -> Result<Erased, SiteError> {
    site.memory.forget(scope);
    Ok(erase(site.storage(), site.id(), scope, &|_| {}).await?)
}

/// Removes a conversation for the visitor whose it is; false if there is no such conversation *of this visitor*.
pub async fn forget_conversation(site: &Site, visitor: VisitorId, id: ConversationId) -> Result<bool, SiteError> {
    if crate::conversation::find(site, visitor, id).await?.is_none() {
        return Ok(false);
    }
    erase_for_owner(site, Scope::Conversation(id)).await?;
    Ok(true)
}

/// Removes everything that a visitor ever said and was told.
pub async fn forget_visitor(site: &Site, visitor: VisitorId) -> Result<(), SiteError> {
    erase_for_owner(site, Scope::Visitor(visitor)).await.map(drop)
}

#[cfg(test)]
mod tests;
