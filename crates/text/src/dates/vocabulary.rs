//! The words of `data/dates.txt`, read at first use.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::tokens::{Kind, Token};

/// What a word or phrase can do in a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// Between day, month and year.
    Of,
    /// Before the first date of a period.
    From,
    /// Before two dates joined by [`Role::And`].
    Between,
    /// See [`Role::Between`].
    And,
    /// Between the dates of a period.
    To,
    /// Before the date of a period that lasts.
    Since,
    /// The end of a period that lasts.
    Present,
    /// May stand before a date without changing it: the year, early.
    Filler,
    /// Before a number that is no year: page, version.
    Counts,
    /// After a number that is no year: people, euros.
    Counted,
}

impl Role {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "of" => Self::Of,
            "from" => Self::From,
            "between" => Self::Between,
            "and" => Self::And,
            "to" => Self::To,
            "since" => Self::Since,
            "present" => Self::Present,
            "filler" => Self::Filler,
            "counts" => Self::Counts,
            "counted" => Self::Counted,
            _ => return None,
        })
    }
}

/// A month's name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Month {
    /// From 1 to 12.
    pub(super) number: u8,
    /// The word means something else as well.
    pub(super) doubtful: bool,
}

#[derive(Default)]
struct Vocabulary {
    months: HashMap<&'static str, Month>,
    /// Phrases of a role by their first word, longest first; each as the words that follow.
    phrases: HashMap<(Role, &'static str), Vec<Vec<&'static str>>>,
}

/// The month that a folded word names.
pub(super) fn month(folded: &str) -> Option<Month> {
    vocabulary().months.get(folded).copied()
}

/// How many tokens from `at` on are a word or phrase of `role`; 0 if none.
pub(super) fn phrase(tokens: &[Token<'_>], at: usize, role: Role) -> usize {
    let word = |at: usize| match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Word(folded)) => Some(&**folded),
        _ => None,
    };
    let Some(first) = word(at) else { return 0 };
    let phrases = vocabulary().phrases.get(&(role, first)).map_or(&[] as &[Vec<&str>], |phrases| phrases);
    let matches =
        |rest: &&Vec<&str>| rest.iter().enumerate().all(|(offset, part)| word(at + 1 + offset) == Some(*part));
    phrases.iter().find(matches).map_or(0, |rest| rest.len() + 1)
}

/// The same for a word or phrase that ends before `end`.
pub(super) fn phrase_before(tokens: &[Token<'_>], end: usize, role: Role) -> usize {
    // The longest phrase of the file has three words.
    (1..=end.min(3)).rev().find(|length| phrase(tokens, end - length, role) == *length).unwrap_or(0)
}

fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
    VOCABULARY.get_or_init(|| {
        let mut vocabulary = Vocabulary::default();
        for line in include_str!("../../data/dates.txt").lines().filter(|line| !line.starts_with('#')) {
            let mut parts = line.split('|');
            let name = parts.next().unwrap_or_default().trim();
            for part in parts {
                // The first word is the language's tag.
                part.split_whitespace().skip(1).for_each(|entry| vocabulary.add(name, entry));
            }
        }
        for phrases in vocabulary.phrases.values_mut() {
            phrases.sort_by_key(|rest| std::cmp::Reverse(rest.len()));
        }
        vocabulary
    })
}

impl Vocabulary {
    fn add(&mut self, name: &str, entry: &'static str) {
        if let Some(number) = name.strip_prefix("month").and_then(|number| number.parse().ok()) {
            let doubtful = entry.ends_with('?');
            self.months.insert(entry.trim_end_matches('?'), Month { number, doubtful });
        } else if let Some(role) = Role::parse(name) {
            let mut parts = entry.split('_');
            if let Some(first) = parts.next() {
                self.phrases.entry((role, first)).or_default().push(parts.collect());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    #[test]
    fn every_line_of_the_file_speaks_seven_languages_in_folded_words() {
        let text = include_str!("../../data/dates.txt");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut parts = line.split('|');
            let name = parts.next().unwrap().trim();
            assert!(name.starts_with("month") || Role::parse(name).is_some(), "`{name}` is no role");
            assert_eq!(parts.clone().count(), 7, "`{name}` does not speak seven languages");
            for entry in parts.flat_map(str::split_whitespace) {
                assert!(fold(entry) == entry || entry == "nº", "`{entry}` is not folded");
            }
        }
    }
}
