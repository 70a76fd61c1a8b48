//! What visitors leave for the owner. The operations are in `messages.rs` of each database.

use async_trait::async_trait;
use portavoz_domain::alerts::Delivery;
use portavoz_domain::ids::{MessageId, SiteId};
use portavoz_domain::inbox::{LeftMessage, MessageCounts, MessageFilter, MessageState};
use portavoz_domain::timestamp::Timestamp;

use crate::Result;

/// Messages for the owner.
#[async_trait]
pub trait Messages: Send + Sync {
    /// Keeps a message. One whose id exists is [`crate::StorageError::Conflict`].
    async fn receive(&self, message: &LeftMessage) -> Result<()>;

    /// One message. Its conversation and turn are named only while they are kept, here as in lists.
    async fn find(&self, site: &SiteId, id: MessageId) -> Result<Option<LeftMessage>>;

    /// Messages, newest first, ties broken by id. Paging after a message that does not exist is
    /// [`crate::StorageError::Conflict`].
    async fn list(&self, site: &SiteId, filter: &MessageFilter) -> Result<Vec<LeftMessage>>;

    /// How many there are of each state.
    async fn count(&self, site: &SiteId) -> Result<MessageCounts>;

    /// Sets the state; false if there is no such message.
    async fn mark(&self, site: &SiteId, id: MessageId, state: MessageState) -> Result<bool>;

    /// Removes a message; false if there is none.
    async fn remove(&self, site: &SiteId, id: MessageId) -> Result<bool>;

    /// The oldest `limit` (1..=1000) messages that somebody has still to be told of, oldest first.
    async fn untold(&self, site: &SiteId, limit: u32) -> Result<Vec<LeftMessage>>;

    /// Adds to a message's deliveries; false if the message is gone.
    async fn delivered(&self, site: &SiteId, id: MessageId, delivery: &Delivery) -> Result<bool>;

    /// Nobody has to be told of it any more; false if the message is gone.
    async fn told(&self, site: &SiteId, id: MessageId, at: Timestamp) -> Result<bool>;
}
