//! Sources made ready: sentences with their words numbered, and where each word stands.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use portavoz_text::dates::{Found, Period, periods};
use portavoz_text::language::{Language, LanguageSet};
use portavoz_text::ngrams::Trigrams;
use portavoz_text::sentences::sentences;

use super::facts::{Fact, Value};
use super::reading::{Capital, Reading, Token, read};
use super::{Evidence, Source};

/// A sentence of a source, or its heading, or its question.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// The source it is of, and where in it; the range of a heading or question is empty.
    pub(super) source: usize,
    pub(super) span: Range<usize>,
    pub(super) language: Language,
    pub(super) reading: Reading,
    /// Per word: the number of its stem.
    pub(super) stems: Vec<u32>,
    /// The periods that it names.
    pub(super) periods: Vec<Found<Period>>,
    /// Units that say what this one is about: heading, question, the sentence that opens its paragraph.
    pub(super) scope: Vec<usize>,
    /// True for a sentence of the text.
    pub(super) is_text: bool,
}

/// Where a word stands: the unit, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting {
    pub(super) unit: usize,
    pub(super) index: usize,
}

/// Strings with numbers, and where they stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    ids: HashMap<String, u32>,
    postings: Vec<Vec<Posting>>,
}

impl Vocabulary {
    fn add(&mut self, text: &str, posting: Posting) -> u32 {
        let next = u32::try_from(self.postings.len()).unwrap_or(u32::MAX);
        let id = match self.ids.get(text) {
            Some(id) => *id,
            None => {
                self.ids.insert(text.to_owned(), next);
                self.postings.push(Vec::new());
                next
            }
        };
        if let Some(postings) = self.postings.get_mut(id as usize) {
            postings.push(posting);
        }
        id
    }

    /// The number of `text`, if it stands anywhere.
    pub(super) fn id(&self, text: &str) -> Option<u32> {
        self.ids.get(text).copied()
    }

    /// Where `text` stands, in order.
    pub(super) fn find(&self, text: &str) -> &[Posting] {
        self.id(text).map_or(&[], |id| self.of(id))
    }

    /// Where the string of number `id` stands.
    pub(super) fn of(&self, id: u32) -> &[Posting] {
        self.postings.get(id as usize).map_or(&[], |postings| postings)
    }
}

/// A source as one row of words.
#[derive(Debug, Clone, Default)]
pub(super) struct Passage {
    /// The number of each word's stem, in order.
    pub(super) stems: Vec<u32>,
    /// The numbers, of heading and question too.
    pub(super) known: HashSet<u32>,
    /// Runs of letters, see [`grams`].
    pub(super) grams: HashSet<u64>,
    /// Its sentences: the first unit and the one after the last.
    pub(super) units: Range<usize>,
    /// Its language, as an index of [`Language::ALL`].
    pub(super) language: usize,
}

/// A word that may be recognised in the spelling of a sister language.
#[derive(Debug, Clone)]
pub(super) struct Lookalike {
    pub(super) folded: String,
    pub(super) trigrams: Trigrams,
}

/// See [`super::Sources`].
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    pub(super) units: Vec<Unit>,
    pub(super) passages: Vec<Passage>,
    /// Stems; of stop words, the words.
    pub(super) stems: Vocabulary,
    /// Folded words, as they stand.
    pub(super) surfaces: Vocabulary,
    /// Long words by their first two letters.
    pub(super) lookalikes: HashMap<[u8; 2], Vec<Lookalike>>,
    pub(super) languages: LanguageSet,
    /// Folded words of names that most units have, or are about: the owner's.
    pub(super) everywhere: HashSet<String>,
    /// Folded words that have a name's capital somewhere.
    named: HashSet<String>,
}

/// Letters in a run.
const GRAM: usize = 5;

/// The runs of letters of a sentence, a space between its words, as numbers.
pub(super) fn grams(reading: &Reading) -> Vec<u64> {
    let mut joined = String::with_capacity(reading.tokens.len() * 7);
    for token in &reading.tokens {
        joined.push_str(&token.folded);
        joined.push(' ');
    }
    // Folded text is nearly all ASCII, so bytes do for letters.
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    joined.trim_end().as_bytes().windows(GRAM).map(number).collect()
}

/// The first two bytes of a word, by which spellings of one word are looked up.
pub(super) fn beginning(folded: &str) -> Option<[u8; 2]> {
    folded.as_bytes().first_chunk::<2>().copied()
}

impl Index {
    pub(super) fn of(sources: &[Source<'_>]) -> Self {
        let mut index = Self::default();
        for (number, source) in sources.iter().enumerate() {
            index.languages.insert(source.language);
            index.passages.push(Passage { language: source.language.index(), ..Passage::default() });
            let mut scope = Vec::new();
            for above in [Some(source.heading), source.question].into_iter().flatten().filter(|text| !text.is_empty()) {
                scope.push(index.add(number, 0..0, (above, source.language), Vec::new()));
            }
            let first = index.units.len();
            index.add_text(number, source, &scope);
            let end = index.units.len();
            if let Some(passage) = index.passages.last_mut() {
                passage.units = first..end;
                passage.known.extend(&passage.stems);
            }
        }
        index.everywhere = index.common_names();
        index
    }

    /// True if a fact of a unit is a name, and neither the owner's nor the capital of a sentence's first word.
    pub(super) fn is_name(&self, fact: &Fact, unit: &Unit) -> bool {
        let words = unit.reading.tokens.get(fact.tokens.clone()).unwrap_or_default();
        let is_named = |token: &Token| match token.capital {
            Capital::Name | Capital::Shape => true,
            _ => self.named.contains(&token.folded),
        };
        let is_owner = words.first().is_some_and(|token| self.everywhere.contains(&token.folded));
        fact.value == Value::Name && !is_owner && words.iter().any(is_named)
    }

    fn common_names(&self) -> HashSet<String> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for unit in &self.units {
            let about = unit.scope.iter().filter_map(|above| self.units.get(*above)).chain([unit]);
            let tokens = about.flat_map(|unit| &unit.reading.tokens);
            let names: HashSet<&str> = tokens
                .filter(|token| matches!(token.capital, Capital::Name))
                .map(|token| token.folded.as_str())
                .collect();
            names.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
        }
        let most = |count: usize| count * 2 > self.units.len();
        counts.into_iter().filter(|(_, count)| most(*count)).map(|(name, _)| name.to_owned()).collect()
    }

    fn add_text(&mut self, number: usize, source: &Source<'_>, scope: &[usize]) {
        let (mut opening, mut before): (Option<usize>, Option<usize>) = (None, None);
        let mut end = 0;
        for span in sentences(source.text) {
            let breaks = source.text.get(end..span.start).is_none_or(|gap| gap.contains('\n'));
            if breaks {
                (opening, before) = (None, None);
            }
            end = span.end;
            let text = source.text.get(span.clone()).unwrap_or_default();
            let mut about = scope.to_vec();
            about.extend(opening);
            about.extend(before.filter(|before| Some(*before) != opening));
            let unit = self.add(number, span, (text, source.language), about);
            opening = opening.or(Some(unit));
            before = Some(unit);
        }
    }

    fn add(&mut self, source: usize, span: Range<usize>, text: (&str, Language), scope: Vec<usize>) -> usize {
        let reading = read(text.0, text.1);
        let unit = self.units.len();
        let mut stems = Vec::with_capacity(reading.tokens.len());
        for (index, token) in reading.tokens.iter().enumerate() {
            let posting = Posting { unit, index };
            let id = self.stems.add(&token.stem, posting);
            stems.push(id);
            if let Some(passage) = self.passages.last_mut() {
                if span.is_empty() {
                    passage.known.insert(id);
                } else {
                    passage.stems.push(id);
                }
            }
            if self.surfaces.id(&token.folded).is_none()
                && !token.is_stop
                && token.folded.len() >= 5
                && let Some(beginning) = beginning(&token.folded)
            {
                let lookalike = Lookalike { trigrams: Trigrams::of(&token.folded), folded: token.folded.clone() };
                self.lookalikes.entry(beginning).or_default().push(lookalike);
            }
            if token.capital == Capital::Name {
                self.named.insert(token.folded.clone());
            }
            self.surfaces.add(&token.folded, posting);
        }
        let is_text = !span.is_empty();
        if let Some(passage) = self.passages.last_mut() {
            passage.grams.extend(grams(&reading));
        }
        let periods = periods(text.0);
        self.units.push(Unit { source, span, language: text.1, reading, stems, periods, scope, is_text });
        unit
    }

    /// The unit as evidence; `within` is a range of bytes in it.
    pub(super) fn evidence(&self, unit: usize, within: Option<Range<usize>>) -> Option<Evidence> {
        let unit = self.units.get(unit)?;
        let span = match within {
            Some(within) if unit.is_text => unit.span.start + within.start..unit.span.start + within.end,
            _ => unit.span.clone(),
        };
        Some(Evidence { source: unit.source, span })
    }
}
