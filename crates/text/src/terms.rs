//! Terms: what an index holds of a text and a query asks for: stems of the words that carry a subject.
//!
//! Start at [`terms`] for a text of one language and [`query_terms`] for a question put to documents of others.

use std::borrow::Cow;
use std::ops::Range;

use crate::fold::fold;
use crate::language::Language;
use crate::stem::stem;
use crate::stopwords;
use crate::words::words;

/// A word that carries a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its folded stem.
    pub stem: String,
    /// Byte range of the word in the text.
    pub span: Range<usize>,
    /// The word's number in the text, from 0, stop words counted: neighbours differ by one.
    pub position: u32,
}

/// The terms of `text`, in order.
pub fn terms(text: &str, language: Language) -> Vec<Term> {
    query_terms(text, language, &[])
}

/// The terms of a question in `language`, without stop words of the `others` either: to a question that mixes
/// languages, or goes to documents of another one, their function words are noise too.
pub fn query_terms(text: &str, language: Language, others: &[Language]) -> Vec<Term> {
    let mut found = Vec::new();
    for (position, word) in words(text).into_iter().enumerate() {
        let normal = normal_form(word.text);
        if is_noise(word.text, &normal, language, others) {
            continue;
        }
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        found.push(Term { stem: stem(&normal, language), span: word.span, position });
    }
    found
}

/// True if `word`, as written, carries no subject in `language`. Capitals tell `IT` and `US` from `it` and `us`.
pub fn is_stopword_as_written(word: &str, language: Language) -> bool {
    is_noise(word, &normal_form(word), language, &[])
}

fn is_noise(written: &str, normal: &str, language: Language, others: &[Language]) -> bool {
    let letters = written.chars().count();
    let shouted = letters == 2 && written.chars().all(char::is_uppercase);
    if shouted {
        return false;
    }
    let languages = stopwords::languages_of(&fold(normal));
    // `C` and `R` name languages when they stand as capitals.
    let named = letters == 1 && matches!(written, "C" | "R");
    !named && (languages.contains(language) || others.iter().any(|other| languages.contains(*other)))
}

/// One spelling for technical words and numbers: `Next.js` and `nextjs` are `next`, `GPT-4` is `gpt4`, `1.000` and
/// `1,000` are `1000`, `0,25` is `0.25`, `40%` is `40`. Other words stand as written.
pub fn normal_form(word: &str) -> Cow<'_, str> {
    let Some(first) = word.chars().next() else { return Cow::Borrowed(word) };
    if first.is_ascii_digit() {
        return normal_number(word);
    }
    if word.contains("://") || word.contains('@') {
        return Cow::Owned(word.to_lowercase());
    }
    let lower_tail = word.get(word.len().saturating_sub(3)..).unwrap_or_default();
    if word.len() > 5 && lower_tail.eq_ignore_ascii_case(".js") {
        return Cow::Owned(word.get(..word.len() - 3).unwrap_or(word).to_owned());
    }
    if word.len() > 5 && word.get(word.len() - 2..).is_some_and(|tail| tail.eq_ignore_ascii_case("js")) {
        return Cow::Owned(word.get(..word.len() - 2).unwrap_or(word).to_owned());
    }
    if word.contains('-') {
        return Cow::Owned(word.replace('-', ""));
    }
    Cow::Borrowed(word)
}

fn normal_number(word: &str) -> Cow<'_, str> {
    let bare = word.strip_suffix('%').unwrap_or(word);
    if bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(bare);
    }
    if !bare.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\u{a0}' | '\u{202f}')) {
        return Cow::Borrowed(bare);
    }
    let groups: Vec<&str> = bare.split(['.', ',', '\u{a0}', '\u{202f}']).collect();
    let grouped = groups.iter().skip(1).all(|group| group.len() == 3)
        && groups.first().is_some_and(|g| g.len() <= 3 && *g != "0");
    if grouped {
        return Cow::Owned(groups.concat());
    }
    let (last, whole) = groups.split_last().unwrap_or((&bare, &[]));
    Cow::Owned(format!("{}.{last}", whole.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str, language: Language) -> Vec<String> {
        terms(text, language).into_iter().map(|term| term.stem).collect()
    }

    #[test]
    fn only_words_with_a_subject_remain() {
        for (text, language, expected) in [
            ("¿Qué experiencia tiene María con RAG?", Language::Es, "experient mar rag"),
            ("Which technologies does she master?", Language::En, "technolog master"),
            ("Arbeitet er mit C oder in der IT?", Language::De, "arbeitet c it"),
        ] {
            assert_eq!(stems(text, language).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn spellings_of_numbers_and_products_meet() {
        for (left, right) in [
            ("Next.js", "nextjs"),
            ("GPT-4", "gpt4"),
            ("1.000", "1,000"),
            ("1\u{a0}000", "1000"),
            ("0,25", "0.25"),
            ("40%", "40"),
            ("e-mail", "email"),
        ] {
            assert_eq!(stems(left, Language::En), stems(right, Language::En), "{left} {right}");
        }
        assert_eq!(normal_form("3.4"), "3.4");
        assert_eq!(normal_form("12.500,75"), "12500.75");
    }

    #[test]
    fn stop_words_of_other_languages_go_when_asked() {
        let with = terms("what about the proyecto para el banco", Language::En).len();
        let without = query_terms("what about the proyecto para el banco", Language::En, &[Language::Es]).len();
        assert!(without < with);
    }

    #[test]
    fn positions_count_stop_words() {
        let found = terms("experience with RAG", Language::En);
        assert_eq!(found.iter().map(|term| term.position).collect::<Vec<_>>(), [0, 2]);
    }
}
