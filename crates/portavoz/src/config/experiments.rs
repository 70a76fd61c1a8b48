//! `[experiments]`: live experiments on visitors.

use portavoz_app::settings::ExperimentSettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Live experiments: `portavoz experiment` starts, shows and stops them. Nobody is in one unless the owner starts it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Experiments {
    /// False answers every visitor as configured, whatever runs or was shipped.
    pub enabled: bool,
    /// Whether an experiment is stopped by itself when a variant is certainly worse than its guardrails allow.
    pub auto_stop: bool,
}

impl Default for Experiments {
    fn default() -> Self {
        Self { enabled: true, auto_stop: true }
    }
}

impl Experiments {
    /// As the site wants it.
    pub const fn settings(&self) -> ExperimentSettings {
        ExperimentSettings { enabled: self.enabled, auto_stop: self.auto_stop }
    }
}
