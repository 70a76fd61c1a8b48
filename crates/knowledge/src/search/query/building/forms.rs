//! Forms: in how many ways the question's word that is being added may stand in the index.
//!
//! Its stems, what the lexicon calls it, compounds, slips of the finger and lookalikes, each as surely as it means the
//! word. Each is added by a method of its own; all end in `add_form`.

use portavoz_text::language::Language;
use portavoz_text::lexicon::{self, Concept};
use portavoz_text::stem::stem;
use portavoz_text::terms::normal_form;

use super::super::{Form, MAX_PHRASES, Part};
use super::Builder;
use crate::analysis::expressions;
use crate::analysis::lookalikes;

/// How surely another form means the same as the question's word.
pub(super) const OTHER_STEM: f32 = 0.95;
/// Shorter stems of another language's rules are shared by accident.
const MIN_OTHER_STEM: usize = 4;
const TRANSLATION: f32 = 0.85;
const SYNONYM: f32 = 0.7;
/// The same for the vocabulary, whose families are wider than the portfolio's concepts.
const WIDE_TRANSLATION: f32 = 0.8;
const WIDE_SYNONYM: f32 = 0.5;
/// A slip of the finger in a word that the index does not have.
const SLIP: f32 = 0.8;
/// A word inside a compound ("Leiter" in "Teamleiter").
const COMPOUND: f32 = 0.8;
/// The same where it begins the compound ("Team" in "Teamleiter"), which is then something else.
const COMPOUND_FRONT: f32 = 0.65;
/// Shorter words stand inside others by accident.
const MIN_COMPOUND_PART: usize = 4;

/// At most this many lookalikes stand for a word.
const LOOKALIKES: usize = 4;

impl Builder<'_> {
    /// The word's stems in the question's and the documents' languages.
    pub(super) fn add_stems(&mut self, written: &str, own: &str) {
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
    pub(super) fn add_compounds(&mut self, own: &str, concepts: &[Concept]) {
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

    /// What the word's concepts are called in the documents' languages.
    pub(super) fn add_expressions(&mut self, concepts: &[Concept]) {
        self.add_meanings(concepts, SYNONYM, TRANSLATION);
    }

    /// What the vocabulary has for the word beside its concepts.
    pub(super) fn add_wide_meanings(&mut self, stem: &str, concepts: &[Concept]) {
        let excluded = self.meaning.excluded;
        let others = lexicon::meanings(stem, self.language)
            .filter(|meaning| !concepts.contains(meaning) && !excluded.contains(meaning));
        self.add_meanings(&others.collect::<Vec<_>>(), WIDE_SYNONYM, WIDE_TRANSLATION);
    }

    pub(super) fn add_meanings(&mut self, meanings: &[Concept], synonym: f32, translation: f32) {
        let index = self.index;
        for language in &index.languages {
            let sure = if *language == self.language { synonym } else { translation };
            for expression in meanings.iter().flat_map(|concept| expressions::of_concept(concept, *language)) {
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

    /// Words of the index that are one slip of the finger away.
    pub(super) fn add_slips(&mut self, own: &str) {
        let index = self.index;
        for (number, _) in index.lookalikes.like(own, index.analysis.number(own), LOOKALIKES, &mut self.scratch) {
            let known = index.analysis.stem(number);
            if lookalikes::is_slip(own, known) {
                self.add_form(known, SLIP, None);
            }
        }
    }

    /// Adds a form of the term that is being added, unless the index lacks it or the term already has it.
    pub(super) fn add_form(&mut self, stem: &str, sure: f32, part: Option<Part>) {
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

    pub(super) fn add_lookalikes(&mut self, own: &str, first_form: usize) {
        let term = self.terms.len();
        for (number, alike) in
            self.index.lookalikes.like(own, self.index.analysis.number(own), LOOKALIKES, &mut self.scratch)
        {
            let own_forms = self.forms.get(first_form..).unwrap_or_default();
            let is_name = self.is_name_by_accident(self.index.analysis.stem(number));
            if !is_name && !own_forms.iter().any(|(known, form)| *known == number && form.part.is_none()) {
                self.forms.push((number, Form { term, exact: 0.0, soft: alike, part: None }));
            }
        }
    }

    /// True if the stem is one of the owner's names and the word that is being added is not.
    pub(super) fn is_name_by_accident(&self, stem: &str) -> bool {
        !self.is_owner_word && self.owner_stems.iter().any(|name| name == stem)
    }
}
