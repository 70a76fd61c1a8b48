//! What visitors leave for the owner: taken by [`leave`], told to the owner by [`tell`], listed and worked off.

use std::sync::Arc;

use portavoz_domain::ids::{ConversationId, MessageId, TurnId, VisitorId};
use portavoz_domain::inbox::{
    LeftMessage, MAX_EMAIL_CHARS, MAX_MESSAGE_CHARS, MAX_NAME_CHARS, MessageCounts, MessageFilter, MessageState,
    looks_like_email,
};
use portavoz_storage::StorageError;
use portavoz_text::language::Language;

use crate::clock::id_bytes;
use crate::site::{Site, SiteError};

mod telling;

pub use telling::tell;

/// A message as a visitor sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// Who sends it.
    pub visitor: VisitorId,
    /// Their words.
    pub text: String,
    /// How they want to be called.
    pub name: Option<String>,
    /// Where they want the answer.
    pub email: Option<String>,
    /// The conversation it comes from; must be the visitor's.
    pub conversation: Option<ConversationId>,
    /// The turn it comes from; must be the visitor's.
    pub turn: Option<TurnId>,
    /// Of the page it is sent from; the site's if absent.
    pub language: Option<Language>,
}

/// Why a message is not taken.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// The owner takes none.
    #[error("messages cannot be left here")]
    Off,
    /// It has nothing in it.
    #[error("the message is empty")]
    Empty,
    /// It is too long.
    #[error("the message has {chars} characters; at most {MAX_MESSAGE_CHARS} can be left")]
    TooLong {
        /// Its characters.
        chars: usize,
    },
    /// The name is too long.
    #[error("the name has {chars} characters; at most {MAX_NAME_CHARS} can be kept")]
    NameTooLong {
        /// Its characters.
        chars: usize,
    },
    /// The address cannot be one.
    #[error("`{0}` is not an e-mail address")]
    BadEmail(String),
    /// There is no such conversation *of this visitor*.
    #[error("there is no such conversation")]
    UnknownConversation,
    /// There is no such turn *of this visitor*, or it is of another conversation.
    #[error("there is no such answer")]
    UnknownTurn,
    /// There is no message to go on after.
    #[error("there is no `{0}` to go on after")]
    UnknownPlace(MessageId),
    /// The database said no.
    #[error(transparent)]
    Site(#[from] SiteError),
}

impl From<StorageError> for MessageError {
    fn from(error: StorageError) -> Self {
        Self::Site(error.into())
    }
}

/// A message that may be kept; nothing else becomes one.
#[derive(Debug)]
pub struct Checked(LeftMessage);

/// Looks whether a message can be taken, and puts it in order. Writes nothing.
pub async fn check(site: &Site, leaving: Leaving) -> Result<Checked, MessageError> {
    if !site.takes_messages() {
        return Err(MessageError::Off);
    }
    let text = leaving.text.trim();
    let chars = text.chars().count();
    if chars == 0 {
        return Err(MessageError::Empty);
    }
    if chars > MAX_MESSAGE_CHARS {
        return Err(MessageError::TooLong { chars });
    }
    let name = leaving.name.as_deref().map(one_line).filter(|name| !name.is_empty());
    let chars = name.as_ref().map_or(0, |name| name.chars().count());
    if chars > MAX_NAME_CHARS {
        return Err(MessageError::NameTooLong { chars });
    }
    let email = leaving.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    if let Some(email) = email.filter(|email| email.chars().count() > MAX_EMAIL_CHARS || !looks_like_email(email)) {
        return Err(MessageError::BadEmail(email.chars().take(100).collect()));
    }
    let conversation = origin(site, &leaving).await?;
    let received = site.now();
    Ok(Checked(LeftMessage {
        site: site.id().clone(),
        id: MessageId::mint(received, id_bytes(site.parts.entropy.as_ref())),
        visitor: leaving.visitor,
        conversation,
        turn: leaving.turn,
        received,
        language: leaving.language.unwrap_or_else(|| site.language()),
        text: text.to_owned(),
        name,
        email: email.map(str::to_owned),
        state: MessageState::New,
        deliveries: Vec::new(),
        // Of what is not to be told nobody is told later either.
        told: (!site.settings().messages.notify).then_some(received),
    }))
}

/// Takes a message. It is kept when this returns, and the owner is told of it soon.
pub async fn leave(site: &Arc<Site>, Checked(message): Checked) -> Result<LeftMessage, MessageError> {
    site.storage().messages().receive(&message).await?;
    if message.told.is_none() {
        telling::tell_soon(site);
    }
    Ok(message)
}

/// The conversation that a message comes from, if it and the turn are the visitor's.
async fn origin(site: &Site, leaving: &Leaving) -> Result<Option<ConversationId>, MessageError> {
    let mut conversation = leaving.conversation;
    if let Some(id) = leaving.turn {
        let turn = site.storage().turns().find(site.id(), id).await?.map(|turn| turn.admitted);
        let own = turn.filter(|turn| turn.visitor == leaving.visitor);
        let own = own.filter(|turn| conversation.is_none_or(|conversation| conversation == turn.conversation));
        conversation = Some(own.ok_or(MessageError::UnknownTurn)?.conversation);
    } else if let Some(id) = conversation
        && crate::conversation::find(site, leaving.visitor, id).await?.is_none()
    {
        return Err(MessageError::UnknownConversation);
    }
    Ok(conversation)
}

/// A name is one line, whatever was sent.
fn one_line(text: &str) -> String {
    let plain = text.replace(char::is_control, " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Messages, newest first.
pub async fn list(site: &Site, filter: &MessageFilter) -> Result<Vec<LeftMessage>, MessageError> {
    match (site.storage().messages().list(site.id(), filter).await, filter.after) {
        (Err(StorageError::Conflict(_)), Some(after)) => Err(MessageError::UnknownPlace(after)),
        (found, _) => Ok(found?),
    }
}

/// How many there are of each state.
pub async fn count(site: &Site) -> Result<MessageCounts, SiteError> {
    Ok(site.storage().messages().count(site.id()).await?)
}

/// Sets the state of a message and returns it; `None` if there is no such message.
pub async fn mark(site: &Site, id: MessageId, state: MessageState) -> Result<Option<LeftMessage>, SiteError> {
    let messages = site.storage().messages();
    messages.mark(site.id(), id, state).await?;
    Ok(messages.find(site.id(), id).await?)
}

/// Removes a message; false if there is none.
pub async fn remove(site: &Site, id: MessageId) -> Result<bool, SiteError> {
    let removed = site.storage().messages().remove(site.id(), id).await?;
    if removed {
        site.storage().privacy().scrub().await?;
    }
    Ok(removed)
}
