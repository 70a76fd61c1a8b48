//! What the ladder makes of a question, as it climbs.

use portavoz_domain::answer::{Outcome, Rung, RungTried};
use portavoz_domain::usage::Usage;

use super::score::Basis;

/// What the ladder made of a question; the words are with [`Telling`].
#[derive(Debug, Default)]
pub(super) struct Told {
    /// `None` if whoever asked left before the end.
    pub(super) outcome: Option<Outcome>,
    pub(super) ladder: Vec<RungTried>,
    pub(super) model: Option<String>,
    pub(super) usage: Usage,
    /// `None` as soon as one call has no known price.
    pub(super) cost_usd_micros: Option<u64>,
    /// What the turn's charge comes to.
    pub(super) charged_usd_micros: u64,
    /// As the last response says.
    pub(super) service_tier: Option<String>,
    /// As the last response says.
    pub(super) served_model: Option<String>,
    pub(super) prompt_hash: Option<String>,
    pub(super) unanswered: bool,
    /// What the answer is scored by.
    pub(super) basis: Basis,
    /// The model's answer reached its limit of tokens.
    pub(super) cut_short: bool,
}

impl Told {
    /// Adds a rung; without a reason it is the one that answered. A stock reply that turns down says why it did.
    pub(super) fn tried(&mut self, rung: Rung, model: Option<&str>, reason: Option<&str>) {
        self.ladder.push(RungTried { rung, model: model.map(str::to_owned), reason: reason.map(str::to_owned) });
    }

    /// Adds a call's tokens and price; a call of unknown price that used anything makes the sum unknown.
    pub(super) fn charge(&mut self, usage: Usage, cost_usd_micros: Option<u64>) {
        if usage.prompt_tokens == 0 && usage.completion_tokens == 0 {
            return;
        }
        self.usage = self.usage.plus(&usage);
        self.cost_usd_micros = self.cost_usd_micros.zip(cost_usd_micros).map(|(sum, cost)| sum + cost);
    }
}
