//! The models of a site: who answers, who makes vectors, who counts tokens. Further models of the provider come from
//! [`source`].

pub mod source;

use std::sync::Arc;

use anyhow::Context;
use portavoz_app::models::{LadderModel, ModelSource};
use portavoz_domain::tokens::CountTokens;
use portavoz_llm::catalogue::{Card, Catalogue, price_template};
use portavoz_llm::chat::ChatModel;
use portavoz_llm::embed::Embedder;
use portavoz_llm::embed::openai::{OpenAiEmbedder, OpenAiEmbedderParams};
use portavoz_llm::openai::{CallPolicy, Connection, OpenAiChat, OpenAiChatParams, Random, Timeouts, http_client};
use portavoz_llm::tokens::tokenizer_for;
use secrecy::SecretString;

use crate::config::Settings;
use crate::config::embeddings::EmbedderSettings;
use crate::config::place::shown;
use crate::config::provider::ProviderSettings;
use crate::config::verify::Mode;
use crate::failure::Failure;
use crate::runtime;

/// Counts tokens where no model does: passages are sized by it, so it should not change with the model.
const DEFAULT_TOKENIZER: &str = "gpt-4o-mini";

/// Everything that speaks of models.
pub struct Models {
    /// What is known of those that answer, in the order of the ladder.
    pub cards: Vec<Card>,
    /// Those that answer; empty if answers are quoted from the documents.
    pub chat: Vec<LadderModel>,
    /// Gives a second opinion on sentences, if there is one.
    pub judge: Option<LadderModel>,
    /// Where further models come from; `None` if the provider would turn every request down.
    pub source: Option<Arc<dyn ModelSource>>,
    /// What is known of models.
    pub catalogue: Catalogue,
    /// Who makes vectors, if anybody does.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Counts tokens of passages.
    pub tokenizer: &'static dyn CountTokens,
    /// Reaches them; follows no redirects, as pages of the owner's site need it too.
    pub http: reqwest::Client,
}

/// Makes them. Nobody is asked anything yet.
pub async fn open(settings: &Settings) -> anyhow::Result<Models> {
    let catalogue = catalogue(settings)?;
    let timeouts = timeouts(&settings.provider);
    let http = http_client(&timeouts)?;
    let cards = cards(settings, &catalogue);
    let provider = Arc::new(source::Provider::new(settings, &catalogue, &http));
    let chat = cards.iter().map(|card| provider.ladder_model(&card.name)).collect::<anyhow::Result<_>>()?;
    refuse_unpriced(settings, &catalogue, &cards)?;
    let judge = judge_card(settings, &catalogue).map(|card| provider.ladder_model(&card.name)).transpose()?;
    let source = settings.provider.is_usable().then_some(provider as Arc<dyn ModelSource>);
    let embedder = embedder(settings, &catalogue, &http).await?;
    let tokenizer = tokenizer_for(&catalogue.card(cards.first().map_or(DEFAULT_TOKENIZER, |card| &card.name)));
    Ok(Models { cards, chat, judge, source, catalogue, embedder, tokenizer, http })
}

/// A model of the same provider that is only measured with.
pub fn reference(name: &str, settings: &Settings, catalogue: &Catalogue) -> anyhow::Result<Arc<dyn ChatModel>> {
    if !settings.provider.is_usable() {
        return Err(Failure::config(format!("the model `{name}` cannot be asked without a key"))
            .hint("set `OPENAI_API_KEY`, or `provider.base_url` for a server that wants none")
            .into());
    }
    chat_model(&catalogue.card(name), settings, &http_client(&timeouts(&settings.provider))?)
}

/// The built-in catalogue with the owner's entries over it.
pub fn catalogue(settings: &Settings) -> anyhow::Result<Catalogue> {
    let built_in = Catalogue::embedded();
    let Some(path) = &settings.models.overrides else { return Ok(built_in) };
    let unusable = || {
        Failure::config(format!("the model catalogue `{}` cannot be used", shown(path)))
            .hint("mend the file, or remove `models.overrides`")
    };
    let text = std::fs::read_to_string(path).with_context(unusable)?;
    built_in.with_overrides(&text).with_context(unusable)
}

/// What is known of the models that will be asked; none if the provider would turn every request down.
pub fn cards(settings: &Settings, catalogue: &Catalogue) -> Vec<Card> {
    if !settings.provider.is_usable() {
        return Vec::new();
    }
    settings.model.names().iter().map(|name| catalogue.card(name)).collect()
}

/// What is known of the judge; none if there is to be none, or if the provider would turn every request down.
pub fn judge_card(settings: &Settings, catalogue: &Catalogue) -> Option<Card> {
    let name = settings.verify.judge()?;
    (settings.provider.is_usable() && settings.verify.mode != Mode::Off).then(|| catalogue.card(name))
}

/// A cap that the owner set cannot be kept with calls of unknown price.
fn refuse_unpriced(settings: &Settings, catalogue: &Catalogue, cards: &[Card]) -> anyhow::Result<()> {
    if !settings.budget.refuse_unpriced {
        return Ok(());
    }
    let judge = judge_card(settings, catalogue);
    let Some(card) = cards.iter().chain(judge.as_ref()).find(|card| card.tariff.is_none()) else { return Ok(()) };
    let name = &card.name;
    let lines = price_template(name);
    Err(Failure::config(format!("the price of the model `{name}` is not known, so the budget cannot be kept"))
        .hint(format!(
            "write these lines into a file, with its prices (0 for a model of your own), and name the file in \
             `models.overrides`; or lift the caps with -1 in `[budget]`:\n{lines}"
        ))
        .into())
}

/// The way to the provider.
pub fn connection(http: &reqwest::Client, base_url: &str, api_key: Option<&SecretString>) -> Connection {
    let connection = Connection::new(http.clone(), base_url);
    match api_key {
        Some(key) => connection.with_api_key(key.clone()),
        None => connection,
    }
}

/// How long to wait for the provider.
pub fn timeouts(provider: &ProviderSettings) -> Timeouts {
    Timeouts {
        connect: provider.connect_timeout,
        first_token: provider.first_token_timeout,
        gap: provider.gap_timeout,
        total: provider.total_timeout,
    }
}

fn policy(provider: &ProviderSettings, card: &Card) -> CallPolicy {
    CallPolicy {
        timeouts: timeouts(provider),
        retries: provider.retries,
        requests_per_minute: provider.requests_per_minute.or(card.requests_per_minute),
        ..CallPolicy::default()
    }
}

fn chat_model(card: &Card, settings: &Settings, http: &reqwest::Client) -> anyhow::Result<Arc<dyn ChatModel>> {
    let provider = &settings.provider;
    let params = OpenAiChatParams {
        connection: connection(http, &provider.base_url, provider.api_key.as_ref()),
        card: card.clone(),
        policy: policy(provider, card),
        random: Random::new(runtime::random_unit),
    };
    let model = OpenAiChat::new(params).with_context(|| {
        Failure::config(format!("the model `{}` cannot be asked", card.name))
            .hint("check `[provider]` of the configuration")
    })?;
    Ok(Arc::new(model))
}

async fn embedder(
    settings: &Settings,
    catalogue: &Catalogue,
    http: &reqwest::Client,
) -> anyhow::Result<Option<Arc<dyn Embedder>>> {
    match &settings.embedder {
        EmbedderSettings::None => Ok(None),
        EmbedderSettings::Openai { base_url, api_key, model, dimensions, batch } => {
            let card = catalogue.card(model);
            let params = OpenAiEmbedderParams {
                connection: connection(http, base_url, api_key.as_ref()),
                policy: policy(&settings.provider, &card),
                card,
                dimensions: *dimensions,
                batch_inputs: batch.and_then(|batch| usize::try_from(batch).ok()),
                random: Random::new(runtime::random_unit),
            };
            let embedder = OpenAiEmbedder::connect(params).await.with_context(|| {
                Failure::config(format!("the embedder `{model}` cannot be asked"))
                    .hint("check `[embeddings]` of the configuration; with `embeddings.dimensions` set, nothing is asked at start")
            })?;
            Ok(Some(Arc::new(embedder)))
        }
        EmbedderSettings::Local { path } => local_embedder(path).map(Some),
    }
}

#[cfg(feature = "local-embeddings")]
fn local_embedder(path: &std::path::Path) -> anyhow::Result<Arc<dyn Embedder>> {
    let embedder = portavoz_llm::embed::LocalEmbedder::open(path).with_context(|| {
        Failure::config(format!("the embedder in `{}` cannot be used", shown(path)))
            .hint("check `embeddings.path`; it names a sentence-transformers folder")
    })?;
    Ok(Arc::new(embedder))
}

#[cfg(not(feature = "local-embeddings"))]
fn local_embedder(_: &std::path::Path) -> anyhow::Result<Arc<dyn Embedder>> {
    // The configuration was refused before; see `config::embeddings`.
    Err(Failure::config("this portavoz was built without local embeddings").into())
}
