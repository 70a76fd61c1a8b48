//! Topics: which of the things that a good answer speaks of it does speak of, for evaluations with a list of them.

use std::collections::HashSet;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::sentences::sentences;
use portavoz_text::terms::{normal_form, terms};
use portavoz_text::words::words;

use super::{Part, Term};

/// The share of `topics` that `answer` covers, with a part for each. A topic is a name and its aliases, parted by `|`
/// (`RAG|recuperación aumentada`); it is covered if one sentence has all words of one of them, in whatever inflection.
pub fn topics_covered(topics: &[String], answer: &str, language: Language) -> Term {
    let spoken: Vec<HashSet<String>> =
        sentences(answer).into_iter().filter_map(|span| answer.get(span)).map(|text| stems(text, language)).collect();
    let parts = topics.iter().map(|topic| {
        let mut aliases = topic.split('|').map(str::trim).filter(|alias| !alias.is_empty());
        let found = aliases.find(|alias| {
            let wanted = stems(alias, language);
            !wanted.is_empty() && spoken.iter().any(|sentence| wanted.is_subset(sentence))
        });
        let name = topic.split('|').next().unwrap_or_default().trim();
        match found {
            Some(alias) if alias == name => (1.0, Part::new("topic", 1.0, format!("`{name}` covered"))),
            Some(alias) => (1.0, Part::new("topic", 1.0, format!("`{name}` covered by `{alias}`"))),
            None => (1.0, Part::new("topic", 0.0, format!("`{name}` not covered"))),
        }
    });
    Term::weighted(parts.collect())
}

/// The stems of a text; of an alias that is all stop words in this language, its words.
fn stems(text: &str, language: Language) -> HashSet<String> {
    let stems: HashSet<String> = terms(text, language).into_iter().map(|term| term.stem).collect();
    if stems.is_empty() { words(text).into_iter().map(|word| fold(&normal_form(word.text))).collect() } else { stems }
}
