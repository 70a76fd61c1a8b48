//! Overlap: one walk over a passage's tokens that notes which terms of the question it meets, and where.
//!
//! Start at [`Overlap::of`]. What the notes are worth is decided in [`super::features`].

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;

use super::query::{Form, MAX_PHRASES, MAX_TERMS, Query, Term};
use crate::analysis::{Analysis, Passage, StemId, Token};
use crate::chunk::facets::{self, Named};

/// Terms that stand this close, stop words not counted, are near each other.
const NEAR: usize = 4;

/// What meets what, term by term.
pub(super) type Coverage = [f32; MAX_TERMS];

/// How surely a facet covers the words that name it, where the passage does not repeat them.
const NAMED_BY_FACET: f32 = 0.85;
/// The same for words that name a part of the facet.
const PART_OF_FACET: f32 = 0.4;
/// The same for spoken languages, which are filed under skills and are not what "skills" asks for.
const SIDE_OF_FACET: f32 = 0.5;

/// How surely the title, or a heading that is not the nearest, speaks for a passage below it.
const ABOVE: f32 = 0.8;

/// What has been met in one stretch of text.
struct Met {
    exact: Coverage,
    soft: Coverage,
    /// Words of each phrase, one bit each.
    phrases: [u8; MAX_PHRASES],
}

impl Met {
    fn after(exact: Coverage, soft: Coverage) -> Self {
        Self { exact, soft, phrases: [0; MAX_PHRASES] }
    }

    /// Notes a form; true if its term now surely stands here.
    fn note(&mut self, form: &Form) -> bool {
        if let Some(part) = form.part {
            let Some(seen) = self.phrases.get_mut(part.phrase) else { return false };
            *seen |= part.bit;
            if *seen != part.all {
                return false;
            }
        }
        rise(&mut self.exact, form.term, form.exact);
        rise(&mut self.soft, form.term, form.soft);
        form.exact > 0.0
    }

    fn weaken(&mut self, factor: f32) {
        self.exact.iter_mut().chain(&mut self.soft).for_each(|value| *value *= factor);
    }

    fn read(&mut self, query: &Query, stems: &[StemId]) {
        for form in stems.iter().flat_map(|stem| query.forms(*stem)) {
            self.note(form);
        }
    }
}

/// How a passage covers the terms of a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Overlap {
    /// Of each term, how surely it stands in the passage, its headings or its facet.
    pub exact: Coverage,
    /// The same, spelling counted.
    pub soft: Coverage,
    /// Of each term, in headings, title and FAQ question.
    pub heading: Coverage,
    /// The best single sentence, headings counted: sum of weights.
    pub sentence: f32,
    /// The same, spelling counted.
    pub soft_sentence: f32,
    /// Weight of neighbouring terms of the question that stand near each other.
    pub near: f32,
    /// Share of the FAQ question that the question repeats, by rarity.
    pub question_repeated: f32,
    /// Of each term, in the FAQ question.
    pub question: Coverage,
    /// What the best sentence could answer with.
    pub has_named: bool,
    pub has_number: bool,
    /// Terms that stand in the passage, one bit each.
    pub covered: u32,
}

impl Overlap {
    /// Walks over the passage once.
    pub fn of(query: &Query, passage: &Passage, chunk: &Chunk, analysis: &Analysis) -> Self {
        let base = by_facet(query, chunk);
        let mut overlap = Self {
            exact: base,
            soft: base,
            heading: [0.0; MAX_TERMS],
            question: [0.0; MAX_TERMS],
            sentence: 0.0,
            soft_sentence: 0.0,
            near: 0.0,
            question_repeated: repeated(query, &passage.question, analysis),
            has_named: false,
            has_number: false,
            covered: 0,
        };
        let mut above = Met::after([0.0; MAX_TERMS], [0.0; MAX_TERMS]);
        above.read(query, &passage.above);
        above.weaken(ABOVE);
        let mut question = Met::after([0.0; MAX_TERMS], [0.0; MAX_TERMS]);
        question.read(query, &passage.question);
        overlap.question = question.exact;
        raise(&mut above.exact, &question.exact);
        raise(&mut above.soft, &question.soft);
        above.read(query, &passage.heading);
        overlap.heading = above.exact;
        raise(&mut overlap.exact, &above.exact);
        raise(&mut overlap.soft, &above.soft);
        let above = (overlap.exact, overlap.soft);
        for sentence in passage.sentences() {
            overlap.read(query, sentence, &above, analysis);
        }
        for (place, value) in overlap.exact.iter().enumerate() {
            if *value >= 0.5 {
                overlap.covered |= 1 << place;
            }
        }
        overlap
    }

    fn read(&mut self, query: &Query, sentence: &[Token], above: &(Coverage, Coverage), analysis: &Analysis) {
        let mut met = Met::after(above.0, above.1);
        // The last place of each term in this sentence, counted from 1.
        let mut last = [0_usize; MAX_TERMS];
        let (mut has_named, mut has_number) = (false, false);
        let mut near = 0.0;
        for (place, token) in (1..).zip(sentence) {
            let mut is_met = false;
            for form in query.forms(token.stem()) {
                if met.note(form) {
                    is_met = true;
                    near += nearness(query, &mut last, form.term, place);
                }
            }
            if !is_met && token.is_named() {
                has_named = true;
                has_number |= analysis.stem(token.stem()).starts_with(|first: char| first.is_ascii_digit());
            }
        }
        let (exact, soft) = (met.exact, met.soft);
        raise(&mut self.exact, &exact);
        raise(&mut self.soft, &soft);
        self.near = self.near.max(near);
        self.soft_sentence = self.soft_sentence.max(weigh(query, &soft));
        let covered = weigh(query, &exact);
        if covered > self.sentence {
            (self.sentence, self.has_named, self.has_number) = (covered, has_named, has_number);
        } else if covered == self.sentence {
            self.has_named |= has_named;
            self.has_number |= has_number;
        }
    }
}

/// Sum of the weights of the terms that are met, each as surely as it is met.
pub(super) fn weigh(query: &Query, coverage: &Coverage) -> f32 {
    query.terms.iter().zip(coverage).map(|(term, value)| term.weight * value).sum()
}

/// What the passage's facet covers by itself: words that name it, and frame words if it is asked about.
fn by_facet(query: &Query, chunk: &Chunk) -> Coverage {
    let facet = chunk.facet;
    let names_skills = |term: &Term| term.facet == Some(Named { facet: Facet::Skills, is_whole: true });
    let is_side = facet == Facet::Skills
        && query.terms.iter().any(names_skills)
        && chunk.heading_path.last().is_some_and(|heading| facets::names_spoken_languages(heading));
    let is_asked = query.facet_strength(facet).is_some();
    let mut coverage = [0.0; MAX_TERMS];
    for (value, term) in coverage.iter_mut().zip(&query.terms) {
        let named = term.facet.filter(|named| named.facet == facet);
        *value = match named {
            Some(named) if !named.is_whole => PART_OF_FACET,
            Some(_) if is_side => SIDE_OF_FACET,
            // Where somebody lives is said where they are introduced.
            Some(_) if term.is_dwelling && !is_opening(chunk) => PART_OF_FACET,
            Some(_) => NAMED_BY_FACET,
            None if is_asked && term.is_frame => NAMED_BY_FACET,
            None => 0.0,
        };
    }
    coverage
}

/// True for the beginning of a document, where a CV or a page about somebody introduces them.
pub(super) fn is_opening(chunk: &Chunk) -> bool {
    chunk.question.is_none() && chunk.id.as_str().ends_with("#0")
}

fn rise(coverage: &mut Coverage, term: usize, value: f32) {
    if let Some(old) = coverage.get_mut(term) {
        *old = old.max(value);
    }
}

fn raise(coverage: &mut Coverage, other: &Coverage) {
    for (old, new) in coverage.iter_mut().zip(other) {
        *old = old.max(*new);
    }
}

/// Notes that `term` stands at `place`; gives the weight of its neighbours in the question if they stand near.
fn nearness(query: &Query, last: &mut [usize; MAX_TERMS], term: usize, place: usize) -> f32 {
    let weight = |term: usize| query.terms.get(term).map_or(0.0, |term| term.weight);
    let is_new = last.get(term).is_some_and(|seen| *seen == 0);
    let mut near = 0.0;
    for neighbour in [term.wrapping_sub(1), term + 1] {
        let seen = last.get(neighbour).copied().unwrap_or(0);
        if is_new && seen > 0 && place - seen <= NEAR {
            near += weight(term).min(weight(neighbour));
        }
    }
    if let Some(slot) = last.get_mut(term) {
        *slot = place;
    }
    near
}

/// Share of the FAQ question's rarity that the question repeats.
fn repeated(query: &Query, question: &[StemId], analysis: &Analysis) -> f32 {
    let (mut repeated, mut total) = (0.0, 0.0);
    for stem in question {
        let idf = analysis.idf(analysis.frequency(*stem));
        let sure = query.forms(*stem).map(|form| form.exact).fold(0.0, f32::max);
        repeated += idf * sure;
        total += idf;
    }
    if total > 0.0 { repeated / total } else { 0.0 }
}
