//! `[model]`: which models answer, and how they are asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Checker;

/// Which models answer, and how they are asked. Without a usable model answers are quoted from the documents.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// The model that answers; `none` for answers quoted from the documents, with no model at all.
    pub name: String,
    /// Models of the same provider that stand in when the first fails, in order.
    pub fallbacks: Vec<String>,
    /// Randomness of the answers. Sent only to models that accept it.
    #[schemars(range(min = 0, max = 2))]
    pub temperature: f64,
    /// Longest answer. Unit: tokens.
    #[schemars(range(min = 1, max = 128000))]
    pub max_tokens: u32,
    /// Share of probability mass that words are drawn from. Sent only to models that accept it.
    #[schemars(range(min = 0, max = 1))]
    pub top_p: f64,
}

impl Default for Model {
    fn default() -> Self {
        Self { name: "gpt-4o-mini".to_owned(), fallbacks: Vec::new(), temperature: 0.7, max_tokens: 1000, top_p: 0.9 }
    }
}

impl Model {
    /// The models to ask, in order; empty for `none`.
    pub fn names(&self) -> Vec<String> {
        if self.name.trim().eq_ignore_ascii_case("none") {
            return Vec::new();
        }
        let mut names = vec![self.name.trim().to_owned()];
        for name in self.fallbacks.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    pub(super) fn check(&self, checker: &mut Checker<'_>) {
        if self.name.trim().is_empty() {
            checker.refuse("model.name", "the name is empty".to_owned(), "a model's name, or `none`");
        }
    }
}
