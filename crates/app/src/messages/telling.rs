//! Telling the owner of messages, each once by every channel, by one process: like alerts ([`crate::alerts`]), with a lease
//! of its own, so that neither waits for the other.
//!
//! Each attempt is kept with the message, and what has been told by every channel is marked as told: so a restart neither
//! loses a message nor tells it again.

use std::sync::Arc;

use futures::future::join_all;
use portavoz_domain::alerts::Delivery;
use portavoz_domain::alerts::words::Notice;
use portavoz_domain::inbox::{LeftMessage, Telling};
use portavoz_storage::StorageError;

use crate::alerts::lease::Lease;
use crate::alerts::telling::{ROUND, send};
use crate::alerts::{Notifier, language};
use crate::site::{Site, SiteError};

/// The name of the lease.
const LEASE: &str = "messages_telling_until";
/// Messages of one round.
const AT_ONCE: u32 = 100;

/// Tells every message that is due, unless another process is at it; an upkeep job.
pub async fn tell(site: &Arc<Site>) -> Result<(), SiteError> {
    // What comes while a round is running found the lease taken: it is told in the next one.
    while is_work_left(site, &untold(site).await?) {
        let Some(lease) = Lease::take(site, LEASE).await? else { break };
        let told = tokio::time::timeout(ROUND, round(site)).await;
        lease.give_back(site).await?;
        match told {
            Ok(told) => told?,
            Err(_late) => break,
        }
    }
    Ok(())
}

/// Tells in the background, at once. Whatever fails is tried again by the upkeep job.
pub(super) fn tell_soon(site: &Arc<Site>) {
    let told = Arc::clone(site);
    site.tasks().spawn(async move {
        if let Err(error) = tell(&told).await {
            tracing::error!(site = %told.id(), %error, "the owner could not be told of a message; it is tried again");
        }
    });
}

async fn untold(site: &Site) -> Result<Vec<LeftMessage>, StorageError> {
    site.storage().messages().untold(site.id(), AT_ONCE).await
}

/// Whether a round would do anything: tell a message, or mark one as told.
fn is_work_left(site: &Site, messages: &[LeftMessage]) -> bool {
    let notifiers = &site.parts.notifiers;
    let now = site.now();
    let is_due =
        |message: &LeftMessage| notifiers.iter().any(|notifier| message.telling(notifier.name(), now) == Telling::Due);
    messages.iter().any(|message| is_due(message) || is_over(site, message))
}

fn is_over(site: &Site, message: &LeftMessage) -> bool {
    let now = site.now();
    site.parts.notifiers.iter().all(|notifier| message.telling(notifier.name(), now) == Telling::Over)
}

async fn round(site: &Site) -> Result<(), StorageError> {
    let messages = untold(site).await?;
    let told = site.parts.notifiers.iter().map(|notifier| tell_by(site, notifier.as_ref(), &messages));
    join_all(told).await.into_iter().collect::<Result<(), _>>()?;
    for message in untold(site).await?.iter().filter(|message| is_over(site, message)) {
        site.storage().messages().told(site.id(), message.id, site.now()).await?;
    }
    Ok(())
}

/// Tells by one channel. After a failure the rest waits for as long: the next message would fail too.
async fn tell_by(site: &Site, notifier: &dyn Notifier, messages: &[LeftMessage]) -> Result<(), StorageError> {
    let channel = notifier.name();
    let mut failed: Option<String> = None;
    for message in messages {
        if message.telling(channel, site.now()) != Telling::Due {
            continue;
        }
        if failed.is_none() {
            let notice = Notice::of_message(message, &desk(site), language(site));
            if let Err(error) = send(notifier, &notice).await {
                tracing::warn!(site = %site.id(), channel, message.id = %message.id, %error, hint = error.mend, "a message for the owner did not arrive; it is tried again");
                failed = Some(error.what);
            }
        }
        let delivery = Delivery { channel: channel.to_owned(), at: site.now(), recovery: false, error: failed.clone() };
        site.storage().messages().delivered(site.id(), message.id, &delivery).await?;
    }
    Ok(())
}

/// Where the owner reads messages.
fn desk(site: &Site) -> String {
    format!("{}/admin/messages", site.settings().public_url)
}
