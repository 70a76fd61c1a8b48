//! `[storage]`: where conversations, documents and the index are kept.

use std::path::PathBuf;

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::place::shown;
use super::secret::Secret;

/// When a write counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sync {
    /// It survives a power cut.
    Full,
    /// It survives a crash of the program; a power cut may lose the last moment.
    Normal,
}

/// Where conversations and documents are kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`. By default one SQLite file in the data folder.
    #[schemars(example = &"postgres://portavoz@localhost/portavoz")]
    pub url: Option<Secret>,
    /// `full`: what was acknowledged survives a power cut. `normal`: a power cut may lose the last moment, a crash never. SQLite only.
    pub sync: Sync,
}

impl Default for Storage {
    fn default() -> Self {
        Self { url: None, sync: Sync::Full }
    }
}

/// The database, decided.
#[derive(Debug, Clone)]
pub enum StorageSettings {
    /// One file.
    Sqlite {
        /// Made if it does not exist.
        path: PathBuf,
        /// When a write counts as done.
        sync: Sync,
    },
    /// A server.
    Postgres {
        /// May hold a password.
        url: SecretString,
    },
}

impl Storage {
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> StorageSettings {
        let by_default = StorageSettings::Sqlite { path: checker.place.data.join("portavoz.db"), sync: self.sync };
        let Some(url) = self.url.as_ref().map(Secret::expose).filter(|url| !url.is_empty()) else { return by_default };
        if let Some(path) = url.strip_prefix("sqlite:") {
            // `sqlite:///var/x.db` is absolute, `sqlite://x.db` and `sqlite:x.db` are beside the configuration file.
            let path = path.strip_prefix("//").unwrap_or(path);
            return StorageSettings::Sqlite { path: checker.path(path.as_ref()), sync: self.sync };
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return StorageSettings::Postgres { url: SecretString::from(url) };
        }
        // The value is not repeated: a mistyped address may hold a password.
        checker.refuse(
            "storage.url",
            "the address is neither SQLite's nor PostgreSQL's".to_owned(),
            "an address that begins with `sqlite://` or `postgres://`",
        );
        by_default
    }
}

impl StorageSettings {
    /// The database for people, without its password.
    pub fn describe(&self) -> String {
        match self {
            Self::Sqlite { path, .. } => format!("SQLite, {}", shown(path)),
            Self::Postgres { url } => match reqwest::Url::parse(url.expose_secret()) {
                Ok(url) => format!("PostgreSQL, {}{}", url.host_str().unwrap_or("local socket"), url.path()),
                Err(_) => "PostgreSQL".to_owned(),
            },
        }
    }
}
