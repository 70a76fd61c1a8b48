//! Names of things. Ids are minted in `app` from an injected clock and random bytes, never here.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::timestamp::Timestamp;

/// A text is not a valid id of the named kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid {kind}")]
pub struct InvalidId {
    /// What the id should have named, such as `turn id`.
    pub kind: &'static str,
    /// The text as it came.
    pub text: String,
}

macro_rules! time_ordered_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Mints an id (UUID version 7) from the time and ten random bytes.
            pub fn mint(now: Timestamp, random: [u8; 10]) -> Self {
                let millis = u64::try_from(now.as_millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// Reads the hyphenated or plain hexadecimal form.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| InvalidId { kind: $kind, text: text.chars().take(64).collect() })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }
    };
}

time_ordered_id!(
    /// One question and its answer.
    TurnId,
    "turn id"
);
time_ordered_id!(
    /// One sum of money that was reserved and spent; a turn's has the turn's id.
    ChargeId,
    "charge id"
);
time_ordered_id!(
    /// A time during which something was not as it should be, from its alert to its recovery.
    EpisodeId,
    "episode id"
);
time_ordered_id!(
    /// A chain of turns of one visitor.
    ConversationId,
    "conversation id"
);
time_ordered_id!(
    /// A message that a visitor left for the owner.
    MessageId,
    "message id"
);
time_ordered_id!(
    /// One pass over cases with some targets.
    RunId,
    "run id"
);
time_ordered_id!(
    /// A comparison on live visitors.
    ExperimentId,
    "experiment id"
);
time_ordered_id!(
    /// A browser or client, known only by its signed token.
    VisitorId,
    "visitor id"
);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A portfolio: its configuration, its index, its rows.
    SiteId
);
text_id!(
    /// A document: its path inside the knowledge folder with `/` between folders, or its URL.
    DocumentId
);
text_id!(
    /// A chunk: the document's id, `#`, and its ordinal in the document.
    ChunkId
);

impl SiteId {
    /// Reads a site name: 1 to 64 of `a-z`, `0-9` and `-`.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId { kind: "site name", text: text.chars().take(64).collect() })
        }
    }
}

impl Default for SiteId {
    /// The site of an owner who runs one portfolio.
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl DocumentId {
    /// Names the document at `path` (with `/` between folders) or at a URL.
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }
}

impl ChunkId {
    /// Names the chunk number `ordinal` (from 0) of a document.
    pub fn new(document: &DocumentId, ordinal: usize) -> Self {
        Self(format!("{document}#{ordinal}"))
    }

    /// Takes an id that was stored before.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl From<TurnId> for ChargeId {
    fn from(turn: TurnId) -> Self {
        Self(turn.0)
    }
}
