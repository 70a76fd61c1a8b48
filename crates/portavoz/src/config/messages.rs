//! `[messages]`: what becomes of messages that visitors leave for the owner.

use portavoz_app::settings::MessageSettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Messages that visitors leave for the owner, at the page or the widget. They are kept as long as questions are: with `privacy.retention_days = 0` none are taken.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Messages {
    /// Whether visitors can leave messages.
    pub enabled: bool,
    /// Whether the owner is told of each message, by every way that `[alerts]` sets. Mails and webhooks carry its text, the log does not.
    pub notify: bool,
}

impl Default for Messages {
    fn default() -> Self {
        let MessageSettings { enabled, notify } = MessageSettings::default();
        Self { enabled, notify }
    }
}

impl From<&Messages> for MessageSettings {
    fn from(messages: &Messages) -> Self {
        Self { enabled: messages.enabled, notify: messages.notify }
    }
}
