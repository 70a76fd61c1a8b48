//! Reads the catalogue's file: TOML in, checked entries out, and every complaint names the model and the key.

mod literals;

use std::collections::BTreeMap;

use literals::{Dollars, RawDate};
use portavoz_domain::tariff::{LongContext, Tariff};
use portavoz_domain::usage::Price;
use serde::Deserialize;
use toml::{Table, Value};

use super::{
    Card, CatalogueError, Dialect, Encoding, Entry, FineTuned, Lifecycle, MaxTokensField, ModelKind, PromptCache,
    Provenance, Sampling, Training,
};

/// The source of figures that an owner wrote without naming one.
const OVERRIDDEN: &str = "the owner's catalogue";

/// The groups of figures that carry a source.
const GROUPS: [&str; 8] =
    ["limits", "price", "batch_price", "tiers", "long_context", "dialect", "lifecycle", "training"];

/// Lays `over` on `file`, key by key. A group that is changed without a source of its own loses the old one: the
/// figures are no longer that source's.
pub(super) fn lay_over(file: &mut Table, over: Table) {
    for (key, value) in over {
        match (file.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => {
                if GROUPS.contains(&key.as_str()) && !above.contains_key("source") {
                    below.remove("source");
                    below.remove("as_of");
                }
                lay_over(below, above);
            }
            (_, value) => {
                file.insert(key, value);
            }
        }
    }
}

/// All entries of the file by lower-case name.
pub(super) fn entries(file: &Table) -> Result<BTreeMap<String, Entry>, CatalogueError> {
    let mut rest = file.clone();
    // Taken out by hand: dates do not survive being read as a value and read again.
    let models = match rest.remove("models") {
        Some(Value::Table(models)) => models,
        None => Table::new(),
        Some(_) => return Err(CatalogueError::Layout("`models` must be a table".to_owned())),
    };
    let raw: RawFile = Value::Table(rest).try_into().map_err(|error: toml::de::Error| layout(&error))?;
    models
        .into_iter()
        .map(|(name, value)| {
            let model: RawModel = value.try_into().map_err(|error: toml::de::Error| wrong_key(&name, &error))?;
            let lower = name.to_lowercase();
            model.entry(lower.clone(), &raw.sources).map(|entry| (lower, entry))
        })
        .collect()
}

fn layout(error: &toml::de::Error) -> CatalogueError {
    CatalogueError::Layout(error.to_string().trim().replace('\n', " "))
}

/// The key and the problem, from the reader's error, whose text is the problem and then, on a line of its own, the key.
fn wrong_key(model: &str, error: &toml::de::Error) -> CatalogueError {
    let text = error.to_string();
    let key = text.lines().find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    // An unknown or missing key is named inside the message instead.
    let named = || error.message().split('`').nth(1);
    CatalogueError::Model {
        model: model.to_owned(),
        key: match (key, error.message().contains(" field `").then(named).flatten()) {
            (Some(group), Some(field)) => format!("{group}.{field}"),
            (Some(key), None) | (None, Some(key)) => key.to_owned(),
            (None, None) => "(all)".to_owned(),
        },
        problem: error.message().trim().to_owned(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    sources: BTreeMap<String, RawSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    title: String,
    as_of: RawDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModel {
    #[serde(default = "RawModel::chat")]
    kind: ModelKind,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    encoding: Encoding,
    #[serde(default)]
    limits: RawLimits,
    price: Option<RawPrice>,
    batch_price: Option<RawPrice>,
    tiers: Option<RawTiers>,
    long_context: Option<RawLongContext>,
    training: Option<RawTraining>,
    #[serde(default)]
    dialect: RawDialect,
    lifecycle: Option<RawLifecycle>,
    fine_tuned: Option<RawFineTuned>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    context_window: Option<u32>,
    max_input: Option<u32>,
    max_output: Option<u32>,
    dimensions: Option<u32>,
    #[serde(default)]
    shortens: bool,
    requests_per_minute: Option<u32>,
    source: Option<String>,
    as_of: Option<RawDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrice {
    input: Dollars,
    cached_input: Option<Dollars>,
    cache_write: Option<Dollars>,
    output: Dollars,
    source: Option<String>,
    as_of: Option<RawDate>,
}

/// Prices of the service tiers beside the standard one. A tier that is not here has no known price.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTiers {
    flex: Option<RawPrice>,
    priority: Option<RawPrice>,
    source: Option<String>,
    as_of: Option<RawDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLongContext {
    above_tokens: u64,
    input_times: Dollars,
    output_times: Dollars,
    source: Option<String>,
    as_of: Option<RawDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTraining {
    price: Dollars,
    closes: Option<RawDate>,
    source: Option<String>,
    as_of: Option<RawDate>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawDialect {
    #[serde(default)]
    max_tokens_field: MaxTokensField,
    #[serde(default)]
    sampling: Sampling,
    reasoning_effort: Option<String>,
    stream_usage: Option<bool>,
    #[serde(default)]
    obfuscation_off: bool,
    #[serde(default)]
    prompt_cache: PromptCache,
    source: Option<String>,
    as_of: Option<RawDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLifecycle {
    deprecated: Option<RawDate>,
    shutdown: Option<RawDate>,
    successor: Option<String>,
    source: Option<String>,
    as_of: Option<RawDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFineTuned {
    price: Option<RawPrice>,
    batch_price: Option<RawPrice>,
    training: Option<RawTraining>,
}

type Sources = BTreeMap<String, RawSource>;

impl RawModel {
    const fn chat() -> ModelKind {
        ModelKind::Chat
    }

    fn entry(self, name: String, sources: &Sources) -> Result<Entry, CatalogueError> {
        let mut provenance = Vec::new();
        let mut note = |figures: &str, source: &Option<String>, as_of: Option<RawDate>| {
            provenance.push(sourced(figures, source.as_deref(), as_of, sources));
        };
        note("limits", &self.limits.source, self.limits.as_of);
        for (figures, price) in [("price", &self.price), ("batch_price", &self.batch_price)] {
            if let Some(price) = price {
                note(figures, &price.source, price.as_of);
            }
        }
        if let Some(tiers) = &self.tiers {
            note("tiers", &tiers.source, tiers.as_of);
        }
        if let Some(long) = &self.long_context {
            note("long_context", &long.source, long.as_of);
        }
        note("dialect", &self.dialect.source, self.dialect.as_of);
        if let Some(lifecycle) = &self.lifecycle {
            note("lifecycle", &lifecycle.source, lifecycle.as_of);
        }
        let training = self.training.as_ref().or_else(|| self.fine_tuned.as_ref()?.training.as_ref());
        if let Some(training) = training {
            note("training", &training.source, training.as_of);
        }
        let training = training.map(|raw| Training { price: raw.price.0, closes: raw.closes.map(|date| date.0) });
        let tariff = self.tariff(&name)?;
        let base = Card {
            family: Some(name.clone()),
            kind: self.kind,
            tariff,
            batch_price: self.batch_price.as_ref().map(RawPrice::price),
            training,
            context_window: self.limits.context_window,
            max_input: self.limits.max_input,
            max_output: self.limits.max_output,
            dimensions: self.limits.dimensions,
            shortens: self.limits.shortens,
            requests_per_minute: self.limits.requests_per_minute,
            encoding: self.encoding,
            dialect: self.dialect.dialect(),
            lifecycle: self.lifecycle.map(RawLifecycle::lifecycle).unwrap_or_default(),
            provenance,
            ..Card::unknown(&name)
        };
        check_limits(&base)?;
        let aliases = self.aliases.iter().map(|alias| alias.to_lowercase()).collect();
        Ok(Entry { base, aliases, fine_tuned: self.fine_tuned.map(|raw| raw.fine_tuned(sources)) })
    }

    /// All prices as one; tiers and surcharges without a standard price say nothing.
    fn tariff(&self, name: &str) -> Result<Option<Tariff>, CatalogueError> {
        let long_context = self.long_context.as_ref().map(|raw| raw.long_context(name)).transpose()?;
        let tier = |of: fn(&RawTiers) -> &Option<RawPrice>| Some(of(self.tiers.as_ref()?).as_ref()?.price());
        Ok(self.price.as_ref().map(|standard| Tariff {
            standard: standard.price(),
            flex: tier(|tiers| &tiers.flex),
            priority: tier(|tiers| &tiers.priority),
            long_context,
        }))
    }
}

/// A limit of zero would silence the model or stop it for ever: surely a slip.
fn check_limits(card: &Card) -> Result<(), CatalogueError> {
    for (key, limit) in [
        ("limits.context_window", card.context_window),
        ("limits.max_input", card.max_input),
        ("limits.max_output", card.max_output),
        ("limits.dimensions", card.dimensions),
        ("limits.requests_per_minute", card.requests_per_minute),
    ] {
        if limit == Some(0) {
            return Err(CatalogueError::Model {
                model: card.name.clone(),
                key: key.to_owned(),
                problem: "must be at least 1; leave it out if there is no limit".to_owned(),
            });
        }
    }
    Ok(())
}

impl RawPrice {
    /// Without a price of their own, cached and written tokens cost what all prompt tokens cost.
    fn price(&self) -> Price {
        Price {
            input: self.input.0,
            cached_input: self.cached_input.unwrap_or(self.input).0,
            cache_write: self.cache_write.unwrap_or(self.input).0,
            output: self.output.0,
        }
    }
}

impl RawLongContext {
    fn long_context(&self, model: &str) -> Result<LongContext, CatalogueError> {
        let per_mille = |key: &str, times: Dollars| {
            // Read as millionths; thousandths are kept, so the rest must be nothing.
            if times.0 >= 1_000_000 && times.0.is_multiple_of(1_000) {
                return Ok(times.0 / 1_000);
            }
            Err(CatalogueError::Model {
                model: model.to_owned(),
                key: format!("long_context.{key}"),
                problem: "must be at least 1, with at most three decimals".to_owned(),
            })
        };
        Ok(LongContext {
            above_tokens: self.above_tokens,
            input_per_mille: per_mille("input_times", self.input_times)?,
            output_per_mille: per_mille("output_times", self.output_times)?,
        })
    }
}

impl RawDialect {
    fn dialect(self) -> Dialect {
        let default = Dialect::default();
        Dialect {
            max_tokens_field: self.max_tokens_field,
            sampling: self.sampling,
            reasoning_effort: self.reasoning_effort,
            stream_usage: self.stream_usage.unwrap_or(default.stream_usage),
            obfuscation_off: self.obfuscation_off,
            prompt_cache: self.prompt_cache,
        }
    }
}

impl RawLifecycle {
    fn lifecycle(self) -> Lifecycle {
        Lifecycle {
            deprecated: self.deprecated.map(|date| date.0),
            shutdown: self.shutdown.map(|date| date.0),
            successor: self.successor,
        }
    }
}

impl RawFineTuned {
    fn fine_tuned(self, sources: &Sources) -> FineTuned {
        let provenance = [("price", &self.price), ("batch_price", &self.batch_price)]
            .into_iter()
            .filter_map(|(figures, price)| {
                let price = price.as_ref()?;
                Some(sourced(figures, price.source.as_deref(), price.as_of, sources))
            })
            .collect();
        FineTuned {
            price: self.price.as_ref().map(RawPrice::price),
            batch_price: self.batch_price.as_ref().map(RawPrice::price),
            provenance,
        }
    }
}

fn sourced(figures: &str, source: Option<&str>, as_of: Option<RawDate>, sources: &Sources) -> Provenance {
    let listed = source.and_then(|source| sources.get(source));
    Provenance {
        figures: figures.to_owned(),
        source: listed.map_or(source.unwrap_or(OVERRIDDEN), |listed| &listed.title).to_owned(),
        as_of: as_of.or_else(|| listed.map(|listed| listed.as_of)).map(|date| date.0),
    }
}
