//! Analysis: passages as numbered stems, so that a search compares integers and never strings.
//!
//! Made once when an index is built and stored with it. Owns what a passage looks like to the ranking; which passages
//! are relevant is decided in [`crate::search`]. Start at [`Analysis::of`].

use std::collections::{BTreeMap, HashMap};

use portavoz_domain::chunk::Chunk;
use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::sentences::sentences;
use portavoz_text::terms::{Term, terms};
use portavoz_text::words::slice;
use serde::{Deserialize, Serialize};

mod cognates;
pub(crate) mod expressions;
pub(crate) mod lookalikes;
pub(crate) mod word_table;

/// Changes whenever the same text would be analysed differently; an index of another version is rebuilt.
pub(crate) const VERSION: u32 = 1;

/// A stem's number: its place in the sorted vocabulary.
pub(crate) type StemId = u32;

/// Everything an index knows of its passages' words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Analysis {
    /// Every stem of the index, sorted.
    pub vocabulary: Vec<String>,
    /// In how many chunks each stem stands, headings and questions included.
    pub frequencies: Vec<u32>,
    /// One per chunk, in the chunks' order.
    pub passages: Vec<Passage>,
}

/// One chunk's words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Passage {
    /// Stems of the title and of all headings but the nearest.
    pub above: Vec<StemId>,
    /// Stems of the nearest heading, or of the title if there is none.
    pub heading: Vec<StemId>,
    /// Stems of the FAQ question.
    pub question: Vec<StemId>,
    /// The text's terms, in order.
    pub tokens: Vec<Token>,
    /// Where each sentence (or line of a list) ends, as a place in `tokens`.
    pub sentence_ends: Vec<u32>,
}

/// A term of a text: its stem's number, and in the highest bit whether it was written with a capital or a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Token(u32);

const NAMED: u32 = 1 << 31;

impl Token {
    fn new(stem: StemId, is_named: bool) -> Self {
        Self(stem & !NAMED | if is_named { NAMED } else { 0 })
    }

    /// The stem's number.
    pub fn stem(self) -> StemId {
        self.0 & !NAMED
    }

    /// True for what may be a name, a number or an abbreviation.
    pub fn is_named(self) -> bool {
        self.0 & NAMED != 0
    }
}

impl Passage {
    /// The sentences' tokens, in order.
    pub fn sentences(&self) -> impl Iterator<Item = &[Token]> {
        let mut start = 0;
        self.sentence_ends.iter().filter_map(move |end| {
            let end = usize::try_from(*end).ok()?;
            let sentence = self.tokens.get(start..end);
            start = end;
            sentence
        })
    }
}

impl Analysis {
    /// Analyses `chunks`, each in its own language.
    pub fn of(chunks: &[Chunk]) -> Self {
        let raw: Vec<RawPassage> = chunks.iter().map(RawPassage::of).collect();
        let mut frequency: BTreeMap<&str, u32> = BTreeMap::new();
        for passage in &raw {
            let mut stems: Vec<&str> = passage.stems().collect();
            stems.sort_unstable();
            stems.dedup();
            for stem in stems {
                *frequency.entry(stem).or_default() += 1;
            }
        }
        let numbers: HashMap<&str, StemId> = frequency.keys().copied().zip(0..).collect();
        let passages = raw.iter().map(|passage| passage.numbered(&numbers)).collect();
        Self {
            frequencies: frequency.values().copied().collect(),
            passages,
            vocabulary: frequency.into_keys().map(str::to_owned).collect(),
        }
    }

    /// True if every number in it names something: what was read from a file may be anything.
    pub fn is_consistent(&self, chunks: usize) -> bool {
        let known = |stem: StemId| usize::try_from(stem).is_ok_and(|stem| stem < self.vocabulary.len());
        self.passages.len() == chunks
            && self.frequencies.len() == self.vocabulary.len()
            && self.vocabulary.is_sorted()
            && self.passages.iter().all(|passage| {
                let ends_fit = passage.sentence_ends.is_sorted()
                    && passage
                        .sentence_ends
                        .last()
                        .is_none_or(|end| usize::try_from(*end).is_ok_and(|end| end <= passage.tokens.len()));
                ends_fit
                    && passage.above.iter().chain(&passage.heading).chain(&passage.question).all(|stem| known(*stem))
                    && passage.tokens.iter().all(|token| known(token.stem()))
            })
    }

    /// The number of `stem`, if the index has it.
    pub fn number(&self, stem: &str) -> Option<StemId> {
        let place = self.vocabulary.binary_search_by(|known| known.as_str().cmp(stem)).ok()?;
        u32::try_from(place).ok()
    }

    /// The stem with this number.
    pub fn stem(&self, number: StemId) -> &str {
        usize::try_from(number).ok().and_then(|number| self.vocabulary.get(number)).map_or("", String::as_str)
    }

    /// In how many chunks the stem stands.
    pub fn frequency(&self, number: StemId) -> u32 {
        usize::try_from(number).ok().and_then(|number| self.frequencies.get(number)).copied().unwrap_or(0)
    }

    /// How many terms a passage has on average, at least one.
    pub fn average_length(&self) -> f32 {
        let terms: usize = self.passages.iter().map(|passage| passage.tokens.len()).sum();
        (terms as f32 / self.passages.len().max(1) as f32).max(1.0)
    }

    /// Inverse document frequency of a stem that stands in `frequency` chunks, as BM25 has it: never negative.
    pub fn idf(&self, frequency: u32) -> f32 {
        let chunks = self.passages.len() as f32;
        let frequency = frequency as f32;
        (1.0 + (chunks - frequency).max(0.0) / (frequency + 0.5) + 0.5 / (frequency + 0.5)).ln()
    }
}

/// A passage whose stems are still strings.
struct RawPassage {
    above: Vec<String>,
    heading: Vec<String>,
    question: Vec<String>,
    tokens: Vec<(String, bool)>,
    sentence_ends: Vec<u32>,
}

impl RawPassage {
    fn of(chunk: &Chunk) -> Self {
        let mut headings: Vec<&str> =
            std::iter::once(chunk.title.as_str()).chain(chunk.heading_path.iter().map(String::as_str)).collect();
        let nearest = headings.pop().unwrap_or_default();
        let mut passage = Self {
            above: headings.iter().flat_map(|heading| stems(heading, chunk.language)).collect(),
            heading: stems(nearest, chunk.language),
            question: chunk.question.as_deref().map(|question| stems(question, chunk.language)).unwrap_or_default(),
            tokens: Vec::new(),
            sentence_ends: Vec::new(),
        };
        for line in chunk.text.lines() {
            for span in sentences(line) {
                let sentence = slice(line, span);
                for term in terms(sentence, chunk.language) {
                    let is_named = is_named(sentence, &term, chunk.language);
                    passage.tokens.push((term.stem, is_named));
                }
                passage.sentence_ends.push(u32::try_from(passage.tokens.len()).unwrap_or(u32::MAX));
            }
        }
        passage
    }

    fn stems(&self) -> impl Iterator<Item = &str> {
        let texts = self.above.iter().chain(&self.heading).chain(&self.question).map(String::as_str);
        texts.chain(self.tokens.iter().map(|(stem, _)| stem.as_str()))
    }

    fn numbered(&self, numbers: &HashMap<&str, StemId>) -> Passage {
        let number = |stem: &str| numbers.get(stem).copied();
        Passage {
            above: self.above.iter().filter_map(|stem| number(stem)).collect(),
            heading: self.heading.iter().filter_map(|stem| number(stem)).collect(),
            question: self.question.iter().filter_map(|stem| number(stem)).collect(),
            tokens: self
                .tokens
                .iter()
                .filter_map(|(stem, is_named)| number(stem).map(|stem| Token::new(stem, *is_named)))
                .collect(),
            sentence_ends: self.sentence_ends.clone(),
        }
    }
}

fn stems(text: &str, language: Language) -> Vec<String> {
    terms(text, language).into_iter().map(|term| term.stem).collect()
}

/// True if the term is written like a name, a number or an abbreviation: a digit anywhere, several capitals, or one
/// that neither begins the sentence nor, in German, every noun.
pub(crate) fn is_named(sentence: &str, term: &Term, language: Language) -> bool {
    let word = slice(sentence, term.span.clone());
    let capitals = word.chars().filter(|character| character.is_uppercase()).count();
    let begins_sentence = !sentence.get(..term.span.start).unwrap_or_default().contains(char::is_alphanumeric);
    word.contains(|character: char| character.is_ascii_digit())
        || capitals > 1
        || (capitals == 1 && !begins_sentence && language != Language::De)
}

/// The folded form of a term's word as written.
pub(crate) fn folded(text: &str, term: &Term) -> String {
    fold(slice(text, term.span.clone()))
}
