//! The owner's records: turns and conversations as they are kept, whoever had them.
//!
//! What a visitor may see of a conversation is [`crate::conversation`].

use portavoz_domain::ids::{ConversationId, TurnId};
use portavoz_domain::turn::{Conversation, ConversationFilter, ConversationSummary, Turn};
use portavoz_storage::StorageError;
pub use portavoz_storage::TurnFilter;

use crate::site::{Site, SiteError};

/// The longest conversation that is read as a whole, in turns.
const MAX_TURNS: u32 = 1_000;

/// Why records cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// There is nothing of this id to go on after.
    #[error("there is no `{0}` to go on after")]
    UnknownPlace(String),
    /// The database said no.
    #[error(transparent)]
    Site(#[from] SiteError),
}

/// Turns, newest first.
pub async fn turns(site: &Site, filter: &TurnFilter) -> Result<Vec<Turn>, RecordsError> {
    if let Some(after) = filter.after
        && site.storage().turns().find(site.id(), after).await.map_err(SiteError::from)?.is_none()
    {
        return Err(RecordsError::UnknownPlace(after.to_string()));
    }
    let found = site.storage().turns().list(site.id(), filter).await;
    found.map_err(|error| read(error, filter.after.as_ref().map(TurnId::to_string)))
}

/// Conversations with the figures of their turns, newest first.
pub async fn conversations(site: &Site, filter: &ConversationFilter) -> Result<Vec<ConversationSummary>, RecordsError> {
    let found = site.storage().turns().conversations(site.id(), filter).await;
    found.map_err(|error| read(error, filter.after.as_ref().map(ConversationId::to_string)))
}

/// A conversation and its turns, oldest first; `None` if there is none.
pub async fn conversation(site: &Site, id: ConversationId) -> Result<Option<(Conversation, Vec<Turn>)>, SiteError> {
    let turns = site.storage().turns();
    match turns.conversation(site.id(), id).await? {
        Some(conversation) => Ok(Some((conversation, turns.history(site.id(), id, MAX_TURNS).await?))),
        None => Ok(None),
    }
}

/// What is gone by now cannot be gone on after.
fn read(error: StorageError, after: Option<String>) -> RecordsError {
    match (error, after) {
        (StorageError::Conflict(_), Some(after)) => RecordsError::UnknownPlace(after),
        (error, _) => SiteError::from(error).into(),
    }
}
