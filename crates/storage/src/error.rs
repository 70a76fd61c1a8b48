//! What can go wrong between portavoz and its database. sqlx types never leave this crate.

/// A failure of the database. Absence is not a failure: it is `Ok(None)`.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database cannot be reached, is full, or was closed; trying later may help.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The request contradicts what is stored.
    #[error("{0}")]
    Conflict(String),
    /// A row cannot be read back.
    #[error("table `{table}` column `{column}` of row `{id}` cannot be read: {cause}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        id: String,
        /// What is wrong with the value.
        cause: String,
    },
    /// Anything else the database said.
    #[error("the database failed: {0}")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}
