//! The configuration: one typed tree, one file per section, read once and checked once.
//!
//! Two stages. [`Config`] is what was written: [`load()`] lays file, environment and flags over the defaults.
//! [`Settings`] is what holds: every address parsed, every folder found, every secret read; later code never checks
//! again. Precedence: flag, then `PORTAVOZ_SECTION__KEY`, then the file, then `OPENAI_*`, then the default. The doc
//! comment of a field is its documentation everywhere: schema, example file, error messages. [`keys`] says how to add
//! one.

use std::path::PathBuf;

use portavoz_app::settings::{BudgetSettings, CacheSettings, ExperimentSettings, MessageSettings};
use portavoz_domain::contact::ContactCard;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub mod alerts;
pub mod budget;
pub mod cache;
pub mod check;
pub mod embeddings;
pub mod example;
pub mod experiments;
pub mod keys;
pub mod knowledge;
pub mod load;
pub mod log;
pub mod messages;
pub mod model;
pub mod models;
pub mod monitoring;
pub mod owner;
pub mod place;
pub mod privacy;
pub mod problem;
pub mod provider;
pub mod retrieval;
pub mod secret;
pub mod server;
pub mod sheet;
pub mod site;
pub mod storage;
#[cfg(test)]
mod tests;
pub mod thresholds;
pub mod verify;

use alerts::AlertSettings;
use check::Checker;
use embeddings::EmbedderSettings;
use knowledge::KnowledgeSettings;
use load::{FileText, FlagValue, Written};
use models::ModelSettings;
use place::Place;
use problem::{Origin, Origins, Problem, Problems};
use provider::ProviderSettings;
use retrieval::{Context, Conversation, Retrieval, Specificity};
use server::{Rate, ServerSettings};
use site::SiteSettings;
use storage::StorageSettings;
use thresholds::Thresholds;
use verify::Verify;

use crate::environment::Environment;

/// The configuration of portavoz. Every key may be left out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "portavoz.toml")]
pub struct Config {
    /// The portfolio as visitors see it.
    pub site: site::Site,
    /// How to reach the person the portfolio is about. A JSON Resume in the knowledge folder fills what is missing.
    pub owner: owner::Owner,
    /// Where the owner's documents are.
    pub knowledge: knowledge::Knowledge,
    /// Which models answer, and how they are asked. Without a usable model answers are quoted from the documents.
    pub model: model::Model,
    /// The server that runs the models: OpenAI, or any that speaks its protocol (Ollama, llama.cpp, vLLM, ...).
    pub provider: provider::Provider,
    /// Whether and how passages are compared by meaning as well as by words.
    pub embeddings: embeddings::Embeddings,
    /// Which passages an answer may rest on.
    pub retrieval: Retrieval,
    /// How much of the documents goes into one prompt.
    pub context: Context,
    /// What the system prompt says beyond its fixed rules.
    pub prompt: retrieval::Prompt,
    /// How much of the conversation so far goes into one prompt.
    pub conversation: Conversation,
    /// How a model's answers are checked against the documents before the visitor reads them.
    pub verify: Verify,
    /// What is kept of visitors, and for how long. Addresses are never kept.
    pub privacy: privacy::Privacy,
    /// Messages that visitors leave for the owner, at the page or the widget. They are kept as long as questions are: with `privacy.retention_days = 0` none are taken.
    pub messages: messages::Messages,
    /// What may be spent on models. No call is made that could pass one of these caps, whatever happens at the same time; once one is reached, answers are quoted from the documents. Days and months are those of UTC.
    pub budget: budget::Budget,
    /// Answers that are told again. A first question in the same words, on the same documents, prompt and model, gets the answer that a model gave before, at no cost.
    pub cache: cache::Cache,
    /// Live experiments: `portavoz experiment` starts, shows and stops them. Nobody is in one unless the owner starts it.
    pub experiments: experiments::Experiments,
    /// How often visitors may ask. Refusals are clear and cost nothing.
    pub rate: Rate,
    /// Where visitors come in.
    pub server: server::Server,
    /// Where conversations and documents are kept.
    pub storage: storage::Storage,
    /// What figures are to keep to. Each that does not raises an alert, once until it is good again, and colours the dashboard.
    pub thresholds: Thresholds,
    /// How the owner is told that something is not as it should be: by every way that is set. `portavoz alerts test` tries them.
    pub alerts: alerts::Alerts,
    /// What portavoz writes about itself, on the standard error stream.
    pub log: log::Log,
    /// The counters at `/metrics`, for Prometheus.
    pub metrics: monitoring::Metrics,
    /// Traces of turns for an OpenTelemetry collector.
    pub otel: monitoring::Otel,
    /// The model catalogue (prices, limits, dialects and ends of models), and what happens when a model ends.
    pub models: models::Models,
}

impl Config {
    /// Every section with its keys, in the order of the types.
    pub fn sections() -> [(&'static str, &'static [&'static str]); 25] {
        [
            ("site", keys::field_names::<site::Site>()),
            ("owner", keys::field_names::<owner::Owner>()),
            ("knowledge", keys::field_names::<knowledge::Knowledge>()),
            ("model", keys::field_names::<model::Model>()),
            ("provider", keys::field_names::<provider::Provider>()),
            ("embeddings", keys::field_names::<embeddings::Embeddings>()),
            ("retrieval", keys::field_names::<Retrieval>()),
            ("context", keys::field_names::<Context>()),
            ("prompt", keys::field_names::<retrieval::Prompt>()),
            ("conversation", keys::field_names::<Conversation>()),
            ("verify", keys::field_names::<Verify>()),
            ("privacy", keys::field_names::<privacy::Privacy>()),
            ("messages", keys::field_names::<messages::Messages>()),
            ("budget", keys::field_names::<budget::Budget>()),
            ("cache", keys::field_names::<cache::Cache>()),
            ("experiments", keys::field_names::<experiments::Experiments>()),
            ("rate", keys::field_names::<Rate>()),
            ("server", keys::field_names::<server::Server>()),
            ("storage", keys::field_names::<storage::Storage>()),
            ("thresholds", keys::field_names::<Thresholds>()),
            ("alerts", keys::field_names::<alerts::Alerts>()),
            ("log", keys::field_names::<log::Log>()),
            ("metrics", keys::field_names::<monitoring::Metrics>()),
            ("otel", keys::field_names::<monitoring::Otel>()),
            ("models", keys::field_names::<models::Models>()),
        ]
    }
}

/// The configuration, checked: what the rest of the program works with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the site and its data are.
    pub place: Place,
    /// The portfolio as visitors see it.
    pub site: SiteSettings,
    /// The contact card, as far as the configuration says.
    pub owner: ContactCard,
    /// Where the documents are.
    pub knowledge: KnowledgeSettings,
    /// How the models are asked.
    pub model: model::Model,
    /// Who runs the models.
    pub provider: ProviderSettings,
    /// Who makes vectors.
    pub embedder: EmbedderSettings,
    /// Which passages an answer may rest on.
    pub retrieval: Retrieval,
    /// How much of the documents goes into one prompt.
    pub context: Context,
    /// The owner's profession in a few words.
    pub headline: Option<String>,
    /// How much the prompt insists on specifics.
    pub specificity: Specificity,
    /// How answers should sound; `None` for professional and approachable.
    pub tone: Option<String>,
    /// The owner's own templates.
    pub prompt_folder: Option<PathBuf>,
    /// How much of the conversation goes into one prompt.
    pub conversation: Conversation,
    /// What happens to sentences that the documents do not support.
    pub verify: Verify,
    /// What is kept of visitors.
    pub privacy: privacy::Privacy,
    /// What becomes of messages for the owner.
    pub messages: MessageSettings,
    /// What may be spent.
    pub budget: BudgetSettings,
    /// Which answers are told again.
    pub cache: CacheSettings,
    /// Whether there are experiments.
    pub experiments: ExperimentSettings,
    /// How often visitors may ask.
    pub rate: Rate,
    /// Where visitors come in.
    pub server: ServerSettings,
    /// Which database.
    pub storage: StorageSettings,
    /// What figures are to keep to.
    pub thresholds: Thresholds,
    /// How the owner is alerted.
    pub alerts: AlertSettings,
    /// How much to log, and how.
    pub log: log::Log,
    /// Where models are looked up, and what happens when one ends.
    pub models: ModelSettings,
    /// Whether anyone may read `/metrics`.
    pub public_metrics: bool,
    /// The OpenTelemetry collector that traces go to.
    pub otel_endpoint: Option<String>,
    /// The owner's token, if the environment sets it.
    pub admin_token: Option<SecretString>,
}

/// A configuration that was read and found right.
#[derive(Debug)]
pub struct Loaded {
    /// What holds.
    pub settings: Settings,
    /// What was written.
    pub config: Config,
    /// Where it was written.
    pub origins: Origins,
    /// What is odd in it.
    pub warnings: Vec<Problem>,
}

/// Reads and checks the configuration of a site.
pub fn load(place: &Place, environment: &Environment, flags: &[FlagValue]) -> Result<Loaded, Problems> {
    let mut text = None;
    if let Some(path) = &place.file {
        let shown = place::shown(path);
        match std::fs::read_to_string(path) {
            Ok(content) => text = Some((shown, content)),
            Err(error) => {
                let what = format!("cannot read the configuration file `{shown}`: {error}");
                return Err(Problems(vec![Problem::new(Origin::Default, what)]));
            }
        }
    }
    let file = text.as_ref().map(|(path, text)| FileText { path, text });
    resolve(load::read(file, environment, flags), place, environment)
}

/// Checks a configuration as a whole. All problems are reported at once.
fn resolve(written: Written, place: &Place, environment: &Environment) -> Result<Loaded, Problems> {
    let Written { config, origins, problems, warnings } = written;
    let mut checker = Checker { place, origins: &origins, problems };
    let checker_ref = &mut checker;
    config.model.check(checker_ref);
    config.context.check(checker_ref);
    config.log.check(checker_ref);
    let provider = config.provider.resolve(checker_ref);
    let settings = Settings {
        place: place.clone(),
        site: config.site.resolve(checker_ref),
        owner: config.owner.resolve(checker_ref),
        knowledge: config.knowledge.resolve(checker_ref),
        model: config.model.clone(),
        embedder: config.embeddings.resolve(&provider, checker_ref),
        provider,
        retrieval: config.retrieval.clone(),
        context: config.context.clone(),
        headline: check::filled(&config.owner.headline),
        specificity: config.prompt.specificity,
        tone: check::filled(&config.prompt.tone),
        prompt_folder: config.prompt.resolve_folder(checker_ref),
        conversation: config.conversation.clone(),
        verify: config.verify.clone(),
        privacy: config.privacy.clone(),
        messages: (&config.messages).into(),
        budget: config.budget.resolve(checker_ref),
        cache: config.cache.settings(),
        experiments: config.experiments.settings(),
        rate: config.rate.clone(),
        server: config.server.resolve(checker_ref),
        storage: config.storage.resolve(checker_ref),
        thresholds: config.thresholds.clone(),
        alerts: config.alerts.resolve(checker_ref),
        log: config.log.clone(),
        models: config.models.resolve(checker_ref),
        public_metrics: config.metrics.public,
        otel_endpoint: config.otel.resolve(checker_ref),
        admin_token: environment.get("PORTAVOZ_ADMIN_TOKEN").map(SecretString::from),
    };
    let mut problems = checker.problems;
    problems.sort_by(|left, right| left.origin.cmp(&right.origin));
    if problems.is_empty() { Ok(Loaded { settings, config, origins, warnings }) } else { Err(Problems(problems)) }
}
