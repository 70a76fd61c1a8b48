//! Names among the words of a sentence: people, places, organisations, technologies, works.

use std::collections::HashSet;
use std::ops::Range;

use portavoz_text::words::slice;

use super::{Fact, Value};
use crate::verification::ClaimKind;
use crate::verification::lists::names;
use crate::verification::reading::{Capital, Token};

/// Words that may stand inside a name, between its capitals.
const PARTICLES: &[&str] =
    &["de", "del", "of", "da", "do", "dos", "das", "du", "des", "di", "van", "von", "la", "el", "d", "l", "the"];

/// The names of `text`, as runs of words; whether they are names at all is for who knows the sources to say.
pub(super) fn of(text: &str, tokens: &[Token]) -> Vec<Fact> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if !may_begin(token) {
            at += 1;
            continue;
        }
        let end = run_end(text, tokens, at);
        found.push(fact(tokens, at..end));
        at = end;
    }
    found
}

fn may_begin(token: &Token) -> bool {
    let folded = token.folded.as_str();
    if token.is_value {
        return false;
    }
    match token.capital {
        Capital::Shape => true,
        Capital::Name => !token.is_stop || folded.len() > 1 && names().capital.contains(folded),
        Capital::Expected => !token.is_stop,
        Capital::None => names().technology.contains(folded) || names().fixed.contains(folded),
    }
}

/// The word after the run of capitals that begins at `start`, particles between them included.
fn run_end(text: &str, tokens: &[Token], start: usize) -> usize {
    let mut end = start + 1;
    loop {
        let mut next = end;
        while tokens.get(next).is_some_and(|token| PARTICLES.contains(&token.folded.as_str())) && next < end + 2 {
            next += 1;
        }
        let touches = (end..=next).all(|at| touch(text, tokens, at));
        // An initial capital that every sentence has begins no name together with what follows a particle.
        let is_capital = tokens.get(next).is_some_and(|token| {
            !token.is_value
                && !token.is_stop
                && matches!(token.capital, Capital::Name | Capital::Shape | Capital::Expected)
        });
        if !is_capital || !touches {
            return end;
        }
        end = next + 1;
    }
}

/// True if only a space or a hyphen stands before the word `at`.
fn touch(text: &str, tokens: &[Token], at: usize) -> bool {
    match (at.checked_sub(1).and_then(|before| tokens.get(before)), tokens.get(at)) {
        (Some(before), Some(token)) => {
            let gap = slice(text, before.span.end..token.span.start);
            gap.len() <= 3 && gap.chars().all(|c| matches!(c, ' ' | '-' | '\u{a0}' | '\'' | '’' | '&'))
        }
        _ => false,
    }
}

fn fact(tokens: &[Token], range: Range<usize>) -> Fact {
    let within = tokens.get(range.clone()).unwrap_or_default();
    let start = within.first().map_or(0, |token| token.span.start);
    let end = within.last().map_or(0, |token| token.span.end);
    Fact { kind: kind(within), span: start..end, tokens: range, value: Value::Name }
}

/// What a name is of, by its words.
pub(in crate::verification) fn kind(words: &[Token]) -> ClaimKind {
    let list = names();
    let has = |set: &HashSet<&str>| words.iter().any(|token| set.contains(token.folded.as_str()));
    if has(&list.organisation) && words.len() > 1 || has(&list.company) {
        ClaimKind::Organisation
    } else if words.iter().any(|token| token.capital == Capital::Shape) || has(&list.technology) || has(&list.capital) {
        ClaimKind::Technology
    } else {
        ClaimKind::Name
    }
}
