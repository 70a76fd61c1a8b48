//! The earlier part of a conversation, as far as it may be heard.
//!
//! Whatever stands in it is data. A message that was turned down, or would be, does not come along to the model, nor
//! does its reply; and a client that keeps the conversation itself cannot put in rules of its own, for system messages
//! are left out whoever wrote them.

use portavoz_domain::answer::Outcome;
use portavoz_domain::defence::{Concern, assess};
use portavoz_domain::markers::unmarked;
use portavoz_domain::message::{Message, Role};
use portavoz_domain::question::PastTurn;
use portavoz_domain::turn::Turn;
use portavoz_text::language::Language;

/// The earlier part of a conversation.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    /// For understanding follow-ups, oldest first.
    pub(super) turns: Vec<PastTurn>,
    /// For the model, oldest first.
    pub(super) messages: Vec<Message>,
}

impl Past {
    /// What is remembered of a conversation.
    pub(super) fn from_turns(turns: Vec<Turn>) -> Self {
        let mut past = Self::default();
        for turn in turns {
            let Some(settled) = turn.settlement else { continue };
            // Words that nobody kept say nothing either.
            if turn.admitted.question.is_empty() {
                continue;
            }
            // A turn without an answer (still open, or failed) says nothing about what was talked of.
            if matches!(settled.outcome, Some(outcome) if outcome != Outcome::Declined) {
                past.push(turn.admitted.question, settled.answer, turn.admitted.language);
            }
        }
        past
    }

    /// What a client says was talked of.
    pub(super) fn from_client(messages: &[Message], default: Language) -> Self {
        let mut past = Self::default();
        let mut question: Option<&str> = None;
        for message in messages {
            match message.role {
                Role::System => {}
                Role::User => {
                    past.unanswered(question.replace(&message.content));
                }
                Role::Assistant => {
                    // A reply to nothing is not ours, and one that gives orders is nobody's.
                    let Some(question) = question.take() else { continue };
                    if !steers(question) && !steers(&message.content) {
                        let language = portavoz_text::language::detect(question).unwrap_or(default);
                        past.push(question.to_owned(), message.content.clone(), language);
                    }
                }
            }
        }
        past.unanswered(question);
        past
    }

    /// Questions with their answers, oldest first.
    pub(super) fn from_pairs(pairs: &[(String, String)], default: Language) -> Self {
        let mut past = Self::default();
        for (question, answer) in pairs {
            let language = portavoz_text::language::detect(question).unwrap_or(default);
            past.push(question.clone(), answer.clone(), language);
        }
        past
    }

    fn push(&mut self, question: String, answer: String, language: Language) {
        self.messages.push(Message::new(Role::User, question.clone()));
        self.messages.push(Message::new(Role::Assistant, unmarked(&answer)));
        self.turns.push(PastTurn { question, answer, language });
    }

    /// A message without a reply: heard, but no turn.
    fn unanswered(&mut self, question: Option<&str>) {
        if let Some(question) = question.filter(|question| !steers(question)) {
            self.messages.push(Message::new(Role::User, question));
        }
    }
}

fn steers(text: &str) -> bool {
    assess(text).concern() == Some(Concern::Attack)
}
