//! Overlap: one walk over a passage's tokens that notes which terms of the question it meets, and where.
//!
//! Start at [`Overlap::of`]. What the notes are worth is decided in [`super::features`].

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::question::Wants;

use super::query::{Form, MAX_PHRASES, MAX_TERMS, Query, Term};
use crate::analysis::{Analysis, Passage, StemId, Token};
use crate::chunk::facets::{self, Named};

mod closeness;
mod offer;

use closeness::{bm25, nearness, pairs};
use offer::Offer;

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
    strict: Coverage,
    exact: Coverage,
    soft: Coverage,
    /// Words of each phrase, one bit each.
    phrases: [u8; MAX_PHRASES],
}

impl Met {
    fn after(exact: Coverage, soft: Coverage) -> Self {
        Self { strict: [0.0; MAX_TERMS], exact, soft, phrases: [0; MAX_PHRASES] }
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
        if form.is_strict() {
            rise(&mut self.strict, form.term, form.exact);
        }
        rise(&mut self.exact, form.term, form.exact);
        rise(&mut self.soft, form.term, form.soft);
        form.exact > 0.0
    }

    fn weaken(&mut self, factor: f32) {
        let all = self.exact.iter_mut().chain(&mut self.soft).chain(&mut self.strict);
        all.for_each(|value| *value *= factor);
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
    /// The best two sentences in a row, spelling counted.
    pub window: f32,
    /// What the passages before and after add to `exact`: sum of weights.
    pub neighbours: f32,
    /// The question's own words in the best sentence: sum of rarities.
    pub strict_sentence: f32,
    /// Of each term, whether the best sentence (headings counted) has it, spelling counted.
    pub best: Coverage,
    /// Sum of the pairs of terms in one sentence, lighter the further apart.
    pub pairs: f32,
    /// How much longer the passage is than the average one, as a logarithm.
    pub length: f32,
    /// Sum of BM25's saturated frequencies of the question's own words, each by its rarity.
    pub bm25: f32,
    /// The same of whatever means or looks like them.
    pub wide_bm25: f32,
    /// Weight of neighbouring terms of the question that stand near each other.
    pub near: f32,
    /// The same, side by side and in the question's order.
    pub ordered: f32,
    /// Share of the FAQ question that the question repeats, by rarity.
    pub question_repeated: f32,
    /// Of each term, in the FAQ question.
    pub question: Coverage,
    /// What the best sentence could answer with.
    offer: Offer,
    /// Terms that stand in the passage, one bit each.
    pub covered: u32,
}

/// The walk over one passage: what has been met so often, and in the sentence before.
struct Walk<'a> {
    query: &'a Query,
    analysis: &'a Analysis,
    /// What headings and facet cover.
    above: (Coverage, Coverage),
    /// What headings have of the question's own words.
    above_strict: Coverage,
    /// How often the question's own words stand here.
    frequencies: Coverage,
    /// The same of whatever means or looks like them.
    wide_frequencies: Coverage,
    previous: Coverage,
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
            window: 0.0,
            neighbours: 0.0,
            strict_sentence: 0.0,
            best: base,
            pairs: 0.0,
            length: 0.0,
            bm25: 0.0,
            wide_bm25: 0.0,
            near: 0.0,
            ordered: 0.0,
            question_repeated: repeated(query, &passage.question, analysis),
            offer: Offer::default(),
            covered: 0,
        };
        let mut above = Met::after([0.0; MAX_TERMS], [0.0; MAX_TERMS]);
        above.read(query, &passage.above);
        above.weaken(ABOVE);
        let mut question = Met::after([0.0; MAX_TERMS], [0.0; MAX_TERMS]);
        question.read(query, &passage.question);
        overlap.question = question.exact;
        // "Do you train teams?" speaks for what it says of training only as far as that is asked.
        question.weaken(0.5 + 0.5 * overlap.question_repeated);
        raise(&mut above.exact, &question.exact);
        raise(&mut above.soft, &question.soft);
        raise(&mut above.strict, &question.strict);
        above.read(query, &passage.heading);
        overlap.heading = above.exact;
        raise(&mut overlap.exact, &above.exact);
        raise(&mut overlap.soft, &above.soft);
        let above_strict = above.strict;
        let above = (overlap.exact, overlap.soft);
        let mut walk = Walk {
            query,
            analysis,
            above,
            above_strict,
            frequencies: above_strict,
            wide_frequencies: overlap.heading,
            previous: above.1,
        };
        for sentence in passage.sentences() {
            overlap.read(&mut walk, sentence);
        }
        let length = passage.tokens.len() as f32 / query.average_length;
        overlap.bm25 = bm25(query, &walk.frequencies, length);
        overlap.wide_bm25 = bm25(query, &walk.wide_frequencies, length);
        overlap.length = length.clamp(0.1, 10.0).ln();
        for (place, value) in overlap.exact.iter().enumerate() {
            if *value >= 0.5 {
                overlap.covered |= 1 << place;
            }
        }
        overlap
    }

    fn read(&mut self, walk: &mut Walk<'_>, sentence: &[Token]) {
        let query = walk.query;
        let mut met = Met::after(walk.above.0, walk.above.1);
        // The last place of each term in this sentence, counted from 1.
        let mut last = [0_usize; MAX_TERMS];
        let mut offer = Offer::default();
        let (mut near, mut ordered) = (0.0, 0.0);
        for (place, token) in (1..).zip(sentence) {
            let mut is_met = false;
            for form in query.forms(token.stem()) {
                let is_sure = met.note(form);
                if form.part.is_none() || is_sure {
                    count(&mut walk.wide_frequencies, form.term, form.soft);
                }
                if is_sure {
                    is_met = true;
                    if form.is_strict() {
                        count(&mut walk.frequencies, form.term, form.exact);
                    }
                    let (close, adjacent) = nearness(query, &mut last, form.term, place);
                    near += close;
                    ordered += adjacent;
                }
            }
            if !is_met {
                offer.note(query, *token, walk.analysis);
            }
        }
        let (exact, soft) = (met.exact, met.soft);
        raise(&mut self.exact, &exact);
        raise(&mut self.soft, &soft);
        raise(&mut met.strict, &walk.above_strict);
        self.strict_sentence = self.strict_sentence.max(rarity(query, &met.strict));
        self.near = self.near.max(near);
        self.ordered = self.ordered.max(ordered);
        let soft_covered = weigh(query, &soft);
        if soft_covered > self.soft_sentence {
            (self.soft_sentence, self.best) = (soft_covered, soft);
        }
        self.pairs = self.pairs.max(pairs(query, &last));
        let mut window = soft;
        raise(&mut window, &walk.previous);
        self.window = self.window.max(weigh(query, &window));
        walk.previous = soft;
        let covered = weigh(query, &exact);
        if covered > self.sentence {
            (self.sentence, self.offer) = (covered, offer);
        } else if covered == self.sentence {
            self.offer = self.offer.join(offer);
        }
    }

    /// True if the best sentence lacks what is wanted; never where anything may answer.
    pub fn lacks_wanted(&self, wants: Wants) -> bool {
        self.offer.lacks(wants)
    }

    /// Adds what the passages before and after of the same document say.
    pub fn look_around<'a>(&mut self, query: &Query, neighbours: impl Iterator<Item = &'a Passage>) {
        let mut around = self.exact;
        for passage in neighbours {
            for form in passage.tokens.iter().flat_map(|token| query.forms(token.stem())) {
                if form.part.is_none() {
                    rise(&mut around, form.term, form.exact);
                }
            }
        }
        self.neighbours = weigh(query, &around) - weigh(query, &self.exact);
    }
}

/// Sum of the weights of the terms that are met, each as surely as it is met.
pub(super) fn weigh(query: &Query, coverage: &Coverage) -> f32 {
    query.terms.iter().zip(coverage).map(|(term, value)| term.weight * value).sum()
}

/// Sum of the rarities of the terms that are met, each as surely as it is met.
fn rarity(query: &Query, coverage: &Coverage) -> f32 {
    query.terms.iter().zip(coverage).map(|(term, value)| term.rarity * value).sum()
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

fn count(frequencies: &mut Coverage, term: usize, value: f32) {
    if let Some(frequency) = frequencies.get_mut(term) {
        *frequency += value;
    }
}

fn raise(coverage: &mut Coverage, other: &Coverage) {
    for (old, new) in coverage.iter_mut().zip(other) {
        *old = old.max(*new);
    }
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
