//! Queries: what a question asks for, in the numbered stems of one index.
//!
//! Each word of the question becomes a [`Term`] with a weight, and reaches the index in several [`Form`]s: its stem in
//! the question's language and in the documents' languages, the lexicon's translations, and stems spelled alike. Start
//! at [`Query::of`].

use portavoz_domain::document::Facet;
use portavoz_domain::question::{Question, Wants};
use portavoz_text::language::Language;
use portavoz_text::lexicon::{self, Concept};
use portavoz_text::stem::stem;
use portavoz_text::terms::{self, normal_form, query_terms};
use portavoz_text::words::slice;

use crate::analysis::expressions::{self, concept_of_pair};
use crate::analysis::lookalikes::Scratch;
use crate::analysis::{StemId, folded, is_named};
use crate::chunk::facets::{self, Named};
use crate::index::Index;
use crate::index::full_text::Clause;

mod frame;

/// Words beyond these are left out: nobody asks for more at once, and coverage is kept in one machine word.
pub(super) const MAX_TERMS: usize = 32;

/// Phrases beyond these are left out.
pub(super) const MAX_PHRASES: usize = 32;

/// Words that only name a facet say less than words that name a thing.
const FACET_WORD_WEIGHT: f32 = 0.5;
/// Beside a word that names a thing they say even less: "experience with Python" is met by a project in Python.
const FACET_WORD_BESIDE: f32 = 0.5;
/// Words that only frame a question ("knows", "tell", "main") say little.
const FRAME_WORD_WEIGHT: f32 = 0.15;
/// An unknown word of another language is more likely untranslated than absent.
const FOREIGN_WORD_WEIGHT: f32 = 0.6;
/// Words of earlier turns are weaker than those of the question.
const CARRIED_WEIGHT: f32 = 0.5;

/// How surely another form means the same as the question's word.
const OTHER_STEM: f32 = 0.95;
const TRANSLATION: f32 = 0.85;
const SYNONYM: f32 = 0.7;

/// At most this many lookalikes stand for a word.
const LOOKALIKES: usize = 4;

/// A word of the question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    /// How much it says, 0..=1 or so: its rarity, dampened for words of little meaning.
    pub weight: f32,
    /// The facet it names.
    pub facet: Option<Named>,
    /// True if it only frames the question.
    pub is_frame: bool,
    /// True if it is written like a name, a number or an abbreviation.
    pub is_named: bool,
    /// True if it comes from an earlier turn.
    pub is_carried: bool,
    /// True if the index has it in some form that is not merely spelled alike.
    pub is_known: bool,
    /// True if it is part of the owner's name.
    pub is_owner: bool,
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
            facet: facets::named_by(&folded),
            is_frame,
            is_named,
            is_carried,
            is_known,
            is_owner: self.index.owner.contains(&folded),
        };
        term.weight = self.weight(&term, frequency);
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
