//! Live experiments: what is tried on visitors, who gets what, and what counts as success.
//!
//! Every visitor of a running [`Experiment`] gets one of its [`Arm`]s and keeps it. The primary outcome is whether the
//! visitor's first question was *answered from the documents* ([`grounded_and_answered`]): one yes or no for each
//! visitor, known as soon as that turn is settled, and never changed afterwards, which is what sequential tests need.
//! Pure: the hash that assigns visitors is an argument. What the outcomes say is `app::experiments`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::answer::{Outcome, Rung};
use crate::ids::{ExperimentId, SiteId, TurnId};
use crate::timestamp::Timestamp;
use crate::turn::Settlement;
use crate::variation::{VariantName, Variation};
use crate::verification::Status;

/// What the shares of all arms come to.
pub const WHOLE: u32 = 1_000;
/// Arms at most, the control counted.
pub const MOST_ARMS: usize = 5;

/// Where an experiment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExperimentState {
    /// Visitors are assigned.
    Running,
    /// It is over: everybody gets the configured way again.
    Stopped,
    /// It is over, and one of its variants answers everybody until that is undone.
    Shipped,
    /// Put away; nothing of it is in force.
    Archived,
}

impl ExperimentState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Running, Self::Stopped, Self::Shipped, Self::Archived];

    /// The stable name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Shipped => "shipped",
            Self::Archived => "archived",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl fmt::Display for ExperimentState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One of the ways compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// `control` for the first one.
    pub name: VariantName,
    /// What differs from the configuration.
    pub variation: Variation,
}

/// Which part of new visitors each arm gets, from a moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// From when on.
    pub from: Timestamp,
    /// In thousandths, by the order of the arms; [`WHOLE`] together.
    pub per_mille: Vec<u32>,
}

/// What must not get worse, whatever the primary outcome says. A margin is how much worse than control is still fine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guardrails {
    /// Mean cost of a first answer, as a multiple of the control's.
    pub cost_ratio: f64,
    /// Milliseconds to the first words that a visitor should not wait longer than; 19 of 20 are to keep to it.
    pub slow_ms: u64,
    /// Share of slow answers, 0..=1, above the control's.
    pub slow_margin: f64,
    /// Share of answers that had a sentence withheld, 0..=1, above the control's.
    pub withheld_margin: f64,
    /// Share of thumbs that are down, 0..=1, above the control's.
    pub thumbs_margin: f64,
}

impl Default for Guardrails {
    fn default() -> Self {
        Self { cost_ratio: 2.0, slow_ms: 2_000, slow_margin: 0.05, withheld_margin: 0.05, thumbs_margin: 0.10 }
    }
}

/// How an experiment is judged; fixed when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Design {
    /// How often a verdict may be wrong when nothing differs, 0..1.
    pub alpha: f64,
    /// The smallest difference of the primary outcome that matters, 0..1.
    pub effect: f64,
    /// Visitors after which it is given up.
    pub horizon: u32,
    /// What must not get worse.
    pub guardrails: Guardrails,
}

impl Default for Design {
    fn default() -> Self {
        Self { alpha: 0.05, effect: 0.10, horizon: 5_000, guardrails: Guardrails::default() }
    }
}

/// A comparison on live visitors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// The portfolio.
    pub site: SiteId,
    /// This experiment.
    pub id: ExperimentId,
    /// As the owner calls it.
    pub name: VariantName,
    /// Where it stands.
    pub state: ExperimentState,
    /// Makes its assignment independent of any other experiment's.
    pub salt: String,
    /// The control first.
    pub arms: Vec<Arm>,
    /// Oldest first; never empty.
    pub shares: Vec<Shares>,
    /// How it is judged.
    pub design: Design,
    /// When it began.
    pub started: Timestamp,
    /// When it was stopped.
    pub ended: Option<Timestamp>,
    /// The arm that was shipped.
    pub shipped: Option<VariantName>,
    /// What the owner notes about it.
    pub note: String,
}

impl Experiment {
    /// The arm of this name.
    pub fn arm(&self, name: &VariantName) -> Option<&Arm> {
        self.arms.iter().find(|arm| arm.name == *name)
    }

    /// The shares in force for whoever comes now.
    pub fn shares_now(&self) -> &[u32] {
        self.shares.last().map(|shares| shares.per_mille.as_slice()).unwrap_or_default()
    }

    /// The arm of a visitor by a hash of the visitor and the salt, all of whose values are equally likely. Arms have
    /// stretches of the hash, in order, as long as their shares.
    pub fn arm_of(&self, hash: u64) -> Option<&Arm> {
        let place = (u128::from(hash) * u128::from(WHOLE)) >> 64;
        let mut end = 0_u128;
        for (arm, share) in self.arms.iter().zip(self.shares_now()) {
            end += u128::from(*share);
            if place < end {
                return Some(arm);
            }
        }
        None
    }

    /// What stands in the rows of its turns: experiment and arm.
    pub fn label(&self, arm: &VariantName) -> String {
        format!("{}:{arm}", self.name)
    }
}

/// What came of a visitor's first question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// When its turn was settled.
    pub at: Timestamp,
    /// Which; the turn itself may be gone by now. `None` once the visitors were forgotten.
    pub turn: Option<TurnId>,
    /// The primary outcome.
    pub success: bool,
    /// Sentences that were kept from the visitor.
    pub withheld: u32,
    /// Milliseconds to the first words.
    pub first_token_ms: Option<u64>,
    /// What the budget was charged, in micro-dollars.
    pub cost_usd_micros: u64,
}

/// A visitor in an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// A keyed hash of the visitor, of this experiment alone, in hexadecimal: not the visitor's id.
    pub subject: String,
    /// What they get.
    pub arm: VariantName,
    /// When they came.
    pub at: Timestamp,
    /// True if they were also answered in another way: left out of every figure.
    pub mixed: bool,
    /// What came of their first question; `None` until it is settled.
    pub observation: Option<Observation>,
}

impl Observation {
    /// What a settled turn says of its visitor; `None` if it says nothing: a greeting, or what is turned down, is no
    /// question to the documents.
    pub fn of(settlement: &Settlement) -> Option<Self> {
        Some(Self {
            at: settlement.settled,
            turn: Some(settlement.id),
            success: grounded_and_answered(settlement)?,
            withheld: settlement.withheld,
            first_token_ms: settlement.first_token_ms,
            cost_usd_micros: settlement.charged_usd_micros,
        })
    }
}

/// The primary outcome: the visitor was answered, from the documents, and nothing had to be kept from them or was told
/// that the documents do not support. `None` for greetings and what is turned down. An answer that failed, or that its
/// visitor did not wait for, is no success.
pub fn grounded_and_answered(settlement: &Settlement) -> Option<bool> {
    match settlement.outcome {
        Some(Outcome::Smalltalk | Outcome::Declined) => None,
        Some(Outcome::NotKnown) | None => Some(false),
        Some(Outcome::Answered) => {
            let sentences = settlement.verification.iter().flat_map(|verification| &verification.sentences);
            let supported = sentences.into_iter().all(|sentence| sentence.status == Status::Supported);
            // The contact card is the owner's own word and has no source to cite.
            let is_card = settlement.ladder.last().is_some_and(|tried| tried.rung == Rung::Stock);
            let is_grounded = is_card || !settlement.citations.is_empty();
            Some(is_grounded && supported && settlement.withheld == 0)
        }
    }
}

#[cfg(test)]
mod tests;
