//! Sending what is to be told, each message by one process.
//!
//! Whoever tells holds a [`lease`](super::lease) of the site for the time, so that two processes do not send the same message. A process
//! that dies in the middle leaves a message unsaid or unrecorded: it is sent by the next one when the lease is over, a
//! second time at the worst, and never lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use portavoz_domain::alerts::words::Notice;
use portavoz_domain::alerts::{Delivery, Due, Episode};
use portavoz_storage::StorageError;

use super::lease::Lease;
use super::{Notifier, NotifyError, OPEN_AT_MOST, language};
use crate::site::Site;

/// The name of the lease.
const LEASE: &str = "alerts_telling_until";
/// What is not sent by then waits for the next round, well before the lease is over.
pub(crate) const ROUND: Duration = Duration::from_secs(90);
/// How long a channel may take for one message.
const ONE_MESSAGE: Duration = Duration::from_secs(40);
/// How far back closed episodes are looked at.
const RECENT: u32 = 200;

/// Tells everything that is due, unless another process is at it.
pub(super) async fn tell(site: &Arc<Site>) -> Result<(), StorageError> {
    let notifiers = &site.parts.notifiers;
    let is_due = |episode: &Episode, now| notifiers.iter().any(|notifier| episode.due(notifier.name(), now).is_some());
    let now = site.now();
    if !recent(site).await?.iter().any(|episode| is_due(episode, now)) {
        return Ok(());
    }
    let Some(lease) = Lease::take(site, LEASE).await? else { return Ok(()) };
    // Read again: what was due may have been told before the lease was ours.
    let episodes = recent(site).await?;
    let told = join_all(notifiers.iter().map(|notifier| tell_by(site, notifier.as_ref(), &episodes)));
    let told = tokio::time::timeout(ROUND, told).await;
    lease.give_back(site).await?;
    told.unwrap_or_default().into_iter().collect()
}

/// Open episodes and those that ended not long ago, oldest first, as they are to be told.
async fn recent(site: &Site) -> Result<Vec<Episode>, StorageError> {
    let alerts = site.storage().alerts();
    let open = alerts.list(site.id(), true, OPEN_AT_MOST).await?;
    // One that ended between the two looks is in both, and is what the later one says.
    let newest = alerts.list(site.id(), false, RECENT).await?;
    let by_time: BTreeMap<_, _> =
        open.into_iter().chain(newest).map(|episode| ((episode.opened, episode.id), episode)).collect();
    Ok(by_time.into_values().collect())
}

/// Tells by one channel. After a failure the rest waits: the next message would fail too, and take its time.
async fn tell_by(site: &Site, notifier: &dyn Notifier, episodes: &[Episode]) -> Result<(), StorageError> {
    let channel = notifier.name();
    for episode in episodes {
        let Some(due) = episode.due(channel, site.now()) else { continue };
        let notice = match due {
            Due::Opening => Notice::of_opening(episode, language(site)),
            Due::End => Notice::of_end(episode, language(site)),
        };
        let error = send(notifier, &notice).await.err();
        if let Some(error) = &error {
            tracing::warn!(site = %site.id(), channel, alert = episode.kind, %error, hint = error.mend, "an alert did not arrive; it is tried again");
        }
        let failed = error.is_some();
        let delivery = Delivery {
            channel: channel.to_owned(),
            at: site.now(),
            recovery: due == Due::End,
            error: error.map(|error| error.what),
        };
        site.storage().alerts().delivered(site.id(), episode.id, &delivery).await?;
        if failed {
            break;
        }
    }
    Ok(())
}

/// Sends a message, waiting no longer than any channel may take.
pub(crate) async fn send(notifier: &dyn Notifier, notice: &Notice) -> Result<(), NotifyError> {
    tokio::time::timeout(ONE_MESSAGE, notifier.send(notice)).await.unwrap_or_else(|_| {
        let what = format!("no answer within {} s", ONE_MESSAGE.as_secs());
        Err(NotifyError { what, mend: "check that the receiver can be reached from this machine" })
    })
}

/// What became of a test message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The channel.
    pub channel: &'static str,
    /// Why it did not arrive, if it did not.
    pub error: Option<NotifyError>,
}

/// Sends a message that says that it is a test through every channel, all at once.
pub async fn test(site: &Site) -> Vec<Reached> {
    let notice = Notice::test(site.id().clone(), site.now(), language(site));
    let notice = &notice;
    let sent = site.parts.notifiers.iter().map(|notifier| async move {
        Reached { channel: notifier.name(), error: send(notifier.as_ref(), notice).await.err() }
    });
    join_all(sent).await
}
