//! Orders for the language of the answer: "in English, please: ...", "responde en alemán".
//!
//! An order is no part of the question: its words would find the passages on languages.

use std::sync::OnceLock;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::words::{Word, words};

use super::lists::{self, FoldedWord};
use super::smalltalk;
use crate::question::PastTurn;

/// A message without the order in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    /// The language ordered; `None` if the message orders none.
    pub(super) language: Option<Language>,
    /// What is left of the message.
    pub(super) rest: String,
}

/// What an order for a language goes with.
pub(super) enum Asked<'a> {
    /// A question of its own.
    This(String),
    /// The question before, and the turns before that.
    Again(String, &'a [PastTurn]),
    /// Nothing.
    Nothing,
}

/// Finds the order in `message`. "In English" alone is one only where it stands apart: at the beginning before a comma
/// or colon, at the end after a full stop, or as the whole message.
pub(super) fn ordered(message: &str) -> Order {
    let found = words(message);
    let folded: Vec<FoldedWord> =
        found.iter().map(|word| FoldedWord { lower: word.text.to_lowercase(), folded: fold(word.text) }).collect();
    for line in lines() {
        let Some((kind, target)) = line.kind.split_once('-') else { continue };
        let Some(target) = Language::parse(target) else { continue };
        for phrase in &line.phrases {
            let Some(at) = phrase.find(&folded) else { continue };
            let place = at..at + phrase.len();
            let (before, after) = around(message, &found, &place);
            let stands_apart = (before.is_empty() && after.starts_with([':', ',', '.', '!', '?', '\n']))
                || (before.ends_with(['.', '?', '!', ',', ':', ';', '\n']) && after.trim_matches('.').is_empty());
            let is_whole = !before.contains(char::is_alphanumeric) && !after.contains(char::is_alphanumeric);
            if kind == "order" || stands_apart || is_whole {
                let rest = format!("{before} {after}");
                let rest = rest.trim_matches(|c: char| c.is_whitespace() || ",.:;-".contains(c)).to_owned();
                return Order { language: Some(target), rest };
            }
        }
    }
    Order { language: None, rest: message.to_owned() }
}

/// What stands before and after the words at `place`, without outer white space.
fn around<'a>(message: &'a str, words: &[Word<'a>], place: &std::ops::Range<usize>) -> (&'a str, &'a str) {
    let start = words.get(place.start).map_or(0, |word| word.span.start);
    let end = place.end.checked_sub(1).and_then(|last| words.get(last)).map_or(start, |word| word.span.end);
    (message.get(..start).unwrap_or_default().trim(), message.get(end..).unwrap_or_default().trim())
}

/// What an order goes with: the rest of its message, else the last question that was one.
pub(super) fn repeated<'a>(order: &Order, history: &'a [PastTurn]) -> Asked<'a> {
    let rest = lists::folded_words(&order.rest);
    let says_nothing = !order.rest.contains(char::is_alphanumeric)
        || smalltalk::recognise(&order.rest, &rest).is_some()
        || rest.iter().all(|word| lists::of(lines(), "again", Language::En).iter().any(|phrase| phrase.has(word)));
    if !says_nothing {
        return Asked::This(order.rest.clone());
    }
    for (place, turn) in history.iter().enumerate().rev() {
        if smalltalk::recognise(&turn.question, &lists::folded_words(&turn.question)).is_none() {
            return Asked::Again(turn.question.clone(), history.get(..place).unwrap_or_default());
        }
    }
    Asked::Nothing
}

fn lines() -> &'static [lists::Line] {
    static LINES: OnceLock<Vec<lists::Line>> = OnceLock::new();
    LINES.get_or_init(|| lists::read(include_str!("../../data/understanding/orders.txt")))
}
