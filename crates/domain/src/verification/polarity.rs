//! Polarity: whether the sources say of a thing that it is so or that it is not, that it rose or that it fell.

use std::ops::Range;

use portavoz_text::language::Language;

use super::facts::{Fact, Value};
use super::index::{Index, Unit};
use super::lists;
use super::reading::{Reading, Token};
use super::said::{Said, within};

/// Words with a subject that a denial reaches, and that a word for `without` does.
const REACH: usize = 5;
const REACH_WITHOUT: usize = 2;
/// What a name weighs beside a word: whether it is denied of the very thing decides.
const NAME: f32 = 3.0;
/// `without` in the seven languages, folded.
const WITHOUT: &[&str] = &["sin", "without", "sem", "sans", "ohne", "senza", "sense"];

/// Per word: true if it is denied.
pub(super) fn denied(reading: &Reading) -> Vec<bool> {
    let mut denied = vec![false; reading.tokens.len()];
    for (at, denial) in reading.tokens.iter().enumerate().filter(|(_, token)| token.denies) {
        let reach = if WITHOUT.contains(&denial.folded.as_str()) { REACH_WITHOUT } else { REACH };
        let from = denial.place;
        let reached = reading.tokens.iter().enumerate().skip(at + 1).filter(|(_, token)| !token.is_stop).take(reach);
        for (other, token) in reached {
            // A sign that parts as a comma does ends what is denied.
            if token.place.saturating_sub(from) > 12 {
                break;
            }
            if let Some(mark) = denied.get_mut(other) {
                *mark = true;
            }
        }
    }
    denied
}

/// How a sentence and a unit agree on the words that they share, in weight.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Agreement {
    /// Words that both deny, and words that only the sentence denies.
    pub(super) denied: f32,
    pub(super) affirmed_there: f32,
    /// Words that both affirm, and words that only the unit denies.
    pub(super) affirmed: f32,
    pub(super) denied_there: f32,
    /// Words that the sentence denies and the unit does not have.
    pub(super) missing: f32,
}

/// Compares the sentence, whose words `own` are denied, with a unit.
pub(super) fn agreement(said: &Said, own: &[bool], unit: usize, index: &Index) -> Agreement {
    let mut agreement = Agreement::default();
    let Some(theirs) = index.units.get(unit).map(|unit| denied(&unit.reading)) else { return agreement };
    for (at, ((hits, weight), denied)) in said.hits.iter().zip(&said.weights).zip(own).enumerate() {
        let is_name = said.reading.facts.iter().any(|fact| fact.value == Value::Name && fact.tokens.contains(&at));
        let weight = if is_name { weight * NAME } else { *weight };
        let here = within(hits, unit);
        let agrees = here.iter().any(|hit| theirs.get(hit.at.index) == Some(denied));
        let slot = match (here.is_empty(), *denied, agrees) {
            (true, true, _) => &mut agreement.missing,
            (true, false, _) => continue,
            (_, true, true) => &mut agreement.denied,
            (_, true, false) => &mut agreement.affirmed_there,
            (_, false, true) => &mut agreement.affirmed,
            (_, false, false) => &mut agreement.denied_there,
        };
        *slot += weight;
    }
    agreement
}

/// `1` if the words around a value say more, `-1` if they say less, `0` if neither or both.
pub(super) fn direction(fact: &Fact, tokens: &[Token], language: Language) -> i8 {
    let Some(at) = tokens.get(fact.tokens.start).map(|token| token.place) else { return 0 };
    let list = lists::words(language);
    let mut nearest: Option<(u32, i8)> = None;
    for (number, token) in tokens.iter().enumerate() {
        let distance = token.place.abs_diff(at);
        // `more than` is part of the number.
        let is_bound = number + 3 > fact.tokens.start
            && number < fact.tokens.start
            && tokens
                .get(number + 1)
                .is_some_and(|next| matches!(next.folded.as_str(), "de" | "than" | "als" | "di" | "d" | "do" | "que"));
        if fact.tokens.contains(&number) || distance > 9 || is_bound {
            continue;
        }
        let word = token.folded.as_str();
        let says = i8::from(list.up.contains(word)) - i8::from(list.down.contains(word));
        if says != 0 && nearest.is_none_or(|(so_far, _)| distance < so_far) {
            nearest = Some((distance, says));
        }
    }
    nearest.map_or(0, |(_, says)| says)
}

/// The direction that a unit gives to the fact at `span` in it.
pub(super) fn given_direction(span: &Range<usize>, unit: &Unit) -> i8 {
    let fact = unit.reading.facts.iter().find(|fact| fact.span == *span);
    fact.map_or(0, |fact| direction(fact, &unit.reading.tokens, unit.language))
}
