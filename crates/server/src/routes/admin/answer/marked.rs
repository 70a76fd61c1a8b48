//! An answer as it was told, with what the check found of each sentence in its place, and the sentences that were withheld
//! where they would have stood.
//!
//! A sentence is found again by its letters and digits alone: markers of sources and of Markdown stand in the answer and not
//! in what was checked.

use std::ops::Range;

use portavoz_app::conversation::RecordedSentence;
use portavoz_domain::verification::Status;

/// A part of an answer, in reading order.
#[derive(Debug, PartialEq)]
pub(in super::super) struct Part {
    pub(in super::super) bits: Vec<Bit>,
    /// What was found of it; `None` for what was not checked.
    pub(in super::super) status: Option<Status>,
    /// True if the visitor was not told it.
    pub(in super::super) withheld: bool,
}

/// Words, or the number of a source.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Bit {
    Words(String),
    Source(u32),
}

/// The parts of `answer`.
pub(in super::super) fn parts(answer: &str, sentences: &[RecordedSentence]) -> Vec<Part> {
    let letters = letters(answer);
    let text: String = letters.iter().map(|(_, letter)| *letter).collect();
    let mut parts = Vec::new();
    // How far the answer is told, in bytes, and searched, in bytes of its letters.
    let (mut told, mut searched) = (0, 0);
    for sentence in sentences {
        let status = Some(sentence.checked.status);
        let wanted: String = bare(&sentence.checked.text);
        let place = text.get(searched..).filter(|_| !wanted.is_empty()).and_then(|rest| rest.find(&wanted));
        let Some(place) = place.filter(|_| sentence.was_told) else {
            if !sentence.was_told {
                parts.push(Part { bits: bits(&sentence.checked.text), status, withheld: true });
            }
            continue;
        };
        let (start, end) = (searched + place, searched + place + wanted.len());
        searched = end;
        let range = range_in(answer, &letters, &text, start..end);
        push(&mut parts, answer.get(told..range.start), None);
        push(&mut parts, answer.get(range.clone()), status);
        told = range.end;
    }
    push(&mut parts, answer.get(told..), None);
    parts
}

fn push(parts: &mut Vec<Part>, text: Option<&str>, status: Option<Status>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        parts.push(Part { bits: bits(text), status, withheld: false });
    }
}

/// Where letters of the answer stand in it, with what closes them: a full stop, a bracket, the sources.
fn range_in(answer: &str, letters: &[(usize, char)], text: &str, found: Range<usize>) -> Range<usize> {
    let count = |end: usize| text.get(..end).map_or(0, |before| before.chars().count());
    let (first, last) = (count(found.start), count(found.end).saturating_sub(1));
    let start = letters.get(first).map_or(answer.len(), |(at, _)| *at);
    let mut end = letters.get(last).map_or(answer.len(), |(at, letter)| at + letter.len_utf8());
    while let Some(rest) = answer.get(end..).filter(|rest| !rest.is_empty()) {
        // A unit or a source may stand apart from what it belongs to, `40 % [1]`; a full stop does not.
        let apart = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let unit = apart.chars().next().filter(|next| "%€$£°".contains(*next)).map(char::len_utf8);
        let source = unit.or_else(|| Some(source_at(apart)?.1)).map(|length| rest.len() - apart.len() + length);
        let mark = rest.chars().next().filter(|next| ".!?…)»”\"'*_:;+".contains(*next)).map(char::len_utf8);
        match source.or(mark) {
            Some(length) => end += length,
            None => break,
        }
    }
    start..end
}

/// Letters and digits with their places, those of source numbers left out.
fn letters(text: &str) -> Vec<(usize, char)> {
    let mut letters = Vec::new();
    let mut behind = 0;
    for (at, letter) in text.char_indices() {
        if at < behind {
            continue;
        }
        if let Some((_, length)) = text.get(at..).and_then(source_at) {
            behind = at + length;
        } else if letter.is_alphanumeric() {
            letters.push((at, letter));
        }
    }
    letters
}

fn bare(text: &str) -> String {
    letters(text).into_iter().map(|(_, letter)| letter).collect()
}

/// The numbers of a marker such as `[1]` or `[1, 2]` that `text` begins with, and its length.
fn source_at(text: &str) -> Option<(Vec<u32>, usize)> {
    let inside = text.strip_prefix('[')?;
    let end = inside.find(']')?;
    let numbers =
        inside.get(..end)?.split(',').map(|number| number.trim().parse::<u32>().ok()).collect::<Option<_>>()?;
    Some((numbers, end + "[]".len()))
}

/// Words and sources, without the stars of Markdown.
fn bits(text: &str) -> Vec<Bit> {
    let mut bits = Vec::new();
    let mut words = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = match source_at(rest) {
            Some((numbers, length)) => {
                if !words.is_empty() {
                    bits.push(Bit::Words(std::mem::take(&mut words)));
                }
                bits.extend(numbers.into_iter().map(Bit::Source));
                length
            }
            None if rest.starts_with("**") => "**".len(),
            None => {
                words.push(next);
                next.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    if !words.is_empty() {
        bits.push(Bit::Words(words));
    }
    bits
}

#[cfg(test)]
mod tests {
    use portavoz_domain::verification::CheckedSentence;

    use super::*;

    fn sentence(text: &str, status: Status, was_told: bool) -> RecordedSentence {
        let checked = CheckedSentence { text: text.to_owned(), status, score: 0.9, claims: Vec::new() };
        RecordedSentence { checked, was_told }
    }

    fn told(parts: &[Part]) -> Vec<String> {
        let bit = |bit: &Bit| match bit {
            Bit::Words(words) => words.clone(),
            Bit::Source(number) => format!("<{number}>"),
        };
        parts
            .iter()
            .map(|part| {
                let words: String = part.bits.iter().map(bit).collect();
                let status = part.status.map_or("-", Status::name);
                format!("{status}{}:{words}", if part.withheld { " withheld" } else { "" })
            })
            .collect()
    }

    #[test]
    fn every_sentence_stands_in_its_place_with_what_was_found_of_it() {
        let answer = "Según su portfolio:\n- Subió un **40 %** [1, 2].\n- Usa Rust. [3]";
        let sentences = [
            sentence("Subió un 40 %.", Status::Supported, true),
            sentence("Ganó el Nobel [1].", Status::Contradicted, false),
            sentence("Usa Rust.", Status::Unsupported, true),
        ];
        assert_eq!(
            told(&parts(answer, &sentences)),
            [
                "-:Según su portfolio:\n- ",
                "supported:Subió un 40 % <1><2>.",
                "contradicted withheld:Ganó el Nobel <1>.",
                "-:\n- ",
                "unsupported:Usa Rust. <3>",
            ]
        );
    }

    #[test]
    fn what_was_not_checked_is_one_part() {
        assert_eq!(told(&parts("Hola. [a] é", &[])), ["-:Hola. [a] é"]);
        assert!(parts("", &[]).is_empty());
        let lost = [sentence("No está.", Status::Supported, true)];
        assert_eq!(told(&parts("Otra cosa.", &lost)), ["-:Otra cosa."]);
    }
}
