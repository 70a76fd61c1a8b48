//! A small lexicon of portfolio words in the seven languages: it lets an English question find a Spanish document
//! without any model, and tells what a question is about.
//!
//! One concept a line in `data/lexicon.txt`: its name, then `|`, a language's tag and its words. A phrase is written
//! with `_` between its words; it is given as a translation but not looked up. Start at [`translations`] and
//! [`concepts`].
//! To add a concept: 1. a line in the file with words in all seven languages; 2. nothing else.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::fold::fold;
use crate::language::{Language, LanguageSet};
use crate::stem::stem;
use crate::stopwords;

/// The name of a concept, such as `experience`.
pub type Concept = &'static str;

/// The stems in `to` of the concepts that `stem` (a folded stem of `from`) belongs to; empty if it is in none.
pub fn translations(stem: &str, from: Language, to: Language) -> &'static [Box<str>] {
    entry(stem, from).and_then(|entry| entry.stems.get(to.index())).map_or(&[], |stems| stems)
}

/// The concepts that `stem` (a folded stem of `language`) belongs to; empty if it is in none.
pub fn concepts(stem: &str, language: Language) -> &'static [Concept] {
    entry(stem, language).map_or(&[], |entry| &entry.concepts)
}

/// Every concept, in the lexicon's order.
pub fn all() -> impl Iterator<Item = Concept> {
    lines().map(|(concept, _)| concept)
}

/// The words of `concept` in `language`, as written in the lexicon; empty for an unknown concept.
pub fn words_of(concept: &str, language: Language) -> &'static [&'static str] {
    lexicon().words.get(concept).and_then(|words| words.get(language.index())).map_or(&[], |words| words)
}

/// The languages in which a word in lower case, spelled exactly so, is in the lexicon.
pub(crate) fn languages_of_spelling(lower: &str) -> Option<LanguageSet> {
    spellings().exact.get(lower).copied()
}

/// The same for a folded word.
pub(crate) fn languages_of_folded(folded: &str) -> Option<LanguageSet> {
    spellings().folded.get(folded).copied()
}

/// The languages in which an inflection of a word of the lexicon is spelled like `lower`.
pub(crate) fn languages_of_inflection(lower: &str) -> LanguageSet {
    let mut languages = LanguageSet::default();
    for language in Language::ALL {
        let stem = stem(lower, language);
        // Short stems meet by accident: `María` and `marié`.
        if stem.len() >= 5 && entry(&stem, language).is_some() {
            languages.insert(language);
        }
    }
    languages
}

/// A line of the lexicon: the concept's name, and each language's words.
fn lines() -> impl Iterator<Item = (Concept, Vec<(Language, &'static str)>)> {
    include_str!("../data/lexicon.txt").lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut parts = line.split('|');
        let concept = parts.next()?.trim();
        let words = parts
            .filter_map(|part| part.trim().split_once(' '))
            .filter_map(|(tag, list)| Some((Language::parse(tag)?, list)))
            .flat_map(|(language, list)| list.split_whitespace().map(move |word| (language, word)))
            .collect::<Vec<_>>();
        (!words.is_empty()).then_some((concept, words))
    })
}

/// Spellings alone, apart from the stems: recognising a language needs no stemming of the whole lexicon.
struct Spellings {
    exact: HashMap<String, LanguageSet>,
    folded: HashMap<String, LanguageSet>,
}

fn spellings() -> &'static Spellings {
    static SPELLINGS: OnceLock<Spellings> = OnceLock::new();
    SPELLINGS.get_or_init(|| {
        let mut spellings = Spellings { exact: HashMap::new(), folded: HashMap::new() };
        for (_, words) in lines() {
            for (language, word) in words.into_iter().filter(|(_, word)| !word.contains('_')) {
                spellings.exact.entry(word.to_lowercase()).or_default().insert(language);
                spellings.folded.entry(fold(word)).or_default().insert(language);
            }
        }
        spellings
    })
}

#[derive(Default)]
struct Entry {
    concepts: Vec<Concept>,
    /// One row a language, in the order of [`Language::ALL`].
    stems: [Vec<Box<str>>; 7],
}

struct Lexicon {
    entries: [HashMap<String, Entry>; 7],
    words: HashMap<Concept, [Vec<&'static str>; 7]>,
}

fn entry(stem: &str, language: Language) -> Option<&'static Entry> {
    lexicon().entries.get(language.index())?.get(stem)
}

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let mut lexicon = Lexicon { entries: Default::default(), words: HashMap::new() };
        for (concept, words) in lines() {
            lexicon.add(concept, &words);
        }
        lexicon
    })
}

impl Lexicon {
    fn add(&mut self, concept: Concept, words: &[(Language, &'static str)]) {
        let mut rows: [Vec<Box<str>>; 7] = Default::default();
        let mut keys: Vec<(Language, String)> = Vec::new();
        for (language, word) in words {
            if let Some(row) = self.words.entry(concept).or_default().get_mut(language.index()) {
                row.push(word);
            }
            let stems: Vec<String> = word
                .split('_')
                .filter(|part| !stopwords::is_stopword(&fold(part), *language))
                .map(|part| stem(part, *language))
                .collect();
            if let Some(row) = rows.get_mut(language.index()) {
                row.extend(stems.iter().map(|stem| stem.as_str().into()));
                row.sort_unstable();
                row.dedup();
            }
            if !word.contains('_') {
                keys.extend(stems.into_iter().map(|stem| (*language, stem)));
            }
        }
        for (language, key) in keys {
            if let Some(entries) = self.entries.get_mut(language.index()) {
                entries.entry(key).or_default().join(concept, &rows);
            }
        }
    }
}

impl Entry {
    fn join(&mut self, concept: Concept, rows: &[Vec<Box<str>>; 7]) {
        if self.concepts.contains(&concept) {
            return;
        }
        self.concepts.push(concept);
        for (own, row) in self.stems.iter_mut().zip(rows) {
            own.extend(row.iter().cloned());
            own.sort_unstable();
            own.dedup();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_concept_speaks_all_seven_languages() {
        let mut names = HashSet::new();
        for (concept, words) in lines() {
            assert!(names.insert(concept), "`{concept}` stands twice");
            for language in Language::ALL {
                assert!(words.iter().any(|(of, _)| *of == language), "`{concept}` has no word in {language}");
            }
        }
        assert!(names.len() >= 150, "{}", names.len());
    }

    #[test]
    fn an_english_question_reaches_the_words_of_other_languages() {
        for (word, from, to, expected) in [
            ("experience", Language::En, Language::Es, "experiencia"),
            ("technologies", Language::En, Language::Es, "tecnologías"),
            ("awards", Language::En, Language::Es, "premios"),
            ("degree", Language::En, Language::De, "Abschluss"),
            ("proyectos", Language::Es, Language::En, "project"),
            ("Kunden", Language::De, Language::Es, "clientes"),
            ("équipe", Language::Fr, Language::Ca, "equip"),
            ("linguagem", Language::Pt, Language::It, "linguaggi"),
            ("ordinateur", Language::Fr, Language::En, "computer"),
        ] {
            let stems = translations(&stem(word, from), from, to);
            assert!(stems.iter().any(|found| **found == stem(expected, to)), "{word}: {stems:?}");
        }
        assert!(translations("zzz", Language::En, Language::Es).is_empty());
    }

    #[test]
    fn words_tell_their_concepts() {
        assert_eq!(concepts(&stem("projets", Language::Fr), Language::Fr), ["project"]);
        assert!(concepts("zzz", Language::Fr).is_empty());
    }
}
