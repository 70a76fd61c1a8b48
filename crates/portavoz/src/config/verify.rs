//! `[verify]`: what happens to sentences of an answer that the documents do not support.

use portavoz_domain::verification::policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to sentences that the documents do not support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A sentence with a contradicted claim or an unsupported hard fact is withheld.
    Strict,
    /// Everything is delivered; what is not supported is marked.
    Annotate,
    /// Nothing is checked.
    Off,
}

/// How a model's answers are checked against the documents before the visitor reads them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Verify {
    /// `strict` withholds a sentence with a contradicted claim, or with a number, date, name or other hard fact that is not in the documents; `annotate` delivers it marked; `off` checks nothing.
    pub mode: Mode,
    /// A model of the same provider that is asked for a second opinion on sentences that the rules leave undecided, such as `gpt-4o-mini`; each opinion is a paid call and takes its time. Empty for none.
    pub judge: String,
}

impl Default for Verify {
    fn default() -> Self {
        Self { mode: Mode::Strict, judge: String::new() }
    }
}

impl Verify {
    /// The judge's name, if there is to be one.
    pub fn judge(&self) -> Option<&str> {
        Some(self.judge.trim()).filter(|name| !name.is_empty())
    }
}

impl From<Mode> for policy::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Strict => Self::Strict,
            Mode::Annotate => Self::Annotate,
            Mode::Off => Self::Off,
        }
    }
}
