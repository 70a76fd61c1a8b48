//! Which visitor gets what, and what came of it.
//!
//! A visitor is assigned by a keyed hash, so that the same one gets the same arm in every process and nobody can choose;
//! what was assigned once is written down and stands, whatever becomes of the shares. Nothing here can keep a visitor from
//! being answered: whoever cannot be assigned gets the configured way.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use portavoz_domain::experiment::{Experiment, ExperimentState, Exposure, Observation};
use portavoz_domain::ids::{ConversationId, SiteId, VisitorId};
use portavoz_domain::turn::Settlement;
use portavoz_storage::{Offer, Storage, StorageError, Subject};
use sha2::Sha256;

use super::standing::{InForce, in_force};
use super::{LISTED, hexadecimal, is_program, refresh};
use crate::site::Site;
use crate::variant::Variant;
use crate::visitor::SECRET_BYTES;

/// Name of the secret that subjects are made with. Without it nobody can tell from a visitor's id which subject it is.
const SUBJECT_SECRET: &str = "experiment-subjects";
/// Turns that are looked at to see how a conversation was answered so far.
const LAST_TURNS: u32 = 5;

/// A visitor who is about to ask something.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Who.
    pub visitor: VisitorId,
    /// The conversation that is gone on with; `None` begins one.
    pub conversation: Option<ConversationId>,
    /// True for the site's owner, who is no visitor.
    pub is_owner: bool,
    /// The header `User-Agent`.
    pub agent: Option<&'a str>,
}

/// The way to answer a visitor, if they are in an experiment. Never fails: what goes wrong is logged, and the visitor
/// gets the configured way.
pub async fn enrol(site: &Site, arrival: &Arrival<'_>) -> Option<Arc<Variant>> {
    let known = in_force(site).filter(|known| known.stored.experiment.state == ExperimentState::Running)?;
    if arrival.is_owner || is_program(arrival.agent) {
        return None;
    }
    match assigned(site, &known, arrival).await {
        Ok(way) => way,
        Err(error) => {
            tracing::error!(site = %site.id(), %error, "a visitor could not be assigned, and is answered as configured");
            None
        }
    }
}

async fn assigned(
    site: &Site,
    known: &Arc<InForce>,
    arrival: &Arrival<'_>,
) -> Result<Option<Arc<Variant>>, StorageError> {
    let so_far = match arrival.conversation {
        Some(id) => answered_so_far(site, arrival.visitor, id).await?,
        None => SoFar::NotYet,
    };
    let hash = Hash::of(&secret(site).await?, &known.stored.experiment, arrival.visitor);
    let subject = Subject { site: site.id(), experiment: known.stored.experiment.id, subject: &hash.subject };
    match &so_far {
        // Nobody's conversation to go on with: the question will be refused.
        SoFar::Foreign => return Ok(None),
        // A conversation that began outside goes on as it began. A visitor of an experiment who asks there sees two ways,
        // and is left out, whichever arm they are of: so leaving out favours none.
        SoFar::As(label) if !is_of(&known.stored.experiment, label.as_deref()) => {
            site.storage().experiments().mix(subject).await?;
            return Ok(None);
        }
        SoFar::NotYet | SoFar::As(_) => {}
    }
    let Some((exposure, known)) = exposed(site, known, subject, hash.place).await? else { return Ok(None) };
    let label = known.stored.experiment.label(&exposure.arm);
    // Only a visitor who was withdrawn and came back can have gone on from another arm.
    if matches!(&so_far, SoFar::As(before) if before.as_ref() != Some(&label)) {
        site.storage().experiments().mix(subject).await?;
    }
    Ok(known.way(&exposure.arm).map(Arc::clone))
}

/// The exposure of a subject, made if it is their first time, with the experiment as it is now. `None` if it is over, or
/// if there is no place for the subject.
async fn exposed(
    site: &Site,
    known: &Arc<InForce>,
    subject: Subject<'_>,
    place: u64,
) -> Result<Option<(Exposure, Arc<InForce>)>, StorageError> {
    let mut known = Arc::clone(known);
    loop {
        let Some(arm) = known.stored.experiment.arm_of(place) else { return Ok(None) };
        let offer = Offer { version: known.stored.version, arm: arm.name.clone(), at: site.now() };
        if let Some(exposure) = site.storage().experiments().expose(subject, &offer).await? {
            return Ok(Some((exposure, known)));
        }
        // Another process has changed the experiment since this one looked.
        refresh(site).await?;
        let running = in_force(site).filter(|now| {
            let experiment = &now.stored.experiment;
            experiment.id == subject.experiment && experiment.state == ExperimentState::Running
        });
        match running.filter(|now| now.stored.version != offer.version) {
            Some(now) => known = now,
            None => return Ok(None),
        }
    }
}

/// Whether a turn with this label was answered by an arm of the experiment.
fn is_of(experiment: &Experiment, label: Option<&str>) -> bool {
    label.is_some_and(|label| experiment.arms.iter().any(|arm| experiment.label(&arm.name) == label))
}

/// How a conversation was answered until now.
enum SoFar {
    /// It is not the visitor's.
    Foreign,
    /// Nothing of it is settled.
    NotYet,
    /// As the label in its last settled turn says; `None` is the configured way.
    As(Option<String>),
}

async fn answered_so_far(site: &Site, visitor: VisitorId, id: ConversationId) -> Result<SoFar, StorageError> {
    if crate::conversation::find(site, visitor, id).await?.is_none() {
        return Ok(SoFar::Foreign);
    }
    let turns = crate::conversation::history(site, id, LAST_TURNS).await?;
    let last = turns.into_iter().rev().find_map(|turn| turn.settlement);
    Ok(last.map_or(SoFar::NotYet, |settlement| SoFar::As(settlement.variant)))
}

/// Keeps what came of a visitor's first question. `observation` is made of the turn as it was answered, for what is kept
/// of it may have lost its words.
pub(crate) async fn observe(site: &Site, visitor: VisitorId, settlement: &Settlement, observation: &Observation) {
    let Some(label) = settlement.variant.as_deref() else { return };
    if let Err(error) = try_to_observe(site, visitor, label, observation).await {
        tracing::error!(site = %site.id(), %error, "what came of a visitor's question is not in the experiment");
    }
}

async fn try_to_observe(
    site: &Site,
    visitor: VisitorId,
    label: &str,
    observation: &Observation,
) -> Result<(), StorageError> {
    let now = in_force(site).map(|known| known.stored.experiment.clone());
    let experiment = match now.filter(|experiment| is_of(experiment, Some(label))) {
        Some(experiment) => Some(experiment),
        // It was stopped while the visitor was being answered.
        None => stopped(site, label).await?,
    };
    let Some(experiment) = experiment else { return Ok(()) };
    let hash = Hash::of(&secret(site).await?, &experiment, visitor);
    let subject = Subject { site: site.id(), experiment: experiment.id, subject: &hash.subject };
    site.storage().experiments().observe(subject, observation).await.map(drop)
}

async fn stopped(site: &Site, label: &str) -> Result<Option<Experiment>, StorageError> {
    let all = site.storage().experiments().list(site.id(), LISTED).await?;
    let mut kept = all.into_iter().map(|stored| stored.experiment);
    Ok(kept.find(|experiment| experiment.state == ExperimentState::Stopped && is_of(experiment, Some(label))))
}

/// Removes a visitor from every experiment, as if they had never come; true if they were in one.
pub async fn withdraw(storage: &dyn Storage, site: &SiteId, visitor: VisitorId) -> Result<bool, StorageError> {
    let Some(secret) = storage.secrets().get(site, SUBJECT_SECRET).await? else { return Ok(false) };
    let mut found = false;
    for stored in storage.experiments().list(site, LISTED).await? {
        // Nobody is known in one that is archived.
        if stored.experiment.state == ExperimentState::Archived {
            continue;
        }
        let hash = Hash::of(&secret, &stored.experiment, visitor);
        let subject = Subject { site, experiment: stored.experiment.id, subject: &hash.subject };
        found |= storage.experiments().withdraw(subject).await?;
    }
    Ok(found)
}

async fn secret(site: &Site) -> Result<Vec<u8>, StorageError> {
    if let Some(secret) = site.storage().secrets().get(site.id(), SUBJECT_SECRET).await? {
        return Ok(secret);
    }
    let mut fresh = [0; SECRET_BYTES];
    site.parts.entropy.fill(&mut fresh);
    site.storage().secrets().get_or_insert(site.id(), SUBJECT_SECRET, &fresh).await
}

/// A visitor in an experiment: HMAC-SHA-256 of the visitor's id and the experiment's salt, under the site's secret.
struct Hash {
    /// The first half, in hexadecimal.
    subject: String,
    /// Of the second half, which says nothing about the first: the place among the shares.
    place: u64,
}

impl Hash {
    fn of(secret: &[u8], experiment: &Experiment, visitor: VisitorId) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
        mac.update(format!("subject\n{}\n{}\n{visitor}", experiment.id, experiment.salt).as_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let (subject, rest) = digest.split_at(16);
        let place = rest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        Self { subject: hexadecimal(subject), place }
    }
}
