//! Building a query: a question's words, looked up in one index.
//!
//! Start at [`query`]; each word goes through `add_term`.

use portavoz_domain::document::Facet;
use portavoz_domain::question::Question;
use portavoz_text::language::Language;
use portavoz_text::lexicon::{self, Concept};
use portavoz_text::stem::stem;
use portavoz_text::terms::{self, normal_form, query_terms};
use portavoz_text::words::slice;

use super::{CARRIED_WEIGHT, Form, MAX_PHRASES, MAX_TERMS, Part, Query, Term, frame};
use crate::analysis::expressions::{self, concept_of_pair};
use crate::analysis::lookalikes::Scratch;
use crate::analysis::{StemId, folded, is_named};
use crate::chunk::facets;
use crate::index::Index;

/// Words that only name a facet say less than words that name a thing.
const FACET_WORD_WEIGHT: f32 = 0.5;
/// Beside a word that names a thing they say even less: "experience with Python" is met by a project in Python.
const FACET_WORD_BESIDE: f32 = 0.5;
/// Words that only frame a question ("knows", "tell", "main") say little.
const FRAME_WORD_WEIGHT: f32 = 0.15;
/// An unknown word of another language is more likely untranslated than absent.
const FOREIGN_WORD_WEIGHT: f32 = 0.6;
/// A follow-up asks with general words ("and how much did it improve?") for what the documents may say with others
/// ("went up by 40 %"); what it is about stands in the earlier turns.
const GENERAL_FOLLOW_UP_WEIGHT: f32 = 0.2;

/// How surely another form means the same as the question's word.
const OTHER_STEM: f32 = 0.95;
const TRANSLATION: f32 = 0.85;
const SYNONYM: f32 = 0.7;

/// At most this many lookalikes stand for a word.
const LOOKALIKES: usize = 4;

/// Understands `question` for `index`.
pub(super) fn query(question: &Question, index: &Index) -> Query {
    let mut builder = Builder {
        index,
        language: question.language,
        is_native: index.is_empty() || index.speaks(question.language),
        is_follow_up: question.carried.is_some(),
        terms: Vec::new(),
        forms: Vec::new(),
        phrases: 0,
        primary: Vec::new(),
        scratch: Scratch::default(),
    };
    builder.add(&question.text, false);
    if let Some(carried) = &question.carried {
        builder.add(carried, true);
    }
    builder.finish(question)
}

struct Builder<'a> {
    index: &'a Index,
    language: Language,
    is_native: bool,
    is_follow_up: bool,
    terms: Vec<Term>,
    forms: Vec<(StemId, Form)>,
    phrases: usize,
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
        let pairs: Vec<Option<Concept>> = found
            .iter()
            .zip(found.iter().skip(1))
            .map(|(one, other)| concept_of_pair(&one.stem, &other.stem, self.language))
            .collect();
        for (place, term) in found.into_iter().enumerate() {
            if self.terms.len() >= MAX_TERMS {
                return;
            }
            if self.primary.contains(&term.stem) {
                continue;
            }
            let around = [place.checked_sub(1), Some(place)].into_iter().flatten();
            let paired = around.filter_map(|pair| pairs.get(pair).copied().flatten());
            let concepts: Vec<Concept> =
                paired.chain(lexicon::concepts(&term.stem, self.language).iter().copied()).collect();
            self.add_term(text, &term, &concepts, is_carried);
            self.primary.push(term.stem);
        }
    }

    fn add_term(&mut self, text: &str, found: &terms::Term, concepts: &[Concept], is_carried: bool) {
        let folded = folded(text, found);
        let is_named = is_named(text, found, self.language);
        let first_form = self.forms.len();
        self.add_stems(slice(text, found.span.clone()), &found.stem);
        self.add_expressions(concepts);
        let own = self.forms.get(first_form..).unwrap_or_default();
        let is_known = own.iter().any(|(_, form)| form.part.is_none());
        let whole = own.iter().filter(|(_, form)| form.part.is_none());
        let frequency = whole.map(|(stem, _)| self.index.analysis.frequency(*stem)).max().unwrap_or(0);
        self.add_lookalikes(&found.stem, first_form);
        let is_frame = !is_named && frame::is_frame_word(&folded, self.language);
        let mut term = Term {
            weight: 0.0,
            // `Lumbre Estudio` is a name and has nothing to do with studies.
            facet: if is_named { None } else { facets::named_by(&folded) },
            is_frame,
            is_named,
            is_carried,
            is_known,
            is_owner: self.index.owner.contains(&folded),
        };
        term.weight = self.weight(&term, frequency);
        let is_general = !is_named && !concepts.is_empty() && (!is_known || term.facet.is_none());
        if self.is_follow_up && !is_carried && is_general {
            term.weight *= GENERAL_FOLLOW_UP_WEIGHT;
        }
        self.terms.push(term);
    }

    fn weight(&self, term: &Term, frequency: u32) -> f32 {
        if term.is_owner {
            return 0.0;
        }
        let mut weight = self.index.analysis.idf(frequency) / self.index.analysis.idf(0).max(f32::MIN_POSITIVE);
        if !term.is_known && !self.is_native && !term.is_named {
            weight *= FOREIGN_WORD_WEIGHT;
        }
        if term.is_frame {
            weight *= FRAME_WORD_WEIGHT;
        } else if term.facet.is_some() {
            weight = weight.min(FACET_WORD_WEIGHT);
        }
        if term.is_carried { weight * CARRIED_WEIGHT } else { weight }
    }

    /// The word's stems in the question's and the documents' languages.
    fn add_stems(&mut self, written: &str, own: &str) {
        self.add_form(own, 1.0, None);
        let normal = normal_form(written);
        let index = self.index;
        for language in &index.languages {
            if *language != self.language {
                self.add_form(&stem(&normal, *language), OTHER_STEM, None);
            }
        }
    }

    /// What the word's concepts are called in the documents' languages.
    fn add_expressions(&mut self, concepts: &[Concept]) {
        let index = self.index;
        for language in &index.languages {
            let sure = if *language == self.language { SYNONYM } else { TRANSLATION };
            for expression in concepts.iter().flat_map(|concept| expressions::of_concept(concept, *language)) {
                match expression.as_slice() {
                    [word] => self.add_form(word, sure, None),
                    words if words.len() <= 4 && self.phrases < MAX_PHRASES => {
                        let all = (1 << words.len()) - 1;
                        for (place, word) in words.iter().enumerate() {
                            self.add_form(word, sure, Some(Part { phrase: self.phrases, bit: 1 << place, all }));
                        }
                        self.phrases += 1;
                    }
                    _ => {}
                }
            }
        }
    }

    /// Adds a form of the term that is being added, unless the index lacks it or the term already has it.
    fn add_form(&mut self, stem: &str, sure: f32, part: Option<Part>) {
        let Some(number) = self.index.analysis.number(stem) else { return };
        let term = self.terms.len();
        let is_there = part.is_none()
            && self.forms.iter().any(|(known, form)| *known == number && form.term == term && form.part.is_none());
        if !is_there {
            self.forms.push((number, Form { term, exact: sure, soft: sure, part }));
        }
    }

    fn add_lookalikes(&mut self, own: &str, first_form: usize) {
        let term = self.terms.len();
        for (number, alike) in self.index.lookalikes.like(own, LOOKALIKES, &mut self.scratch) {
            let own_forms = self.forms.get(first_form..).unwrap_or_default();
            if !own_forms.iter().any(|(known, form)| *known == number && form.part.is_none()) {
                self.forms.push((number, Form { term, exact: 0.0, soft: alike, part: None }));
            }
        }
    }

    fn finish(mut self, question: &Question) -> Query {
        let names_a_thing = |term: &Term| term.facet.is_none() && !term.is_frame && !term.is_owner && !term.is_carried;
        if self.terms.iter().any(names_a_thing) {
            let whole = |term: &&mut Term| term.facet.is_some_and(|named| named.is_whole);
            self.terms.iter_mut().filter(whole).for_each(|term| term.weight *= FACET_WORD_BESIDE);
        }
        self.forms.sort_by_key(|(stem, _)| *stem);
        let mut slots = vec![0_u16; self.index.analysis.vocabulary.len()];
        for (place, (stem, _)) in self.forms.iter().enumerate().rev() {
            let slot = usize::try_from(*stem).ok().and_then(|stem| slots.get_mut(stem));
            if let (Some(slot), Ok(place)) = (slot, u16::try_from(place + 1)) {
                *slot = place;
            }
        }
        let total: f32 = self.terms.iter().map(|term| term.weight).sum();
        let mut facets = question.facets.clone();
        if facets.is_empty() {
            facets = self
                .terms
                .iter()
                .filter(|term| !term.is_carried)
                .filter_map(|term| term.facet)
                .map(|named| named.facet)
                .collect();
            facets.dedup();
        }
        if facets.is_empty() && total == 0.0 {
            // Nothing but the owner's name, or no word of substance at all: it asks who that is.
            facets.push(Facet::About);
        }
        Query {
            language: question.language,
            wants: question.wants,
            total,
            terms: self.terms,
            facets,
            is_native: self.is_native,
            forms: self.forms,
            slots,
        }
    }
}
