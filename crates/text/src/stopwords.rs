//! Stop words: words without a subject of their own, in each language, question words among them.
//!
//! The lists are `data/stopwords/*.txt`, written with accents; this module also knows the accented forms, because
//! they tell languages apart. Start at [`is_stopword`].

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::fold::fold;
use crate::language::{Language, LanguageSet};

const LISTS: [(Language, &str); 7] = [
    (Language::Es, include_str!("../data/stopwords/es.txt")),
    (Language::En, include_str!("../data/stopwords/en.txt")),
    (Language::Pt, include_str!("../data/stopwords/pt.txt")),
    (Language::Fr, include_str!("../data/stopwords/fr.txt")),
    (Language::De, include_str!("../data/stopwords/de.txt")),
    (Language::It, include_str!("../data/stopwords/it.txt")),
    (Language::Ca, include_str!("../data/stopwords/ca.txt")),
];

/// True if `folded` (as [`fold`] gives it) is a stop word of `language`.
pub fn is_stopword(folded: &str, language: Language) -> bool {
    languages_of(folded).contains(language)
}

/// The languages in which `folded` is a stop word.
pub fn languages_of(folded: &str) -> LanguageSet {
    tables().folded.get(folded).copied().unwrap_or_default()
}

/// The languages in which a word in lower case, spelled exactly so with its accents, is a stop word.
pub fn languages_of_spelling(lower: &str) -> LanguageSet {
    tables().spelled.get(lower).copied().unwrap_or_default()
}

/// The words of a list of ours: separated by white space, lines that begin with `#` are comments.
pub(crate) fn listed(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

struct Tables {
    folded: HashMap<String, LanguageSet>,
    spelled: HashMap<&'static str, LanguageSet>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut tables = Tables { folded: HashMap::new(), spelled: HashMap::new() };
        for (language, list) in LISTS {
            for word in listed(list) {
                tables.folded.entry(fold(word)).or_default().insert(language);
                tables.spelled.entry(word).or_default().insert(language);
            }
        }
        tables
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_words_carry_no_subject() {
        for (language, words) in [
            (Language::Es, "que cual cuando donde quien cuantos como por tiene ha"),
            (Language::En, "what which when where who how many does she has"),
            (Language::Pt, "que qual quando onde quem quantos como tem"),
            (Language::Fr, "que quel quelle quand ou qui combien comment"),
            (Language::De, "was welche wann wo wer wie viele hat"),
            (Language::It, "che quale quando dove chi quanti come ha"),
            (Language::Ca, "que quina quan on qui quants com te"),
        ] {
            for word in words.split(' ') {
                assert!(is_stopword(word, language), "{word} in {language}");
            }
        }
    }

    #[test]
    fn words_with_a_subject_stay() {
        for word in ["experiencia", "go", "rust", "c", "r", "project", "berlin", "ia", "ki"] {
            assert!(!is_stopword(word, Language::Es) && !is_stopword(word, Language::En), "{word}");
        }
    }
}
