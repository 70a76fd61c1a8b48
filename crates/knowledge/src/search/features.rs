//! Features: how one passage meets one question, as numbers between 0 and 1 (a few reach beyond).
//!
//! Pure and without allocation: this runs for every candidate of every question. [`Overlap`] is one walk over the
//! passage's tokens; [`Features`] are drawn from it.

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::question::Wants;

use super::query::{Form, MAX_PHRASES, MAX_TERMS, Query, Term};
use crate::analysis::{Analysis, Passage, StemId, Token};
use crate::vectors::Nearest;

/// Terms that stand this close, stop words not counted, are near each other.
const NEAR: usize = 4;

/// What meets what, term by term.
type Coverage = [f32; MAX_TERMS];

/// How surely a facet covers the words that name it, where the passage does not repeat them.
const NAMED_BY_FACET: f32 = 0.85;
/// The same for words that name a part of the facet.
const PART_OF_FACET: f32 = 0.4;

/// How fast evidence saturates: with this, one rare word is three quarters of all the evidence there can be.
const EVIDENCE_SCALE: f32 = 1.4;

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
    exact: Coverage,
    /// The same, spelling counted.
    soft: Coverage,
    /// Of each term, in headings, title and FAQ question.
    heading: Coverage,
    /// The best single sentence, headings counted: sum of weights.
    sentence: f32,
    /// The same, spelling counted.
    soft_sentence: f32,
    /// Weight of neighbouring terms of the question that stand near each other.
    near: f32,
    /// Share of the FAQ question that the question repeats, by rarity.
    question_repeated: f32,
    /// Of each term, in the FAQ question.
    question: Coverage,
    /// What the best sentence could answer with.
    has_named: bool,
    has_number: bool,
    /// Terms that stand in the passage, one bit each.
    pub covered: u32,
}

impl Overlap {
    /// Walks over the passage once.
    pub fn of(query: &Query, passage: &Passage, facet: Facet, analysis: &Analysis) -> Self {
        let base = by_facet(query, facet);
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
        above.read(query, &passage.question);
        overlap.question = above.exact;
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

/// What the ranking knows of a passage and a question; each field has its row in [`super::coefficients::RELEVANCE`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Features {
    /// Share of the question's weight that stands in the passage or above it.
    pub idf_coverage: f32,
    /// The same for the best single sentence with its headings.
    pub sentence_coverage: f32,
    /// What words that are only spelled alike add to it.
    pub lookalike_coverage: f32,
    /// The same for the best single sentence.
    pub lookalike_sentence_coverage: f32,
    /// Share that stands in headings, title or FAQ question.
    pub heading_coverage: f32,
    /// Share of the question's neighbouring words that are near each other in a sentence.
    pub proximity: f32,
    /// Share of the question's weight that is names, numbers and abbreviations which the passage has.
    pub names_met: f32,
    /// The same, which the passage lacks.
    pub names_missing: f32,
    /// How much the passage's FAQ question and this one are the same question.
    pub faq_similarity: f32,
    /// The passage is filed under a facet the question asks about, and the question asks about little else.
    pub facet_match: f32,
    /// The best sentence has what the question wants: a number, a name.
    pub wants_match: f32,
    /// How much evidence there is: 0 for one common word, towards 1 for many rare ones.
    pub evidence: f32,
    /// Logarithm of the document's priority.
    pub priority: f32,
    /// Standard deviations beyond two by which the passage is nearer to the question than the average one (among a
    /// few dozen passages even an unanswerable question has one at two); 0 without vectors.
    pub cosine: f32,
}

/// How many features there are.
pub const COUNT: usize = 14;

impl Features {
    pub(super) fn of(query: &Query, overlap: &Overlap, chunk: &Chunk, cosine: Option<f32>) -> Self {
        let facet = facet_strength(query, chunk.facet);
        let part = |weight: f32| if query.total > 0.0 { (weight / query.total).min(1.0) } else { 0.0 };
        // A question without any word of substance ("who is Ana?") is met by its facet, best where the name stands.
        let alone = facet * if names_owner(query, &overlap.exact) { 1.0 } else { 0.85 };
        let share = |weight: f32| if query.total > 0.0 { part(weight) } else { alone };
        let (exact, soft) = (share(weigh(query, &overlap.exact)), share(weigh(query, &overlap.soft)));
        let (sentence, soft_sentence) = (share(overlap.sentence), share(overlap.soft_sentence));
        Self {
            idf_coverage: exact,
            sentence_coverage: sentence,
            lookalike_coverage: (soft - exact).max(0.0),
            lookalike_sentence_coverage: (soft_sentence - sentence).max(0.0),
            heading_coverage: part(weigh(query, &overlap.heading)),
            proximity: proximity(query, overlap.near),
            names_met: part(names(query, &overlap.exact, true)),
            names_missing: part(names(query, &overlap.exact, false)),
            faq_similarity: harmonic(part(weigh(query, &overlap.question)), overlap.question_repeated).powi(2),
            facet_match: facet * soft * breadth(query, chunk.facet).powi(2),
            wants_match: wanted(query.wants, overlap),
            evidence: if query.total > 0.0 {
                1.0 - (-EVIDENCE_SCALE * weigh(query, &overlap.exact)).exp()
            } else {
                alone
            },
            priority: chunk.priority.clamp(0.1, 10.0).ln(),
            cosine: cosine.unwrap_or(0.0),
        }
    }

    /// In the order of [`super::coefficients::RELEVANCE`].
    pub const fn to_array(self) -> [f32; COUNT] {
        [
            self.idf_coverage,
            self.sentence_coverage,
            self.lookalike_coverage,
            self.lookalike_sentence_coverage,
            self.heading_coverage,
            self.proximity,
            self.names_met,
            self.names_missing,
            self.faq_similarity,
            self.facet_match,
            self.wants_match,
            self.evidence,
            self.priority,
            self.cosine,
        ]
    }
}

/// How far above the average cosine a passage lies, in standard deviations: the one scale that all embedders share.
/// Passages that are not among the nearest count as average.
pub(super) fn standardised(nearest: &Nearest, ordinal: u32) -> f32 {
    /// No embedder's cosines lie closer together; keeps a handful of equal passages from looking far apart.
    const LEAST_DEVIATION: f32 = 0.02;
    let cosine = nearest.top.iter().find(|(other, _)| *other == ordinal).map_or(nearest.mean, |(_, cosine)| *cosine);
    ((cosine - nearest.mean) / nearest.deviation.max(LEAST_DEVIATION)).clamp(0.0, 4.0) - 2.0
}

/// What the passage's facet covers by itself: words that name it, and frame words if it is asked about.
fn by_facet(query: &Query, facet: Facet) -> Coverage {
    let is_asked = query.facet_strength(facet).is_some();
    let mut coverage = [0.0; MAX_TERMS];
    for (value, term) in coverage.iter_mut().zip(&query.terms) {
        let named = term.facet.filter(|named| named.facet == facet);
        *value = match named {
            Some(named) if !named.is_whole => PART_OF_FACET,
            Some(_) => NAMED_BY_FACET,
            None if is_asked && term.is_frame => NAMED_BY_FACET,
            None => 0.0,
        };
    }
    coverage
}

/// Without any facet a question without substance is about the person.
fn facet_strength(query: &Query, facet: Facet) -> f32 {
    if query.facets.is_empty() && query.total == 0.0 {
        return if facet == Facet::About { 1.0 } else { 0.0 };
    }
    query.facet_strength(facet).unwrap_or(0.0)
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

fn weigh(query: &Query, coverage: &Coverage) -> f32 {
    query.terms.iter().zip(coverage).map(|(term, value)| term.weight * value).sum()
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

fn proximity(query: &Query, near: f32) -> f32 {
    let pairs = query.terms.iter().zip(query.terms.iter().skip(1));
    let possible: f32 = pairs.map(|(one, other)| one.weight.min(other.weight)).sum();
    if possible > 0.0 { (near / possible).min(1.0) } else { 0.0 }
}

/// Weight of the names, numbers and abbreviations that the passage has, or lacks.
fn names(query: &Query, exact: &Coverage, met: bool) -> f32 {
    let counts = |(term, value): &(&Term, &f32)| term.is_named && (**value >= 0.5) == met;
    query.terms.iter().zip(exact).filter(counts).map(|(term, _)| term.weight).sum()
}

fn names_owner(query: &Query, exact: &Coverage) -> bool {
    query.terms.iter().zip(exact).any(|(term, value)| term.is_owner && *value > 0.0)
}

/// Share of the question's weight that only names this facet or frames the question; 1 if it has no other words.
fn breadth(query: &Query, facet: Facet) -> f32 {
    let names = |term: &&Term| term.is_frame || term.facet.is_some_and(|named| named.facet == facet);
    let light = query.terms.iter().filter(names).map(|term| term.weight);
    if query.total > 0.0 { light.sum::<f32>() / query.total } else { 1.0 }
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

fn harmonic(one: f32, other: f32) -> f32 {
    if one + other > 0.0 { 2.0 * one * other / (one + other) } else { 0.0 }
}

fn wanted(wants: Wants, overlap: &Overlap) -> f32 {
    let found = match wants {
        Wants::Figure | Wants::Date | Wants::Duration => overlap.has_number,
        Wants::Place | Wants::Name => overlap.has_named,
        Wants::List | Wants::Contact | Wants::YesNo | Wants::Open => return 0.5,
    };
    if found { 1.0 } else { 0.0 }
}
