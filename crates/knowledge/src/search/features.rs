//! Features: how one passage meets one question, as numbers between 0 and 1 (a few reach beyond).
//!
//! Pure and without allocation: this runs for every candidate of every question. Start at [`Features`].

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::question::Wants;

use super::overlap::{self, Coverage, Overlap, weigh};
use super::query::{Class, Query, Term};

/// How fast evidence saturates: with this, one rare word is three quarters of all the evidence there can be.
const EVIDENCE_SCALE: f32 = 1.4;

/// What the ranking knows of a passage and a question; each field has its row in
/// [`super::coefficients::Model::relevance`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Features {
    /// Share of the question's weight that stands in the passage or above it.
    pub idf_coverage: f32,
    /// Share of the question's rarity that stands, in its own words, in one sentence or its headings.
    pub strict_sentence: f32,
    /// BM25 of the question's own words as a share of the most that the question could score.
    pub bm25: f32,
    /// The same as a share of the best candidate's.
    pub bm25_share: f32,
    /// BM25 of whatever means or looks like the question's words, as a share of the best candidate's.
    pub wide_bm25_share: f32,
    /// [`Features::idf_coverage`] of the best single sentence with its headings.
    pub sentence_coverage: f32,
    /// What a neighbouring sentence adds to it.
    pub window_coverage: f32,
    /// What the passages before and after, of the same document, add to [`Features::idf_coverage`].
    pub neighbour_coverage: f32,
    /// Share that stands in headings, title or FAQ question.
    pub heading_coverage: f32,
    /// Share of the question's neighbouring words that are near each other in a sentence.
    pub proximity: f32,
    /// Share that stand side by side, in the question's order.
    pub order: f32,
    /// Share of all pairs of the question's words that stand in one sentence, less the further apart.
    pub pairs: f32,
    /// Share of the question's rarity that is names and numbers which the best sentence has.
    pub sentence_names: f32,
    /// The same of words that are neither names nor everyday words.
    pub sentence_special: f32,
    /// The same of everyday words.
    pub sentence_general: f32,
    /// Share that is names and numbers which the passage lacks.
    pub lacks_names: f32,
    /// The same of words that are neither names nor everyday words.
    pub lacks_special: f32,
    /// The same of everyday words.
    pub lacks_general: f32,
    /// The passage has the first of three or more words, which often says only what kind of thing is asked for.
    pub first_word: f32,
    /// How much longer the passage is than the average one, as a logarithm.
    pub length: f32,
    /// Share of the question's weight that is names, numbers and abbreviations which the passage has.
    pub names_met: f32,
    /// The same, which the passage lacks.
    pub names_missing: f32,
    /// The heaviest word that the passage lacks, spelling counted, as a share of the heaviest word.
    pub heaviest_missing: f32,
    /// How much the passage's FAQ question and this one are the same question.
    pub faq_similarity: f32,
    /// The passage is filed under a facet the question asks about, and the question asks about little else.
    pub facet_match: f32,
    /// The same where the question asks for a list, to which every passage of the facet belongs.
    pub facet_list: f32,
    /// The question wants a number, a date or a name, and the best sentence has none.
    pub wants_unmet: f32,
    /// How much evidence there is: 0 for one common word, towards 1 for many rare ones.
    pub evidence: f32,
    /// A single sentence has all that the question names beside facets: in a small portfolio the owner's technologies
    /// are common words, and a question of one word has no second one to add its evidence.
    pub wholly_met: f32,
    /// The passage is filed under what a broad question asks for, and has its words.
    pub broadly_met: f32,
    /// How far the best passage stands out: its score beyond that of the next; 0 for all others.
    pub lead: f32,
    /// For a passage in another language, how likely one in the question's language answers.
    pub foreign: f32,
    /// Logarithm of the document's priority.
    pub priority: f32,
    /// What the passage's nearness by vectors says for it, in nats (see [`crate::vectors::calibration`]); 0 without
    /// vectors.
    pub cosine: f32,
    /// BM25 before it is compared with the best candidate's; no feature itself.
    pub(super) wide_bm25: f32,
}

/// How many features there are.
pub const COUNT: usize = 34;

impl Features {
    /// All but those that compare passages with each other, which [`super::rank::compare`] adds.
    pub(super) fn of(query: &Query, overlap: &Overlap, chunk: &Chunk, cosine: Option<f32>) -> Self {
        let facet = query.facet_strength(chunk.facet).unwrap_or(0.0);
        let part = |weight: f32| if query.total > 0.0 { (weight / query.total).min(1.0) } else { 0.0 };
        let rare = |rarity: f32| if query.rarity > 0.0 { (rarity / query.rarity).min(1.0) } else { 0.0 };
        // A question without any word of substance ("who is Ana?") is met by its facet, best where the name stands.
        let is_introduced = names_owner(query, &overlap.exact) || overlap::is_opening(chunk);
        let alone = facet * if is_introduced { 1.0 } else { 0.85 };
        let share = |weight: f32| if query.total > 0.0 { part(weight) } else { alone };
        let (exact, soft) = (share(weigh(query, &overlap.exact)), share(weigh(query, &overlap.soft)));
        let sentence = share(overlap.sentence);
        let breadth = breadth(query, chunk.facet);
        let facet_match = facet * soft * breadth.powi(2);
        let lacking = overlap.soft.map(|value| 1.0 - value);
        Self {
            idf_coverage: exact,
            strict_sentence: rare(overlap.strict_sentence),
            bm25: rare(overlap.bm25),
            wide_bm25: rare(overlap.wide_bm25),
            sentence_coverage: sentence,
            window_coverage: (share(overlap.window) - share(overlap.soft_sentence)).max(0.0),
            neighbour_coverage: part(overlap.neighbours),
            heading_coverage: part(weigh(query, &overlap.heading)),
            proximity: proximity(query, overlap.near),
            order: proximity(query, overlap.ordered),
            pairs: rare_pairs(query, overlap.pairs),
            sentence_names: rare(of_class(query, &overlap.best, Class::Name)),
            sentence_special: rare(of_class(query, &overlap.best, Class::Special)),
            sentence_general: rare(of_class(query, &overlap.best, Class::General)),
            lacks_names: rare(of_class(query, &lacking, Class::Name)),
            lacks_special: rare(of_class(query, &lacking, Class::Special)),
            lacks_general: rare(of_class(query, &lacking, Class::General)),
            first_word: first_word(query, &overlap.soft),
            length: overlap.length,
            names_met: part(names(query, &overlap.exact, true)),
            names_missing: part(names(query, &overlap.exact, false)),
            heaviest_missing: heaviest_missing(query, &overlap.soft),
            faq_similarity: harmonic(part(weigh(query, &overlap.question)), overlap.question_repeated).powi(2),
            facet_match,
            facet_list: if query.wants == Wants::List { facet_match } else { 0.0 },
            wants_unmet: if overlap.lacks_wanted(query.wants) { 1.0 } else { 0.0 },
            evidence: if query.total > 0.0 {
                1.0 - (-EVIDENCE_SCALE * weigh(query, &overlap.exact)).exp()
            } else {
                alone
            },
            wholly_met: wholly_met(query, overlap),
            broadly_met: part(overlap.sentence) * breadth.powi(2),
            priority: chunk.priority.clamp(0.1, 10.0).ln(),
            cosine: cosine.unwrap_or(0.0),
            bm25_share: 0.0,
            wide_bm25_share: 0.0,
            lead: 0.0,
            foreign: 0.0,
        }
    }

    /// In the order of [`super::coefficients::Model::relevance`].
    pub const fn to_array(self) -> [f32; COUNT] {
        [
            self.idf_coverage,
            self.strict_sentence,
            self.bm25,
            self.bm25_share,
            self.wide_bm25_share,
            self.sentence_coverage,
            self.window_coverage,
            self.neighbour_coverage,
            self.heading_coverage,
            self.proximity,
            self.order,
            self.pairs,
            self.sentence_names,
            self.sentence_special,
            self.sentence_general,
            self.lacks_names,
            self.lacks_special,
            self.lacks_general,
            self.first_word,
            self.length,
            self.names_met,
            self.names_missing,
            self.heaviest_missing,
            self.faq_similarity,
            self.facet_match,
            self.facet_list,
            self.wants_unmet,
            self.evidence,
            self.wholly_met,
            self.broadly_met,
            self.lead,
            self.foreign,
            self.priority,
            self.cosine,
        ]
    }
}

/// How wholly the best sentence, with its headings, has what the question names beside facets: 1 if it has all, if
/// only as a translation; next to nothing if a word of some weight is missing.
fn wholly_met(query: &Query, overlap: &Overlap) -> f32 {
    /// How sure a translation is.
    const SURE: f32 = 0.85;
    let is_thing = |term: &&Term| term.facet.is_none() || term.is_dwelling;
    let things: f32 = query.terms.iter().filter(is_thing).map(|term| term.weight).sum();
    if things < query.total * 0.5 || query.total <= 0.0 {
        return 0.0;
    }
    (overlap.sentence / query.total / SURE).min(1.0).powi(3)
}

fn heaviest_missing(query: &Query, soft: &Coverage) -> f32 {
    let heaviest = query.terms.iter().map(|term| term.weight).fold(0.0, f32::max);
    let missing = query.terms.iter().zip(soft).map(|(term, value)| term.weight * (1.0 - value)).fold(0.0, f32::max);
    if heaviest > 0.0 { missing / heaviest } else { 0.0 }
}

/// Rarity of the terms of one class, each as surely as it is met.
fn of_class(query: &Query, coverage: &Coverage, class: Class) -> f32 {
    let terms = query.terms.iter().zip(coverage).filter(|(term, _)| term.class == class);
    terms.map(|(term, value)| term.rarity * value).sum()
}

/// Share of the question's first word, if two more stand beside it: alone it is no mere kind of thing.
fn first_word(query: &Query, soft: &Coverage) -> f32 {
    let (Some(first), Some(met)) = (query.terms.first(), soft.first()) else { return 0.0 };
    let is_one_of_many = query.terms.len() > 2 && query.rarity > 0.0;
    if is_one_of_many { first.rarity * met / query.rarity } else { 0.0 }
}

fn rare_pairs(query: &Query, pairs: f32) -> f32 {
    let others = |number: usize| query.terms.iter().skip(number + 1);
    let possible: f32 = query
        .terms
        .iter()
        .enumerate()
        .map(|(number, one)| others(number).map(|other| one.rarity.min(other.rarity)).sum::<f32>())
        .sum();
    if possible > 0.0 { pairs / possible } else { 0.0 }
}

fn proximity(query: &Query, near: f32) -> f32 {
    let pairs = query.terms.iter().zip(query.terms.iter().skip(1));
    let possible: f32 = pairs.map(|(one, other)| one.rarity.min(other.rarity)).sum();
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

fn harmonic(one: f32, other: f32) -> f32 {
    if one + other > 0.0 { 2.0 * one * other / (one + other) } else { 0.0 }
}
