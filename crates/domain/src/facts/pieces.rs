//! A line of a CV taken apart: its time, and what stands between commas, dashes and brackets.

use std::ops::Range;

use portavoz_text::dates::{Date, End, dates, periods};
use portavoz_text::language::Language;

use super::When;
use super::tokens::Tokens;

/// Bytes of a line from which on a time is no longer its beginning.
const LATE: usize = 24;

/// A line or heading without its time.
pub(super) struct Pieces<'a> {
    pub(super) when: When,
    /// A single date rather than a period.
    pub(super) date: Option<Date>,
    /// Where the time stands in the line; empty without one.
    pub(super) time: Range<usize>,
    /// What is left, in order.
    pub(super) segments: Vec<Tokens<'a>>,
}

/// The time that a line tells in words of its own: its only period, or else its last date.
pub(super) fn time_of(line: &str) -> Option<(When, Option<Date>, Range<usize>)> {
    let found = periods(line);
    match found.as_slice() {
        [period] => {
            let when = When { from: Some(period.value.from), to: Some(period.value.to) };
            Some((when, None, period.span.clone()))
        }
        [] => {
            let date = dates(line).pop()?;
            Some((When { from: None, to: Some(End::Date(date.value)) }, Some(date.value), date.span))
        }
        _ => None,
    }
}

/// Takes a line apart. Only its head counts: what follows a full stop or semicolon after the time tells of the work.
pub(super) fn pieces(line: &str, language: Language) -> Pieces<'_> {
    let (when, date, time) = time_of(line).unwrap_or_default();
    let head = head_end(line, time.end);
    let mut segments = Vec::new();
    for part in [0..time.start.min(head), time.end.min(head)..head] {
        split(line.get(part).unwrap_or_default(), language, &mut segments);
    }
    Pieces { when, date, time, segments }
}

/// Where the head of a line ends: at the first semicolon or full stop that stands behind its time.
fn head_end(line: &str, time_end: usize) -> usize {
    let rest = line.get(time_end..).unwrap_or_default();
    // A year may stand first and its entry behind a semicolon, as rows of tables do.
    let skipped = if time_end < 12 && rest.starts_with(';') { 1 } else { 0 };
    let after = rest.get(skipped..).unwrap_or_default();
    let full_stop = after.match_indices(". ").map(|(at, _)| at).find(|&at| !ends_abbreviation(after.get(..at)));
    let colon = after.find(": ").filter(|_| time_end > LATE);
    let stop = [after.find("; "), full_stop, colon].into_iter().flatten().min();
    time_end + skipped + stop.unwrap_or(after.trim_end_matches('.').len())
}

/// True for "Lda", "M.Sc": what stands before a point and ends no sentence.
fn ends_abbreviation(before: Option<&str>) -> bool {
    let word = before.and_then(|before| before.split_whitespace().next_back()).unwrap_or_default();
    let is_short = word.chars().count() < 4 && word.starts_with(char::is_uppercase);
    is_short || word.split('.').count() > 1
}

fn split<'a>(part: &'a str, language: Language, segments: &mut Vec<Tokens<'a>>) {
    let mut push = |piece: &'a str| {
        let piece = piece.trim_matches(|c: char| c.is_whitespace() || ".,;:-–—·•|()[]/".contains(c));
        if piece.contains(char::is_alphanumeric) {
            segments.push(Tokens::of(piece, language));
        }
    };
    let mut start = 0;
    let mut quoted = false;
    for (at, sign) in part.char_indices() {
        let before = part.get(..at).and_then(|head| head.chars().next_back());
        let after = part.get(at + sign.len_utf8()..).and_then(|tail| tail.chars().next());
        let is_apart = before.is_none_or(char::is_whitespace) || after.is_none_or(char::is_whitespace);
        quoted = match sign {
            '«' | '“' => true,
            '»' | '”' => false,
            _ => quoted,
        };
        let parts = match sign {
            ',' | ';' | '|' | '•' | '(' | ')' | '[' | ']' => true,
            '·' | '–' | '—' | '-' | ':' | '@' => is_apart,
            _ => false,
        };
        if parts && !quoted {
            push(part.get(start..at).unwrap_or_default());
            start = at + sign.len_utf8();
        }
    }
    push(part.get(start..).unwrap_or_default());
}
