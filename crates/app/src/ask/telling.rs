//! Telling the visitor, and remembering what was told.

use std::sync::Arc;

use portavoz_domain::answer::{AnswerEvent, Citation};
use portavoz_domain::timestamp::Timestamp;
use tokio::sync::mpsc;

use crate::clock::Clock;

/// Sends events to whoever asked and keeps the answer as told so far.
pub(super) struct Telling {
    events: mpsc::Sender<AnswerEvent>,
    clock: Arc<dyn Clock>,
    arrived: Timestamp,
    pub(super) text: String,
    pub(super) citations: Vec<Citation>,
    pub(super) first_token_ms: Option<u64>,
}

impl Telling {
    pub(super) fn new(events: mpsc::Sender<AnswerEvent>, clock: Arc<dyn Clock>, arrived: Timestamp) -> Self {
        Self { events, clock, arrived, text: String::new(), citations: Vec::new(), first_token_ms: None }
    }

    /// Sends an event; one that nobody takes any more is dropped, see [`Self::gone`].
    pub(super) async fn send(&self, event: AnswerEvent) {
        // A closed channel is no failure of the turn: the visitor left.
        let _left = self.events.send(event).await;
    }

    /// More text. White space at the very beginning is not told.
    pub(super) async fn say(&mut self, text: &str) {
        let text = if self.text.is_empty() { text.trim_start() } else { text };
        if text.is_empty() {
            return;
        }
        if self.first_token_ms.is_none() {
            self.first_token_ms = Some(self.clock.now().millis_since(self.arrived));
        }
        self.text.push_str(text);
        self.send(AnswerEvent::Delta { text: text.to_owned() }).await;
    }

    /// A source of what was said.
    pub(super) async fn cite(&mut self, citation: Citation) {
        self.citations.push(citation.clone());
        self.send(AnswerEvent::Citation(citation)).await;
    }

    /// Voids what was told, if anything was: the next words stand in its place.
    pub(super) async fn start_over(&mut self, reason: &str) {
        if self.text.is_empty() && self.citations.is_empty() {
            return;
        }
        self.text.clear();
        self.citations.clear();
        self.send(AnswerEvent::Replace { text: String::new(), reason: reason.to_owned() }).await;
    }

    /// True once nobody listens.
    pub(super) fn gone(&self) -> bool {
        self.events.is_closed()
    }

    /// Completes when nobody listens any more.
    pub(super) async fn left(&self) {
        self.events.closed().await;
    }
}
