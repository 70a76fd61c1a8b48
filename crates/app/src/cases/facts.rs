//! Cases from the ledger of facts, without a model: see `domain::cases::make`.

use portavoz_domain::cases::make::{Material, balanced, make};

use super::Made;
use crate::site::Site;

/// At most `count` cases from what the site's documents state; the same for the same documents and seed. Takes a moment
/// for a large portfolio: not for a thread that answers stream on.
pub fn from_facts(site: &Site, count: usize, seed: u64) -> Made {
    // One look at the index, so that facts and passages are of the same documents.
    let live = site.live.load();
    let ledger = live.ledger();
    let material = Material {
        facts: &ledger.facts,
        contradictions: &ledger.contradictions,
        chunks: live.index.chunks(),
        owner: live.contact.name.as_deref(),
    };
    let cases = make(&material);
    let found = cases.len();
    let cases = balanced(cases, count, seed);
    let mut made = Made::default();
    if found > cases.len() {
        made.dropped.insert("not_chosen", found - cases.len());
    }
    made.cases = cases;
    made
}
