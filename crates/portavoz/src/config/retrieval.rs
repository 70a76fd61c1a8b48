//! `[retrieval]`, `[context]`, `[prompt]` and `[conversation]`: what a model is given to answer from.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::place::shown;

/// Which passages an answer may rest on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Retrieval {
    /// At most this many passages.
    #[schemars(range(min = 1, max = 50))]
    pub max_results: u32,
    /// Least relevance of a passage: a calibrated probability, not a raw cosine.
    #[schemars(range(min = 0, max = 1))]
    pub threshold: f64,
}

impl Default for Retrieval {
    fn default() -> Self {
        Self { max_results: 4, threshold: 0.75 }
    }
}

/// How much of the documents goes into one prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Context {
    /// Aim for the passages together. Unit: tokens of the model.
    #[schemars(range(min = 100, max = 100000))]
    pub max_tokens: u32,
    /// Never exceeded. Unit: tokens of the model.
    #[schemars(range(min = 100, max = 100000))]
    pub hard_max_tokens: u32,
}

impl Default for Context {
    fn default() -> Self {
        Self { max_tokens: 2500, hard_max_tokens: 3000 }
    }
}

impl Context {
    pub(super) fn check(&self, checker: &mut Checker<'_>) {
        if self.hard_max_tokens < self.max_tokens {
            checker.refuse(
                "context.hard_max_tokens",
                format!("{} is less than `context.max_tokens`, {}", self.hard_max_tokens, self.max_tokens),
                "at least `context.max_tokens`",
            );
        }
    }
}

/// How much the prompt insists on specifics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Specificity {
    /// Concise yet complete.
    Normal,
    /// Insists on specifics about the owner: names, figures, dates.
    High,
}

/// What the system prompt says beyond its fixed rules.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Prompt {
    /// `normal`, or `high` when answers turn generic: the prompt then insists on specifics about the owner.
    pub specificity: Specificity,
    /// How answers should sound, when the tone drifts. By default professional and approachable.
    #[schemars(example = &"cálido y directo, sin tecnicismos")]
    pub tone: Option<String>,
    /// Folder of own prompt templates, which replace the built-in ones of the same name.
    #[schemars(example = &"prompts")]
    pub folder: Option<PathBuf>,
}

impl Default for Prompt {
    fn default() -> Self {
        Self { specificity: Specificity::Normal, tone: None, folder: None }
    }
}

impl Prompt {
    pub(super) fn resolve_folder(&self, checker: &mut Checker<'_>) -> Option<PathBuf> {
        let folder = checker.path(self.folder.as_deref()?);
        if !folder.is_dir() {
            checker.refuse(
                "prompt.folder",
                format!("there is no folder `{}`", shown(&folder)),
                "a folder with prompt templates",
            );
        }
        Some(folder)
    }
}

/// How much of the conversation so far goes into one prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Conversation {
    /// At most this many of the last messages.
    #[schemars(range(min = 0, max = 200))]
    pub max_messages: u32,
    /// At most this many tokens of them. Unit: tokens of the model.
    #[schemars(range(min = 0, max = 100000))]
    pub max_tokens: u32,
}

impl Default for Conversation {
    fn default() -> Self {
        Self { max_messages: 10, max_tokens: 1500 }
    }
}
