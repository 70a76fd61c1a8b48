//! Several questions in one message.

use super::{facets, followup, wants};
use crate::question::{PastTurn, Question};

/// Questions answered of one message at most.
const MAX_PARTS: usize = 3;

/// The questions that `question` consists of, each understood on its own; one that leaves out what it is about carries
/// the words of the one before. A single question is its only part.
pub fn parts(question: &Question) -> Vec<Question> {
    let asked: Vec<&str> = question
        .text
        .split_inclusive('?')
        .map(str::trim)
        .filter(|part| part.ends_with('?') && part.contains(char::is_alphanumeric))
        .collect();
    if !(2..=MAX_PARTS).contains(&asked.len()) {
        return vec![question.clone()];
    }
    let mut parts: Vec<Question> = Vec::new();
    for text in asked {
        let wants = wants::wanted(text, question.language);
        let before = parts.last().and_then(|part| {
            let turn = PastTurn { question: part.text.clone(), answer: String::new(), language: part.language };
            followup::carried(text, question.language, &[turn])
        });
        parts.push(Question {
            text: text.to_owned(),
            language: question.language,
            carried: before.or_else(|| question.carried.clone()),
            facets: facets::asked(text, question.language, wants),
            wants,
        });
    }
    parts
}
