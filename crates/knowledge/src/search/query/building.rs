//! Building a query: a question's words, looked up in one index.
//!
//! Start at [`query`]; each word goes through `add_term`.

use portavoz_domain::document::Facet;
use portavoz_domain::question::{Question, Wants};
use portavoz_text::fold::fold;
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
/// "Year" in "in which year ...": a year answers it, the word need not be there.
const KIND_WORD_WEIGHT: f32 = 0.1;
/// Words that frame a question and name its facet ("built", "works") say little, and nothing beside a name.
const FRAME_WORD_WEIGHT: f32 = 0.15;
/// An unknown word of another language is more likely untranslated than absent.
const FOREIGN_WORD_WEIGHT: f32 = 0.6;
/// A follow-up asks with general words ("and how much did it improve?") for what the documents may say with others
/// ("went up by 40 %"); what it is about stands in the earlier turns.
const GENERAL_FOLLOW_UP_WEIGHT: f32 = 0.2;

/// How surely another form means the same as the question's word.
const OTHER_STEM: f32 = 0.95;
/// Shorter stems of another language's rules are shared by accident.
const MIN_OTHER_STEM: usize = 4;
const TRANSLATION: f32 = 0.85;
const SYNONYM: f32 = 0.7;
/// A word inside a compound ("Leiter" in "Teamleiter").
const COMPOUND: f32 = 0.8;
/// The same where it begins the compound ("Team" in "Teamleiter"), which is then something else.
const COMPOUND_FRONT: f32 = 0.65;
/// Shorter words stand inside others by accident.
const MIN_COMPOUND_PART: usize = 4;

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
        wants: question.wants,
        owner_stems: owner_stems(index),
        is_owner_word: false,
        meaning: Meaning::default(),
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
    wants: Wants,
    /// Stems of the owner's names: "mariée" shares its stem with "María" and has nothing to do with her.
    owner_stems: Vec<String>,
    /// True while one of the owner's names is being added.
    is_owner_word: bool,
    meaning: Meaning,
}

/// What a question's words tell of each other.
#[derive(Default)]
struct Meaning {
    /// Concepts that a word of the question may name and another one rules out.
    excluded: &'static [Concept],
    /// Asks for programming languages.
    is_code: bool,
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
        self.meaning = Meaning::of(&found, self.language);
        let idiom = self.idiom(text, &found);
        if let Some((words, concept)) = &idiom {
            self.add_idiom(concept, is_carried);
            found.retain(|term| !usize::try_from(term.position).is_ok_and(|at| words.contains(&at)));
        }
        for (place, term) in found.into_iter().enumerate() {
            if self.terms.len() >= MAX_TERMS {
                return;
            }
            if self.primary.contains(&term.stem) {
                continue;
            }
            let around = [place.checked_sub(1), Some(place)].into_iter().flatten();
            let paired = around.filter_map(|pair| pairs.get(pair).copied().flatten());
            let concepts: Vec<Concept> = paired
                .chain(lexicon::concepts(&term.stem, self.language).iter().copied())
                .filter(|concept| !self.meaning.excluded.contains(concept))
                .collect();
            self.add_term(text, &term, &concepts, is_carried);
            self.primary.push(term.stem);
        }
    }

    fn add_term(&mut self, text: &str, found: &terms::Term, concepts: &[Concept], is_carried: bool) {
        let folded = folded(text, found);
        let is_named = is_named(text, found, self.language);
        let first_form = self.forms.len();
        self.is_owner_word = self.index.owner.contains(&folded);
        self.add_stems(slice(text, found.span.clone()), &found.stem);
        self.add_expressions(concepts);
        self.add_compounds(&found.stem, concepts);
        let own = self.forms.get(first_form..).unwrap_or_default();
        let is_known = own.iter().any(|(_, form)| form.part.is_none());
        let whole = own.iter().filter(|(_, form)| form.part.is_none());
        let frequency = whole.map(|(stem, _)| self.index.analysis.frequency(*stem)).max().unwrap_or(0);
        let is_subject = self.stands_above_all(own, frequency);
        self.add_lookalikes(&found.stem, first_form);
        let is_code_language =
            self.meaning.is_code && lexicon::concepts(&found.stem, self.language).contains(&"language");
        let is_frame = !is_named && (is_code_language || frame::is_frame_word(&folded, self.language));
        let is_dwelling = !is_named && frame::is_dwelling(&folded, self.language);
        let mut term = Term {
            weight: 0.0,
            // `Lumbre Estudio` is a name and has nothing to do with studies.
            facet: match is_named {
                true => None,
                false if is_dwelling => Some(facets::Named { facet: Facet::About, is_whole: true }),
                false => facets::named_by(&folded),
            },
            is_frame,
            is_dwelling,
            is_named,
            is_carried,
            is_known,
            is_owner: self.index.owner.contains(&folded) || is_subject,
        };
        term.weight = self.weight(&term, frequency);
        if self.tells_the_kind(concepts) {
            term.weight *= KIND_WORD_WEIGHT;
        }
        let is_general = !is_named && !concepts.is_empty() && (!is_known || term.facet.is_none());
        if self.is_follow_up && !is_carried && is_general {
            term.weight *= GENERAL_FOLLOW_UP_WEIGHT;
        }
        self.terms.push(term);
    }

    fn weight(&self, term: &Term, frequency: u32) -> f32 {
        if term.is_owner || (term.is_frame && term.facet.is_none()) {
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
                let other = stem(&normal, *language);
                // What is left of "vegan" in Spanish is also left of "Vega".
                if other == normal || other.chars().count() >= MIN_OTHER_STEM {
                    self.add_form(&other, OTHER_STEM, None);
                }
            }
        }
    }

    /// German writes "Teamleiter" in one word: a word, or what its concepts are called, may begin or end another.
    fn add_compounds(&mut self, own: &str, concepts: &[Concept]) {
        let index = self.index;
        if !index.speaks(Language::De) {
            return;
        }
        let written = (self.language == Language::De).then_some(own);
        if let Some(own) = written.filter(|own| index.analysis.number(own).is_none()) {
            // Who has no umlauts writes two letters, which folding cannot know.
            let folded = own.replace("ae", "a").replace("oe", "o").replace("ue", "u");
            self.add_form(&folded, OTHER_STEM, None);
        }
        let named = concepts.iter().flat_map(|concept| expressions::of_concept(concept, Language::De));
        let words =
            named.filter_map(|expression| if let [word] = expression.as_slice() { Some(word.as_str()) } else { None });
        let parts: Vec<&str> =
            written.into_iter().chain(words).filter(|part| part.chars().count() >= MIN_COMPOUND_PART).collect();
        let is_long = |rest: Option<&str>| rest.is_some_and(|rest| rest.len() >= MIN_COMPOUND_PART);
        // Names of things are left whole at their beginning: "JavaScript" is not about Java.
        let has_meaning = !concepts.is_empty();
        let sure = |stem: &str| {
            if parts.iter().any(|part| is_long(stem.strip_suffix(part))) {
                return Some(COMPOUND);
            }
            let begins = has_meaning && parts.iter().any(|part| is_long(stem.strip_prefix(part)));
            // "Maschinensteuerung" is asked for, "Steuerung" is there.
            let ends_own = !has_meaning
                && stem.len() > MIN_COMPOUND_PART
                && written.is_some_and(|own| is_long(own.strip_suffix(stem)));
            (begins || ends_own).then_some(COMPOUND_FRONT)
        };
        let compounds = index.analysis.vocabulary.iter().filter_map(|stem| Some((stem, sure(stem)?)));
        for (compound, sure) in compounds.take(LOOKALIKES * 2) {
            self.add_form(compound, sure, None);
        }
    }

    /// True if the word stands in the title or above of every passage, so that it tells none from another: in a folder
    /// with nothing but one CV, the owner's name.
    fn stands_above_all(&self, own: &[(StemId, Form)], frequency: u32) -> bool {
        let passages = &self.index.analysis.passages;
        let is_everywhere = usize::try_from(frequency).is_ok_and(|frequency| frequency == passages.len());
        is_everywhere
            && passages.len() > 2
            && passages.iter().all(|passage| {
                let mut headings = passage.above.iter().chain(&passage.heading);
                headings.any(|stem| own.iter().any(|(known, form)| known == stem && form.exact >= OTHER_STEM))
            })
    }

    /// True for "year" where a date is wanted, "city" where a place is.
    fn tells_the_kind(&self, concepts: &[Concept]) -> bool {
        let kinds: &[Concept] = match self.wants {
            Wants::Date | Wants::Duration | Wants::Figure => &["year", "month", "day", "date", "number", "percentage"],
            Wants::Place => &["place", "country"],
            _ => &[],
        };
        concepts.iter().any(|concept| kinds.contains(concept))
    }

    /// The idiom of the question, if it means what it usually means.
    fn idiom(&self, text: &str, found: &[terms::Term]) -> Option<(std::ops::Range<usize>, Concept)> {
        let folded: Vec<String> = portavoz_text::words::words(text).iter().map(|word| fold(word.text)).collect();
        let (words, concept, is_alone) = frame::idiom(&folded)?;
        let is_other = |term: &&terms::Term| {
            !usize::try_from(term.position).is_ok_and(|at| words.contains(&at))
                && !self.index.owner.contains(&crate::analysis::folded(text, term))
        };
        if is_alone && found.iter().any(|term| is_other(&term)) { None } else { Some((words, concept)) }
    }

    fn add_idiom(&mut self, concept: Concept, is_carried: bool) {
        let first_form = self.forms.len();
        self.add_expressions(&[concept]);
        let own = self.forms.get(first_form..).unwrap_or_default();
        let frequency = own.iter().map(|(stem, _)| self.index.analysis.frequency(*stem)).max().unwrap_or(0);
        let mut term = Term { is_carried, is_known: !own.is_empty(), ..Term::default() };
        term.weight = self.weight(&term, frequency);
        self.terms.push(term);
        self.primary.push(String::new());
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
        if self.is_name_by_accident(stem) {
            return;
        }
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
            let is_name = self.is_name_by_accident(self.index.analysis.stem(number));
            if !is_name && !own_forms.iter().any(|(known, form)| *known == number && form.part.is_none()) {
                self.forms.push((number, Form { term, exact: 0.0, soft: alike, part: None }));
            }
        }
    }

    /// True if the stem is one of the owner's names and the word that is being added is not.
    fn is_name_by_accident(&self, stem: &str) -> bool {
        !self.is_owner_word && self.owner_stems.iter().any(|name| name == stem)
    }

    fn finish(mut self, question: &Question) -> Query {
        let names_a_thing = |term: &Term| term.facet.is_none() && !term.is_frame && !term.is_owner && !term.is_carried;
        if self.terms.iter().any(names_a_thing) {
            let whole = |term: &&mut Term| term.facet.is_some_and(|named| named.is_whole);
            self.terms.iter_mut().filter(whole).for_each(|term| term.weight *= FACET_WORD_BESIDE);
            self.terms.iter_mut().filter(|term| term.is_frame).for_each(|term| term.weight = 0.0);
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
            // Nothing but the owner's name, or no word of substance at all: it asks who that is, or what they do.
            facets.extend([Facet::About, Facet::Experience]);
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

impl Meaning {
    /// "Langues" beside "parler" are spoken, "languages" beside "programming" are not.
    fn of(found: &[terms::Term], language: Language) -> Self {
        let names = |wanted: &str| {
            let mut concepts = found.iter().map(|term| lexicon::concepts(&term.stem, language));
            concepts.any(|concepts| concepts.contains(&wanted) && !concepts.contains(&"language"))
        };
        let excluded: &[Concept] = match (names("speak"), names("programming")) {
            (true, false) => &["programming"],
            (false, true) => &["language", "speak"],
            _ => &[],
        };
        Self { excluded, is_code: names("programming") }
    }
}

fn owner_stems(index: &Index) -> Vec<String> {
    let names = index.owner.iter();
    names.flat_map(|name| index.languages.iter().map(|language| stem(name, *language))).collect()
}
