//! Expressions: the lexicon's words and phrases as stems, so that "IA" meets "inteligencia artificial" as a whole and
//! not each of its halves.
//!
//! Stemmed once, at first use. Start at [`of_concept`] and [`concept_of_pair`].

use std::collections::HashMap;
use std::sync::OnceLock;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon::{self, Concept};
use portavoz_text::stem::stem;
use portavoz_text::stopwords::is_stopword;

/// A word (one stem) or a phrase (several).
pub(crate) type Expression = Vec<String>;

/// Expressions of each concept in each language, stemmed when first asked for.
type ByConcept = HashMap<(Concept, Language), OnceLock<Vec<Expression>>>;

/// What `concept` is called in `language`.
pub(crate) fn of_concept(concept: Concept, language: Language) -> &'static [Expression] {
    static BY_CONCEPT: OnceLock<ByConcept> = OnceLock::new();
    let by_concept = BY_CONCEPT.get_or_init(|| {
        let keys =
            lexicon::all().flat_map(|concept| Language::ALL.map(|language| ((concept, language), OnceLock::new())));
        keys.collect()
    });
    by_concept.get(&(concept, language)).map_or(&[], |cell| cell.get_or_init(|| stemmed(concept, language)))
}

/// The concept that two neighbouring stems of a text in `language` name together, if they name one.
pub(crate) fn concept_of_pair(first: &str, second: &str, language: Language) -> Option<Concept> {
    static PAIRS: [OnceLock<HashMap<(String, String), Concept>>; 7] = [const { OnceLock::new() }; 7];
    let pairs = PAIRS.get(language.index())?.get_or_init(|| {
        let mut pairs = HashMap::new();
        for concept in lexicon::all() {
            for expression in of_concept(concept, language) {
                if let [first, second] = expression.as_slice() {
                    pairs.insert((first.clone(), second.clone()), concept);
                }
            }
        }
        pairs
    });
    pairs.get(&(first.to_owned(), second.to_owned())).copied()
}

fn stemmed(concept: Concept, language: Language) -> Vec<Expression> {
    let mut expressions: Vec<Expression> = lexicon::words_of(concept, language)
        .iter()
        .map(|written| {
            let parts = written.split('_').filter(|part| !is_stopword(&fold(part), language));
            parts.map(|part| stem(part, language)).collect()
        })
        .filter(|expression: &Expression| !expression.is_empty())
        .collect();
    expressions.sort();
    expressions.dedup();
    expressions
}
