//! `[models]`: where portavoz looks models up, and what happens when one is switched off.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::place::shown;

/// The model catalogue (prices, limits, dialects and ends of models), and what happens when a model ends.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Models {
    /// File of own entries, which replace or add to the built-in catalogue.
    #[schemars(example = &"models.toml")]
    pub overrides: Option<PathBuf>,
    /// Ask the provider every six hours, while serving, which models it has and when they end.
    pub watch: bool,
    /// From the day a model is switched off, ask its successor in its place. Off: whatever the dates say, the models
    /// above are asked.
    pub auto_successor: bool,
}

impl Default for Models {
    fn default() -> Self {
        Self { overrides: None, watch: true, auto_successor: true }
    }
}

impl Models {
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> ModelSettings {
        let overrides = self.overrides.as_deref().map(|path| checker.path(path));
        if let Some(path) = overrides.as_deref().filter(|path| !path.is_file()) {
            checker.refuse("models.overrides", format!("there is no file `{}`", shown(path)), "a TOML file of models");
        }
        ModelSettings { overrides, watch: self.watch, auto_successor: self.auto_successor }
    }
}

/// The section, checked.
#[derive(Debug, Clone)]
pub struct ModelSettings {
    /// The owner's own entries.
    pub overrides: Option<PathBuf>,
    /// See [`Models::watch`].
    pub watch: bool,
    /// See [`Models::auto_successor`].
    pub auto_successor: bool,
}
