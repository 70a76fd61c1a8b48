//! The facts of a sentence: what in it is either in the sources or wrong.
//!
//! Values first (addresses, dates, quantities), then names among the words that are left. Start at [`of`].

pub(super) mod names;

use std::ops::Range;

use portavoz_text::dates::{Date, dates};
use portavoz_text::language::Language;
use portavoz_text::quantities::{Bound, Measure, quantities};

use super::ClaimKind;
use super::reading::Token;

/// What a fact says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// So many of something.
    Quantity { value: f64, measure: Measure, bound: Bound },
    /// A point in time.
    Date(Date),
    /// An address, in its normal form.
    Address(String),
    /// A name: its words are those of the fact.
    Name,
}

/// A fact.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    pub(super) kind: ClaimKind,
    /// Byte range in the sentence.
    pub(super) span: Range<usize>,
    /// Its words: their numbers in the sentence.
    pub(super) tokens: Range<usize>,
    pub(super) value: Value,
}

/// The facts of `text`, in order. Words that belong to a value are marked.
pub(super) fn of(text: &str, language: Language, tokens: &mut [Token]) -> Vec<Fact> {
    let mut facts = Vec::new();
    for span in addresses(text) {
        let address = normal_address(text.get(span.clone()).unwrap_or_default());
        let kind = if address.contains('@') { ClaimKind::Email } else { ClaimKind::Link };
        push(&mut facts, tokens, (kind, span, Value::Address(address)));
    }
    for date in dates(text) {
        push(&mut facts, tokens, (ClaimKind::Date, date.span, Value::Date(date.value)));
    }
    for quantity in quantities(text, language) {
        let kind = if quantity.measure.is_duration() { ClaimKind::Duration } else { ClaimKind::Number };
        let value = Value::Quantity { value: quantity.value, measure: quantity.measure, bound: quantity.bound };
        push(&mut facts, tokens, (kind, quantity.span, value));
    }
    facts.sort_by_key(|fact| fact.span.start);
    share_units(&mut facts, tokens);
    facts.extend(names::of(text, tokens));
    facts.sort_by_key(|fact| fact.span.start);
    facts
}

/// Words with a subject in `instead of` and its like.
const INSTEAD: &[&str] = &["lugar", "vez", "instead", "lieu", "place", "statt", "invece", "lloc", "rather"];

/// Gives a number without a unit that of its neighbour: `from ten hours to three`, `nine to two days`.
fn share_units(facts: &mut [Fact], tokens: &[Token]) {
    let bare = |fact: &Fact| {
        let next = tokens.get(fact.tokens.end);
        let counts = next.is_some_and(|next| {
            let adjacent = tokens.get(fact.tokens.end - 1).is_some_and(|last| next.place == last.place + 1);
            !next.is_stop && !next.is_value && adjacent && !INSTEAD.contains(&next.folded.as_str())
        });
        matches!(fact.value, Value::Quantity { measure: Measure::Plain, .. }) && !counts
    };
    for at in 1..facts.len() {
        let (left, right) = facts.split_at_mut(at);
        let (Some(left), Some(right)) = (left.last_mut(), right.first_mut()) else { return };
        let between = tokens.get(left.tokens.end..right.tokens.start).unwrap_or_default();
        // A comma would part them further.
        let place = |at: usize| tokens.get(at).map_or(0, |token| token.place);
        let apart = place(right.tokens.start).saturating_sub(place(left.tokens.end - 1)) as usize;
        let is_close = between.len() <= 3 && apart <= between.len() + 2;
        let joined = is_close && between.iter().all(|token| token.is_stop || INSTEAD.contains(&token.folded.as_str()));
        if !joined {
            continue;
        }
        if bare(right) {
            share_unit(left, right, tokens);
        } else if bare(left) {
            share_unit(right, left, tokens);
        }
    }
}

/// The unit of `from` becomes that of `to`, a plain number; a month is `from`'s word, not its value.
fn share_unit(from: &Fact, to: &mut Fact, tokens: &[Token]) {
    let Value::Quantity { value, measure, .. } = from.value else { return };
    let Value::Quantity { value: own, measure: own_measure, .. } = &mut to.value else { return };
    let unit = if measure.is_duration() {
        // What one of the unit is worth: the value divided by the number that was read.
        let number = tokens.get(from.tokens.start).and_then(|token| token.folded.parse::<f64>().ok());
        unit_of(value, number)
    } else {
        1.0
    };
    if measure != Measure::Plain {
        *own *= unit;
        *own_measure = measure;
        to.kind = from.kind;
    }
}

/// The largest unit of time that `value` is a whole number of, if the number before it is not known.
fn unit_of(value: f64, number: Option<f64>) -> f64 {
    if let Some(number) = number.filter(|number| *number > 0.0) {
        return value / number;
    }
    let units = [604_800.0, 86_400.0, 3600.0, 60.0, 12.0];
    units.into_iter().find(|unit| value >= *unit && value % unit == 0.0).unwrap_or(1.0)
}

/// Adds a value unless its words already belong to another.
fn push(facts: &mut Vec<Fact>, tokens: &mut [Token], (kind, span, value): (ClaimKind, Range<usize>, Value)) {
    let first = tokens.iter().position(|token| token.span.end > span.start);
    let Some(first) = first else { return };
    let count = tokens.iter().skip(first).take_while(|token| token.span.start < span.end).count();
    let taken = tokens.iter_mut().skip(first).take(count);
    let mut is_free = count > 0;
    for token in taken {
        is_free &= !std::mem::replace(&mut token.is_value, true);
    }
    if is_free {
        facts.push(Fact { kind, span, tokens: first..first + count, value });
    }
}

/// Endings of web addresses that are written without `https://`.
const DOMAINS: &[&str] = &[
    "com", "org", "net", "es", "example", "dev", "ai", "io", "me", "eu", "info", "edu", "cat", "fr", "de", "it", "pt",
    "uk", "app", "tech", "cloud", "gov",
];

/// Byte ranges of the web and e-mail addresses of `text`.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !text.contains('@') && !text.contains('.') && !text.contains("://") {
        return found;
    }
    let is_end = |c: char| c.is_whitespace() || "<>()[]\"«»“”|".contains(c);
    let mut at = 0;
    for piece in text.split_inclusive(is_end) {
        let bare = piece.trim_matches(|c: char| is_end(c) || ".,;:!?'’*`_".contains(c));
        let start = at + piece.find(bare).unwrap_or(0);
        at += piece.len();
        if is_address(bare) {
            found.push(start..start + bare.len());
        }
    }
    found
}

fn is_address(token: &str) -> bool {
    if token.contains("://") || token.starts_with("www.") {
        return true;
    }
    let (host, has_path) = match token.rsplit_once('@') {
        Some((local, host)) if !local.is_empty() => (host, true),
        _ => token.split_once('/').map_or((token, false), |(host, _)| (host, true)),
    };
    let mut labels = host.rsplit('.');
    let ending = labels.next().unwrap_or_default().to_ascii_lowercase();
    let rest: Vec<&str> = labels.collect();
    let is_label = |label: &&str| label.len() >= 2 && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let starts_lower = !host.starts_with(char::is_uppercase);
    !rest.is_empty() && rest.iter().all(is_label) && DOMAINS.contains(&ending.as_str()) && (starts_lower || has_path)
}

/// One spelling of an address: lower case, without protocol, `www.` and a slash at the end.
pub(super) fn normal_address(address: &str) -> String {
    let lower = address.to_lowercase();
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let bare = bare.strip_prefix("mailto:").unwrap_or(bare);
    bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches('/').to_owned()
}
