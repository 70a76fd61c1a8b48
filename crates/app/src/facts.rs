//! The ledger of facts of a site: what its documents state of the owner, where they disagree, and the answers that can
//! be computed from it.
//!
//! The ledger belongs to the live index: it is drawn when an index goes live and goes with it. The rules are
//! [`portavoz_domain::facts`]. Start at [`ledger`].

use std::borrow::Borrow;
use std::sync::Arc;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::facts::{Contradiction, Fact, contradictions, draw};

use crate::site::Site;

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
    Arc::clone(&site.live.load().ledger)
}
