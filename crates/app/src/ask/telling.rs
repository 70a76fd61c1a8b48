//! Telling the visitor, and remembering what was told.

use std::sync::Arc;

use portavoz_domain::answer::{AnswerEvent, Citation};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::verification::{CheckedSentence, Verification};
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
    /// What was checked, in order.
    checked: Vec<Checked>,
    /// The place in the answer of the next sentence that is checked.
    next: u32,
}

/// A sentence that was checked.
struct Checked {
    sentence: CheckedSentence,
    /// How it stands in the answer; `None` if it was withheld.
    told: Option<String>,
}

impl Telling {
    pub(super) fn new(events: mpsc::Sender<AnswerEvent>, clock: Arc<dyn Clock>, arrived: Timestamp) -> Self {
        Self {
            events,
            clock,
            arrived,
            text: String::new(),
            citations: Vec::new(),
            first_token_ms: None,
            checked: Vec::new(),
            next: 0,
        }
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

    /// What became of a sentence: `told` is how it stands in the answer, if it does.
    pub(super) async fn verdict(&mut self, sentence: CheckedSentence, told: Option<String>) {
        let index = self.next;
        self.next += 1;
        let status = sentence.status;
        self.checked.push(Checked { sentence, told: told.clone() });
        self.send(AnswerEvent::Verdict { index, sentence: told, status }).await;
    }

    /// Remembers that a sentence was told and checked, for answers whose verdicts nobody is told.
    pub(super) fn remember(&mut self, sentence: CheckedSentence) {
        let told = Some(sentence.text.clone());
        self.checked.push(Checked { sentence, told });
    }

    /// Each sentence that was told and checked, and how it stands in the answer.
    pub(super) fn told_sentences(&self) -> Vec<(CheckedSentence, String)> {
        self.checked.iter().filter_map(|checked| Some((checked.sentence.clone(), checked.told.clone()?))).collect()
    }

    /// What the check found of the sentences that were told.
    pub(super) fn verification(&self) -> Option<Verification> {
        let told = self.checked.iter().filter(|checked| checked.told.is_some());
        self.gathered(told.map(|checked| checked.sentence.clone()).collect())
    }

    /// The same with the sentences that were withheld.
    pub(super) fn whole_verification(&self) -> Option<Verification> {
        self.gathered(self.checked.iter().map(|checked| checked.sentence.clone()).collect())
    }

    /// How many sentences were withheld.
    pub(super) fn withheld(&self) -> u32 {
        u32::try_from(self.checked.iter().filter(|checked| checked.told.is_none()).count()).unwrap_or(u32::MAX)
    }

    /// The score is that of the weakest sentence that was told.
    fn gathered(&self, sentences: Vec<CheckedSentence>) -> Option<Verification> {
        let told = self.checked.iter().filter(|checked| checked.told.is_some()).map(|checked| checked.sentence.score);
        let score = told.reduce(f32::min).unwrap_or(0.0);
        (!sentences.is_empty()).then_some(Verification { score, sentences })
    }

    /// Voids what was told, if anything was: the next words stand in its place.
    pub(super) async fn start_over(&mut self, reason: &str) {
        if self.text.is_empty() && self.citations.is_empty() {
            return;
        }
        self.text.clear();
        self.citations.clear();
        self.checked.retain(|checked| checked.told.is_none());
        self.next = 0;
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
