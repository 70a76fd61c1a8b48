//! `[privacy]`: what is kept of visitors, and for how long.

use portavoz_app::settings::PrivacySettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is kept of visitors, and for how long.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// For how many days questions and answers are kept; then they are removed, with the gaps they left. 0 keeps no words at all: they are never written, a conversation lasts as long as the process remembers it, and only money and sums stay. Unit: days.
    #[schemars(range(min = 0, max = 36500))]
    pub retention_days: u32,
}

impl Default for Privacy {
    fn default() -> Self {
        Self { retention_days: PrivacySettings::default().retention_days }
    }
}

impl From<&Privacy> for PrivacySettings {
    fn from(privacy: &Privacy) -> Self {
        Self { retention_days: privacy.retention_days }
    }
}
