//! What has to be known of the models' ends, across processes: dates that the provider announces, the owner's choice of
//! a model, and the warnings that follow from both.
//!
//! Both are kept as choices in the database, so that every process of a site comes to know them: [`refresh`] reads them
//! (at the start, and every minute while serving), [`watch`] asks the provider and writes them. To be warned is free of
//! either: [`warnings`] looks at what is known.

use std::collections::BTreeMap;

use portavoz_domain::lifecycle::Stage;
use portavoz_domain::timestamp::Timestamp;
use portavoz_llm::LlmError;
use portavoz_llm::catalogue::parse_date;
use portavoz_storage::StorageError;
use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::models::{Known, LadderModel};
use crate::site::Site;

/// Name of the choice that holds the owner's first model.
const PRIMARY_MODEL: &str = "primary_model";
/// Name of the choice that holds what the provider said.
const OBSERVED_MODELS: &str = "observed_models";

/// Why what is known of the models could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum LifecycleError {
    /// The database said no.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The provider does not say which models it has.
    #[error("the provider's list of models cannot be had: {0}")]
    Provider(#[from] LlmError),
    /// There is no provider to be asked.
    #[error("no provider of models is configured, or it has no key")]
    NoProvider,
}

/// The owner's choice of a first model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The model that answers.
    pub model: String,
    /// The model that the configuration named when it was made. A choice holds while it still does: whoever edits the
    /// configuration afterwards means what they write.
    pub instead_of: String,
    /// When it was made.
    pub at: Timestamp,
}

/// What the provider said of its models when it was last asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Observed {
    /// When; `None` if never.
    pub at: Option<Timestamp>,
    /// By name, those that this site uses or may come to use.
    pub models: BTreeMap<String, ObservedModel>,
}

/// What the provider said of one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedModel {
    /// True if it was in the list.
    pub offered: bool,
    /// The first day without it, as `YYYY-MM-DD`, if it was ever announced: models that are gone are not listed, so the
    /// last announcement stays.
    pub shutdown: Option<String>,
}

/// Something the owner should know of a model's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The model.
    pub model: String,
    /// `90`, `30`, `7` or `ended`.
    pub level: &'static str,
    /// The first day without it, as `YYYY-MM-DD`.
    pub shutdown: String,
    /// Until then; 0 or less if it is past.
    pub days: i64,
    /// Who takes its place.
    pub successor: Option<String>,
    /// The whole of it, with what to do next.
    pub message: String,
}

impl Warning {
    /// Tells this warning from others of the site: an alert is opened once for each.
    pub fn subject(&self) -> String {
        format!("{} {}", self.model, self.level)
    }
}

/// Reads what was decided and observed, by whatever process, into this one.
pub async fn refresh(site: &Site) -> Result<(), StorageError> {
    let choice = choice(site).await?;
    let observed = observed(site).await?;
    let ends =
        observed.models.iter().filter_map(|(name, seen)| Some((name.clone(), parse_date(seen.shutdown.as_deref()?)?)));
    let known = Known { chosen: choice.and_then(|choice| chosen(site, &choice)), ends: ends.collect() };
    site.roster().learn(known);
    Ok(())
}

/// The owner's choice, in force or not.
pub async fn choice(site: &Site) -> Result<Option<Choice>, StorageError> {
    Ok(site.storage().choices().get(site.id(), PRIMARY_MODEL).await?.and_then(|text| read(PRIMARY_MODEL, &text)))
}

/// What the provider said when it was last asked.
pub async fn observed(site: &Site) -> Result<Observed, StorageError> {
    let text = site.storage().choices().get(site.id(), OBSERVED_MODELS).await?;
    Ok(text.and_then(|text| read(OBSERVED_MODELS, &text)).unwrap_or_default())
}

/// Keeps a choice, or takes it back, and lets this process follow it.
pub(crate) async fn choose(site: &Site, choice: Option<&Choice>) -> Result<(), StorageError> {
    let choices = site.storage().choices();
    match choice {
        Some(choice) => choices.put(site.id(), PRIMARY_MODEL, &written(choice), choice.at).await?,
        None => {
            choices.remove(site.id(), PRIMARY_MODEL).await?;
        }
    }
    refresh(site).await
}

/// Asks the provider which models it has and when they end, and keeps the answer.
pub async fn watch(site: &Site) -> Result<Observed, LifecycleError> {
    let source = site.parts.source.as_ref().ok_or(LifecycleError::NoProvider)?;
    let listed = source.list().await?;
    let before = observed(site).await?;
    let mut models = BTreeMap::new();
    for model in site.models() {
        let name = model.name();
        let entry = listed.iter().find(|listed| listed.id.eq_ignore_ascii_case(name));
        let known = before.models.get(name).and_then(|seen| seen.shutdown.clone());
        let shutdown = match entry {
            Some(entry) => entry.shutdown_date.map(|date| date.to_string()),
            None => known.clone(),
        };
        if shutdown.is_some() && shutdown != known {
            tracing::info!(site = %site.id(), model = name, shutdown, "the provider announces the end of a model");
        }
        models.insert(name.to_owned(), ObservedModel { offered: entry.is_some(), shutdown });
    }
    let now = site.now();
    let observed = Observed { at: Some(now), models };
    site.storage().choices().put(site.id(), OBSERVED_MODELS, &written(&observed), now).await?;
    refresh(site).await?;
    Ok(observed)
}

/// [`watch`], where the owner wants it and there is a provider to be asked: for the upkeep of a served site.
pub async fn keep_watch(site: &Site) -> Result<(), LifecycleError> {
    if site.settings().lifecycle.watch && !site.models().is_empty() && site.parts.source.is_some() {
        watch(site).await?;
    }
    Ok(())
}

/// What the owner should know today of the models that are asked, in English, as the terminal speaks.
pub fn warnings(site: &Site) -> Vec<Warning> {
    warnings_in(site, Language::En)
}

/// The same in Spanish or English, whichever is nearer to `language`.
pub fn warnings_in(site: &Site, language: Language) -> Vec<Warning> {
    let Some(today) = site.now().date() else { return Vec::new() };
    let judge = site.parts.judge.clone();
    let mut warnings: Vec<Warning> = Vec::new();
    for model in site.ordered_models().into_iter().chain(judge) {
        // Once a model has given way, the end of its successor is what comes next.
        let mut next = Some(&model);
        while let Some(model) = next.take() {
            let Some(warning) = warning(site, model, today, language) else { break };
            if warning.level == "ended" {
                next = model.successor.as_deref();
            }
            if !warnings.iter().any(|known| known.model == warning.model) {
                warnings.push(warning);
            }
        }
    }
    warnings
}

fn warning(site: &Site, model: &LadderModel, today: Date, language: Language) -> Option<Warning> {
    let shutdown = site.shutdown_of(model)?;
    let stage = Stage::on(today, Some(shutdown));
    let level = stage.level()?;
    let successor = model.successor.as_deref().map(|successor| successor.name().to_owned());
    let name = model.name();
    let tell = if reads_spanish(language) { told_in_spanish } else { told_in_english };
    let message =
        tell(name, shutdown, stage == Stage::Ended, successor.as_deref().map(|name| (name, site.hands_over())));
    let days = (shutdown - today).whole_days();
    Some(Warning { model: name.to_owned(), level, shutdown: shutdown.to_string(), days, successor, message })
}

/// The end of a model, and what to do; `next` is its successor and whether it takes over by itself.
fn told_in_english(name: &str, shutdown: Date, is_over: bool, next: Option<(&str, bool)>) -> String {
    let is = if is_over { "was" } else { "is" };
    let end = format!("`{name}` {is} switched off on {shutdown}");
    match (next, is_over) {
        (Some((next, true)), true) => {
            format!("{end}; `{next}` answers in its place. `portavoz models migrate` makes that permanent")
        }
        (Some((next, true)), false) => {
            format!("{end}; `{next}` takes its place then. `portavoz models migrate` moves to it now")
        }
        (Some((_, false)), _) => format!("{end}; `portavoz models migrate` moves to its successor"),
        (None, _) => {
            format!("{end}, and no successor is known: choose another with `portavoz models migrate MODEL`")
        }
    }
}

fn told_in_spanish(name: &str, shutdown: Date, is_over: bool, next: Option<(&str, bool)>) -> String {
    let is = if is_over { "se apagó" } else { "se apaga" };
    let end = format!("`{name}` {is} el {shutdown}");
    match (next, is_over) {
        (Some((next, true)), true) => {
            format!("{end}; responde `{next}` en su lugar. `portavoz models migrate` lo hace definitivo")
        }
        (Some((next, true)), false) => {
            format!("{end}; entonces le sucede `{next}`. `portavoz models migrate` cambia ya")
        }
        (Some((_, false)), _) => format!("{end}; `portavoz models migrate` cambia a su sucesor"),
        (None, _) => format!("{end} y no se le conoce sucesor: elige otro con `portavoz models migrate MODELO`"),
    }
}

/// Who reads Catalan reads Spanish; everyone else gets English.
pub(crate) const fn reads_spanish(language: Language) -> bool {
    matches!(language, Language::Es | Language::Ca)
}

/// The model of a choice that is in force.
fn chosen(site: &Site, choice: &Choice) -> Option<LadderModel> {
    let configured = site.parts.models.first()?;
    if configured.name() != choice.instead_of {
        return None;
    }
    match site.parts.source.as_ref()?.model(&choice.model) {
        Ok(model) => Some(model),
        Err(error) => {
            tracing::error!(site = %site.id(), model = choice.model, error, "the chosen model cannot be asked");
            None
        }
    }
}

/// A choice that cannot be read is as good as none; it is written by this program alone.
fn read<T: for<'a> Deserialize<'a>>(name: &str, text: &str) -> Option<T> {
    serde_json::from_str(text)
        .inspect_err(|error| tracing::error!(choice = name, %error, "a stored choice is damaged"))
        .ok()
}

fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and maps of them are always JSON")
}
