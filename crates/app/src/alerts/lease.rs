//! A lease: one process of several does something for a site, until it is done or the lease is over.
//!
//! Leases are kept among the site's choices, by name; the value of one is when it is over, in milliseconds.

use portavoz_domain::timestamp::Timestamp;
use portavoz_storage::{StorageError, Swap};

use crate::site::Site;

/// How long a lease holds if nobody gives it back.
const LEASE_MS: i64 = 120_000;

/// A lease that is ours.
#[derive(Debug)]
pub(crate) struct Lease {
    name: &'static str,
    value: String,
}

impl Lease {
    /// The lease of this name, if nobody else has it.
    pub(crate) async fn take(site: &Site, name: &'static str) -> Result<Option<Self>, StorageError> {
        let choices = site.storage().choices();
        let held = choices.get(site.id(), name).await?;
        let now = site.now();
        let until = held.as_deref().and_then(|until| until.parse().ok()).unwrap_or(0);
        // Clocks of processes differ a little. A lease that holds for much longer than any does was given by a wrong one.
        if (1..=2 * LEASE_MS).contains(&(until - now.as_millis())) {
            return Ok(None);
        }
        let value = (now.as_millis() + LEASE_MS).to_string();
        let taken = choices.swap(site.id(), name, Swap { before: held.as_deref(), value: &value }, now).await?;
        Ok(taken.then_some(Self { name, value }))
    }

    /// Lets others have it.
    pub(crate) async fn give_back(self, site: &Site) -> Result<(), StorageError> {
        let over = Timestamp::default().as_millis().to_string();
        let change = Swap { before: Some(&self.value), value: &over };
        site.storage().choices().swap(site.id(), self.name, change, site.now()).await?;
        Ok(())
    }
}
