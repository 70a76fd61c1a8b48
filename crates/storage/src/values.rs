//! How single values become columns, the same way in both databases. Rows are put together in [`crate::rows`].

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{EmbedderKey, Result, StorageError};

/// Text as both databases can keep it: NUL becomes a space, because PostgreSQL refuses NUL and because one byte for
/// one byte leaves every span into the text right.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', " ")
}

/// A count as the signed number that SQL knows. What no real count reaches is kept as the largest number there is,
/// for a provider's nonsense must not cost the turn its row.
pub(crate) fn count(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// A value as JSON text.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StorageError::Backend(Box::new(error)))
}

/// Numbers as bytes, little endian, so that a file can move between machines.
pub(crate) fn vector_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A row of `embeddings`: the numbers that [`vector_bytes`] wrote, under their hash.
pub(crate) fn read_vector(key: &EmbedderKey, hash: Vec<u8>, bytes: Vec<u8>) -> Result<([u8; 32], Vec<f32>)> {
    let column = |column| Column { table: "embeddings", column, id: &key.model };
    let hash =
        hash.try_into().map_err(|hash: Vec<u8>| column("hash").corrupt(format_args!("it has {} bytes", hash.len())))?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() || u32::try_from(numbers.len()) != Ok(key.dimensions) {
        let cause = format!("{} bytes are not {} numbers", bytes.len(), key.dimensions);
        return Err(column("vector").corrupt(cause));
    }
    Ok((hash, numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()))
}

/// A column whose value makes no sense, named so that it can be found.
pub(crate) struct Column<'a> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) id: &'a str,
}

impl Column<'_> {
    /// The error that says so.
    pub(crate) fn corrupt(&self, cause: impl Display) -> StorageError {
        StorageError::Corrupt {
            table: self.table,
            column: self.column,
            id: self.id.to_owned(),
            cause: cause.to_string(),
        }
    }

    /// The value, if `parsed` is one.
    pub(crate) fn known<T>(&self, text: &str, parsed: Option<T>) -> Result<T> {
        parsed.ok_or_else(|| self.corrupt(format_args!("`{text}` is not a known value")))
    }

    /// The value, if the column is not null.
    pub(crate) fn present<T>(&self, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| self.corrupt("it is null"))
    }

    /// A number in the range of the domain's type.
    pub(crate) fn number<T: TryFrom<i64>>(&self, value: i64) -> Result<T> {
        T::try_from(value).map_err(|_| self.corrupt(format_args!("{value} is out of range")))
    }

    /// The value of JSON text.
    pub(crate) fn json<T: DeserializeOwned>(&self, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| self.corrupt(error))
    }

    /// Anything else that can be read or not.
    pub(crate) fn read<T, E: Display>(&self, value: std::result::Result<T, E>) -> Result<T> {
        value.map_err(|error| self.corrupt(error))
    }
}
