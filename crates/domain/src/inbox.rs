//! What visitors leave for the owner: a message or question, and how to reach whoever wrote it.

use portavoz_text::language::Language;

use crate::alerts::Delivery;
use crate::alerts::due::{GIVE_UP_MS, Retry, retry};
use crate::ids::{ConversationId, MessageId, SiteId, TurnId, VisitorId};
use crate::timestamp::Timestamp;

/// The longest message, in characters.
pub const MAX_MESSAGE_CHARS: usize = 2_000;
/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 100;
/// The longest e-mail address, in characters: SMTP takes no longer one.
pub const MAX_EMAIL_CHARS: usize = 254;

/// What the owner has done about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageState {
    /// Nothing yet.
    New,
    /// Seen.
    Read,
    /// Answered, or in need of no answer.
    Done,
}

impl MessageState {
    /// All of them, in the order in which a message goes through them.
    pub const ALL: [Self; 3] = [Self::New, Self::Read, Self::Done];

    /// The stable name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Read => "read",
            Self::Done => "done",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A message that a visitor left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftMessage {
    /// The portfolio.
    pub site: SiteId,
    /// This message.
    pub id: MessageId,
    /// Who left it.
    pub visitor: VisitorId,
    /// The conversation it came from; as read back, only while that is kept.
    pub conversation: Option<ConversationId>,
    /// The turn it came from; as read back, only while that is kept.
    pub turn: Option<TurnId>,
    /// When.
    pub received: Timestamp,
    /// Of the page it was left on.
    pub language: Language,
    /// The visitor's words.
    pub text: String,
    /// How the visitor wants to be called, if they said.
    pub name: Option<String>,
    /// Where they want the answer, if they said.
    pub email: Option<String>,
    /// What the owner has done about it.
    pub state: MessageState,
    /// Every attempt to tell the owner, in the order in which they were made.
    pub deliveries: Vec<Delivery>,
    /// Since when nobody has to be told of it any more; `None` while somebody has.
    pub told: Option<Timestamp>,
}

/// Whether a channel has still to tell the owner of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// It is to be told now.
    Due,
    /// It did not arrive, and is tried again later.
    Later,
    /// It arrived, or it is too late.
    Over,
}

impl LeftMessage {
    /// How it stands with telling the owner by `channel`.
    pub fn telling(&self, channel: &str, now: Timestamp) -> Telling {
        let tried: Vec<&Delivery> = self.deliveries.iter().filter(|delivery| delivery.channel == channel).collect();
        if tried.iter().any(|delivery| delivery.error.is_none()) {
            return Telling::Over;
        }
        match (tried.first(), tried.last()) {
            (Some(first), Some(last)) => match retry(tried.len(), first, last, now) {
                Retry::Now => Telling::Due,
                Retry::Later => Telling::Later,
                Retry::Never => Telling::Over,
            },
            _ if now.millis_since(self.received) >= GIVE_UP_MS => Telling::Over,
            _ => Telling::Due,
        }
    }
}

/// Which messages to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageFilter {
    /// In this state; `None` means all.
    pub state: Option<MessageState>,
    /// Only messages after this one in listing order (newest first), for paging.
    pub after: Option<MessageId>,
    /// At most this many, 1..=1000.
    pub limit: u32,
}

/// How many messages there are of each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageCounts {
    /// See [`MessageState::New`].
    pub new: u64,
    /// See [`MessageState::Read`].
    pub read: u64,
    /// See [`MessageState::Done`].
    pub done: u64,
}

/// Catches slips (a missing `@`, a stray space), not every invalid address: only sending mail proves one.
pub fn looks_like_email(text: &str) -> bool {
    match text.split_once('@') {
        Some((name, host)) => {
            let is_clean = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
            !name.is_empty() && host.contains('.') && !host.contains('@') && is_clean
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_in_an_address_are_caught() {
        for (text, expected) in [
            ("ana@example.com", true),
            ("ana+portfolio@mail.example.com", true),
            ("ana@example", false),
            ("ana.example.com", false),
            ("@example.com", false),
            ("ana@b@example.com", false),
            ("ana @example.com", false),
            ("ana@example.com\r\nBcc: all@example.com", false),
            ("ana@example.com\0", false),
            ("", false),
        ] {
            assert_eq!(looks_like_email(text), expected, "{text:?}");
        }
    }
}
