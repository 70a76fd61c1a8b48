//! The tokens of one line: numbers, folded words and signs. Apostrophes part words and are no token.

use std::borrow::Cow;

use crate::fold::fold;

/// A piece of a line.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    /// As written.
    pub(super) text: &'a str,
    /// Byte offsets in the line.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Kinds of tokens.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A run of digits, of ordinals as well: `3rd`, `1er`.
    Number(u32),
    /// A run of letters, folded.
    Word(Cow<'a, str>),
    /// Letters and digits together: `v2`, `4o`, `2010s`.
    Mixed,
    /// Anything else that is no white space.
    Sign(char),
}

impl Token<'_> {
    /// How many digits a number has, 0 for anything else.
    pub(super) fn digits(&self) -> usize {
        if matches!(self.kind, Kind::Number(_)) { self.text.bytes().take_while(u8::is_ascii_digit).count() } else { 0 }
    }

    /// The value of a number.
    pub(super) fn number(&self) -> Option<u32> {
        if let Kind::Number(value) = self.kind { Some(value) } else { None }
    }

    /// The character of a sign.
    pub(super) fn sign(&self) -> Option<char> {
        if let Kind::Sign(sign) = self.kind { Some(sign) } else { None }
    }
}

/// Endings that make a day of a number.
const ORDINALS: [&str; 9] = ["st", "nd", "rd", "th", "er", "º", "ª", "e", "o"];

/// The tokens of `line`, in order.
pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut found = Vec::with_capacity(line.len() / 5);
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let start = line.len() - rest.len();
        let length = if first.is_alphanumeric() {
            rest.find(|c: char| !(c.is_alphanumeric() || is_mark(c))).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (text, after) = rest.split_at(length);
        rest = after;
        if !first.is_whitespace() && !matches!(first, '\'' | '’') {
            found.push(Token { kind: kind(text, first), text, start, end: start + length });
        }
    }
    found
}

fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

fn kind(text: &str, first: char) -> Kind<'_> {
    if !first.is_alphanumeric() {
        return Kind::Sign(first);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (head, tail) = text.split_at(digits);
    match head.parse() {
        Ok(value) if tail.is_empty() || (digits <= 2 && ORDINALS.contains(&tail)) => Kind::Number(value),
        _ if text.contains(char::is_numeric) => Kind::Mixed,
        _ if text.bytes().all(|byte| byte.is_ascii_lowercase()) => Kind::Word(Cow::Borrowed(text)),
        _ => Kind::Word(Cow::Owned(fold(text))),
    }
}
