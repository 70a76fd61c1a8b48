//! `[log]`: what portavoz writes about itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Checker;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, otherwise JSON while serving and text for other commands.
    Auto,
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// What portavoz writes about itself, on the standard error stream.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`, also per part: `info,portavoz_llm=debug`.
    pub level: String,
    /// `text`, `json`, or `auto`: text on a terminal, JSON while serving without one.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Auto }
    }
}

impl Log {
    pub(super) fn check(&self, checker: &mut Checker<'_>) {
        if tracing_subscriber::EnvFilter::builder().parse(&self.level).is_err() {
            checker.refuse(
                "log.level",
                format!("`{}` is not a log level", self.level),
                "error, warn, info, debug or trace, also per part: `info,portavoz_llm=debug`",
            );
        }
    }
}
