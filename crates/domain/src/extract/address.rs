//! How far texts speak of what a question asks: what the choice of sentences looks at, for an answer as a whole.

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::sentences::list_marker_len;
use portavoz_text::words::words;

use super::cover::{cover, cover_heading};
use super::offer::{is_contact, offers};
use super::probe::{Probe, probes};
use crate::question::{Question, Wants};

/// What a word without a subject of its own weighs beside one that has one: "what *experience* has she with RAG".
const GENERAL: f32 = 0.3;

/// A text that may speak of what is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spoken<'a> {
    pub(crate) text: &'a str,
    pub(crate) language: Language,
    /// What speaking of a word is worth here, 0..=1.
    pub(crate) worth: f32,
    /// True for titles and headings, where capitals show no names.
    pub(crate) heading: bool,
}

/// One word of the question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Addressed {
    /// Folded.
    pub(crate) word: String,
    /// Its share of what is asked; all words together weigh 1.
    pub(crate) weight: f32,
    /// How far the texts speak of it, 0..=1.
    pub(crate) worth: f32,
}

/// The words of `question`, with how far `texts` speak of each. Words that only name a facet (`projects`) count as
/// spoken of if `has_facet` says that something of that facet is told.
pub(crate) fn addressed(
    question: &Question,
    texts: &[Spoken<'_>],
    idf: &dyn Fn(&str) -> f32,
    has_facet: bool,
) -> Vec<Addressed> {
    let mut languages: Vec<Language> = texts.iter().map(|spoken| spoken.language).collect();
    languages.push(question.language);
    languages.dedup();
    let mut found: Vec<Addressed> = Vec::new();
    for (place, language) in languages.iter().copied().enumerate() {
        if languages.iter().take(place).any(|earlier| *earlier == language) {
            continue;
        }
        let probes = probes(question, language, idf);
        let is_all_general = probes.iter().all(Probe::is_general);
        let mut matched = vec![0.0_f32; probes.len()];
        for spoken in texts.iter().filter(|spoken| spoken.language == language) {
            let cover = if spoken.heading {
                cover_heading(spoken.text, language, &probes)
            } else {
                cover((spoken.text, &words(spoken.text)), language, &probes)
            };
            for (best, own) in matched.iter_mut().zip(&cover.matched) {
                *best = best.max(own * spoken.worth);
            }
        }
        for (probe, matched) in probes.iter().zip(matched) {
            let general = if probe.is_general() && !is_all_general { GENERAL } else { 1.0 };
            let weight = probe.weight * general;
            let worth = if probe.is_facet && has_facet { 1.0 } else { matched };
            match found.iter_mut().find(|known| known.word == probe.word()) {
                Some(known) => known.worth = known.worth.max(worth),
                None => found.push(Addressed { word: probe.word().to_owned(), weight, worth }),
            }
        }
    }
    let total: f32 = found.iter().map(|word| word.weight).sum();
    if total > 0.0 {
        found.iter_mut().for_each(|word| word.weight /= total);
    }
    found
}

/// How well one of `sentences` offers the kind of answer that `question` asks for, 0..=1; `None` if it asks for no kind.
pub(crate) fn offered(question: &Question, sentences: &[(&str, f32)], items: usize) -> Option<f32> {
    if matches!(question.wants, Wants::Open | Wants::YesNo) {
        return None;
    }
    if question.wants == Wants::List && items >= 2 {
        return Some(1.0);
    }
    let asked: Vec<String> = words(&question.text).iter().map(|word| fold(word.text)).collect();
    let offers = sentences.iter().map(|(sentence, worth)| {
        let own = match question.wants {
            // One comma or `and` lists two things, which is a list.
            Wants::List => {
                if enumerates(sentence) {
                    1.0
                } else {
                    0.5
                }
            }
            Wants::Contact => {
                if is_contact(sentence) {
                    1.0
                } else {
                    0.0
                }
            }
            // "Since 2019" tells how long.
            Wants::Duration
                if offers((sentence, &words(sentence)), question.language, Wants::Duration, &asked).worth >= 0.5 =>
            {
                1.0
            }
            wants => offers((sentence, &words(sentence)), question.language, wants, &asked).worth,
        };
        own * worth
    });
    Some(offers.fold(0.0, f32::max))
}

/// True if more than one thing is named.
pub(crate) fn enumerates(sentence: &str) -> bool {
    const AND: [&str; 9] = [" y ", " e ", " and ", " et ", " und ", " i ", " o ", " or ", " & "];
    sentence.contains([',', ';']) || AND.iter().any(|and| sentence.contains(and))
}

/// How many lines of `text` are items of a list.
pub(crate) fn list_items(text: &str) -> usize {
    text.lines().filter(|line| list_marker_len(line) > 0 && line.contains(char::is_alphanumeric)).count()
}
