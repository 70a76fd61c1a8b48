//! Queries: what a question asks for, in the numbered stems of one index.
//!
//! Each word of the question becomes a [`Term`] with a weight, and reaches the index in several [`Form`]s: its stem in
//! the question's language and in the documents' languages, the lexicon's translations, and stems spelled alike. Start
//! at [`Query::of`].

use portavoz_domain::document::Facet;
use portavoz_domain::question::{Question, Wants};
use portavoz_text::language::Language;
use portavoz_text::lexicon;
use portavoz_text::stem::stem;
use portavoz_text::terms::{self, normal_form, query_terms};
use portavoz_text::words::slice;

use crate::analysis::lookalikes::Scratch;
use crate::analysis::{StemId, folded, is_named};
use crate::chunk::facets::facet_of_word;
use crate::index::Index;
use crate::index::full_text::Clause;

mod frame;

/// Words beyond these are left out: nobody asks for more at once, and coverage is kept in one machine word.
pub(super) const MAX_TERMS: usize = 32;

/// Words that only name a facet say less than words that name a thing.
const FACET_WORD_WEIGHT: f32 = 0.5;
/// Words that only frame a question ("knows", "tell", "main") say little.
const FRAME_WORD_WEIGHT: f32 = 0.15;
/// An unknown word of another language is more likely untranslated than absent.
const FOREIGN_WORD_WEIGHT: f32 = 0.6;
/// Words of earlier turns are weaker than those of the question.
const CARRIED_WEIGHT: f32 = 0.5;

/// How surely another form means the same as the question's word.
const OTHER_STEM: f32 = 0.95;
const TRANSLATION: f32 = 0.85;
const SYNONYM: f32 = 0.6;

/// At most this many lookalikes stand for a word.
const LOOKALIKES: usize = 4;

/// A word of the question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    /// How much it says, 0..=1 or so: its rarity, dampened for words of little meaning.
    pub weight: f32,
    /// The facet it names.
    pub facet: Option<Facet>,
    /// True if it only frames the question.
    pub is_frame: bool,
    /// True if it is written like a name, a number or an abbreviation.
    pub is_named: bool,
    /// True if it comes from an earlier turn.
    pub is_carried: bool,
    /// True if the index has it in some form that is not merely spelled alike.
    pub is_known: bool,
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
    /// The documents speak the question's language.
    pub is_native: bool,
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
    pub is_native: bool,
}

impl Query {
    /// Understands `question` for `index`.
    pub fn of(question: &Question, index: &Index) -> Self {
        let mut builder = Builder {
            index,
            language: question.language,
            is_native: index.is_empty() || index.speaks(question.language),
            terms: Vec::new(),
            forms: Vec::new(),
            primary: Vec::new(),
            scratch: Scratch::default(),
        };
        builder.add(&question.text, false);
        if let Some(carried) = &question.carried {
            builder.add(carried, true);
        }
        builder.finish(question)
    }

    /// The forms in which a stem of the index meets the question.
    pub fn forms(&self, stem: StemId) -> impl Iterator<Item = &Form> {
        let slot = usize::try_from(stem).ok().and_then(|stem| self.slots.get(stem)).copied().unwrap_or(0);
        let first = usize::from(slot).checked_sub(1);
        let from = first.and_then(|first| self.forms.get(first..)).unwrap_or_default();
        from.iter().take_while(move |(other, _)| *other == stem).map(|(_, form)| form)
    }

    /// How strongly the question asks about a facet: 1 for the first, less for others, `None` for the rest.
    pub fn facet_strength(&self, facet: Facet) -> Option<f32> {
        let place = self.facets.iter().position(|asked| *asked == facet)?;
        Some(if place == 0 { 1.0 } else { 0.7 })
    }

    /// The question's demand on the knowledge base as a whole.
    pub fn demand(&self) -> Demand<'_> {
        Demand { terms: &self.terms, total: self.total, is_native: self.is_native }
    }

    /// What the full text is asked for.
    pub fn clauses<'a>(&self, index: &'a Index) -> Vec<Clause<'a>> {
        // BM25 weighs by rarity itself, so only what rarity does not know is given to it.
        let boost = |form: &Form| {
            let term = self.terms.get(form.term);
            let light = term.is_some_and(|term| term.is_frame || term.facet.is_some());
            let carried = term.is_some_and(|term| term.is_carried);
            form.soft * form.soft * if light { 0.4 } else { 1.0 } * if carried { CARRIED_WEIGHT } else { 1.0 }
        };
        let is_asked = |form: &Form| self.terms.get(form.term).is_some_and(|term| term.weight > 0.0);
        let asked = self.forms.iter().filter(|(_, form)| is_asked(form));
        asked.map(|(stem, form)| Clause { stem: index.analysis.stem(*stem), boost: boost(form) }).collect()
    }
}

struct Builder<'a> {
    index: &'a Index,
    language: Language,
    is_native: bool,
    terms: Vec<Term>,
    forms: Vec<(StemId, Form)>,
    /// Stems of the terms in the question's language: a word counts once.
    primary: Vec<String>,
    scratch: Scratch,
}

impl Builder<'_> {
    fn add(&mut self, text: &str, is_carried: bool) {
        let mut found = query_terms(text, self.language, &self.index.languages);
        if found.is_empty() && self.terms.is_empty() {
            found = terms::terms(text, self.language);
        }
        for term in found {
            if self.terms.len() >= MAX_TERMS {
                return;
            }
            if self.primary.contains(&term.stem) {
                continue;
            }
            self.add_term(text, &term, is_carried);
            self.primary.push(term.stem);
        }
    }

    fn add_term(&mut self, text: &str, found: &terms::Term, is_carried: bool) {
        let written = slice(text, found.span.clone());
        let folded = folded(text, found);
        let mut forms = self.exact_forms(written, &found.stem);
        let is_known = !forms.is_empty();
        let frequency = forms.iter().map(|(stem, _)| self.index.analysis.frequency(*stem)).max().unwrap_or(0);
        self.add_lookalikes(&found.stem, &mut forms);
        let (facet, is_frame) = (facet_of_word(&folded), frame::is_frame_word(&folded));
        let is_named = is_named(text, found);
        let mut weight = self.index.analysis.idf(frequency) / self.index.analysis.idf(0).max(f32::MIN_POSITIVE);
        if !is_known && !self.is_native && !is_named {
            weight *= FOREIGN_WORD_WEIGHT;
        }
        if is_frame {
            weight *= FRAME_WORD_WEIGHT;
        } else if facet.is_some() {
            weight = weight.min(FACET_WORD_WEIGHT);
        }
        if is_carried {
            weight *= CARRIED_WEIGHT;
        }
        if self.index.owner.contains(&folded) {
            weight = 0.0;
        }
        let term = self.terms.len();
        self.forms.extend(forms.into_iter().map(|(stem, (exact, soft))| (stem, Form { term, exact, soft })));
        self.terms.push(Term { weight: weight.max(0.0), facet, is_frame, is_named, is_carried, is_known });
    }

    /// The word's stem and the stems that mean the same, with how surely.
    fn exact_forms(&self, written: &str, own: &str) -> Vec<(StemId, (f32, f32))> {
        let mut forms: Vec<(StemId, (f32, f32))> = Vec::new();
        let mut add = |stem: &str, sure: f32| {
            if let Some(number) = self.index.analysis.number(stem)
                && !forms.iter().any(|(known, _)| *known == number)
            {
                forms.push((number, (sure, sure)));
            }
        };
        add(own, 1.0);
        let normal = normal_form(written);
        for language in &self.index.languages {
            add(&stem(&normal, *language), OTHER_STEM);
        }
        for language in &self.index.languages {
            let sure = if *language == self.language { SYNONYM } else { TRANSLATION };
            for translation in lexicon::translations(own, self.language, *language) {
                add(translation, sure);
            }
        }
        forms
    }

    fn add_lookalikes(&mut self, own: &str, forms: &mut Vec<(StemId, (f32, f32))>) {
        for (number, alike) in self.index.lookalikes.like(own, LOOKALIKES, &mut self.scratch) {
            if !forms.iter().any(|(known, _)| *known == number) {
                forms.push((number, (0.0, alike)));
            }
        }
    }

    fn finish(mut self, question: &Question) -> Query {
        self.forms.sort_by_key(|(stem, _)| *stem);
        let mut slots = vec![0_u16; self.index.analysis.vocabulary.len()];
        for (place, (stem, _)) in self.forms.iter().enumerate().rev() {
            let slot = usize::try_from(*stem).ok().and_then(|stem| slots.get_mut(stem));
            if let (Some(slot), Ok(place)) = (slot, u16::try_from(place + 1)) {
                *slot = place;
            }
        }
        let mut facets = question.facets.clone();
        if facets.is_empty() {
            facets = self.terms.iter().filter(|term| !term.is_carried).filter_map(|term| term.facet).collect();
            facets.dedup();
        }
        Query {
            language: question.language,
            wants: question.wants,
            total: self.terms.iter().map(|term| term.weight).sum(),
            terms: self.terms,
            facets,
            is_native: self.is_native,
            forms: self.forms,
            slots,
        }
    }
}
