//! The seven languages portavoz speaks, and how it recognises them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language that portavoz reads and answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Spanish.
    Es,
    /// English.
    En,
    /// Portuguese.
    Pt,
    /// French.
    Fr,
    /// German.
    De,
    /// Italian.
    It,
    /// Catalan.
    Ca,
}

impl Language {
    /// Every language, in the order of the contract.
    pub const ALL: [Self; 7] = [
        Self::Es,
        Self::En,
        Self::Pt,
        Self::Fr,
        Self::De,
        Self::It,
        Self::Ca,
    ];

    /// The ISO 639-1 code, in lower case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
            Self::Pt => "pt",
            Self::Fr => "fr",
            Self::De => "de",
            Self::It => "it",
            Self::Ca => "ca",
        }
    }

    /// Reads a tag such as `es`, `pt-BR` or `EN_us`; only the primary subtag counts. `None` for other languages.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.code() == primary)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// The tag names a language that portavoz does not speak.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("language `{0}` is not one of es, en, pt, fr, de, it, ca")]
pub struct UnknownLanguage(pub String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        Self::parse(tag).ok_or_else(|| UnknownLanguage(tag.to_owned()))
    }
}
