//! What the visitor is told, as it happens and as a whole.

use std::ops::Range;

use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};

use crate::ids::{ConversationId, DocumentId, TurnId};
use crate::usage::Usage;
use crate::verification::{Status, Verification};

/// How a turn ended for the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An answer from the documents.
    Answered,
    /// The documents are silent; said so.
    NotKnown,
    /// Off-topic or an attack; turned down.
    Declined,
    /// A greeting, thanks or goodbye.
    Smalltalk,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Answered, Self::NotKnown, Self::Declined, Self::Smalltalk];

    /// The stable name, as in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::NotKnown => "not_known",
            Self::Declined => "declined",
            Self::Smalltalk => "smalltalk",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// A step of the ladder. First success wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// A stock reply that needs neither documents nor model.
    Stock,
    /// A model's answer to the same question a while ago, on the same documents.
    Cache,
    /// The configured model.
    Primary,
    /// A model that stands in for it.
    Fallback,
    /// An answer the owner approved for a near-identical question.
    Approved,
    /// Sentences quoted from the passages; needs no model.
    Extractive,
    /// The predefined message with the contact card.
    Predefined,
}

impl Rung {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Stock, Self::Cache, Self::Primary, Self::Fallback, Self::Approved, Self::Extractive, Self::Predefined];

    /// The stable name, as in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Cache => "cache",
            Self::Primary => "primary",
            Self::Fallback => "fallback",
            Self::Approved => "approved",
            Self::Extractive => "extractive",
            Self::Predefined => "predefined",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| rung.name() == name)
    }
}

/// One rung that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RungTried {
    /// Which.
    pub rung: Rung,
    /// The model, on rungs that have one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<String>,
    /// Why it did not answer; absent on the rung that did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

/// A source that the answer rests on. Its `index` is the number in brackets in the answer's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// From 1, in order of first mention.
    pub index: u32,
    /// The document.
    pub document: DocumentId,
    /// The document's title with the headings above the passage.
    pub title: String,
    /// Where to open it at the place: public URL, or portavoz's own source page.
    pub url: String,
    /// The passage's words.
    pub quote: String,
    /// Byte range of the quote's passage in the document's text.
    pub span: Range<usize>,
    /// Page, for paged formats.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub page: Option<u32>,
}

/// What happens while a question is answered, in order: `Start`, then any number of `Delta`, `Citation`,
/// `Verdict` and `Replace`, then exactly one of `Done` or `Failed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AnswerEvent {
    /// The turn exists; nothing said yet.
    Start {
        /// This turn.
        turn_id: TurnId,
        /// Its conversation.
        conversation_id: ConversationId,
        /// Proves to later requests that this visitor owns the conversation.
        visitor_token: String,
        /// The model that will be asked first, if any.
        model: Option<String>,
        /// The experiment's variant, if one runs.
        variant: Option<String>,
    },
    /// More text of the answer.
    Delta {
        /// To be appended.
        text: String,
    },
    /// A source of what was said.
    Citation(Citation),
    /// A sentence was checked. Sentences come in the order of the answer; a withheld one is not told.
    Verdict {
        /// The sentence's place in the answer, from 0, withheld ones counted.
        index: u32,
        /// The sentence as told; `None` if it was withheld.
        sentence: Option<String>,
        /// What the sources say of it.
        status: Status,
    },
    /// All text so far is void; this stands in its place, and deltas go on from it.
    Replace {
        /// The new text.
        text: String,
        /// Why.
        reason: String,
    },
    /// The turn is settled and committed.
    Done(Box<Done>),
    /// No answer could be given.
    Failed {
        /// Stable code.
        code: String,
        /// For people.
        message: String,
    },
}

/// The end of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// How it ended.
    pub outcome: Outcome,
    /// Language of the answer.
    pub language: Language,
    /// The model that answered, if one did.
    pub model: Option<String>,
    /// Tokens, all calls of the turn together.
    pub usage: Usage,
    /// US dollars; null if a model without a known price was used.
    pub cost_usd: Option<f64>,
    /// What the check of the answer found; `None` if nothing was checked. Withheld sentences are not in it.
    pub verification: Option<Verification>,
    /// Sentences that were kept from the visitor, because the sources do not say what they claim.
    pub withheld: u32,
    /// Quality score 0..=1, when it was computed.
    pub quality: Option<f32>,
    /// Each rung tried, in order; the last one answered.
    pub ladder: Vec<RungTried>,
    /// From the question's arrival to this event.
    pub took_ms: u64,
}
