//! A sentence as the checks see it: its words with their stems, capitals and places, and the facts among them.

use std::ops::Range;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::stem::stem;
use portavoz_text::stopwords::is_stopword;
use portavoz_text::terms::{is_stopword_as_written, normal_form};
use portavoz_text::words::{slice, words};

use super::facts::{self, Fact};
use super::lists;

/// What a capital letter says of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capital {
    /// There is none.
    None,
    /// It stands where every word would have one: at the beginning, or, in German, on a noun.
    Expected,
    /// It makes a name.
    Name,
    /// The word is shaped as only names are: `RAG`, `PyTorch`, `gpt-4o-mini`.
    Shape,
}

/// A word.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Byte range in the sentence.
    pub(super) span: Range<usize>,
    /// One spelling for all: folded, technical names and numbers in normal form.
    pub(super) folded: String,
    /// Its folded stem; for stop words, the word.
    pub(super) stem: String,
    /// Its place on a scale where words are 1 apart and signs between them part them further.
    pub(super) place: u32,
    pub(super) is_stop: bool,
    pub(super) capital: Capital,
    /// It denies what follows.
    pub(super) denies: bool,
    /// It belongs to a value: a number, a date, an address.
    pub(super) is_value: bool,
}

/// A sentence, read.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) tokens: Vec<Token>,
    pub(super) facts: Vec<Fact>,
}

/// Reads `text`, one sentence in `language`.
pub(super) fn read(text: &str, language: Language) -> Reading {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut place, mut end) = (0, 0);
    for word in words(text) {
        let gap = slice(text, end..word.span.start);
        place += 1 + parting(gap);
        let normal = normal_form(word.text);
        let folded = fold(&normal);
        let is_stop =
            is_stopword_as_written(word.text, language) || is_stopword(&folded, language) && folded.len() <= 2;
        let stem = if is_stop { folded.clone() } else { stem(&normal, language) };
        if is_stop && is_joint(&folded) {
            place += 1;
        }
        let capital = capital(word.text, gap, tokens.is_empty(), language);
        end = word.span.end;
        tokens.push(Token { span: word.span, folded, stem, place, is_stop, capital, denies: false, is_value: false });
    }
    mark_denials(&mut tokens, text, language);
    let facts = facts::of(text, language, &mut tokens);
    Reading { tokens, facts }
}

/// How much farther the signs of `gap` part two words.
fn parting(gap: &str) -> u32 {
    gap.chars()
        .map(|sign| match sign {
            ',' | '(' | ')' | '«' | '»' | '"' | '“' | '”' => 2,
            ';' | ':' | '.' | '!' | '?' | '—' | '–' | '\n' | '|' => 4,
            _ => 0,
        })
        .max()
        .unwrap_or(0)
}

/// `and` in the seven languages: it parts what stands beside it, a little.
fn is_joint(folded: &str) -> bool {
    matches!(folded, "y" | "e" | "and" | "et" | "und" | "i")
}

fn capital(word: &str, gap: &str, is_first: bool, language: Language) -> Capital {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    let uppers = letters().filter(|c| c.is_uppercase()).count();
    let has_digit = word.contains(|c: char| c.is_ascii_digit());
    let inner = letters().skip(1).any(char::is_uppercase);
    let lowers = letters().any(char::is_lowercase);
    let is_number = word.starts_with(|c: char| c.is_ascii_digit());
    let is_address = word.contains("://") || word.contains('@');
    let shouted = uppers >= 2 && (!lowers || inner);
    let is_technical = word.len() > 3 && word.to_ascii_lowercase().ends_with(".js") || word.ends_with("++");
    if !is_number && !is_address && (shouted || is_technical || has_digit && uppers + usize::from(lowers) > 0) {
        return Capital::Shape;
    }
    if !word.starts_with(char::is_uppercase) {
        return Capital::None;
    }
    let opens = is_first || gap.contains(['.', ':', '!', '?', '¿', '¡', '«', '"', '“', '•', '\n', '|']);
    if opens || language == Language::De { Capital::Expected } else { Capital::Name }
}

fn mark_denials(tokens: &mut [Token], text: &str, language: Language) {
    let list = lists::words(language);
    let folded: Vec<String> = tokens.iter().map(|token| token.folded.clone()).collect();
    let words: Vec<&str> = folded.iter().map(String::as_str).collect();
    let harmless: Vec<Range<usize>> = (0..words.len())
        .flat_map(|at| list.but.iter().map(move |phrase| (phrase, at)).collect::<Vec<_>>())
        .filter_map(|(phrase, at)| Some(at..phrase.end(&words, at)?))
        .collect();
    for (at, token) in tokens.iter_mut().enumerate() {
        let word = words.get(at).copied().unwrap_or_default();
        // `don't`, `do n't`: the apostrophe parts the words.
        let contracted = word == "t"
            && language == Language::En
            && slice(text, 0..token.span.start).ends_with(['\'', '’'])
            && at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| before.ends_with('n'));
        token.denies = (contracted || list.not.contains(word)) && !harmless.iter().any(|phrase| phrase.contains(&at));
    }
}
