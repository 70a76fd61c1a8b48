//! Links, e-mail addresses, and the day of birth where it is published.

use portavoz_text::dates::dates;
use portavoz_text::words::words;

use super::sections::Section;
use super::tokens::Tokens;
use super::{Fact, Reading, Statement};
use crate::document::Facet;

/// Characters between "born" and its date.
const MAX_BYTES_BETWEEN: usize = 40;

pub(super) fn draw(reading: &Reading<'_>, facts: &mut Vec<Fact>) {
    if reading.place.by_others {
        return;
    }
    let text = &reading.chunk.text;
    // Other people's addresses stand in prose; the owner's stand where the passage is about reaching them, or at the top.
    let is_contact = reading.place.section == Some(Section::Contact)
        || reading.chunk.facet == Facet::Contact
        || (reading.chunk.facet == Facet::About && reading.chunk.heading_path.is_empty());
    if is_contact && text.contains('@') || text.contains("://") {
        for line in &reading.lines {
            for word in words(reading.text(line)) {
                let statement = if word.text.contains("://") {
                    Statement::Link { url: word.text.to_owned() }
                } else if is_contact && word.text.contains('@') {
                    Statement::Email { address: word.text.to_owned() }
                } else {
                    continue;
                };
                facts.push(reading.fact(statement, line.clone(), None));
            }
        }
    }
    for line in reading.lines.iter().filter(|_| matches!(reading.chunk.facet, Facet::About | Facet::Contact)) {
        facts.extend(birth(reading, line));
    }
}

fn birth(reading: &Reading<'_>, line: &std::ops::Range<usize>) -> Option<Fact> {
    let text = reading.text(line);
    let found = dates(text);
    let date = found.first()?;
    let words = Tokens::of(text, reading.chunk.language);
    let born = (0..words.len()).find(|&at| words.is(at, "born") > 0)?;
    let end = words.get(born)?.span.end;
    let is_near = date.span.start >= end && date.span.start - end <= MAX_BYTES_BETWEEN;
    is_near.then(|| reading.fact(Statement::Birth { date: date.value }, line.clone(), None))
}
