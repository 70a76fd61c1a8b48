//! Queries: what a question asks for, in the numbered stems of one index.
//!
//! Each word of the question becomes a [`Term`] with a weight, and reaches the index in several [`Form`]s: its stem in
//! the question's language and in the documents' languages, the lexicon's translations, and stems spelled alike. Start
//! at [`Query::of`].

use portavoz_domain::document::Facet;
use portavoz_domain::question::{Question, Wants};
use portavoz_text::language::Language;

use crate::analysis::StemId;
use crate::chunk::facets::Named;
use crate::index::Index;
use crate::index::full_text::Clause;

mod building;
mod frame;
mod kinds;

/// Words beyond these are left out: nobody asks for more at once, and coverage is kept in one machine word.
pub(super) const MAX_TERMS: usize = 32;

/// Phrases beyond these are left out.
pub(super) const MAX_PHRASES: usize = 32;

/// Words of earlier turns are a little weaker than those of the question, which may have turned to something else.
const CARRIED_WEIGHT: f32 = 0.9;

/// A word of the question.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Term {
    /// How much it says, 0..=1 or so: its rarity, dampened for words of little meaning.
    pub weight: f32,
    /// How rare it is as it stands, 0..=1, nothing dampened.
    pub rarity: f32,
    /// The facet it names.
    pub facet: Option<Named>,
    /// True if it only frames the question.
    pub is_frame: bool,
    /// True if it asks where somebody is at home.
    pub is_dwelling: bool,
    /// True if it is written like a name, a number or an abbreviation.
    pub is_named: bool,
    /// True if it comes from an earlier turn.
    pub is_carried: bool,
    /// True if the index has it in some form that is not merely spelled alike.
    pub is_known: bool,
    /// True if it is part of the owner's name.
    pub is_owner: bool,
    /// What kind of word it is.
    pub class: Class,
}

/// Kinds of words, which tell passages apart to different degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Class {
    /// Written like a name, a number or an abbreviation.
    Name,
    /// A word that the lexicon does not have: seldom used, and seldom said in other words.
    #[default]
    Special,
    /// A word of everyday language, for which the documents may have another.
    General,
}

/// One way in which a term may stand in a passage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Form {
    /// Place of the term in [`Query::terms`].
    pub term: usize,
    /// How surely it means the term; 0 if it is only spelled alike.
    pub exact: f32,
    /// The same, spelling counted.
    pub soft: f32,
    /// Set if it is one word of a phrase: only the whole phrase means the term.
    pub part: Option<Part>,
}

impl Form {
    /// True for the question's own word, in its own or another language's stem.
    pub fn is_strict(&self) -> bool {
        const OWN: f32 = 0.9;
        self.exact >= OWN && self.part.is_none()
    }
}

/// A word's place in a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// The phrase's number, below [`MAX_PHRASES`].
    pub phrase: usize,
    /// The word's bit.
    pub bit: u8,
    /// The bits of all its words.
    pub all: u8,
}

/// A question, ready to be compared with passages.
#[derive(Debug)]
pub(super) struct Query {
    pub language: Language,
    pub wants: Wants,
    pub terms: Vec<Term>,
    /// The facets asked about, strongest first.
    pub facets: Vec<Facet>,
    /// Sum of the terms' weights.
    pub total: f32,
    /// Sum of the terms' rarities.
    pub rarity: f32,
    /// The documents speak the question's language.
    pub is_native: bool,
    /// How many terms a passage has on average.
    pub average_length: f32,
    /// Number words or months, sorted, where a number or a date is wanted.
    kind_words: Vec<StemId>,
    /// Forms by stem, sorted by stem.
    forms: Vec<(StemId, Form)>,
    /// For each stem of the index, 1 + the place of its first form, or 0.
    slots: Vec<u16>,
}

/// What the whole question demands, for the judgement on the whole knowledge base.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Demand<'a> {
    pub terms: &'a [Term],
    pub total: f32,
}

impl Query {
    /// Understands `question` for `index`.
    pub fn of(question: &Question, index: &Index) -> Self {
        building::query(question, index)
    }

    /// The forms in which a stem of the index meets the question.
    pub fn forms(&self, stem: StemId) -> impl Iterator<Item = &Form> {
        let slot = usize::try_from(stem).ok().and_then(|stem| self.slots.get(stem)).copied().unwrap_or(0);
        let first = usize::from(slot).checked_sub(1);
        let from = first.and_then(|first| self.forms.get(first..)).unwrap_or_default();
        from.iter().take_while(move |(other, _)| *other == stem).map(|(_, form)| form)
    }

    /// True for a number word where a number is wanted, a month where a date is.
    pub fn is_word_of_kind(&self, stem: StemId) -> bool {
        self.kind_words.binary_search(&stem).is_ok()
    }

    /// How strongly the question asks about a facet: 1 for the first, less for others, `None` for the rest.
    pub fn facet_strength(&self, facet: Facet) -> Option<f32> {
        let place = self.facets.iter().position(|asked| *asked == facet)?;
        Some(if place == 0 { 1.0 } else { 0.7 })
    }

    /// The question's demand on the knowledge base as a whole.
    pub fn demand(&self) -> Demand<'_> {
        Demand { terms: &self.terms, total: self.total }
    }

    /// What the full text is asked for.
    pub fn clauses<'a>(&self, index: &'a Index) -> Vec<Clause<'a>> {
        // BM25 weighs by rarity itself, so only what rarity does not know is given to it.
        let boost = |form: &Form| {
            let term = self.terms.get(form.term);
            let light = term.is_some_and(|term| term.is_frame || term.facet.is_some());
            let carried = term.is_some_and(|term| term.is_carried);
            let sure = form.soft * form.soft * if form.part.is_some() { 0.5 } else { 1.0 };
            sure * if light { 0.4 } else { 1.0 } * if carried { CARRIED_WEIGHT } else { 1.0 }
        };
        let is_asked =
            |form: &Form| self.terms.get(form.term).is_some_and(|term| term.weight > 0.0 || self.total == 0.0);
        let asked = self.forms.iter().filter(|(_, form)| is_asked(form));
        asked.map(|(stem, form)| Clause { stem: index.analysis.stem(*stem), boost: boost(form) }).collect()
    }
}
