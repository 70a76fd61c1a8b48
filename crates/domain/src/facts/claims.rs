//! Totals of experience that the documents claim themselves: "more than three years of experience in generative AI".

use std::ops::Range;

use portavoz_text::language::Language;
use portavoz_text::quantities::{self, Measure, Quantity};

use super::tokens::Tokens;
use super::{Bound, Fact, Reading, Statement, Years};

/// Words of a topic.
const MAX_TOPIC_WORDS: usize = 6;
/// Years beyond which a number is no length of a career.
const MAX_YEARS: u32 = 60;
/// Parts of words for years in the seven languages, as written: without any of them a passage claims nothing.
const SIGNS: [&str; 12] =
    ["year", "años", "anos", " ans", "année", "Jahr", "anni", "anys", "decade", "década", "décenn", "decenn"];

pub(super) fn draw(reading: &Reading<'_>, facts: &mut Vec<Fact>) {
    let text = &reading.chunk.text;
    if reading.place.by_others || !SIGNS.iter().any(|sign| text.contains(sign)) {
        return;
    }
    for line in &reading.lines {
        for sentence in reading.sentences(line) {
            let words = Tokens::of(reading.text(&sentence), reading.chunk.language);
            facts.extend(claims(&words).into_iter().map(|claim| reading.fact(claim, sentence.clone(), None)));
        }
    }
}

/// Every number of years of experience.
fn claims(words: &Tokens<'_>) -> Vec<Statement> {
    let lengths = lengths(words.text, words.language);
    let next = lengths.iter().skip(1).map(|(span, _)| words.index_at(span.start)).chain([words.len()]);
    let claims = lengths.iter().zip(next).filter_map(|((span, years), next)| {
        let after = words.index_at(span.end);
        let experience = after + usize::from(words.is_stopword(after));
        let is_told = words.is(experience, "experience") > 0;
        is_told.then(|| Statement::Experience { years: *years, topic: topic(words, experience + 1, next) })
    });
    claims.collect()
}

/// The lengths of time in whole years that a text tells, and where.
pub(super) fn lengths(text: &str, language: Language) -> Vec<(Range<usize>, Years)> {
    let years = |quantity: &Quantity| {
        let years = (1..=MAX_YEARS).find(|years| f64::from(years * 12) == quantity.value)?;
        let is_plus = text.get(quantity.span.clone()).is_some_and(|text| text.contains('+'));
        let bound = match quantity.bound {
            quantities::Bound::Exact if is_plus => Bound::AtLeast,
            quantities::Bound::Exact => Bound::Exactly,
            quantities::Bound::AtLeast => Bound::AtLeast,
            quantities::Bound::AtMost => Bound::AtMost,
            quantities::Bound::About => Bound::About,
        };
        (quantity.measure == Measure::Months).then_some(Years { years, bound })
    };
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return Vec::new();
    }
    let all = quantities::quantities(text, language);
    all.iter().filter_map(|quantity| Some((quantity.span.clone(), years(quantity)?))).collect()
}

/// What stands behind "experience in", up to the word `limit`.
fn topic(words: &Tokens<'_>, after: usize, limit: usize) -> Option<String> {
    if !words.is_stopword(after) || !matches!(words.gap_before(after), " ") {
        return None;
    }
    let start = after + 1;
    let mut end = start;
    while end < limit && end - start < MAX_TOPIC_WORDS && (end == start || words.joins(end)) {
        end += 1;
    }
    while end > start && words.is_stopword(end - 1) {
        end -= 1;
    }
    (end > start).then(|| words.words(start, end).to_owned())
}
