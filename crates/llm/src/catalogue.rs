//! What is known of each model: price, limits, dialect, end of life. The figures stand in `models.toml`, embedded here.
//!
//! Owns the meaning of a model's name (prefixes of providers, dated snapshots, fine-tunes); knows nothing of HTTP.
//! Start at [`Catalogue::card`]. Reading the file, with all its checks, is in `catalogue/read.rs`.

mod card;
mod read;

use std::collections::BTreeMap;

pub use card::{
    Card, Dialect, Encoding, Lifecycle, MaxTokensField, ModelKind, PromptCache, Provenance, Sampling, Training,
};
use card::{Entry, FineTuned};
use time::{Date, Month};

/// The file that ships with the program.
const EMBEDDED: &str = include_str!("../models.toml");

/// A catalogue that cannot be used, with the place to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The text is not TOML.
    #[error("the model catalogue is not valid TOML: {0}")]
    Syntax(String),
    /// A key outside the models is unknown or of the wrong type.
    #[error("the model catalogue cannot be read: {0}")]
    Layout(String),
    /// A model's entry is wrong.
    #[error("model `{model}`, key `{key}`: {problem}")]
    Model {
        /// The entry.
        model: String,
        /// The key inside the entry, dotted.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// All known models.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    file: toml::Table,
    entries: BTreeMap<String, Entry>,
}

impl Catalogue {
    /// The catalogue that ships with the program.
    pub fn embedded() -> Self {
        let file = EMBEDDED.parse().expect("models.toml is valid TOML, which a test reads");
        Self::from_file(file).expect("models.toml is a valid catalogue, which a test reads")
    }

    /// This catalogue with the keys of another file of the same shape laid over it, key by key; new models are added.
    pub fn with_overrides(&self, toml_text: &str) -> Result<Self, CatalogueError> {
        let overrides =
            toml_text.parse().map_err(|error: toml::de::Error| CatalogueError::Syntax(error.to_string()))?;
        let mut file = self.file.clone();
        read::lay_over(&mut file, overrides);
        Self::from_file(file)
    }

    fn from_file(file: toml::Table) -> Result<Self, CatalogueError> {
        let entries = read::entries(&file)?;
        Ok(Self { file, entries })
    }

    /// The card of the model that `name` means. A model not listed gets a permissive card without a price.
    ///
    /// Tried in order: the name itself; without the provider's prefix (`openai/`); as a fine-tune (`ft:base:...`); as
    /// a dated snapshot (`-2024-07-18`).
    pub fn card(&self, name: &str) -> Card {
        self.resolve(name).map_or_else(|| Card::unknown(name), |(entry, fine_tune)| entry.card(name, fine_tune))
    }

    /// The names of all listed models, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    fn resolve(&self, name: &str) -> Option<(&Entry, bool)> {
        let lower = name.trim().to_lowercase();
        if let Some(entry) = self.listed(&lower) {
            return Some((entry, false));
        }
        let bare = lower.rsplit_once('/').map_or(lower.as_str(), |(_provider, bare)| bare);
        match bare.strip_prefix("ft:") {
            Some(fine_tune) => {
                let base = fine_tune.split(':').next().unwrap_or(fine_tune);
                self.family(base).map(|entry| (entry, true))
            }
            None => self.family(bare).map(|entry| (entry, false)),
        }
    }

    fn family(&self, name: &str) -> Option<&Entry> {
        self.listed(name).or_else(|| self.listed(without_date(name)?))
    }

    fn listed(&self, name: &str) -> Option<&Entry> {
        self.entries
            .get(name)
            .or_else(|| self.entries.values().find(|entry| entry.aliases.iter().any(|alias| alias == name)))
    }
}

/// `family` of `family-2024-07-18`; nothing else is cut, so that `gpt-4o-audio-preview` never borrows a price.
pub fn without_date(name: &str) -> Option<&str> {
    let (family, date) = name.split_at_checked(name.len().checked_sub("-2024-07-18".len())?)?;
    parse_date(date.strip_prefix('-')?).map(|_| family)
}

/// Reads `YYYY-MM-DD`.
pub fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// The lines that give a model a price in an owner's file, to be filled in.
pub fn price_template(name: &str) -> String {
    let name = toml::Value::String(name.to_owned());
    format!("[models.{name}.price]\ninput = 0.00\noutput = 0.00")
}

#[cfg(test)]
mod tests;
