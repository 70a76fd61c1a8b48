//! Conversations that are nowhere but here: where the owner keeps nothing (`retention_days = 0`), the rows of turns hold
//! no words, and follow-ups are understood from this memory.
//!
//! It is bounded in conversations, in turns of each and in time, belongs to one process and ends with it: a visitor who
//! comes back later, or reaches another process, starts anew.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use portavoz_domain::ids::{ConversationId, VisitorId};
use portavoz_domain::quality::{Quality, Term};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::turn::{NewTurn, Settlement, Turn};
use portavoz_domain::verification::{CheckedSentence, Verification};
use portavoz_storage::{Conversation, Scope};

use super::PrivacySettings;

/// Conversations at a time; whoever was silent longest is forgotten first.
const CONVERSATIONS: usize = 500;
/// Turns of a conversation; older ones are forgotten.
const TURNS: usize = 30;
/// Silence after which a conversation is forgotten.
const SILENCE_MS: u64 = 2 * 60 * 60 * 1_000;

/// The memory of a process for one site.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// False where everything is in the database.
    in_use: bool,
    conversations: Mutex<HashMap<ConversationId, Remembered>>,
}

#[derive(Debug)]
struct Remembered {
    conversation: Conversation,
    last: Timestamp,
    turns: Vec<Turn>,
}

impl Memory {
    pub(crate) fn new(settings: PrivacySettings) -> Self {
        Self { in_use: settings.retention_days == 0, conversations: Mutex::default() }
    }

    /// The turn as it may be written at admission.
    pub(crate) fn admitting(&self, turn: NewTurn) -> NewTurn {
        if self.in_use { NewTurn { question: String::new(), ..turn } } else { turn }
    }

    /// The settlement as it may be written; what may not is remembered here. `turn` is as it was asked.
    pub(crate) fn settling(&self, turn: NewTurn, settlement: Settlement) -> Settlement {
        if !self.in_use {
            return settlement;
        }
        let written = wordless(settlement.clone());
        self.remember(Turn { admitted: turn, settlement: Some(settlement), feedback: None });
        written
    }

    /// A conversation that is remembered.
    pub(crate) fn conversation(&self, id: ConversationId) -> Option<Conversation> {
        self.lock().get(&id).map(|remembered| remembered.conversation.clone())
    }

    /// The last turns of a conversation, oldest first; `None` if it is not remembered.
    pub(crate) fn history(&self, id: ConversationId, limit: u32) -> Option<Vec<Turn>> {
        let conversations = self.lock();
        let turns = &conversations.get(&id)?.turns;
        let skipped = turns.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        Some(turns.iter().skip(skipped).cloned().collect())
    }

    /// Forgets turns.
    pub(crate) fn forget(&self, scope: Scope) {
        self.lock().retain(|id, remembered| {
            let visitor = remembered.conversation.visitor;
            remembered.turns.retain(|turn| !is_in(scope, *id, visitor, turn));
            !remembered.turns.is_empty()
        });
    }

    fn remember(&self, turn: Turn) {
        let now = turn.settlement.as_ref().map_or(turn.admitted.created, |settlement| settlement.settled);
        let mut conversations = self.lock();
        conversations.retain(|_, remembered| now.millis_since(remembered.last) < SILENCE_MS);
        let id = turn.admitted.conversation;
        if conversations.len() >= CONVERSATIONS && !conversations.contains_key(&id) {
            let silent = conversations.iter().min_by_key(|(id, remembered)| (remembered.last, **id));
            if let Some(silent) = silent.map(|(id, _)| *id) {
                conversations.remove(&silent);
            }
        }
        let remembered = conversations.entry(id).or_insert_with(|| Remembered {
            conversation: Conversation {
                id,
                visitor: turn.admitted.visitor,
                language: turn.admitted.language,
                created: turn.admitted.created,
            },
            last: now,
            turns: Vec::new(),
        });
        remembered.last = now;
        remembered.turns.push(turn);
        let outdated = remembered.turns.len().saturating_sub(TURNS);
        remembered.turns.drain(..outdated);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConversationId, Remembered>> {
        // Whoever panicked with it left whole turns behind.
        self.conversations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_in(scope: Scope, id: ConversationId, visitor: VisitorId, turn: &Turn) -> bool {
    let asked = turn.admitted.created;
    match scope {
        Scope::Visitor(wanted) => wanted == visitor,
        Scope::Conversation(wanted) => wanted == id,
        Scope::Before(moment) => asked < moment,
        Scope::Between(from, to) => from <= asked && asked < to,
        Scope::Over(before, _) => turn.settlement.as_ref().is_some_and(|settled| settled.settled < before),
        Scope::All => true,
    }
}

/// The settlement with its figures alone. The statuses of sentences stay, as sums are made of them; so do names of
/// models, rungs and reasons, which are no visitor's words.
fn wordless(settlement: Settlement) -> Settlement {
    let sentence = |sentence: CheckedSentence| CheckedSentence { text: String::new(), claims: Vec::new(), ..sentence };
    let term = |term: Term| Term { parts: Vec::new(), ..term };
    Settlement {
        answer: String::new(),
        citations: Vec::new(),
        verification: settlement
            .verification
            .map(|found| Verification { sentences: found.sentences.into_iter().map(sentence).collect(), ..found }),
        quality: settlement.quality.map(|quality| Quality {
            relevance: term(quality.relevance),
            accuracy: term(quality.accuracy),
            clarity: term(quality.clarity),
            ..quality
        }),
        ..settlement
    }
}
