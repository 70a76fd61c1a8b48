//! Which documents have which words: the check that a question's answer stands where it is said to, and nowhere else.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashSet};

use portavoz_text::stopwords::languages_of;

use super::folded;
use crate::chunk::Chunk;

/// Shorter words than this do not tell a name from others, in characters.
const TELLING: usize = 4;

/// The words of all documents.
pub(super) struct Corpus {
    documents: BTreeMap<String, Words>,
}

#[derive(Default)]
struct Words {
    all: HashSet<String>,
    /// Passage by passage, with the headings above.
    passages: Vec<HashSet<String>>,
}

impl Corpus {
    pub(super) fn of<C: Borrow<Chunk>>(chunks: &[C]) -> Self {
        let mut documents: BTreeMap<String, Words> = BTreeMap::new();
        for chunk in chunks.iter().map(Borrow::borrow) {
            let question = chunk.question.as_deref().unwrap_or_default();
            let passage: HashSet<String> =
                folded(&format!("{}\n{question}\n{}", chunk.heading(), chunk.text)).into_iter().collect();
            let document = documents.entry(chunk.document.to_string()).or_default();
            document.all.extend(passage.iter().cloned());
            document.passages.push(passage);
        }
        Self { documents }
    }

    /// How many documents there are.
    pub(super) fn len(&self) -> usize {
        self.documents.len()
    }

    /// True if any document has all words of a name.
    pub(super) fn mentions(&self, name: &str) -> bool {
        let words = folded(name);
        self.documents.values().any(|document| words.iter().all(|word| document.all.contains(word)))
    }

    /// Documents with a passage that has all words of one of the subject's names and of one of the values.
    pub(super) fn stating(&self, names: &[String], values: &[String]) -> Vec<String> {
        let (names, values) = (all_folded(names), all_folded(values));
        let has = |passage: &HashSet<String>, phrases: &[Vec<String>]| {
            phrases.iter().any(|phrase| phrase.iter().all(|word| passage.contains(word)))
        };
        self.ids(|document| document.passages.iter().any(|passage| has(passage, &names) && has(passage, &values)))
    }

    /// Documents that could state it in whatever words: they have a telling word of one of the subject's names anywhere,
    /// and all words of one of the values anywhere.
    pub(super) fn perhaps_stating(&self, names: &[String], values: &[String]) -> Vec<String> {
        let (names, values) = (all_folded(names), all_folded(values));
        let tells = |word: &&String| word.chars().count() >= TELLING && languages_of(word).is_empty();
        let telling: HashSet<&String> = names.iter().flatten().filter(tells).collect();
        self.ids(|document| {
            let has = |word: &String| document.all.contains(word);
            let is_named = telling.iter().any(|word| has(word)) || names.iter().any(|name| name.iter().all(has));
            is_named && values.iter().any(|value| value.iter().all(has))
        })
    }

    fn ids(&self, is_meant: impl Fn(&Words) -> bool) -> Vec<String> {
        self.documents.iter().filter(|(_, document)| is_meant(document)).map(|(id, _)| id.clone()).collect()
    }
}

/// Phrases as lists of words; those without any are left out, as every document has all of their words.
fn all_folded(phrases: &[String]) -> Vec<Vec<String>> {
    phrases.iter().map(|phrase| folded(phrase)).filter(|phrase| !phrase.is_empty()).collect()
}
