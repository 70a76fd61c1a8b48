//! The words of `data/facts/`, read at first use.

use std::collections::HashMap;
use std::sync::OnceLock;

use portavoz_text::language::Language;

/// What a word or the beginning of a phrase can mean.
#[derive(Debug)]
pub(super) struct Meaning {
    /// The name before the point, such as `title`, or the whole name.
    pub(super) role: &'static str,
    /// What stands after the point, such as `engineer`; empty without one.
    pub(super) concept: &'static str,
    pub(super) language: Language,
    /// The words of the phrase after the first.
    pub(super) rest: Vec<&'static str>,
}

/// Everything that a folded word can mean.
pub(super) fn meanings(folded: &str) -> &'static [Meaning] {
    static VOCABULARY: OnceLock<HashMap<&'static str, Vec<Meaning>>> = OnceLock::new();
    let read = || {
        let mut vocabulary = HashMap::new();
        add(&mut vocabulary, include_str!("../../data/facts/words.txt"), |name| {
            name.split_once('.').unwrap_or((name, ""))
        });
        add(&mut vocabulary, include_str!("../../data/facts/questions.txt"), |name| (name, ""));
        vocabulary
    };
    VOCABULARY.get_or_init(read).get(folded).map_or(&[], Vec::as_slice)
}

fn add(
    vocabulary: &mut HashMap<&'static str, Vec<Meaning>>,
    file: &'static str,
    named: fn(&'static str) -> (&'static str, &'static str),
) {
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('|').map(str::trim);
        let (role, concept) = named(parts.next().unwrap_or_default());
        for (tag, words) in parts.filter_map(|part| part.split_once(' ')) {
            let Some(language) = Language::parse(tag) else { continue };
            for entry in words.split_whitespace() {
                let mut phrase = entry.split('_');
                let first = phrase.next().unwrap_or_default();
                let meaning = Meaning { role, concept, language, rest: phrase.collect() };
                vocabulary.entry(first).or_default().push(meaning);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use portavoz_text::fold::fold;
    use portavoz_text::words::words;

    use super::*;

    #[test]
    fn every_line_speaks_seven_languages_in_words_that_can_be_met() {
        for file in [include_str!("../../data/facts/words.txt"), include_str!("../../data/facts/questions.txt")] {
            for line in file.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
                let mut parts = line.split('|').map(str::trim);
                let name = parts.next().unwrap();
                let tags: Vec<&str> = parts.clone().filter_map(|part| part.split(' ').next()).collect();
                assert_eq!(tags, ["es", "en", "pt", "fr", "de", "it", "ca"], "{name}");
                for word in parts.flat_map(|part| part.split_whitespace().skip(1)).flat_map(|entry| entry.split('_')) {
                    assert!(Language::ALL.len() == 7 && fold(word) == word, "`{word}` of {name} is not folded");
                    assert_eq!(words(word).len(), 1, "`{word}` of {name} is never one word of a text");
                }
            }
        }
    }
}
