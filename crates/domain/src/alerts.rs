//! What the owner is told when something is not as it should be.
//!
//! An [`Episode`] is a time during which one thing was wrong: it opens when the figure passes its limit and closes when
//! the figure comes back. However often the figure is looked at in between, and by however many processes, the owner is
//! told once at each end; [`Delivery`] says by which channel, and whether that worked. [`rules`] say when, [`words`] how.

use serde::{Deserialize, Serialize};

use crate::ids::{EpisodeId, SiteId};
use crate::timestamp::Timestamp;

pub(crate) mod due;
mod kind;
pub mod rules;
pub mod words;

pub use due::Due;
pub use kind::Kind;

/// From an alert to its recovery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    /// The portfolio.
    pub site: SiteId,
    /// This episode.
    pub id: EpisodeId,
    /// What is watched, a stable lower-case name such as `response_time` or `budget_day`.
    pub kind: String,
    /// Which of several of that kind: a share of a budget such as `80`, a model's name; empty if there is one only.
    /// Of one kind and subject at most one episode is open at a time.
    pub subject: String,
    /// When it began.
    pub opened: Timestamp,
    /// When it was over; `None` while it lasts.
    pub closed: Option<Timestamp>,
    /// The figure: the worst so far.
    pub value: f64,
    /// What it should have kept to, in the same unit.
    pub limit: f64,
    /// What the owner is told.
    pub message: String,
    /// Whom it reached, in the order in which it was tried.
    pub deliveries: Vec<Delivery>,
}

/// One attempt to tell the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// How: `log`, `webhook`, `email`.
    pub channel: String,
    /// When.
    pub at: Timestamp,
    /// True if it told that the episode is over.
    pub recovery: bool,
    /// Why it did not arrive; `None` if it did.
    pub error: Option<String>,
}
