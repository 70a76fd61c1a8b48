//! The ledger of facts of a site: what its documents state of the owner, where they disagree, and the answers that can
//! be computed from it.
//!
//! The ledger belongs to the live index and goes with it. A new index goes live with its ledger drawn; the one that a site
//! opens with answers at once, and its ledger is drawn meanwhile. The rules are [`portavoz_domain::facts`]. Start at
//! [`ledger`].

use std::borrow::Borrow;
use std::sync::Arc;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::facts::{Asking, Computed, Contradiction, Fact, answer_from_facts, contradictions, draw};
use portavoz_domain::question::Question;
use portavoz_domain::timestamp::Timestamp;
use portavoz_text::dates::Date;

use crate::site::{Live, Site};

/// What the documents state, in their order, and where they disagree.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Every statement with its place.
    pub facts: Vec<Fact>,
    /// Statements that cannot both be true; [`Contradiction::sentence`] says what each is about.
    pub contradictions: Vec<Contradiction>,
}

impl Ledger {
    /// Draws the ledger of these passages.
    pub(crate) fn of<C: Borrow<Chunk>>(chunks: &[C]) -> Self {
        let facts = draw(chunks);
        let contradictions = contradictions(&facts);
        Self { facts, contradictions }
    }
}

/// The ledger of the documents that questions are answered from at this moment.
pub fn ledger(site: &Site) -> Arc<Ledger> {
    Arc::clone(site.live.load().ledger())
}

/// The answer to a question about lengths of time or jobs that the ledger carries, as of today.
pub fn computed(site: &Site, question: &Question) -> Option<Computed> {
    computed_from(&site.live.load(), question, site.now())
}

/// The same from documents that need not be those of this moment.
pub(crate) fn computed_from(live: &Live, question: &Question, now: Timestamp) -> Option<Computed> {
    let Ledger { facts, contradictions } = live.ledger().as_ref();
    let owner = live.contact.name.as_deref();
    let asking = Asking { question, owner, today: day(now)?, doubts: contradictions };
    answer_from_facts(&asking, facts)
}

/// The day of a moment, in UTC.
fn day(moment: Timestamp) -> Option<Date> {
    let date = moment.date()?;
    Some(Date { year: date.year(), month: Some(u8::from(date.month())), day: Some(date.day()) })
}
