//! The card of a model: everything that callers ask the catalogue for.

use portavoz_domain::tariff::Tariff;
use portavoz_domain::usage::Price;
use serde::Deserialize;
use time::Date;

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// Answers messages.
    Chat,
    /// Turns texts into vectors.
    Embedding,
}

/// How a model cuts text into tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// gpt-4o and everything after it; also our estimate for models that are not OpenAI's.
    #[default]
    O200kBase,
    /// gpt-4, gpt-3.5-turbo and the embedding models.
    Cl100kBase,
}

/// The request field that limits the answer's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxTokensField {
    /// `max_tokens`, which every compatible server knows.
    #[default]
    MaxTokens,
    /// `max_completion_tokens`, which reasoning models demand.
    MaxCompletionTokens,
}

/// Whether `temperature` and `top_p` may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// They may.
    #[default]
    Always,
    /// Only beside `reasoning_effort: "none"`.
    WithoutReasoning,
    /// They are refused.
    Never,
}

/// How the provider caches prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptCache {
    /// By itself, on an exact prefix, or not at all: nothing to send.
    #[default]
    Automatic,
    /// Writes are billed, so the one prefix that is worth it is marked, and implicit writes are switched off.
    Explicit,
}

/// How a model wants to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// The field that limits the answer's length.
    pub max_tokens_field: MaxTokensField,
    /// Whether `temperature` and `top_p` may be sent.
    pub sampling: Sampling,
    /// `reasoning_effort` to send; `None` sends none.
    pub reasoning_effort: Option<String>,
    /// Whether to ask for usage at the end of a stream (`stream_options.include_usage`).
    pub stream_usage: bool,
    /// Whether to switch off the padding of stream events (`stream_options.include_obfuscation`).
    pub obfuscation_off: bool,
    /// How the provider caches prompts.
    pub prompt_cache: PromptCache,
}

impl Default for Dialect {
    /// What nearly every compatible server understands; what it does not is dropped when it says so.
    fn default() -> Self {
        Self {
            max_tokens_field: MaxTokensField::default(),
            sampling: Sampling::default(),
            reasoning_effort: None,
            stream_usage: true,
            obfuscation_off: false,
            prompt_cache: PromptCache::default(),
        }
    }
}

/// What training costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Training {
    /// Micro-dollars per million tokens and epoch.
    pub price: u64,
    /// The day from which the provider accepts no more jobs.
    pub closes: Option<Date>,
}

/// When a model comes to its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifecycle {
    /// The day it was announced.
    pub deprecated: Option<Date>,
    /// The first day without it.
    pub shutdown: Option<Date>,
    /// The model that the provider names instead.
    pub successor: Option<String>,
}

/// Where a group of figures comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The group, such as `price`.
    pub figures: String,
    /// Where they were read.
    pub source: String,
    /// When; `None` for an owner's own figures.
    pub as_of: Option<Date>,
}

/// Everything known of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The name as asked for, which is also the name to send.
    pub name: String,
    /// The entry that the name resolved to; `None` for a model that is not listed.
    pub family: Option<String>,
    /// True for a fine-tune (`ft:`) of `family`.
    pub fine_tuned: bool,
    /// What it does; models that are not listed are taken to chat.
    pub kind: ModelKind,
    /// All its prices, by tier and length of the prompt; `None` if unknown, which is not free.
    pub tariff: Option<Tariff>,
    /// The price of batches.
    pub batch_price: Option<Price>,
    /// The price of training a fine-tune of it.
    pub training: Option<Training>,
    /// Tokens of prompt and answer together.
    pub context_window: Option<u32>,
    /// Tokens of the prompt, where limited apart.
    pub max_input: Option<u32>,
    /// Tokens of the answer.
    pub max_output: Option<u32>,
    /// Numbers in a vector of an embedding model.
    pub dimensions: Option<u32>,
    /// Whether shorter vectors can be asked for.
    pub shortens: bool,
    /// Requests a minute that the provider allows.
    pub requests_per_minute: Option<u32>,
    /// How it cuts text into tokens.
    pub encoding: Encoding,
    /// How it wants to be asked.
    pub dialect: Dialect,
    /// When it ends.
    pub lifecycle: Lifecycle,
    /// Where the figures come from, one per group.
    pub provenance: Vec<Provenance>,
}

impl Card {
    /// The card of a model that is not listed: nothing assumed that would stop it from working, and no price.
    pub fn unknown(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            family: None,
            fine_tuned: false,
            kind: ModelKind::Chat,
            tariff: None,
            batch_price: None,
            training: None,
            context_window: None,
            max_input: None,
            max_output: None,
            dimensions: None,
            shortens: false,
            requests_per_minute: None,
            encoding: Encoding::default(),
            dialect: Dialect::default(),
            lifecycle: Lifecycle::default(),
            provenance: Vec::new(),
        }
    }

    /// The price of the standard tier for prompts of normal length: what a price list shows.
    pub fn price(&self) -> Option<Price> {
        self.tariff.map(|tariff| tariff.standard)
    }

    /// True if the provider has switched the model off by `today`.
    pub fn is_shut_down(&self, today: Date) -> bool {
        self.lifecycle.shutdown.is_some_and(|shutdown| shutdown <= today)
    }
}

/// An entry of the file, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// The card under the entry's own name.
    pub(super) base: Card,
    /// Other names of the same model.
    pub(super) aliases: Vec<String>,
    /// What differs for fine-tunes; `None` if the file does not mention fine-tunes.
    pub(super) fine_tuned: Option<FineTuned>,
}

/// What differs for fine-tunes of a model.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct FineTuned {
    pub(super) price: Option<Price>,
    pub(super) batch_price: Option<Price>,
    pub(super) provenance: Vec<Provenance>,
}

impl Entry {
    /// The card for `name`, which resolved to this entry. A fine-tune never borrows the price of its base: it is dearer.
    pub(super) fn card(&self, name: &str, fine_tuned: bool) -> Card {
        let mut card = Card { name: name.to_owned(), fine_tuned, ..self.base.clone() };
        if fine_tuned {
            let own = self.fine_tuned.clone().unwrap_or_default();
            // The surcharge of long prompts is a factor on whatever the price is; tiers are prices of their own.
            let long_context = card.tariff.and_then(|tariff| tariff.long_context);
            card.tariff = own.price.map(|price| Tariff { long_context, ..Tariff::flat(price) });
            card.batch_price = own.batch_price;
            card.provenance.retain(|group| !["price", "batch_price", "tiers"].contains(&group.figures.as_str()));
            card.provenance.extend(own.provenance);
        }
        card
    }
}
