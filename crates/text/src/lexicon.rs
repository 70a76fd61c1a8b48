//! A lexicon of the seven languages: it lets an English question find a Spanish document without any model, and tells
//! what a question is about.
//!
//! Two files: `data/lexicon.txt` has the portfolio words, one named concept a line, and `data/vocabulary.txt` general
//! and professional words, one family of meaning a line, which only let words meet. A phrase is written with `_`
//! between its words; it is given as a translation but not looked up. Start at [`translations`], [`concepts`] and
//! [`meanings`].
//! To add a word: 1. a line in one of the files with words in all seven languages; 2. nothing else.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::fold::fold;
use crate::language::{Language, LanguageSet};
use crate::stem::stem;
use crate::stopwords;

/// The name of a concept, such as `experience`, or what a line of the vocabulary says in English.
pub type Concept = &'static str;

/// The stems in `to` of whatever `stem` (a folded stem of `from`) may mean; empty if it is in neither file.
pub fn translations(stem: &str, from: Language, to: Language) -> &'static [Box<str>] {
    let Some(entry) = of_language(from).entries.get(stem) else { return &[] };
    entry.translations.get(to.index()).map_or(&[], |cell| cell.get_or_init(|| translated(&entry.meanings, to)))
}

/// The portfolio concepts that `stem` (a folded stem of `language`) belongs to; empty if it is in none.
pub fn concepts(stem: &str, language: Language) -> &'static [Concept] {
    of_language(language).entries.get(stem).map_or(&[], |entry| &entry.concepts)
}

/// The portfolio concepts and the vocabulary's families of meaning that `stem` belongs to, concepts first.
pub fn meanings(stem: &str, language: Language) -> impl Iterator<Item = Concept> {
    let meanings = of_language(language).entries.get(stem).map_or(&[][..], |entry| &entry.meanings);
    meanings.iter().filter_map(|place| lines().get(usize::from(*place))).map(|line| line.name)
}

/// Every concept and family of meaning, in the files' order.
pub fn all() -> impl Iterator<Item = Concept> {
    lines().iter().map(|line| line.name)
}

/// True if `concept` is one of the portfolio's, whose words mean the same more surely than those of the vocabulary.
pub fn is_portfolio_concept(concept: Concept) -> bool {
    by_name().get(concept).is_some_and(|line| line.is_portfolio)
}

/// The words of `concept` in `language`, as written in its file; empty for an unknown concept.
pub fn words_of(concept: &str, language: Language) -> &'static [&'static str] {
    by_name().get(concept).and_then(|line| line.words.get(language.index())).map_or(&[], |words| words)
}

/// The languages in which a word in lower case, spelled exactly so, is among the portfolio words.
pub(crate) fn languages_of_spelling(lower: &str) -> Option<LanguageSet> {
    spellings().exact.get(lower).copied()
}

/// The same for a folded word.
pub(crate) fn languages_of_folded(folded: &str) -> Option<LanguageSet> {
    spellings().folded.get(folded).copied()
}

/// The languages in which an inflection of a portfolio word is spelled like `lower`.
pub(crate) fn languages_of_inflection(lower: &str) -> LanguageSet {
    let mut languages = LanguageSet::default();
    for language in Language::ALL {
        let stem = stem(lower, language);
        // Short stems meet by accident: `María` and `marié`.
        if stem.len() >= 5 && of_language(language).portfolio.contains(&stem) {
            languages.insert(language);
        }
    }
    languages
}

/// A line of one of the files.
struct Line {
    name: Concept,
    is_portfolio: bool,
    /// One row a language, in the order of [`Language::ALL`].
    words: [Vec<&'static str>; 7],
}

/// The order of the vocabulary's columns.
const COLUMNS: [Language; 7] =
    [Language::En, Language::Es, Language::Pt, Language::Fr, Language::De, Language::It, Language::Ca];

fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| {
        let kept = |file: &'static str| file.lines().filter(|line| !line.starts_with('#'));
        let portfolio = kept(include_str!("../data/lexicon.txt")).filter_map(portfolio_line);
        portfolio.chain(kept(include_str!("../data/vocabulary.txt")).filter_map(vocabulary_line)).collect()
    })
}

fn by_name() -> &'static HashMap<Concept, &'static Line> {
    static BY_NAME: OnceLock<HashMap<Concept, &'static Line>> = OnceLock::new();
    BY_NAME.get_or_init(|| lines().iter().map(|line| (line.name, line)).collect())
}

/// `name | es words | en words ...`
fn portfolio_line(line: &'static str) -> Option<Line> {
    let mut parts = line.split('|');
    let mut parsed = Line { name: parts.next()?.trim(), is_portfolio: true, words: Default::default() };
    for (tag, list) in parts.filter_map(|part| part.trim().split_once(' ')) {
        if let Some(row) = Language::parse(tag).and_then(|language| parsed.words.get_mut(language.index())) {
            row.extend(list.split_whitespace());
        }
    }
    parsed.words.iter().any(|row| !row.is_empty()).then_some(parsed)
}

/// `words | words ...`, in the order of [`COLUMNS`].
fn vocabulary_line(line: &'static str) -> Option<Line> {
    let mut parsed = Line { name: line.split('|').next()?.trim(), is_portfolio: false, words: Default::default() };
    for (language, list) in COLUMNS.into_iter().zip(line.split('|')) {
        if let Some(row) = parsed.words.get_mut(language.index()) {
            row.extend(list.split_whitespace());
        }
    }
    (!parsed.name.is_empty()).then_some(parsed)
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
        for line in lines().iter().filter(|line| line.is_portfolio) {
            for (language, row) in Language::ALL.into_iter().zip(&line.words) {
                for word in row.iter().filter(|word| !word.contains('_')) {
                    spellings.exact.entry(word.to_lowercase()).or_default().insert(language);
                    spellings.folded.entry(fold(word)).or_default().insert(language);
                }
            }
        }
        spellings
    })
}

/// What is known of a stem.
#[derive(Default)]
struct Entry {
    concepts: Vec<Concept>,
    /// Places in [`lines`].
    meanings: Vec<u16>,
    /// One cell a language, filled when first asked for.
    translations: [OnceLock<Box<[Box<str>]>>; 7],
}

/// One language's side of the lexicon.
struct OfLanguage {
    entries: HashMap<String, Entry>,
    /// Stems of portfolio words.
    portfolio: HashSet<String>,
    /// Stems of each line, phrases taken apart.
    stems: Vec<Box<[Box<str>]>>,
}

/// Stemmed language by language, because few questions need all seven.
fn of_language(language: Language) -> &'static OfLanguage {
    static LANGUAGES: [OnceLock<OfLanguage>; 7] = [const { OnceLock::new() }; 7];
    static NONE: OnceLock<OfLanguage> = OnceLock::new();
    LANGUAGES.get(language.index()).unwrap_or(&NONE).get_or_init(|| OfLanguage::new(language))
}

impl OfLanguage {
    fn new(language: Language) -> Self {
        let mut side = Self { entries: HashMap::new(), portfolio: HashSet::new(), stems: Vec::new() };
        for (place, line) in (0_u16..).zip(lines()) {
            let mut row: Vec<Box<str>> = Vec::new();
            for word in line.words.get(language.index()).into_iter().flatten() {
                let parts = word.split('_').filter(|part| !stopwords::is_stopword(&fold(part), language));
                let stems: Vec<String> = parts.map(|part| stem(part, language)).collect();
                row.extend(stems.iter().map(|stem| stem.as_str().into()));
                if !word.contains('_') {
                    stems.into_iter().for_each(|stem| side.add(stem, place, line));
                }
            }
            row.sort_unstable();
            row.dedup();
            side.stems.push(row.into());
        }
        side
    }

    fn add(&mut self, stem: String, place: u16, line: &Line) {
        if line.is_portfolio {
            self.portfolio.insert(stem.clone());
        }
        let entry = self.entries.entry(stem).or_default();
        if !entry.meanings.contains(&place) {
            entry.meanings.push(place);
            entry.concepts.extend(line.is_portfolio.then_some(line.name));
        }
    }
}

fn translated(meanings: &[u16], to: Language) -> Box<[Box<str>]> {
    let rows = meanings.iter().filter_map(|place| of_language(to).stems.get(usize::from(*place)));
    let mut stems: Vec<Box<str>> = rows.flatten().cloned().collect();
    stems.sort_unstable();
    stems.dedup();
    stems.into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_concept_speaks_all_seven_languages() {
        let mut names = HashSet::new();
        for line in lines() {
            assert!(names.insert(line.name), "`{}` stands twice", line.name);
            for (language, row) in Language::ALL.into_iter().zip(&line.words) {
                assert!(!row.is_empty(), "`{}` has no word in {language}", line.name);
            }
        }
        assert!(names.len() >= 800, "{}", names.len());
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
            ("bridges", Language::En, Language::Es, "puente"),
            ("König", Language::De, Language::En, "kings"),
            ("murió", Language::Es, Language::En, "died"),
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
        assert!(concepts(&stem("rivers", Language::En), Language::En).is_empty(), "no portfolio concept");
        assert_eq!(meanings(&stem("rivers", Language::En), Language::En).count(), 1);
    }
}
