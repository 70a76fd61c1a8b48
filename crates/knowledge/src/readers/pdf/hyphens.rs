//! Words broken at the end of a line: mended, unless the hyphen is part of the word.

use std::collections::HashSet;

use super::rows::Piece;

/// First parts that make compounds in the languages we read; their hyphen is real even at the end of a line.
const FIRST_PARTS: &[&str] = &[
    "front", "back", "full", "open", "real", "state", "self", "low", "high", "long", "short", "non", "pre", "post",
    "user", "data", "machine", "deep", "cross", "large", "small", "well", "third", "part", "time", "end", "e", "co",
    "ex", "anti", "multi", "auto", "semi", "sub", "super", "vice", "bi", "tri", "all", "one", "two", "three", "first",
    "second", "event", "test", "object", "cloud", "mobile", "web", "peer", "point", "business", "in", "on", "off",
    "up", "step", "hands", "cost", "decision", "problem", "result", "product", "socio", "físico", "teórico", "franco",
    "physico", "celui", "peut", "rendez", "est", "chef", "qu", "c",
];
/// Second parts of the same.
const SECOND_PARTS: &[&str] = &[
    "based", "driven", "oriented", "learn", "friendly", "tenant", "commerce", "mail", "stack", "party", "wide",
    "source", "level",
];
/// Words that follow a hyphen which stands for a part left out: "Soft- und Hardware".
const CONJUNCTIONS: &[&str] = &["und", "oder", "bzw.", "sowie", "and", "or", "y", "o", "e", "ou", "et", "i"];
/// Ends of lines that only an address has; it goes on without a space.
const ADDRESS_ENDS: &[char] = &['/', '.', '-', '_', '?', '=', '&', '#', ':', '@'];

/// The words of the document that stand whole inside a line.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    words: HashSet<String>,
    /// True if plain hyphens at line ends are the author's: the producer draws another one when it breaks a word.
    types_hyphens: bool,
}

impl Vocabulary {
    /// Gathers the words of all pieces.
    pub fn of<'a>(pieces: impl Iterator<Item = &'a Piece>, types_hyphens: bool) -> Self {
        let mut words = HashSet::new();
        for piece in pieces {
            for word in &piece.words {
                if !ends_broken(&word.text) {
                    words.insert(bare(&word.text));
                }
            }
        }
        Self { words, types_hyphens }
    }

    fn has(&self, word: &str) -> bool {
        self.words.contains(&bare(word))
    }
}

/// What stands at the end of a broken line; browsers draw two of them behind a soft hyphen.
const HYPHENS: &[char] = &['-', '\u{ad}', '\u{2010}'];

/// True if a line's last word may go on in the next line.
pub(super) fn ends_broken(text: &str) -> bool {
    let left = text.trim_end_matches(HYPHENS);
    left.len() < text.len() && left.ends_with(char::is_alphanumeric)
}

/// Appends a line to the text of its paragraph.
pub(super) fn append_line(text: &mut String, line: &str, vocabulary: &Vocabulary) {
    let last = text.rsplit(' ').next().unwrap_or_default().to_owned();
    let first = line.split(' ').next().unwrap_or_default();
    let goes_on = is_address(&last) && last.ends_with(ADDRESS_ENDS) && !first.is_empty();
    if text.is_empty() || goes_on {
        text.push_str(line);
    } else if !ends_broken(text) || CONJUNCTIONS.contains(&first) {
        text.push(' ');
        text.push_str(line);
    } else {
        text.truncate(text.trim_end_matches(HYPHENS).len());
        if keeps_hyphen(&last, first, vocabulary) {
            text.push('-');
        }
        text.push_str(line);
    }
}

/// True if the hyphen between the last word of a line and the first of the next is part of the word.
fn keeps_hyphen(last: &str, first: &str, vocabulary: &Vocabulary) -> bool {
    // A soft hyphen says itself that it is none.
    let left = last.trim_end_matches(HYPHENS);
    if last.get(left.len()..).is_some_and(|end| end.contains('\u{ad}')) {
        return false;
    }
    if !first.chars().next().is_some_and(char::is_lowercase) {
        return true;
    }
    if vocabulary.has(&format!("{left}-{first}")) {
        return true;
    }
    if vocabulary.has(&format!("{left}{first}")) {
        return false;
    }
    let left_bare = bare(left);
    // U+2010 is what browsers and typesetters draw when they break a word; people type the plain one.
    if last.ends_with('\u{2010}') {
        return false;
    }
    left_bare.contains('-')
        || left_bare.chars().any(|character| character.is_ascii_digit())
        || vocabulary.types_hyphens
        || FIRST_PARTS.contains(&left_bare.as_str())
        || SECOND_PARTS.contains(&bare(first).as_str())
        || (vocabulary.has(left) && vocabulary.has(first) && left_bare.chars().count() > 2)
}

fn is_address(word: &str) -> bool {
    word.contains("://") || word.starts_with("www.") || word.contains('@') || (word.contains('/') && word.contains('.'))
}

/// A word in lower case without the punctuation around it.
fn bare(word: &str) -> String {
    word.trim_matches(|character: char| !character.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_words_are_mended_and_compounds_kept() {
        let vocabulary = Vocabulary {
            words: ["low-code", "desarrollo"].iter().map(|word| (*word).to_owned()).collect(),
            types_hyphens: false,
        };
        for (text, line, expected) in [
            ("la desarro-", "lladora sénior", "la desarrolladora sénior"),
            ("la desarro\u{ad}", "lladora", "la desarrolladora"),
            ("auto\u{2010}", "matización", "automatización"),
            ("acom\u{ad}\u{2010}", "pañé", "acompañé"),
            ("Éloïse Lefèvre-", "Château", "Éloïse Lefèvre-Château"),
            ("équipe front-", "end", "équipe front-end"),
            ("plataforma low-", "code", "plataforma low-code"),
            ("Soft-", "und Hardware", "Soft- und Hardware"),
            ("state-of-", "the art", "state-of-the art"),
            ("https://github.com/", "lucia/panel", "https://github.com/lucia/panel"),
            ("de 2018 -", "2020", "de 2018 - 2020"),
            ("fin de línea", "y sigue", "fin de línea y sigue"),
        ] {
            let mut joined = text.to_owned();
            append_line(&mut joined, line, &vocabulary);
            assert_eq!(joined, expected);
        }
    }
}
