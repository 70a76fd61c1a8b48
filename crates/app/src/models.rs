//! The models of a site as time goes by: who is asked today, and who takes over when a provider switches one off.
//!
//! The configuration names a ladder. Three things change it while the site runs: the calendar (a model whose shutdown
//! date has come gives way to its successor), the provider (one that it does not know any more gives way at once), and
//! the owner (`migrate` puts another model first, `rollback` undoes that). Nothing here calls a model.
//! Start at [`Ladder`]; what is remembered between processes is in [`crate::lifecycle`], what the owner is shown in
//! [`sheet`], and how the first model is changed in [`migrate`].

pub mod migrate;
pub mod sheet;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use portavoz_domain::answer::Rung;
use portavoz_domain::lifecycle::{Stage, earliest};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::tokens::CountTokens;
use portavoz_llm::LlmError;
use portavoz_llm::chat::ChatModel;
use portavoz_llm::openai::ListedModel;
use time::Date;

use crate::site::Site;

/// The reason in a ladder of a model that was not asked because its provider has switched it off.
pub const SHUT_DOWN: &str = "shut_down";
/// How long a model that the provider did not know is passed over, if there is a successor. Then it is tried again: a
/// provider may have been wrong about it for a moment.
const UNKNOWN_FOR_MS: u64 = 10 * 60 * 1_000;

/// A model with what is known of its end.
#[derive(Clone)]
pub struct LadderModel {
    /// Who is asked.
    pub model: Arc<dyn ChatModel>,
    /// The first day without it, by the catalogue.
    pub shutdown: Option<Date>,
    /// Who takes its place then; over the same connection.
    pub successor: Option<Arc<LadderModel>>,
}

impl From<Arc<dyn ChatModel>> for LadderModel {
    /// A model whose end is not known.
    fn from(model: Arc<dyn ChatModel>) -> Self {
        Self { model, shutdown: None, successor: None }
    }
}

impl LadderModel {
    /// The model's name, as configured.
    pub fn name(&self) -> &str {
        self.model.name()
    }

    /// Its tokenizer.
    pub fn tokenizer(&self) -> &dyn CountTokens {
        self.model.tokenizer()
    }

    /// Itself and all its successors.
    pub(crate) fn line(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |model| model.successor.as_deref())
    }
}

impl std::fmt::Debug for LadderModel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LadderModel").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// The provider as a source of models.
#[async_trait]
pub trait ModelSource: Send + Sync {
    /// The model of this name with its successors; asked for when the owner changes models, so it should be the same
    /// object each time. The error says for people why it cannot be.
    fn model(&self, name: &str) -> Result<LadderModel, String>;

    /// The models that the provider says it has.
    async fn list(&self) -> Result<Vec<ListedModel>, LlmError>;
}

/// What was learned about the models while the site ran.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The owner's choice of a first model, in place of the configured one.
    pub(crate) chosen: Option<LadderModel>,
    /// Shutdown dates that the provider announces.
    pub(crate) ends: BTreeMap<String, Date>,
}

/// What a site knows about its models beyond its configuration.
#[derive(Default)]
pub(crate) struct Roster {
    known: ArcSwap<Known>,
    /// Models that the provider did not know, and when it said so.
    unknown: Mutex<HashMap<String, Timestamp>>,
}

impl Roster {
    pub(crate) fn learn(&self, known: Known) {
        self.known.store(Arc::new(known));
    }

    fn note_unknown(&self, name: &str, now: Timestamp) {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), now);
    }

    fn was_unknown(&self, name: &str, now: Timestamp) -> bool {
        let unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.get(name).is_some_and(|said| now.millis_since(*said) < UNKNOWN_FOR_MS)
    }
}

/// The models of one turn, first to last: an iterator that can be told how the last one failed.
pub struct Ladder<'a> {
    site: &'a Site,
    steps: VecDeque<Step>,
    /// The last step taken.
    current: Option<LadderModel>,
    /// Every model that was or will be a step.
    names: HashSet<String>,
}

/// A model's place in a ladder.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its rung.
    pub rung: Rung,
    /// Its name.
    pub name: String,
    /// The model to ask; `None` if it is switched off and stands there only to be told of.
    pub model: Option<LadderModel>,
}

impl<'a> Ladder<'a> {
    /// These models, each once; of one that is over, who takes its place.
    pub(crate) fn over(site: &'a Site, models: impl IntoIterator<Item = LadderModel>) -> Self {
        let mut ladder = Self { site, steps: VecDeque::new(), current: None, names: HashSet::new() };
        for (place, model) in models.into_iter().enumerate() {
            let rung = if place == 0 { Rung::Primary } else { Rung::Fallback };
            ladder.append(model, rung);
        }
        ladder
    }

    /// Adds a model, or if it is over its first successor that is not.
    fn append(&mut self, model: LadderModel, rung: Rung) {
        let mut next = Some((model, rung));
        while let Some((model, rung)) = next.take() {
            if !self.names.insert(model.name().to_owned()) {
                return;
            }
            let name = model.name().to_owned();
            if self.site.is_over(&model) {
                self.steps.push_back(Step { rung, name, model: None });
                next = model.successor.as_deref().map(|successor| (successor.clone(), Rung::Fallback));
            } else {
                self.steps.push_back(Step { rung, name, model: Some(model) });
            }
        }
    }

    /// The model that will be asked first.
    pub fn first_model(&self) -> Option<&LadderModel> {
        self.steps.iter().find_map(|step| step.model.as_ref())
    }

    /// To be told when the model of the last step failed: one that the provider does not know is followed at once by its
    /// successor, and is passed over for a while.
    pub fn failed(&mut self, error: &LlmError) {
        let Some(failed) = self.current.take().filter(|_| matches!(error, LlmError::UnknownModel(_))) else { return };
        let Some(successor) = failed.successor.as_deref().filter(|_| self.site.hands_over()) else { return };
        self.site.roster().note_unknown(failed.name(), self.site.now());
        let later = std::mem::take(&mut self.steps);
        // A successor that is a fallback anyway moves up.
        self.names.retain(|name| !later.iter().any(|step| &step.name == name));
        self.append(successor.clone(), Rung::Fallback);
        for step in later {
            if self.names.insert(step.name.clone()) {
                self.steps.push_back(step);
            }
        }
    }
}

impl Iterator for Ladder<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let step = self.steps.pop_front()?;
        self.current = step.model.clone();
        Some(step)
    }
}

impl Site {
    /// The models to ask in a turn that begins now.
    pub fn ladder(&self) -> Ladder<'_> {
        Ladder::over(self, self.ordered_models())
    }

    /// The name of the model that a turn which begins now asks first; `None` if answers are quoted from the documents.
    pub fn first_model(&self) -> Option<String> {
        self.ladder().first_model().map(|model| model.name().to_owned())
    }

    /// The model that is asked about doubtful sentences, if there is one: its successor once it is over.
    pub fn judge(&self) -> Option<Arc<dyn ChatModel>> {
        let judge = self.parts.judge.as_ref()?;
        judge.line().find(|model| !self.is_over(model)).map(|model| Arc::clone(&model.model))
    }

    /// The configured models, the owner's choice in the first one's place.
    pub(crate) fn ordered_models(&self) -> Vec<LadderModel> {
        let mut models = self.parts.models.clone();
        if let (Some(first), Some(chosen)) = (models.first_mut(), &self.roster().known.load().chosen) {
            *first = chosen.clone();
        }
        models
    }

    /// The owner's choice of a first model, if one is in force.
    pub fn chosen_model(&self) -> Option<String> {
        self.roster().known.load().chosen.as_ref().map(|chosen| chosen.name().to_owned())
    }

    /// Everyone who is or may come to be asked, each once: the ladder in its order, the judge, and their successors.
    pub fn models(&self) -> Vec<LadderModel> {
        let mut names = HashSet::new();
        let mut models = self.ordered_models();
        models.extend(self.parts.models.iter().cloned());
        models.extend(self.parts.judge.clone());
        let line = models.iter().flat_map(LadderModel::line);
        line.filter(|model| names.insert(model.name().to_owned())).cloned().collect()
    }

    /// One of [`Site::models`], by its name.
    pub(crate) fn known_model(&self, name: &str) -> Option<LadderModel> {
        self.models().into_iter().find(|model| model.name() == name)
    }

    /// The first day without a model: the earlier of what the catalogue and the provider say.
    pub(crate) fn shutdown_of(&self, model: &LadderModel) -> Option<Date> {
        earliest(model.shutdown, self.observed_end(model.name()))
    }

    /// The end that the provider announces for a model.
    pub(crate) fn observed_end(&self, name: &str) -> Option<Date> {
        self.roster().known.load().ends.get(name).copied()
    }

    /// The stage of a model today.
    pub(crate) fn stage_of(&self, model: &LadderModel) -> Stage {
        self.now().date().map_or(Stage::Fine, |today| Stage::on(today, self.shutdown_of(model)))
    }

    /// True if a model is not to be asked, because it has ended or its provider has just denied it.
    fn is_over(&self, model: &LadderModel) -> bool {
        let denied = || model.successor.is_some() && self.roster().was_unknown(model.name(), self.now());
        self.hands_over() && (self.stage_of(model) == Stage::Ended || denied())
    }

    /// Whether successors take over by themselves.
    pub(crate) fn hands_over(&self) -> bool {
        self.settings().lifecycle.auto_successor
    }
}
