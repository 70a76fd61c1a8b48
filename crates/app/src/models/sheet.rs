//! What the owner is shown of models: every figure with its source and date, who is in use, and what comes next.

use portavoz_domain::lifecycle::{Stage, earliest};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::usage::{Price, Usage, usd};
use portavoz_llm::catalogue::{Card, MaxTokensField, ModelKind, PromptCache, Sampling};
use portavoz_storage::StorageError;
use serde::Serialize;

use crate::lifecycle::{Choice, Observed, Warning, choice, observed, warnings};
use crate::site::Site;

/// The tokens of a typical answer, for comparing what models cost: rules of the assistant, a few passages, a little of
/// the conversation and the question; three sentences in reply.
pub const TYPICAL: Usage = Usage {
    prompt_tokens: 1_500,
    cached_tokens: 0,
    cache_write_tokens: 0,
    completion_tokens: 150,
    reasoning_tokens: 0,
    estimated: false,
};

/// Prices in US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Prices {
    /// Of the prompt.
    pub input: f64,
    /// Of what the provider read from its cache.
    pub cached_input: f64,
    /// Of what it wrote to it.
    pub cache_write: f64,
    /// Of the answer.
    pub output: f64,
}

impl From<Price> for Prices {
    fn from(price: Price) -> Self {
        Self {
            input: usd(price.input),
            cached_input: usd(price.cached_input),
            cache_write: usd(price.cache_write),
            output: usd(price.output),
        }
    }
}

/// Dearer prices for long prompts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LongPrompts {
    /// Prompts of more tokens than this.
    pub above_tokens: u64,
    /// Factor on the prices of the prompt.
    pub input_times: f64,
    /// Factor on the price of the answer.
    pub output_times: f64,
}

/// How a model is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DialectSheet {
    /// The field that limits the answer's length.
    pub token_limit: &'static str,
    /// Whether `temperature` and `top_p` are sent.
    pub sampling: bool,
    /// `reasoning_effort`, if one is sent.
    pub reasoning_effort: Option<String>,
    /// `automatic` or `explicit`.
    pub prompt_cache: &'static str,
}

/// Where a group of figures comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The group: `price`, `limits`, `lifecycle`, ...
    pub figures: String,
    /// Where they were read.
    pub source: String,
    /// When, as `YYYY-MM-DD`; `None` for the owner's own.
    pub as_of: Option<String>,
}

/// Everything the catalogue knows of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelSheet {
    /// As asked for.
    pub name: String,
    /// The entry that the name resolved to; `None` if the model is not listed.
    pub family: Option<String>,
    /// True for a fine-tune of the family.
    pub fine_tuned: bool,
    /// `chat` or `embedding`.
    pub kind: &'static str,
    /// `None` if unknown, which is not free.
    pub price: Option<Prices>,
    /// Of batches.
    pub batch: Option<Prices>,
    /// Of the tier `flex`.
    pub flex: Option<Prices>,
    /// Of the tier `priority`, which is also called `fast`.
    pub priority: Option<Prices>,
    /// Of long prompts.
    pub long_prompts: Option<LongPrompts>,
    /// US dollars per million tokens and epoch of training.
    pub training: Option<f64>,
    /// The day from which no training is accepted.
    pub training_closes: Option<String>,
    /// What [`TYPICAL`] costs, in US dollars.
    pub typical_answer: Option<f64>,
    /// Tokens of prompt and answer together.
    pub context_window: Option<u32>,
    /// Tokens of the prompt, where limited apart.
    pub max_input: Option<u32>,
    /// Tokens of the answer.
    pub max_output: Option<u32>,
    /// Numbers in a vector.
    pub dimensions: Option<u32>,
    /// Requests a minute.
    pub requests_per_minute: Option<u32>,
    /// How it is asked; `None` for embedding models.
    pub dialect: Option<DialectSheet>,
    /// The day its end was announced.
    pub deprecated: Option<String>,
    /// The first day without it, by the catalogue.
    pub shutdown: Option<String>,
    /// Who the provider names instead.
    pub successor: Option<String>,
    /// One for each group of figures.
    pub sources: Vec<Source>,
}

impl ModelSheet {
    /// The sheet of a model's card.
    pub fn of(card: &Card) -> Self {
        let date = |date: Option<time::Date>| date.map(|date| date.to_string());
        let tariff = card.tariff;
        let chats = card.kind == ModelKind::Chat;
        Self {
            name: card.name.clone(),
            family: card.family.clone(),
            fine_tuned: card.fine_tuned,
            kind: if chats { "chat" } else { "embedding" },
            price: card.price().map(Prices::from),
            batch: card.batch_price.map(Prices::from),
            flex: tariff.and_then(|tariff| tariff.flex).map(Prices::from),
            priority: tariff.and_then(|tariff| tariff.priority).map(Prices::from),
            long_prompts: tariff.and_then(|tariff| tariff.long_context).map(|long| LongPrompts {
                above_tokens: long.above_tokens,
                input_times: long.input_per_mille as f64 / 1e3,
                output_times: long.output_per_mille as f64 / 1e3,
            }),
            training: card.training.map(|training| usd(training.price)),
            training_closes: date(card.training.and_then(|training| training.closes)),
            typical_answer: tariff.filter(|_| chats).and_then(|tariff| tariff.cost_usd_micros(&TYPICAL, None)).map(usd),
            context_window: card.context_window,
            max_input: card.max_input,
            max_output: card.max_output,
            dimensions: card.dimensions,
            requests_per_minute: card.requests_per_minute,
            dialect: chats.then(|| dialect(card)),
            deprecated: date(card.lifecycle.deprecated),
            shutdown: date(card.lifecycle.shutdown),
            successor: card.lifecycle.successor.clone(),
            sources: sources(card),
        }
    }
}

fn dialect(card: &Card) -> DialectSheet {
    let dialect = &card.dialect;
    DialectSheet {
        token_limit: match dialect.max_tokens_field {
            MaxTokensField::MaxTokens => "max_tokens",
            MaxTokensField::MaxCompletionTokens => "max_completion_tokens",
        },
        sampling: match dialect.sampling {
            Sampling::Always => true,
            Sampling::WithoutReasoning => dialect.reasoning_effort.as_deref() == Some("none"),
            Sampling::Never => false,
        },
        reasoning_effort: dialect.reasoning_effort.clone(),
        prompt_cache: match dialect.prompt_cache {
            PromptCache::Automatic => "automatic",
            PromptCache::Explicit => "explicit",
        },
    }
}

fn sources(card: &Card) -> Vec<Source> {
    let groups = card.provenance.iter().map(|group| Source {
        figures: group.figures.clone(),
        source: group.source.clone(),
        as_of: group.as_of.map(|date| date.to_string()),
    });
    groups.collect()
}

/// A model of the catalogue as this site stands to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelEntry {
    /// What is known of it.
    #[serde(flatten)]
    pub sheet: ModelSheet,
    /// `primary`, `fallback`, `judge`, `embedder` or `successor`; empty if it is not used.
    pub uses: Vec<&'static str>,
    /// Whether the provider listed it when it was last asked.
    pub offered: Option<bool>,
    /// The first day without it, as the provider announces.
    pub observed_shutdown: Option<String>,
    /// The earlier of both dates.
    pub ends: Option<String>,
    /// Where it stands today.
    #[serde(flatten)]
    pub stage: Stage,
}

/// A site's models.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// Today, in UTC.
    pub today: Option<String>,
    /// The model that answers today; `None` if answers are quoted from the documents.
    pub answering: Option<String>,
    /// The variant of an experiment that answers everybody, if one was shipped.
    pub shipped: Option<crate::experiments::Shipped>,
    /// The model that the configuration puts first.
    pub configured: Option<String>,
    /// The owner's choice in its place, if one was made.
    pub chosen: Option<Choice>,
    /// False if the configuration has been edited since the choice, which sets it aside.
    pub chosen_in_force: bool,
    /// When the provider was last asked for its models.
    pub checked: Option<Timestamp>,
    /// What the owner should know.
    pub warnings: Vec<Warning>,
    /// Those in use first, then the rest of the catalogue by name.
    pub models: Vec<ModelEntry>,
}

/// All models of the catalogue and of the site.
pub async fn overview(site: &Site) -> Result<Overview, StorageError> {
    let choice = choice(site).await?;
    let observed = observed(site).await?;
    let uses = uses(site);
    let catalogue = &site.parts.catalogue;
    let used = uses.iter().map(|(name, _)| name.as_str());
    let others = catalogue.names().filter(|name| !uses.iter().any(|(used, _)| used == name));
    let entry = |name: &str| {
        let of = |(used, uses): &(String, Vec<&'static str>)| (used == name).then(|| uses.clone());
        entry(site, &observed, name, uses.iter().find_map(of).unwrap_or_default())
    };
    Ok(Overview {
        today: site.now().date().map(|today| today.to_string()),
        answering: crate::experiments::way(site).first_model(site),
        shipped: crate::experiments::shipped(site),
        configured: site.parts.models.first().map(|model| model.name().to_owned()),
        chosen_in_force: site.chosen_model().is_some(),
        chosen: choice,
        checked: observed.at,
        warnings: warnings(site),
        models: used.chain(others).map(entry).collect(),
    })
}

fn entry(site: &Site, observed: &Observed, name: &str, uses: Vec<&'static str>) -> ModelEntry {
    let card = site.parts.catalogue.card(name);
    let seen = observed.models.get(name);
    let announced = site.observed_end(name);
    let ends = earliest(card.lifecycle.shutdown, announced);
    ModelEntry {
        sheet: ModelSheet::of(&card),
        uses,
        offered: seen.map(|seen| seen.offered),
        observed_shutdown: announced.map(|date| date.to_string()),
        ends: ends.map(|date| date.to_string()),
        stage: site.now().date().map_or(Stage::Fine, |today| Stage::on(today, ends)),
    }
}

/// What each model in use is used for, in the order of the ladder.
fn uses(site: &Site) -> Vec<(String, Vec<&'static str>)> {
    let mut uses: Vec<(String, Vec<&'static str>)> = Vec::new();
    let mut note = |name: &str, what: &'static str| match uses.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) if known.contains(&what) => {}
        Some((_, known)) => known.push(what),
        None => uses.push((name.to_owned(), vec![what])),
    };
    for (place, model) in site.ordered_models().iter().enumerate() {
        note(model.name(), if place == 0 { "primary" } else { "fallback" });
    }
    if let Some(judge) = &site.parts.judge {
        note(judge.name(), "judge");
    }
    if let Some(model) = &site.parts.embedding_model {
        note(model, "embedder");
    }
    let direct: Vec<String> = site.ordered_models().iter().map(|model| model.name().to_owned()).collect();
    for model in site.models().iter().filter(|model| !direct.iter().any(|name| name == model.name())) {
        note(model.name(), "successor");
    }
    uses
}
