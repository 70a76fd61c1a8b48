//! A stretch of a passage as words that know what they can mean.

use std::ops::Range;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::stopwords::is_stopword;
use portavoz_text::words::words;

use super::vocabulary::{Meaning, meanings};

/// A word.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) folded: String,
    /// Byte range in [`Tokens::text`].
    pub(super) span: Range<usize>,
    pub(super) is_capital: bool,
    meanings: &'static [Meaning],
}

/// The words of a text, in the passage's language.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    pub(super) text: &'a str,
    pub(super) language: Language,
    pub(super) all: Vec<Token>,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str, language: Language) -> Self {
        let token = |word: portavoz_text::words::Word<'_>| {
            let folded = fold(word.text);
            let meanings = meanings(&folded);
            let is_capital = word.text.starts_with(|c: char| c.is_uppercase());
            Token { folded, span: word.span, is_capital, meanings }
        };
        Self { text, language, all: words(text).into_iter().map(token).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.all.get(at)
    }

    /// The meaning of `role` that begins at `at`, the longest phrase first, in any language.
    fn meaning(&self, at: usize, role: &str, language: Option<Language>) -> Option<&'static Meaning> {
        let fits = |meaning: &&'static Meaning| {
            meaning.role == role
                && language.is_none_or(|language| meaning.language == language)
                && meaning
                    .rest
                    .iter()
                    .enumerate()
                    .all(|(offset, word)| self.get(at + 1 + offset).is_some_and(|token| token.folded == *word))
        };
        let meanings: &'static [Meaning] = self.get(at)?.meanings;
        meanings.iter().filter(fits).max_by_key(|meaning| meaning.rest.len())
    }

    /// How many words from `at` on are of `role`, in any language; 0 if none.
    pub(super) fn is(&self, at: usize, role: &str) -> usize {
        self.meaning(at, role, None).map_or(0, |meaning| meaning.rest.len() + 1)
    }

    /// The same in the passage's language only, for words that mean other things in other languages.
    pub(super) fn is_here(&self, at: usize, role: &str) -> usize {
        self.meaning(at, role, Some(self.language)).map_or(0, |meaning| meaning.rest.len() + 1)
    }

    /// The concept of `role` that begins at `at`, and its length in words.
    pub(super) fn concept(&self, at: usize, role: &str) -> Option<(&'static str, usize)> {
        self.meaning(at, role, None).map(|meaning| (meaning.concept, meaning.rest.len() + 1))
    }

    /// The first concept of `role` anywhere.
    pub(super) fn any_concept(&self, role: &str) -> Option<&'static str> {
        (0..self.len()).find_map(|at| self.concept(at, role)).map(|(concept, _)| concept)
    }

    /// True if a word or phrase of `role` stands anywhere.
    pub(super) fn any(&self, role: &str) -> bool {
        (0..self.len()).any(|at| self.is(at, role) > 0)
    }

    /// The same in the passage's language only.
    pub(super) fn any_here(&self, role: &str) -> bool {
        (0..self.len()).any(|at| self.is_here(at, role) > 0)
    }

    /// True for a word without meaning of its own in the passage's language.
    pub(super) fn is_stopword(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| is_stopword(&token.folded, self.language))
    }

    /// What stands between the word before `at` and the word at `at`.
    pub(super) fn gap_before(&self, at: usize) -> &'a str {
        let start = at.checked_sub(1).and_then(|before| self.get(before)).map_or(0, |token| token.span.end);
        let end = self.get(at).map_or(self.text.len(), |token| token.span.start);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The text of the words `from` to before `to`.
    pub(super) fn words(&self, from: usize, to: usize) -> &'a str {
        let start = self.get(from).map_or(0, |token| token.span.start);
        let end = to.checked_sub(1).and_then(|last| self.get(last)).map_or(start, |token| token.span.end);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The first word that ends after byte `offset`.
    pub(super) fn index_at(&self, offset: usize) -> usize {
        self.all.iter().position(|token| token.span.end > offset).unwrap_or(self.len())
    }

    /// The end of the name that begins at `at`: words with a capital, joined by spaces or words such as "of". 0 words
    /// long if none begins there.
    pub(super) fn name_end(&self, at: usize) -> usize {
        if !self.get(at).is_some_and(|token| token.is_capital) {
            return at;
        }
        let mut end = at + 1;
        loop {
            let mut next = end;
            while next < end + 2 && self.joins(next) && self.is_here(next, "connector") > 0 && !self.is_capital(next) {
                next += 1;
            }
            // The name goes on in digits as well: "Studio 3".
            let goes_on = self.joins(next)
                && self.get(next).is_some_and(|token| {
                    token.is_capital
                        || (next == end && token.folded.len() <= 2 && token.folded.bytes().all(|b| b.is_ascii_digit()))
                });
            let between_joins = (end..next).all(|at| self.joins(at));
            if !goes_on || !between_joins {
                return end;
            }
            end = next + 1;
        }
    }

    fn is_capital(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.is_capital)
    }

    /// True if only a space, hyphen, apostrophe or "&" parts the word from the one before it.
    pub(super) fn joins(&self, at: usize) -> bool {
        at < self.len() && matches!(self.gap_before(at), " " | "-" | "'" | "’" | " & " | "·" | "&")
    }
}
