//! Spoken languages with their level: "inglés C1", "English (native)".

use std::ops::Range;

use super::sections::Section;
use super::tokens::Tokens;
use super::{Fact, Level, Reading, Statement};

/// Words between a language and its level.
const MAX_WORDS_BETWEEN: usize = 4;

pub(super) fn draw(reading: &Reading<'_>, facts: &mut Vec<Fact>) {
    let is_section = reading.place.section == Some(Section::Languages);
    if reading.place.by_others || matches!(reading.place.section, Some(Section::Certificates | Section::Talks)) {
        return;
    }
    for line in &reading.lines {
        let text = reading.text(line);
        // A level is written with capitals and digits, or in words that only a section about languages explains.
        if !is_section && !has_cefr(text) {
            continue;
        }
        for sentence in reading.sentences(line) {
            let words = Tokens::of(reading.text(&sentence), reading.chunk.language);
            if is_section || words.any_here("speaks") {
                facts.extend(tongues(&words).into_iter().map(|found| reading.fact(found, sentence.clone(), None)));
            }
        }
    }
}

fn has_cefr(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| matches!(pair, [b'A'..=b'C', b'1' | b'2']))
}

/// Where something stands, and what it is.
type Place<T> = (Range<usize>, T);

/// Each language takes the level behind it; one without any shares the level of the next it is joined to by "and".
fn tongues(words: &Tokens<'_>) -> Vec<Statement> {
    let tongues: Vec<Place<&'static str>> = places(words, |words, at| words.concept(at, "tongue"));
    let levels: Vec<Place<Level>> = places(words, level);
    let (Some(first), Some(first_level)) = (tongues.first(), levels.first()) else { return Vec::new() };
    if first_level.0.start < first.0.start {
        // "C1 in English and B1 in French" is not read: half of it would be wrong.
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut shared: Vec<&Place<&'static str>> = Vec::new();
    for (index, tongue) in tongues.iter().enumerate() {
        let next = tongues.get(index + 1).map_or(words.len(), |next| next.0.start);
        let level = levels.iter().find(|(place, _)| place.start >= tongue.0.end && place.end <= next);
        let near = level.filter(|(place, _)| place.start - tongue.0.end <= MAX_WORDS_BETWEEN);
        match near {
            Some((_, level)) => {
                let named = shared.drain(..).chain([tongue]);
                found.extend(named.map(|(place, code)| Statement::Tongue {
                    code,
                    name: words.words(place.start, place.end).to_owned(),
                    level: *level,
                }));
            }
            None if next == tongue.0.end + 1 && words.is_stopword(tongue.0.end) => shared.push(tongue),
            None => shared.clear(),
        }
    }
    found
}

fn places<T>(words: &Tokens<'_>, read: impl Fn(&Tokens<'_>, usize) -> Option<(T, usize)>) -> Vec<Place<T>> {
    (0..words.len()).filter_map(|at| read(words, at).map(|(found, length)| (at..at + length, found))).collect()
}

fn level(words: &Tokens<'_>, at: usize) -> Option<(Level, usize)> {
    let token = words.get(at)?;
    let cefr = match token.folded.as_str() {
        "a1" => 1,
        "a2" => 2,
        "b1" => 3,
        "b2" => 4,
        "c1" => 5,
        "c2" => 6,
        _ => {
            let (concept, length) = words.concept(at, "level")?;
            let level = match concept {
                "native" => Level::Native,
                "fluent" => Level::Fluent,
                "intermediate" => Level::Intermediate,
                _ => Level::Basic,
            };
            return Some((level, length));
        }
    };
    Some((Level::Cefr(cefr), 1))
}
