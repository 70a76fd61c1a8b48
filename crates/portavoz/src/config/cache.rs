//! `[cache]`: answers that are told again instead of being paid for again.

use std::time::Duration;

use portavoz_app::settings::CacheSettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Answers that are told again. A first question in the same words, on the same documents, prompt and model, gets the answer that a model gave before, at no cost.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cache {
    /// Whether answers are told again.
    pub answers: bool,
    /// How long an answer may be told again. Unit: minutes.
    #[schemars(range(min = 1, max = 10080))]
    pub minutes: u32,
    /// How many answers are remembered, in memory.
    #[schemars(range(min = 1, max = 100000))]
    pub entries: u32,
}

impl Default for Cache {
    fn default() -> Self {
        Self { answers: true, minutes: 720, entries: 1000 }
    }
}

impl Cache {
    /// As the site wants it.
    pub fn settings(&self) -> CacheSettings {
        CacheSettings {
            entries: if self.answers { u64::from(self.entries) } else { 0 },
            lasts: Duration::from_secs(u64::from(self.minutes) * 60),
        }
    }
}
