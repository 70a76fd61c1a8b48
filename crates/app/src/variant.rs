//! A way of answering, ready to be used: the site's own, or one that differs from it.
//!
//! Every turn has one. What a variation leaves out is as configured, so a variant follows the configuration in all else.
//! Start at [`Site::variant`]; what can differ is [`Variation`].

use std::sync::Arc;

use portavoz_domain::context::ContextLimits;
use portavoz_domain::defence::PromptGuard;
use portavoz_domain::message::{Message, Role};
use portavoz_domain::prompt::{PromptOptions, Prompts, TemplateError};
use portavoz_domain::variation::{EXTRACTIVE, InvalidVariation, Variation};
use portavoz_llm::catalogue::{ModelKind, price_template};
use portavoz_llm::chat::ChatModel;
use portavoz_text::language::Language;

use crate::models::{Ladder, LadderModel};
use crate::settings::{GenerationSettings, RetrievalSettings, SiteSettings};
use crate::site::{Site, short_hash};

/// Why a variation cannot be tried.
#[derive(Debug, thiserror::Error)]
pub enum VariantError {
    /// A value is outside of its limits.
    #[error(transparent)]
    Value(#[from] InvalidVariation),
    /// A prompt template of it cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Its model cannot be asked.
    #[error("the model `{model}` cannot be asked: {cause}")]
    Model {
        /// The model.
        model: String,
        /// Why, for people.
        cause: String,
    },
}

impl VariantError {
    /// A stable short name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Value(_) => "invalid_variation",
            Self::Template(_) => "invalid_template",
            Self::Model { .. } => "model_unusable",
        }
    }
}

/// Who stands above the documents.
#[derive(Clone)]
enum Models {
    /// The site's own ladder, as it is at each turn.
    OfSite,
    /// Nobody.
    Nobody,
    /// This one; then, for visitors, the site's own.
    First(LadderModel),
}

/// A way of answering.
#[derive(Clone)]
pub struct Variant {
    /// What stands in the rows of its turns; `None` for the site's own way.
    pub(crate) label: Option<String>,
    pub(crate) retrieval: RetrievalSettings,
    pub(crate) context: ContextLimits,
    pub(crate) generation: GenerationSettings,
    pub(crate) wording: Arc<Wording>,
    /// Questions and answers that are sent before the conversation.
    pub(crate) examples: Vec<Message>,
    models: Models,
    /// Answers are not told again: each is an outcome of its own.
    anew: bool,
    /// No model stands in for another: an evaluation measures the one it names.
    alone: bool,
    /// Tells it from every other way.
    fingerprint: String,
}

/// The words that models are asked with.
pub(crate) struct Wording {
    pub(crate) prompts: Prompts,
    pub(crate) guard: PromptGuard,
    /// Tells templates, options and examples from any others.
    pub(crate) version: String,
}

impl Wording {
    /// Prompts without a canary yet, which would tell sites apart in the version.
    pub(crate) fn new(prompts: Prompts, examples: &[Message], canary: &str) -> Self {
        let version = version_of(&prompts, examples);
        let prompts = prompts.with_canary(canary.to_owned());
        let guard = guard_of(&prompts, canary);
        Self { prompts, guard, version }
    }
}

/// The same for the same templates, options and examples.
fn version_of(prompts: &Prompts, examples: &[Message]) -> String {
    let languages = [Language::Es, Language::En];
    let texts = languages.iter().flat_map(|&language| [prompts.system(language), prompts.question(language, "-", "-")]);
    let texts: Vec<String> = texts.flatten().collect();
    short_hash(texts.iter().map(String::as_str).chain(examples.iter().map(|message| message.content.as_str())))
}

/// The guard of the system messages, in every language of the scaffold.
fn guard_of(prompts: &Prompts, canary: &str) -> PromptGuard {
    let systems: Vec<String> = Language::ALL.iter().filter_map(|&language| prompts.system(language).ok()).collect();
    let systems: Vec<&str> = systems.iter().map(String::as_str).collect();
    // What the owner says in public may be said by the assistant.
    let options = prompts.options();
    let public = [options.owner.as_deref(), options.headline.as_deref(), Some(options.tone.as_str())];
    PromptGuard::new(&systems, canary, &public.into_iter().flatten().collect::<Vec<_>>())
}

impl Variant {
    /// The site's own way.
    pub(crate) fn usual(settings: &SiteSettings, prompts: Prompts, canary: &str) -> Self {
        Self {
            label: None,
            retrieval: settings.retrieval,
            context: settings.context,
            generation: settings.generation,
            wording: Arc::new(Wording::new(prompts, &[], canary)),
            examples: Vec::new(),
            models: Models::OfSite,
            anew: false,
            alone: false,
            fingerprint: String::new(),
        }
    }

    /// The same under this label, which stands in the rows of its turns.
    #[must_use]
    pub fn labelled(self, label: String) -> Self {
        Self { label: Some(label), ..self }
    }

    /// The same with no model standing in for another, as evaluations want it.
    #[must_use]
    pub fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// The same with every answer made anew. An experiment counts answers: one that is told to a hundred visitors is one
    /// outcome, not a hundred.
    #[must_use]
    pub fn anew(self) -> Self {
        Self { anew: true, ..self }
    }

    /// Whether every answer is made anew.
    pub(crate) const fn is_anew(&self) -> bool {
        self.anew
    }

    /// The same with this model in the place of its own, and no other.
    #[must_use]
    pub(crate) fn with_model(self, model: Arc<dyn ChatModel>) -> Self {
        Self { models: Models::First(LadderModel::from(model)), alone: true, ..self }
    }

    /// What stands in the rows of its turns; `None` for the site's own way.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The version of its prompt templates, options and examples.
    pub fn prompt_version(&self) -> &str {
        &self.wording.version
    }

    /// Tells it from every other way, whatever its label; empty for the site's own.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The models to ask in a turn that begins now.
    pub(crate) fn ladder<'a>(&self, site: &'a Site) -> Ladder<'a> {
        let models = match &self.models {
            Models::OfSite => site.ordered_models(),
            Models::Nobody => Vec::new(),
            Models::First(model) if self.alone => vec![model.clone()],
            Models::First(model) => std::iter::once(model.clone()).chain(site.ordered_models()).collect(),
        };
        let asked = if self.alone { 1 } else { models.len() };
        Ladder::over(site, models.into_iter().take(asked))
    }

    /// The name of the model that is asked first; `None` if answers are quoted from the documents.
    pub fn first_model(&self, site: &Site) -> Option<String> {
        self.ladder(site).first_model().map(|model| model.name().to_owned())
    }

    /// A model that may have answered, by its name.
    pub(crate) fn model(&self, site: &Site, name: &str) -> Option<LadderModel> {
        match &self.models {
            Models::First(model) => {
                model.line().find(|model| model.name() == name).cloned().or_else(|| site.known_model(name))
            }
            Models::OfSite | Models::Nobody => site.known_model(name),
        }
    }
}

impl std::fmt::Debug for Variant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields = (&self.label, &self.fingerprint);
        formatter
            .debug_struct("Variant")
            .field("label", fields.0)
            .field("fingerprint", fields.1)
            .finish_non_exhaustive()
    }
}

impl Site {
    /// A variation of the site's own way of answering. Nobody is asked anything yet.
    pub fn variant(&self, variation: &Variation) -> Result<Variant, VariantError> {
        variation.check()?;
        let usual = self.usual();
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let mut made = Variant::clone(usual);
        made.fingerprint = if variation.is_control() { String::new() } else { fingerprint(variation) };
        made.models = match variation.model.as_deref() {
            None => Models::OfSite,
            Some(EXTRACTIVE) => Models::Nobody,
            Some(name) => Models::First(self.model_to_try(name)?),
        };
        if let Some(max_results) = variation.max_results {
            (made.retrieval.max_results, made.context.max_passages) = (size(max_results), size(max_results));
        }
        made.retrieval.threshold = variation.threshold.unwrap_or(made.retrieval.threshold);
        if let Some(tokens) = variation.context_tokens {
            made.context.max_tokens = size(tokens);
            made.context.hard_max_tokens = made.context.hard_max_tokens.max(size(tokens));
        }
        let generation = &mut made.generation;
        generation.temperature = variation.temperature.unwrap_or(generation.temperature);
        generation.top_p = variation.top_p.unwrap_or(generation.top_p);
        generation.max_tokens = variation.max_tokens.unwrap_or(generation.max_tokens);
        let pair = |example: &portavoz_domain::variation::Example| {
            [
                Message::new(Role::User, example.question.as_str()),
                Message::new(Role::Assistant, example.answer.as_str()),
            ]
        };
        made.examples = variation.examples.iter().flat_map(pair).collect();
        let is_reworded = variation.tone.is_some() || variation.specific.is_some() || !variation.templates.is_empty();
        if is_reworded || !made.examples.is_empty() {
            let before = usual.wording.prompts.options();
            let options = PromptOptions {
                tone: variation.tone.clone().unwrap_or_else(|| before.tone.clone()),
                specific: variation.specific.unwrap_or(before.specific),
                ..before.clone()
            };
            let prompts = usual.wording.prompts.varied(options, &variation.templates)?;
            made.wording = Arc::new(Wording::new(prompts, &made.examples, self.canary()));
        }
        Ok(made)
    }

    /// A model that may be asked, by its name at the provider.
    fn model_to_try(&self, name: &str) -> Result<LadderModel, VariantError> {
        let unusable = |cause: String| VariantError::Model { model: name.to_owned(), cause };
        if let Some(known) = self.known_model(name) {
            return Ok(known);
        }
        let card = self.parts.catalogue.card(name);
        if card.kind != ModelKind::Chat {
            return Err(unusable("it does not chat: it makes vectors".to_owned()));
        }
        if card.tariff.is_none() && self.settings().budget.refuse_unpriced {
            let lines = price_template(name);
            return Err(unusable(format!(
                "its price is not known, so the budget cannot be kept; write these lines, with its prices, into the file \
                 of `models.overrides`:\n{lines}"
            )));
        }
        let source = self.parts.source.as_ref();
        let source =
            source.ok_or_else(|| unusable("there is no key for its provider (`OPENAI_API_KEY`)".to_owned()))?;
        source.model(name).map_err(unusable)
    }
}

fn fingerprint(variation: &Variation) -> String {
    let text = serde_json::to_string(variation).expect("a variation is texts and numbers, which JSON can always hold");
    short_hash([text.as_str()])
}
