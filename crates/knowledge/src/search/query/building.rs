//! Building a query: a question's words, looked up in one index.
//!
//! Start at [`query`]; each word goes through `add_term`.

use portavoz_domain::document::Facet;
use portavoz_domain::question::{Question, Wants};
use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon::{self, Concept};
use portavoz_text::stem::stem;
use portavoz_text::terms::{self, query_terms};
use portavoz_text::words::slice;

use super::{CARRIED_WEIGHT, Class, Form, MAX_TERMS, Query, Term, frame, kinds};
use crate::analysis::expressions::concept_of_pair;
use crate::analysis::lookalikes::Scratch;
use crate::analysis::{StemId, folded, is_named};
use crate::chunk::facets;
use crate::index::Index;

mod forms;

use forms::OTHER_STEM;

/// Words that only name a facet say less than words that name a thing.
const FACET_WORD_WEIGHT: f32 = 0.5;
/// Beside a word that names a thing they say even less: "experience with Python" is met by a project in Python.
const FACET_WORD_BESIDE: f32 = 0.5;
/// "Year" in "in which year ...": a year answers it, the word need not be there.
const KIND_WORD_WEIGHT: f32 = 0.1;
/// Words that frame a question and name its facet ("built", "works") say little, and nothing beside a name.
const FRAME_WORD_WEIGHT: f32 = 0.15;
/// The same for what BM25 counts, where they say a little more: documents of other kinds are about such words too.
const FRAME_WORD_RARITY: f32 = 0.25;
const FACET_WORD_RARITY: f32 = 0.6;
/// An unknown word of another language is more likely untranslated than absent.
const FOREIGN_WORD_WEIGHT: f32 = 0.6;
/// A follow-up asks with general words ("and how much did it improve?") for what the documents may say with others
/// ("went up by 40 %"); what it is about stands in the earlier turns.
const GENERAL_FOLLOW_UP_WEIGHT: f32 = 0.2;

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
        if !self.has_whole_form(first_form) {
            self.add_slips(&found.stem);
        }
        let narrow = self.forms.len();
        let own = self.forms.get(first_form..).unwrap_or_default();
        let mut frequency = self.frequency(own);
        self.add_wide_meanings(&found.stem, concepts);
        if frequency == 0 {
            // Only the vocabulary knows the word: it is as rare as what the documents say instead.
            frequency = self.frequency(self.forms.get(narrow..).unwrap_or_default());
        }
        let own = self.forms.get(first_form..).unwrap_or_default();
        let is_known = own.iter().any(|(_, form)| form.part.is_none());
        let is_subject = self.stands_above_all(own, frequency);
        let strict = own.iter().filter(|(_, form)| form.is_strict());
        let own_frequency = strict.map(|(stem, _)| self.index.analysis.frequency(*stem)).max().unwrap_or(0);
        self.add_lookalikes(&found.stem, first_form);
        let is_code_language =
            self.meaning.is_code && lexicon::concepts(&found.stem, self.language).contains(&"language");
        let is_frame = !is_named && (is_code_language || frame::is_frame_word(&folded, self.language));
        let is_dwelling = !is_named && frame::is_dwelling(&folded, self.language);
        let mut term = Term {
            weight: 0.0,
            rarity: 0.0,
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
            class: match is_named {
                true => Class::Name,
                false if is_frame || lexicon::meanings(&found.stem, self.language).next().is_some() => Class::General,
                false => Class::Special,
            },
        };
        term.weight = self.weight(&term, frequency);
        term.rarity = self.rarity(&term, own_frequency);
        if self.tells_the_kind(concepts) {
            term.weight *= KIND_WORD_WEIGHT;
        }
        let is_general = !is_named && !concepts.is_empty() && (!is_known || term.facet.is_none());
        if self.is_follow_up && !is_carried && is_general {
            term.weight *= GENERAL_FOLLOW_UP_WEIGHT;
        }
        self.terms.push(term);
    }

    fn has_whole_form(&self, first_form: usize) -> bool {
        self.forms.get(first_form..).unwrap_or_default().iter().any(|(_, form)| form.part.is_none())
    }

    /// In how many passages the commonest of the forms stands, phrases left aside.
    fn frequency(&self, forms: &[(StemId, Form)]) -> u32 {
        let whole = forms.iter().filter(|(_, form)| form.part.is_none());
        whole.map(|(stem, _)| self.index.analysis.frequency(*stem)).max().unwrap_or(0)
    }

    fn rarity(&self, term: &Term, frequency: u32) -> f32 {
        let rarity = self.index.analysis.idf(frequency) / self.index.analysis.idf(0).max(f32::MIN_POSITIVE);
        let light = match term.facet {
            _ if term.is_owner => 0.0,
            _ if term.is_frame => FRAME_WORD_RARITY,
            Some(_) => FACET_WORD_RARITY,
            None => 1.0,
        };
        rarity * light * if term.is_carried { CARRIED_WEIGHT } else { 1.0 }
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
        term.rarity = self.rarity(&term, frequency);
        self.terms.push(term);
        self.primary.push(String::new());
    }

    fn kind_words(&self, wants: Wants) -> Vec<StemId> {
        let words = self.index.languages.iter().flat_map(|language| kinds::words_of_kind(wants, *language));
        let mut numbers: Vec<StemId> = words.filter_map(|word| self.index.analysis.number(word)).collect();
        numbers.sort_unstable();
        numbers
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
        let first = self.terms.first().filter(|term| !term.is_carried).and(self.primary.first());
        let meanings = first.into_iter().flat_map(|stem| lexicon::meanings(stem, self.language));
        let wants = kinds::wanted(question.wants, meanings);
        Query {
            language: question.language,
            wants,
            kind_words: self.kind_words(wants),
            average_length: self.index.average_length,
            total,
            rarity: self.terms.iter().map(|term| term.rarity).sum(),
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
