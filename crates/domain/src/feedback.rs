//! What a visitor thinks of an answer: a thumb, and why if they care to say.
//!
//! One per turn, which belongs to one visitor; it can be changed and taken back at any time.

use serde::Serialize;

use crate::timestamp::Timestamp;

/// The longest comment, in characters.
pub const MAX_COMMENT_CHARS: usize = 1_000;

/// A thumb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// It helped.
    Up,
    /// It did not.
    Down,
}

impl Rating {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Up, Self::Down];

    /// The stable name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rating| rating.name() == name)
    }
}

/// Which ratings turns are listed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatingFilter {
    /// Rated at all.
    Any,
    /// Rated so.
    Is(Rating),
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Something in it is not true.
    Wrong,
    /// Something is missing.
    Incomplete,
    /// It answers another question.
    OffTarget,
    /// It is hard to follow.
    Unclear,
    /// Whatever the comment says.
    Other,
}

impl Reason {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Wrong, Self::Incomplete, Self::OffTarget, Self::Unclear, Self::Other];

    /// The stable name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Incomplete => "incomplete",
            Self::OffTarget => "off_target",
            Self::Unclear => "unclear",
            Self::Other => "other",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// What a visitor said of one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feedback {
    /// The thumb.
    pub rating: Rating,
    /// Why, if they said.
    pub reason: Option<Reason>,
    /// In their words, if they wrote any.
    pub comment: Option<String>,
    /// When it was given or last changed.
    pub rated: Timestamp,
}
