//! Features: how one passage meets one question, as numbers between 0 and 1 (a few reach beyond).
//!
//! Pure and without allocation: this runs for every candidate of every question. [`Overlap`] is one walk over the
//! passage's tokens; [`Features`] are drawn from it.

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::question::Wants;

use super::query::{MAX_TERMS, Query, Term};
use crate::analysis::{Analysis, Passage, StemId, Token};
use crate::vectors::Nearest;

/// Terms that stand this close, stop words not counted, are near each other.
const NEAR: usize = 4;

/// What meets what, term by term.
type Coverage = [f32; MAX_TERMS];

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
        let mut heading_soft = [0.0; MAX_TERMS];
        cover(query, passage.question.iter().copied(), &mut overlap.question, &mut heading_soft);
        overlap.heading = overlap.question;
        cover(query, passage.heading.iter().copied(), &mut overlap.heading, &mut heading_soft);
        raise(&mut overlap.exact, &overlap.heading);
        raise(&mut overlap.soft, &heading_soft);
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
        let (mut exact, mut soft) = *above;
        // The last place of each term in this sentence, counted from 1.
        let mut last = [0_usize; MAX_TERMS];
        let (mut has_named, mut has_number) = (false, false);
        let mut near = 0.0;
        for (place, token) in (1..).zip(sentence) {
            let mut met = false;
            for form in query.forms(token.stem()) {
                met |= form.exact > 0.0;
                rise(&mut exact, form.term, form.exact);
                rise(&mut soft, form.term, form.soft);
                if form.exact > 0.0 {
                    near += nearness(query, &mut last, form.term, place);
                }
            }
            if !met && token.is_named() {
                has_named = true;
                has_number |= analysis.stem(token.stem()).starts_with(|first: char| first.is_ascii_digit());
            }
        }
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
    /// Share with words that are only spelled alike.
    pub soft_coverage: f32,
    /// The same for the best single sentence.
    pub soft_sentence_coverage: f32,
    /// Share that stands in headings, title or FAQ question.
    pub heading_coverage: f32,
    /// Share of the question's neighbouring words that are near each other in a sentence.
    pub proximity: f32,
    /// Share of the question's weight that is names, numbers and abbreviations which the passage lacks.
    pub names_missing: f32,
    /// How much the passage's FAQ question and this one are the same question.
    pub faq_similarity: f32,
    /// The passage is filed under a facet the question asks about, as far as the rest of the question is met.
    pub facet_match: f32,
    /// The best sentence has what the question wants: a number, a name.
    pub wants_match: f32,
    /// How much evidence there is: 0 for one common word, towards 1 for many rare ones.
    pub evidence: f32,
    /// Logarithm of the document's priority.
    pub priority: f32,
    /// Standard deviations by which the passage is nearer to the question than the average one; 0 without vectors.
    pub cosine: f32,
}

/// How many features there are.
pub const COUNT: usize = 13;

impl Features {
    pub(super) fn of(query: &Query, overlap: &Overlap, chunk: &Chunk, cosine: Option<f32>) -> Self {
        let facet = facet_strength(query, chunk.facet);
        // A question without any word of substance ("who is she?") is met by its facet alone.
        let share = |weight: f32| if query.total > 0.0 { (weight / query.total).min(1.0) } else { facet };
        let soft_coverage = share(weigh(query, &overlap.soft));
        let question_coverage = share(weigh(query, &overlap.question));
        Self {
            idf_coverage: share(weigh(query, &overlap.exact)),
            sentence_coverage: share(overlap.sentence),
            soft_coverage,
            soft_sentence_coverage: share(overlap.soft_sentence),
            heading_coverage: share(weigh(query, &overlap.heading)),
            proximity: proximity(query, overlap.near),
            names_missing: share(missing_names(query, &overlap.exact)),
            faq_similarity: harmonic(question_coverage, overlap.question_repeated),
            facet_match: facet * soft_coverage * soft_coverage,
            wants_match: wanted(query.wants, overlap),
            evidence: 1.0 - (-weigh(query, &overlap.exact)).exp(),
            priority: chunk.priority.clamp(0.1, 10.0).ln(),
            cosine: cosine.unwrap_or(0.0),
        }
    }

    /// In the order of [`super::coefficients::RELEVANCE`].
    pub const fn to_array(self) -> [f32; COUNT] {
        [
            self.idf_coverage,
            self.sentence_coverage,
            self.soft_coverage,
            self.soft_sentence_coverage,
            self.heading_coverage,
            self.proximity,
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
    ((cosine - nearest.mean) / nearest.deviation.max(LEAST_DEVIATION)).clamp(-1.0, 4.0)
}

/// What the passage's facet covers by itself: words that name it, and frame words if it is asked about.
fn by_facet(query: &Query, facet: Facet) -> Coverage {
    let is_asked = query.facet_strength(facet).is_some();
    let mut coverage = [0.0; MAX_TERMS];
    for (value, term) in coverage.iter_mut().zip(&query.terms) {
        if term.facet == Some(facet) || (is_asked && term.is_frame) {
            *value = 1.0;
        }
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

fn cover(query: &Query, stems: impl Iterator<Item = StemId>, exact: &mut Coverage, soft: &mut Coverage) {
    for stem in stems {
        for form in query.forms(stem) {
            rise(exact, form.term, form.exact);
            rise(soft, form.term, form.soft);
        }
    }
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

fn missing_names(query: &Query, exact: &Coverage) -> f32 {
    let is_missing = |(term, value): &(&Term, &f32)| term.is_named && **value < 0.5;
    query.terms.iter().zip(exact).filter(is_missing).map(|(term, _)| term.weight).sum()
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
