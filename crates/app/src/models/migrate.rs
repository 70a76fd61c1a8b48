//! Changing the first model for good, and undoing that. The choice is kept in the database; running processes follow it
//! when they next read what was decided, within a minute.

use portavoz_domain::ids::RunId;
use portavoz_llm::catalogue::{Catalogue, ModelKind, price_template};
use portavoz_storage::StorageError;
use portavoz_text::language::Language;
use serde::Serialize;

use super::LadderModel;
use super::sheet::{ModelSheet, Prices};
use crate::compare::Verdict;
use crate::compare::runs::{RunsError, of_models};
use crate::lifecycle::{Choice, choice, choose};
use crate::site::Site;

/// Why the first model was not changed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// Answers are quoted from the documents.
    #[error("no model is configured, so there is none to migrate from")]
    NoModel,
    /// The catalogue names none.
    #[error("no successor of `{0}` is known")]
    NoSuccessor(String),
    /// Nothing would change.
    #[error("`{0}` answers already")]
    Same(String),
    /// It makes vectors.
    #[error("`{0}` does not answer messages, it makes vectors")]
    NoChat(String),
    /// It is gone already.
    #[error("`{model}` was switched off on {shutdown}")]
    Ended {
        /// The model.
        model: String,
        /// Its first day without it.
        shutdown: String,
    },
    /// The provider does not have it.
    #[error("the provider does not offer `{model}`")]
    NotOffered {
        /// The model.
        model: String,
        /// Some that it does offer.
        offered: Vec<String>,
    },
    /// It cannot be asked.
    #[error("the model `{model}` cannot be asked: {problem}")]
    Unusable {
        /// The model.
        model: String,
        /// Why.
        problem: String,
    },
    /// The owner's own cases say that it is worse, and they did not say that they want it all the same.
    #[error("your own cases speak against `{model}`: {sentence}")]
    Worse {
        /// The model.
        model: String,
        /// The verdict in words.
        sentence: String,
    },
    /// The runs of evaluations cannot be read.
    #[error(transparent)]
    Runs(#[from] RunsError),
    /// There is nothing to undo.
    #[error("no migration is in force: `{0}` is what the configuration names")]
    NothingToUndo(String),
    /// The database said no.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl MigrateError {
    /// A stable short name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoModel => "no_model",
            Self::NoSuccessor(_) => "no_successor",
            Self::Same(_) => "same_model",
            Self::NoChat(_) => "no_chat_model",
            Self::Ended { .. } => "model_ended",
            Self::NotOffered { .. } => "model_not_offered",
            Self::Unusable { .. } => "model_unusable",
            Self::NothingToUndo(_) => "nothing_to_undo",
            Self::Worse { .. } => "judged_worse",
            Self::Runs(error) => error.code(),
            Self::Storage(_) => "storage_unavailable",
        }
    }

    /// What to do next, if there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoModel => Some("set `model.name`, and a key for its provider".to_owned()),
            Self::NoSuccessor(_) => Some("name the model to move to: `portavoz models migrate MODEL`".to_owned()),
            Self::NotOffered { offered, .. } if !offered.is_empty() => {
                Some(format!("it offers {}; `portavoz models check` compares", offered.join(", ")))
            }
            Self::Worse { .. } => {
                Some("look at the cases with `portavoz compare`; move all the same with `--though-worse`".to_owned())
            }
            _ => None,
        }
    }
}

/// A figure that differs between two models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is.
    pub what: &'static str,
    /// Of the model before.
    pub from: String,
    /// Of the model after.
    pub to: String,
}

/// A change of the first model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Migration {
    /// The model before.
    pub from: String,
    /// The model after.
    pub to: String,
    /// What changes with it.
    pub changes: Vec<Difference>,
    /// How the owner's own cases compare the two; `None` if no run asked both.
    pub compared: Option<Judged>,
    /// What to bear in mind.
    pub remarks: Vec<String>,
}

/// What a comparison on the owner's own cases says of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The run that asked both models.
    pub run: RunId,
    /// What is to be said of the new model.
    pub verdict: Verdict,
    /// The same in words.
    pub sentence: String,
}

/// The move from the present first model to `to`, or without it to its successor: names of both.
pub fn intended(site: &Site, to: Option<&str>) -> Result<(String, String), MigrateError> {
    let before = site.ordered_models().into_iter().next().ok_or(MigrateError::NoModel)?;
    let to = match to {
        Some(name) => name.trim().to_owned(),
        None => first_lasting(site, &before)?.name().to_owned(),
    };
    if to == before.name() {
        return Err(MigrateError::Same(to));
    }
    Ok((before.name().to_owned(), to))
}

/// What the newest run that asked both models says of a move from one to the other.
pub async fn judged(site: &Site, from: &str, to: &str) -> Result<Option<Judged>, RunsError> {
    let found = of_models(site, from, to).await?;
    Ok(found.map(|(run, comparison)| Judged {
        run,
        verdict: comparison.verdict,
        sentence: comparison.sentence(Language::En),
    }))
}

/// Makes `to`, or without it the successor of the present first model, the first model from now on. A model that is
/// worse on the owner's own cases is refused unless it is wanted `though_worse`.
pub async fn migrate(site: &Site, to: Option<&str>, though_worse: bool) -> Result<Migration, MigrateError> {
    let (from, to) = intended(site, to)?;
    check(site, &to).await?;
    let judged = judged(site, &from, &to).await?;
    if let Some(worse) = judged.as_ref().filter(|judged| judged.verdict == Verdict::Worse && !though_worse) {
        return Err(MigrateError::Worse { model: to, sentence: worse.sentence.clone() });
    }
    let configured = site.parts.models.first().ok_or(MigrateError::NoModel)?.name().to_owned();
    let choice = Choice { model: to.clone(), instead_of: configured.clone(), at: site.now() };
    // To go back to the configured model is to take the choice back.
    choose(site, Some(&choice).filter(|_| to != configured)).await?;
    tracing::info!(site = %site.id(), from, to, "the first model was changed by the owner");
    let mut migration = migration(site, &from, &to);
    migration.remarks.push(match &judged {
        Some(judged) => judged.sentence.clone(),
        None => format!(
            "how the two answer your own questions was not compared: `portavoz eval --target {from} --target {to}`, then \
             `portavoz compare {from} {to}`"
        ),
    });
    Ok(Migration { compared: judged, ..migration })
}

/// Goes back to the model that the configuration names.
pub async fn rollback(site: &Site) -> Result<Migration, MigrateError> {
    let configured = site.parts.models.first().ok_or(MigrateError::NoModel)?.name().to_owned();
    let Some(undone) = choice(site).await? else { return Err(MigrateError::NothingToUndo(configured)) };
    choose(site, None).await?;
    tracing::info!(site = %site.id(), from = undone.model, to = configured, "the change of the first model was undone");
    Ok(migration(site, &undone.model, &configured))
}

/// The first successor that is not over itself.
fn first_lasting<'a>(site: &Site, model: &'a LadderModel) -> Result<&'a LadderModel, MigrateError> {
    let mut successors = model.line().skip(1).peekable();
    let ended = |model: &LadderModel| site.stage_of(model) == portavoz_domain::lifecycle::Stage::Ended;
    if successors.peek().is_none() {
        return Err(MigrateError::NoSuccessor(model.name().to_owned()));
    }
    successors.find(|model| !ended(model)).ok_or_else(|| MigrateError::NoSuccessor(model.name().to_owned()))
}

/// Refuses a model that could not answer.
async fn check(site: &Site, name: &str) -> Result<(), MigrateError> {
    let catalogue = &site.parts.catalogue;
    let card = catalogue.card(name);
    if card.kind != ModelKind::Chat {
        return Err(MigrateError::NoChat(name.to_owned()));
    }
    let unusable = |problem: String| MigrateError::Unusable { model: name.to_owned(), problem };
    if card.tariff.is_none() && site.settings().budget.refuse_unpriced {
        let lines = price_template(name);
        return Err(unusable(format!(
            "its price is not known, so the budget cannot be kept; write these lines, with its prices, into the file of \
             `models.overrides`:\n{lines}"
        )));
    }
    let source = site.parts.source.as_ref().ok_or(MigrateError::NoModel)?;
    let model = source.model(name).map_err(unusable)?;
    let shutdown =
        site.shutdown_of(&model).filter(|shutdown| site.now().date().is_some_and(|today| *shutdown <= today));
    if let Some(shutdown) = shutdown {
        return Err(MigrateError::Ended { model: name.to_owned(), shutdown: shutdown.to_string() });
    }
    // A provider without a list, or out of reach for now, says nothing about the model.
    match source.list().await {
        Ok(listed) if !listed.is_empty() && !listed.iter().any(|listed| listed.id.eq_ignore_ascii_case(name)) => {
            let offered = listed.into_iter().map(|listed| listed.id).take(5).collect();
            Err(MigrateError::NotOffered { model: name.to_owned(), offered })
        }
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(site = %site.id(), %error, "whether the provider offers the model could not be checked");
            Ok(())
        }
    }
}

fn migration(site: &Site, from: &str, to: &str) -> Migration {
    let catalogue = &site.parts.catalogue;
    let mut remarks = Vec::new();
    let ends =
        |name: &str| site.models().iter().find(|model| model.name() == name).and_then(|model| site.shutdown_of(model));
    if let Some(end) = ends(to) {
        let is_over = site.now().date().is_some_and(|today| end <= today);
        let (was, then) = if is_over { ("was", "its successor answers in its place") } else { ("is", "mind the day") };
        remarks.push(format!("`{to}` {was} switched off on {end}: {then}"));
    }
    if catalogue.card(to).tariff.is_none() {
        let lines = price_template(to);
        remarks.push(format!(
            "`{to}` has no known price, so what it costs cannot be shown; give it one, in dollars per million tokens, in the \
             file of `models.overrides`:\n{lines}"
        ));
    }
    let changes = differences(catalogue, from, to);
    Migration { from: from.to_owned(), to: to.to_owned(), changes, compared: None, remarks }
}

/// What differs between two models in price, limits and dialect.
pub fn differences(catalogue: &Catalogue, from: &str, to: &str) -> Vec<Difference> {
    let (from, to) = (ModelSheet::of(&catalogue.card(from)), ModelSheet::of(&catalogue.card(to)));
    let all = rows(&from).into_iter().zip(rows(&to));
    all.filter(|((_, from), (_, to))| from != to).map(|((what, from), (_, to))| Difference { what, from, to }).collect()
}

fn rows(sheet: &ModelSheet) -> Vec<(&'static str, String)> {
    let price =
        |of: fn(&Prices) -> f64| sheet.price.as_ref().map_or("unknown".to_owned(), |price| format!("${}", of(price)));
    let count = |count: Option<u32>| count.map_or("unknown".to_owned(), |count| count.to_string());
    let dialect = sheet.dialect.as_ref();
    vec![
        ("input, per million tokens", price(|price| price.input)),
        ("cached input", price(|price| price.cached_input)),
        ("cache writes", price(|price| price.cache_write)),
        ("output", price(|price| price.output)),
        ("a typical answer", sheet.typical_answer.map_or("unknown".to_owned(), |usd| format!("${usd:.6}"))),
        ("context window, tokens", count(sheet.context_window)),
        ("longest answer, tokens", count(sheet.max_output)),
        ("token limit is sent as", dialect.map_or("-", |dialect| dialect.token_limit).to_owned()),
        (
            "temperature and top_p",
            dialect.map_or("-", |dialect| if dialect.sampling { "sent" } else { "not sent" }).to_owned(),
        ),
        (
            "reasoning_effort",
            dialect.and_then(|dialect| dialect.reasoning_effort.clone()).unwrap_or_else(|| "not sent".to_owned()),
        ),
        ("prompt cache", dialect.map_or("-", |dialect| dialect.prompt_cache).to_owned()),
        ("switched off on", sheet.shutdown.clone().unwrap_or_else(|| "not announced".to_owned())),
    ]
}
