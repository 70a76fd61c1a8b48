//! One admitted question: what every step of its turn may ask for.

use std::sync::Arc;
use std::time::Duration;

use portavoz_domain::ids::{ConversationId, TurnId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use portavoz_text::language::Language;

use tokio::sync::oneshot;

use super::past::Past;
use super::rehearsal::Rehearsed;
use crate::site::{Live, Site};
use crate::variant::Variant;

/// One admitted question.
pub(super) struct Run {
    pub(super) site: Arc<Site>,
    pub(super) arrived: Timestamp,
    pub(super) turn: TurnId,
    pub(super) conversation: ConversationId,
    pub(super) opens_conversation: bool,
    pub(super) visitor: VisitorId,
    pub(super) told_language: Option<Language>,
    pub(super) message: String,
    pub(super) stream: bool,
    pub(super) past: Past,
    pub(super) variant: Arc<Variant>,
    /// What it is answered from.
    pub(super) live: Arc<Live>,
    pub(super) keeping: Keeping,
}

/// Where a turn is kept.
pub(super) enum Keeping {
    /// In the database, like every visitor's.
    Database,
    /// Nowhere but with whoever evaluates it.
    Rehearsal(oneshot::Sender<Rehearsed>),
}

impl Run {
    /// How long this turn's visitor still waits for the first words of a model.
    pub(super) fn patience_left(&self) -> Duration {
        let waited = Duration::from_millis(self.site.now().millis_since(self.arrived));
        self.variant.generation.patience.saturating_sub(waited)
    }
}
