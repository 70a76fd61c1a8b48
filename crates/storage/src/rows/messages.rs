//! Rows of `messages`.

use portavoz_domain::ids::{ConversationId, MessageId, SiteId, TurnId, VisitorId};
use portavoz_domain::inbox::{LeftMessage, MessageState};
use portavoz_domain::timestamp::Timestamp;
use portavoz_text::language::Language;

use super::{deliveries_json, stored_row};
use crate::values::storable;
use crate::{Result, StorageError};

/// The columns of a [`MessageRow`], followed by a condition on `m`. A conversation and a turn that are gone are null.
macro_rules! select_messages {
    ($condition:literal) => {
        concat!(
            "SELECT m.site, m.id, m.visitor, c.id AS conversation, t.id AS turn, m.received, m.language, m.text, m.name,
                m.email, m.state, m.deliveries, m.told
            FROM messages m LEFT JOIN conversations c ON c.site = m.site AND c.id = m.conversation
                LEFT JOIN turns t ON t.site = m.site AND t.id = m.turn ",
            $condition
        )
    };
}

pub(crate) use select_messages;

stored_row! {
    /// A message.
    MessageRow of "messages" by id {
        site: String,
        id: String,
        visitor: String,
        conversation: Option<String>,
        turn: Option<String>,
        received: i64,
        language: String,
        text: String,
        name: Option<String>,
        email: Option<String>,
        state: String,
        deliveries: String,
        told: Option<i64>,
    }
}

impl TryFrom<MessageRow> for LeftMessage {
    type Error = StorageError;

    fn try_from(row: MessageRow) -> Result<Self> {
        let column = |name| MessageRow::column(&row.id, name);
        let conversation = row.conversation.as_deref().map(ConversationId::parse).transpose();
        Ok(Self {
            site: column("site").read(SiteId::parse(&row.site))?,
            id: column("id").read(MessageId::parse(&row.id))?,
            visitor: column("visitor").read(VisitorId::parse(&row.visitor))?,
            conversation: column("conversation").read(conversation)?,
            turn: column("turn").read(row.turn.as_deref().map(TurnId::parse).transpose())?,
            received: Timestamp::from_millis(row.received),
            language: column("language").known(&row.language, Language::parse(&row.language))?,
            state: column("state").known(&row.state, MessageState::parse(&row.state))?,
            deliveries: column("deliveries").json(&row.deliveries)?,
            told: row.told.map(Timestamp::from_millis),
            text: row.text,
            name: row.name,
            email: row.email,
        })
    }
}

/// The columns of a message, as they are written.
#[derive(Debug)]
pub(crate) struct MessageColumns {
    pub(crate) site: String,
    pub(crate) id: String,
    pub(crate) visitor: String,
    pub(crate) conversation: Option<String>,
    pub(crate) turn: Option<String>,
    pub(crate) received: i64,
    pub(crate) language: &'static str,
    pub(crate) text: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) deliveries: String,
    pub(crate) told: Option<i64>,
}

impl MessageColumns {
    /// The columns of `message`.
    pub(crate) fn of(message: &LeftMessage) -> Result<Self> {
        Ok(Self {
            site: message.site.to_string(),
            id: message.id.to_string(),
            visitor: message.visitor.to_string(),
            conversation: message.conversation.map(|id| id.to_string()),
            turn: message.turn.map(|id| id.to_string()),
            received: message.received.as_millis(),
            language: message.language.code(),
            text: storable(&message.text),
            name: message.name.as_deref().map(storable),
            email: message.email.as_deref().map(storable),
            state: message.state.name(),
            deliveries: deliveries_json(&message.deliveries)?,
            told: message.told.map(Timestamp::as_millis),
        })
    }
}
