//! Telling the owner when something is not as it should be, once, and again when it is over.
//!
//! [`evaluate`] looks at the figures every minute, opens and closes episodes by the rules of [`portavoz_domain::alerts`],
//! and tells what is to be told. Several processes may do that for one site: the database decides who opens an episode,
//! and who tells. A message that does not arrive is kept with its cause and tried again. No visitor ever waits for any
//! of this.
//!
//! To add one more channel: its [`Notifier`], in the program that knows its configuration.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use portavoz_domain::alerts::rules::{Finding, Verdict, orphans, refused};
use portavoz_domain::alerts::words::{Notice, message};
use portavoz_domain::alerts::{Episode, Kind};
use portavoz_domain::budget::Cap;
use portavoz_domain::ids::EpisodeId;
use portavoz_domain::timestamp::Timestamp;
use portavoz_storage::StorageError;
use portavoz_text::language::Language;

use crate::clock::id_bytes;
use crate::site::{Site, SiteError};

pub(crate) mod lease;
mod standing;
pub(crate) mod telling;

pub use telling::{Reached, test};

/// Episodes that are open at a time, at most; there are a few kinds with a few subjects each.
const OPEN_AT_MOST: u32 = 1_000;

/// A way to reach the owner.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Its stable name: `log`, `webhook`, `email`. Deliveries are kept under it.
    fn name(&self) -> &'static str;

    /// Sends, and returns when the receiver has taken the message. May try several times, within half a minute.
    async fn send(&self, notice: &Notice) -> Result<(), NotifyError>;
}

/// Why a message did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct NotifyError {
    /// What went wrong. Names no secret: neither the webhook's address nor a password.
    pub what: String,
    /// What the owner can do.
    pub mend: &'static str,
}

/// Which refusals of budgets were told of, so that the thousandth one costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Alarms(Mutex<BTreeMap<Kind, Timestamp>>);

impl Alarms {
    /// True for the first call of a kind and a day.
    fn is_first(&self, kind: Kind, day: Timestamp) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(kind, day) != Some(day)
    }

    fn forget(&self, kind: Kind) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&kind);
    }
}

/// Looks at all figures, opens and closes episodes, and tells the owner.
pub async fn evaluate(site: &Arc<Site>) -> Result<(), SiteError> {
    let open = all_open(site).await?;
    let findings = standing::findings(site, &open).await?;
    record(site, open, &findings).await?;
    telling::tell(site).await?;
    Ok(())
}

/// To be called when a call was refused because it could pass a cap: tells the owner right away, once a day. Cheap, and
/// returns at once. A single visitor's cap is no matter for the owner.
pub fn budget_refused(site: &Arc<Site>, cap: Cap) {
    let Some(kind) = Kind::of_cap(cap) else { return };
    if !site.alarms.is_first(kind, site.now().day()) {
        return;
    }
    let alarmed = Arc::clone(site);
    site.tasks().spawn(async move {
        if let Err(error) = open_refused(&alarmed, kind).await {
            tracing::error!(site = %alarmed.id(), alert = kind.name(), %error, "the owner could not be alerted");
            // The next refusal tries again.
            alarmed.alarms.forget(kind);
        }
    });
}

async fn open_refused(site: &Arc<Site>, kind: Kind) -> Result<(), StorageError> {
    let standing = site.storage().spending().standing(site.id(), site.now()).await?;
    let caps = site.settings().budget.caps;
    let (charged, cap) =
        if kind == Kind::BudgetMonth { (standing.month, caps.month) } else { (standing.day, caps.day) };
    // Without a cap nothing can have been refused for it.
    let Some(cap) = cap else { return Ok(()) };
    open(site, &refused(kind, charged, cap)).await?;
    telling::tell(site).await
}

/// Charges what processes that died had reserved, and tells the owner. For the start, and every minute.
pub async fn sweep(site: &Arc<Site>) -> Result<(), SiteError> {
    let found = site.storage().spending().sweep(site.id()).await?;
    let Some(finding) = orphans(&found) else { return Ok(()) };
    tracing::warn!(site = %site.id(), charges = found.len(), usd = finding.value, "a process died in the middle of paid calls; they stay charged at their estimate");
    if !open(site, &finding).await? {
        // Told today already: what is open sums up.
        let known = all_open(site).await?;
        let known =
            known.iter().find(|episode| episode.kind == finding.kind.name()).map_or(0.0, |episode| episode.value);
        let (kind, value) = (finding.kind.name(), known + finding.value);
        site.storage().alerts().touch(site.id(), kind, &finding.subject, value).await?;
    }
    Ok(())
}

/// Opens an episode, unless one of its kind and subject is open.
async fn open(site: &Site, finding: &Finding) -> Result<bool, StorageError> {
    let opened = site.now();
    let episode = Episode {
        site: site.id().clone(),
        id: EpisodeId::mint(opened, id_bytes(site.parts.entropy.as_ref())),
        kind: finding.kind.name().to_owned(),
        subject: finding.subject.clone(),
        opened,
        closed: None,
        value: finding.value,
        limit: finding.limit,
        message: message(finding, language(site)),
        deliveries: Vec::new(),
    };
    site.storage().alerts().open(&episode).await
}

/// Opens, updates and closes episodes by findings that were made elsewhere; the next evaluation tells of them.
pub(crate) async fn record_findings(site: &Site, open: Vec<Episode>, findings: &[Finding]) -> Result<(), StorageError> {
    record(site, open, findings).await
}

/// Opens, updates and closes episodes. `open` are those that were open when the findings were made.
async fn record(site: &Site, mut open_before: Vec<Episode>, findings: &[Finding]) -> Result<(), StorageError> {
    let alerts = site.storage().alerts();
    for finding in findings {
        let (kind, subject) = (finding.kind.name(), finding.subject.as_str());
        let place = open_before.iter().position(|episode| episode.kind == kind && episode.subject == subject);
        match (finding.verdict, place.and_then(|place| open_before.get(place))) {
            (Verdict::Crossed, None) => {
                open(site, finding).await?;
            }
            (Verdict::Crossed, Some(known)) if finding.kind.is_worse(finding.value, known.value) => {
                alerts.touch(site.id(), kind, subject, finding.value).await?;
            }
            (Verdict::Healthy, Some(_)) => {
                alerts.close(site.id(), kind, subject, site.now()).await?;
                // It may be crossed again at once: a new day that begins with a large bill.
                open_before.retain(|episode| episode.kind != kind || episode.subject != subject);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The language of messages: the owner's choice, otherwise the site's.
pub fn language(site: &Site) -> Language {
    site.settings().alerts.language.unwrap_or_else(|| site.language())
}

/// All episodes that are open.
pub(crate) async fn all_open(site: &Site) -> Result<Vec<Episode>, StorageError> {
    site.storage().alerts().list(site.id(), true, OPEN_AT_MOST).await
}

/// The newest `limit` episodes, or those of them that are open.
pub async fn list(site: &Site, only_open: bool, limit: u32) -> Result<Vec<Episode>, SiteError> {
    Ok(site.storage().alerts().list(site.id(), only_open, limit).await?)
}
