//! The seven languages portavoz speaks, and how it recognises them.
//!
//! Start at [`Language`]; [`detect`] says which one a text is in.

mod detect;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use detect::{Evidence, detect, weigh};

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
    pub const ALL: [Self; 7] = [Self::Es, Self::En, Self::Pt, Self::Fr, Self::De, Self::It, Self::Ca];

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

    /// Its place in [`Language::ALL`], for tables with one row a language.
    pub const fn index(self) -> usize {
        self as usize
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

/// Some of the languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LanguageSet(u8);

impl LanguageSet {
    /// The set of `languages`.
    pub fn of(languages: &[Language]) -> Self {
        let mut set = Self::default();
        languages.iter().for_each(|language| set.insert(*language));
        set
    }

    /// Adds `language`.
    pub fn insert(&mut self, language: Language) {
        self.0 |= 1 << language.index();
    }

    /// True if `language` is among them.
    pub const fn contains(self, language: Language) -> bool {
        self.0 & (1 << language.index()) != 0
    }

    /// Those of either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// True if there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
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
