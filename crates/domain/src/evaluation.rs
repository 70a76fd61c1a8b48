//! Evaluations: what is kept of asking cases of targets.
//!
//! A [`Run`] asks every case of every [`Target`]; a [`CaseResult`] is one answer with its grade. What an answer is
//! measured by is [`metrics`], how good it is says [`grade()`], and [`differences()`] shows two answers side by side.

use std::fmt;
use std::ops::Range;

use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};

use crate::answer::{Citation, Outcome, Rung, RungTried};
use crate::cases::Case;
use crate::ids::{ChargeId, ChunkId, DocumentId, RunId, SiteId};
use crate::quality::Quality;
use crate::timestamp::Timestamp;
use crate::usage::Usage;
use crate::variation::{VariantName, Variation};
use crate::verification::Verification;

mod differences;
mod grade;
pub mod metrics;
pub mod targets;

pub use differences::{Piece, Side, differences};
pub use grade::{TOPICS_TO_PASS, faults, grade};

/// One way of answering that is evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Unique in its run.
    pub name: VariantName,
    /// What differs from the configuration.
    pub variation: Variation,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Being asked, or left half way: it can be gone on with.
    Running,
    /// Waiting for a provider's batch.
    Waiting,
    /// Every case was asked of every target.
    Finished,
}

impl RunState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Running, Self::Waiting, Self::Finished];

    /// The stable name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Finished => "finished",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A batch of questions that a provider answers later, for half the price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchJob {
    /// Whose questions.
    pub target: VariantName,
    /// The provider's name for it.
    pub id: String,
    /// When it was handed in.
    pub created: Timestamp,
    /// What was reserved for it, in micro-dollars.
    pub reserved_usd_micros: u64,
    /// The charge that holds it.
    pub charge: ChargeId,
}

/// One pass over cases with some targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The portfolio.
    pub site: SiteId,
    /// This run.
    pub id: RunId,
    /// As the owner calls it: the file of its cases, unless they said otherwise.
    pub name: String,
    /// Tells cases, targets and knowledge together from any others: an unfinished run of the same plan is gone on with.
    pub plan: String,
    /// Where it stands.
    pub state: RunState,
    /// When it began.
    pub started: Timestamp,
    /// When everything had been asked.
    pub finished: Option<Timestamp>,
    /// What is asked.
    pub cases: Vec<Case>,
    /// Of whom.
    pub targets: Vec<Target>,
    /// Generation of the knowledge.
    pub knowledge_generation: u64,
    /// Hash of all passages of that generation.
    pub knowledge_hash: String,
    /// Batches that were handed in and not taken back yet.
    #[serde(default)]
    pub batches: Vec<BatchJob>,
}

/// A run as it stands in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunEntry {
    /// Which.
    pub id: RunId,
    /// See [`Run::name`].
    pub name: String,
    /// See [`Run::plan`].
    pub plan: String,
    /// Where it stands.
    pub state: RunState,
    /// When it began.
    pub started: Timestamp,
    /// When everything had been asked.
    pub finished: Option<Timestamp>,
    /// Names of its targets, in their order.
    pub targets: Vec<VariantName>,
    /// How many cases.
    pub cases: u32,
    /// How many results there are; cases times targets when it is finished.
    pub results: u32,
    /// What was paid for them, in micro-dollars: those that were taken from earlier runs cost nothing again.
    pub cost_usd_micros: u64,
}

/// A passage that was found for a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundPassage {
    /// Its document.
    pub document: DocumentId,
    /// The passage.
    pub chunk: ChunkId,
    /// Byte range of the passage in the document's text, which is that of a citation of it.
    pub span: Range<usize>,
    /// The headings above it, highest first.
    pub headings: Vec<String>,
    /// 0..=1.
    pub relevance: f32,
}

/// What a target made of a case: what was paid for, before it is graded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// How it ended; `None` if no answer could be given.
    pub outcome: Option<Outcome>,
    /// As a visitor would read it.
    pub text: String,
    /// Language of the question, as recognised.
    pub language: Language,
    /// Its sources.
    pub citations: Vec<Citation>,
    /// What the search found and an answer might rest on, best first.
    pub found: Vec<FoundPassage>,
    /// What the check of the answer found, withheld sentences included.
    pub verification: Option<Verification>,
    /// Sentences that were kept from the visitor.
    pub withheld: u32,
    /// The live score, without the case's own topics.
    pub quality: Option<Quality>,
    /// The model that answered, if one did.
    pub model: Option<String>,
    /// The exact snapshot, as the response names it.
    pub served_model: Option<String>,
    /// The tier that the call was served by.
    pub service_tier: Option<String>,
    /// Each rung tried.
    pub ladder: Vec<RungTried>,
    /// Tokens of all calls.
    pub usage: Usage,
    /// `None` if a model without a known price was used.
    pub cost_usd_micros: Option<u64>,
    /// From the question to the first words; `None` where it says nothing, as in a batch.
    pub first_token_ms: Option<u64>,
    /// From the question to the end; `None` where it says nothing, as in a batch.
    pub took_ms: Option<u64>,
    /// Hash of the rendered system prompt.
    pub prompt_hash: Option<String>,
}

impl Reply {
    /// Why the first rung with a model did not give this answer, by the ladder's stable reason; `None` if a model gave it,
    /// found no answer in the passages, or was not needed. What stands in for a failed model is not its answer.
    pub fn failure(&self) -> Option<&str> {
        let models = self.ladder.iter().filter(|tried| matches!(tried.rung, Rung::Primary | Rung::Fallback));
        models.filter_map(|tried| tried.reason.as_deref()).find(|reason| *reason != Outcome::NotKnown.name())
    }

    /// Who gave this answer, for people: a model's name, `documents`, or the rung that needs neither.
    pub fn answered_by(&self) -> &str {
        match (self.model.as_deref(), self.ladder.last().map(|tried| tried.rung)) {
            (Some(model), _) => model,
            (None, Some(Rung::Extractive)) => "documents",
            (None, Some(Rung::Stock)) => "stock reply",
            (None, Some(rung @ (Rung::Primary | Rung::Fallback))) => {
                let last = self.ladder.last().and_then(|tried| tried.model.as_deref());
                last.unwrap_or(rung.name())
            }
            (None, Some(rung)) => rung.name(),
            (None, None) => "nobody",
        }
    }
}

/// How good a reply is, by what its case expects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grade {
    /// Term by term; `None` if there is nothing to judge, as for a greeting.
    pub quality: Option<Quality>,
    /// Whether it ended as expected; `None` if the case does not say.
    pub outcome_right: Option<bool>,
    /// 1 if one of the expected sources was found, otherwise 0; `None` if the case names none.
    pub recall: Option<f32>,
    /// Share, 0..=1, of the citations that are of expected sources; `None` if it cites none or the case names none.
    pub citations_right: Option<f32>,
    /// Share, 0..=1, of the sentences made that the documents support, withheld ones counted; `None` if nothing was checked.
    pub supported: Option<f32>,
    /// What it had to say and does not.
    pub missing: Vec<String>,
    /// What it must not say and does.
    pub forbidden: Vec<String>,
    /// Whether it is in the language it should be in; `None` if that cannot be told.
    pub language_right: Option<bool>,
    /// Everything that the case demands holds.
    pub passed: bool,
}

/// One answer of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// Whose answer.
    pub target: VariantName,
    /// The case's id.
    pub case: String,
    /// Tells everything that the reply depends on from anything else, so that it need not be paid for again.
    pub key: String,
    /// When it was asked.
    pub asked: Timestamp,
    /// True if the reply was taken from an earlier run, and cost nothing this time.
    pub reused: bool,
    /// What was answered.
    pub reply: Reply,
    /// How good it is.
    pub grade: Grade,
}
