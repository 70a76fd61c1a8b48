//! Which schema of the database is ours.

use sqlx::postgres::PgConnectOptions;

use crate::{Result, StorageError};

const DEFAULT: &str = "portavoz";

/// A schema's name that needs no quoting: a letter, then letters, digits and `_`, 63 bytes at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Schema(String);

impl Schema {
    pub(super) fn parse(name: &str) -> Result<Self> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let starts_well = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if starts_well && name.len() <= 63 && name.bytes().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            let rule = "a-z, then a-z, 0-9 and _";
            Err(StorageError::Conflict(format!("`{name}` is not a usable schema name ({rule})")))
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The schema that the options name as the search path; otherwise ours, added to them.
pub(super) fn choose(options: PgConnectOptions) -> Result<(PgConnectOptions, Schema)> {
    let named = options.get_options().and_then(|text| text.split("search_path=").nth(1));
    match named {
        Some(named) => {
            let schema = Schema::parse(named.split_whitespace().next().unwrap_or_default())?;
            Ok((options, schema))
        }
        None => Ok((options.options([("search_path", DEFAULT)]), Schema(DEFAULT.to_owned()))),
    }
}
