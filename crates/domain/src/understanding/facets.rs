//! The facets a question asks about, from the concepts of its words.

use std::sync::OnceLock;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon;
use portavoz_text::terms::terms;
use portavoz_text::words::slice;

use super::{lists, slips};
use crate::document::Facet;
use crate::question::Wants;

/// Concepts that name a facet outright weigh 2, those that hint at it 1.
const CONCEPTS: &[(&str, Facet, f32)] = &[
    ("experience", Facet::Experience, 2.0),
    ("job", Facet::Experience, 2.0),
    ("career", Facet::Experience, 2.0),
    ("work", Facet::Experience, 1.5),
    ("profession", Facet::Experience, 1.5),
    ("company", Facet::Experience, 1.5),
    ("team", Facet::Experience, 1.0),
    ("lead", Facet::Experience, 1.0),
    ("responsibility", Facet::Experience, 1.5),
    ("curriculum", Facet::Experience, 1.0),
    ("project", Facet::Projects, 2.0),
    ("portfolio", Facet::Projects, 1.0),
    ("product", Facet::Projects, 1.5),
    ("build", Facet::Projects, 1.0),
    ("develop", Facet::Projects, 1.0),
    ("launch", Facet::Projects, 1.0),
    ("app", Facet::Projects, 1.0),
    ("chatbot", Facet::Projects, 1.0),
    ("dashboard", Facet::Projects, 1.0),
    ("skill", Facet::Skills, 2.0),
    ("technology", Facet::Skills, 2.0),
    ("tool", Facet::Skills, 2.0),
    ("framework", Facet::Skills, 1.5),
    ("stack", Facet::Skills, 1.5),
    ("programming", Facet::Skills, 1.5),
    ("language", Facet::Skills, 1.5),
    ("speak", Facet::Skills, 1.5),
    ("knowledge", Facet::Skills, 1.0),
    ("speciality", Facet::Skills, 1.5),
    ("backend", Facet::Skills, 1.0),
    ("frontend", Facet::Skills, 1.0),
    ("spanish", Facet::Skills, 1.0),
    ("english", Facet::Skills, 1.0),
    ("french", Facet::Skills, 1.0),
    ("german", Facet::Skills, 1.0),
    ("portuguese", Facet::Skills, 1.0),
    ("italian", Facet::Skills, 1.0),
    ("catalan", Facet::Skills, 1.0),
    ("award", Facet::Achievements, 2.0),
    ("achieve", Facet::Achievements, 2.0),
    ("talk", Facet::Achievements, 2.0),
    ("publication", Facet::Achievements, 2.0),
    ("result", Facet::Achievements, 1.5),
    ("impact", Facet::Achievements, 1.5),
    ("improve", Facet::Achievements, 1.0),
    ("reduce", Facet::Achievements, 1.0),
    ("education", Facet::Education, 2.0),
    ("study", Facet::Education, 2.0),
    ("degree", Facet::Education, 2.0),
    ("university", Facet::Education, 2.0),
    ("doctorate", Facet::Education, 2.0),
    ("certificate", Facet::Education, 2.0),
    ("school", Facet::Education, 1.5),
    ("course", Facet::Education, 1.5),
    ("master", Facet::Education, 1.5),
    ("contact", Facet::Contact, 2.0),
    ("email", Facet::Contact, 2.0),
    ("phone", Facet::Contact, 2.0),
    ("address", Facet::Contact, 1.0),
    ("hire", Facet::Contact, 1.0),
    ("who", Facet::About, 1.5),
    ("interest", Facet::About, 1.5),
    ("live", Facet::About, 1.0),
    ("born", Facet::About, 1.0),
];

/// A facet with less than this share of the strongest one's weight was not meant.
const MEANT: f32 = 0.5;

/// The facets, strongest first; empty if the question names none.
pub(super) fn asked(message: &str, language: Language, wants: Wants) -> Vec<Facet> {
    let mut weights = Facet::ALL.map(|facet| (facet, 0.0_f32));
    for term in terms(message, language) {
        let known = lexicon::concepts(&term.stem, language);
        let meant;
        let concepts = if known.is_empty() {
            meant = slips::concepts(slice(message, term.span.clone()), language);
            meant.as_slice()
        } else {
            known
        };
        for (_, facet, weight) in CONCEPTS.iter().filter(|(name, ..)| concepts.contains(name)) {
            // A word with several meanings speaks for each of them less.
            let share = weight / concepts.len() as f32;
            weights.iter_mut().filter(|(of, _)| of == facet).for_each(|(_, sum)| *sum += share);
        }
    }
    if wants == Wants::Contact {
        weights.iter_mut().filter(|(facet, _)| *facet == Facet::Contact).for_each(|(_, sum)| *sum += 2.0);
    }
    if asks_about_the_owner(message, language) {
        return vec![Facet::About];
    }
    let most = weights.iter().map(|(_, weight)| *weight).fold(0.0, f32::max);
    let mut asked: Vec<(Facet, f32)> =
        weights.into_iter().filter(|(_, weight)| *weight > 0.0 && *weight >= MEANT * most).collect();
    // The sort is stable: among equals the order of contexts stays.
    asked.sort_by(|left, right| right.1.total_cmp(&left.1));
    asked.into_iter().map(|(facet, _)| facet).collect()
}

/// "What does she do?", with nothing else named than a person.
fn asks_about_the_owner(message: &str, language: Language) -> bool {
    let words = lists::folded_words(message);
    let phrases = lists::of(lines(), "about", language);
    let found = phrases.iter().filter_map(|phrase| Some((phrase, phrase.find(&words)?)));
    let Some((phrase, at)) = found.max_by_key(|(phrase, _)| phrase.len()) else { return false };
    let is_person = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    // What stands before is a greeting.
    let named = terms(message, language).into_iter().filter(|term| term.position as usize >= at);
    named
        .map(|term| slice(message, term.span))
        .all(|word| is_person(word) || phrase.words().contains(&fold(word).as_str()))
}

/// True if the folded word only asks what someone can do: it says nothing of what.
pub(crate) fn asks_ability(folded: &str, language: Language) -> bool {
    lists::of(lines(), "ability", language).iter().any(|phrase| phrase.words() == [folded])
}

/// True if the folded word only says that something was done: "the projects she has *carried* out".
pub(crate) fn asks_of_deeds(folded: &str, language: Language) -> bool {
    lists::of(lines(), "deeds", language).iter().any(|phrase| phrase.words() == [folded])
}

fn lines() -> &'static [lists::Line] {
    static LINES: OnceLock<Vec<lists::Line>> = OnceLock::new();
    LINES.get_or_init(|| lists::read(include_str!("../../data/understanding/facets.txt")))
}

/// True if a concept of the word names a facet outright.
pub(crate) fn names_facet(stem: &str, language: Language) -> bool {
    let concepts = lexicon::concepts(stem, language);
    CONCEPTS.iter().any(|(name, _, weight)| *weight >= 1.5 && concepts.contains(name))
}
