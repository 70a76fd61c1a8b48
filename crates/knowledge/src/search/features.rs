//! Features: how one passage meets one question, as numbers between 0 and 1 (a few reach beyond).
//!
//! Pure and without allocation: this runs for every candidate of every question. Start at [`Features`].

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::question::Wants;

use super::overlap::{self, Coverage, Overlap, weigh};
use super::query::{Query, Term};

/// How fast evidence saturates: with this, one rare word is three quarters of all the evidence there can be.
const EVIDENCE_SCALE: f32 = 1.4;

/// The least evidence of a sentence that has all that a question asks for by name: in a small portfolio the owner's
/// technologies are common words, and a question of one word has no second one to add its evidence.
const WHOLLY_MET: f32 = 0.9;

/// The least evidence of a passage filed under what a broad question asks for.
const BROADLY_MET: f32 = 0.65;

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
    /// How much evidence there is: 0 for one common word, towards 1 for many rare ones or for the whole question.
    pub evidence: f32,
    /// For a passage in another language, how likely one in the question's language answers.
    pub foreign: f32,
    /// Logarithm of the document's priority.
    pub priority: f32,
    /// What the passage's nearness by vectors says for it, in nats (see [`crate::vectors::calibration`]); 0 without
    /// vectors.
    pub cosine: f32,
}

/// How many features there are.
pub const COUNT: usize = 15;

impl Features {
    pub(super) fn of(query: &Query, overlap: &Overlap, chunk: &Chunk, cosine: Option<f32>) -> Self {
        let facet = query.facet_strength(chunk.facet).unwrap_or(0.0);
        let part = |weight: f32| if query.total > 0.0 { (weight / query.total).min(1.0) } else { 0.0 };
        // A question without any word of substance ("who is Ana?") is met by its facet, best where the name stands.
        let is_introduced = names_owner(query, &overlap.exact) || overlap::is_opening(chunk);
        let alone = facet * if is_introduced { 1.0 } else { 0.85 };
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
                let rarity = 1.0 - (-EVIDENCE_SCALE * weigh(query, &overlap.exact)).exp();
                let broad = BROADLY_MET * part(overlap.sentence) * breadth(query, chunk.facet).powi(2);
                rarity.max(WHOLLY_MET * wholly_met(query, overlap)).max(broad)
            } else {
                alone
            },
            foreign: 0.0,
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
