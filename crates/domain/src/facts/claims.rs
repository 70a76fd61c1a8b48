//! Totals of experience that the documents claim themselves: "more than three years of experience in generative AI".

use std::ops::Range;

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
            facts.extend(claim(&words).map(|claim| reading.fact(claim, sentence.clone(), None)));
        }
    }
}

/// The first number of years of experience.
fn claim(words: &Tokens<'_>) -> Option<Statement> {
    let (place, years) = (0..words.len()).find_map(|at| years_at(words, at))?;
    let experience = place.end + words.is_stopword(place.end) as usize;
    if words.is(experience, "experience") == 0 {
        return None;
    }
    let topic = topic(words, experience + 1);
    Some(Statement::Experience { years: Years { years, bound: bound(words, place.start) }, topic })
}

/// A number of years that begins at `at`, and the words that tell it.
pub(super) fn years_at(words: &Tokens<'_>, at: usize) -> Option<(Range<usize>, u32)> {
    let (number, length) = number_at(words, at)?;
    let unit = at + length;
    let is = |role| words.is_here(unit, role) > 0 || words.is(unit, role) > 0;
    let years = match (is("year"), is("decade")) {
        (true, _) => number,
        (_, true) => number.checked_mul(10)?,
        _ => return None,
    };
    (1..=MAX_YEARS).contains(&years).then_some((at..unit + 1, years))
}

fn number_at(words: &Tokens<'_>, at: usize) -> Option<(u32, usize)> {
    let token = words.get(at)?;
    // The sign behind "10+ years" is no part of the word.
    if let Ok(number) = token.folded.parse() {
        return Some((number, 1));
    }
    let (number, length) = words.concept(at, "number")?;
    Some((number.parse().ok()?, length))
}

fn bound(words: &Tokens<'_>, number: usize) -> Bound {
    let plus = words.gap_before(number + 1).contains('+');
    let before = |role: &str| (1..=3).any(|length| number >= length && words.is(number - length, role) == length);
    match () {
        () if plus || before("more") => Bound::AtLeast,
        () if before("less") => Bound::AtMost,
        () if before("about") => Bound::About,
        () => Bound::Exactly,
    }
}

/// What stands behind "experience in".
fn topic(words: &Tokens<'_>, after: usize) -> Option<String> {
    if !words.is_stopword(after) || !matches!(words.gap_before(after), " ") {
        return None;
    }
    let start = after + 1;
    let mut end = start;
    while end < words.len() && end - start < MAX_TOPIC_WORDS && (end == start || words.joins(end)) {
        end += 1;
    }
    while end > start && words.is_stopword(end - 1) {
        end -= 1;
    }
    (end > start).then(|| words.words(start, end).to_owned())
}
