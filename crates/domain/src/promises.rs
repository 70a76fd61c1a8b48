//! Promises: what only the owner can say of the future — when to start, for how much, with which permit.
//!
//! A passage near to such a question ("she started in 2019") is not an answer to it. Only a passage that speaks of the
//! very thing is; without one, the honest answer is that the documents do not say.
//! Start at [`promise_of`]. To add one more: 1. a variant; 2. its words in `Promise::words`.

use portavoz_text::fold::fold;
use portavoz_text::words::words;

/// A thing that only the owner can promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Promise {
    /// When the owner could start, and whether there is time at all.
    Availability,
    /// Salaries, rates, fees.
    Pay,
    /// Visas and work permits.
    Permit,
}

/// Question words for "when", folded, in the seven languages.
const WHEN: &[&str] = &["cuando", "when", "quand", "wann", "quando", "quan"];
/// Beginnings of words for "could", folded: a question about the past ("when did she start") has none.
const COULD: &[&str] = &[
    "puede", "podri", "podra", "can", "could", "able", "pode", "poderi", "peut", "pourr", "kann", "konn", "puo",
    "potreb", "potr", "pot",
];
/// Beginnings of words for "start", folded.
const START: &[&str] = &[
    "empez", "empiez", "comenz", "incorpor", "start", "begin", "join", "comec", "inici", "commenc", "demarr", "anfang",
    "beginn", "inizi", "cominci", "comenc", "arrenc",
];

/// Question words for "how much", folded; "was" is German for what somebody earns.
const HOW_MUCH: &[&str] = &["cuanto", "much", "quanto", "combien", "viel", "wieviel", "was", "quant"];
/// "Earns" and "charges", folded and whole: "how much did the precision gain?" has another form of the same verbs.
const EARNS: &[&str] = &[
    "gana",
    "ganar",
    "ganaria",
    "earn",
    "earns",
    "charge",
    "charges",
    "ganha",
    "ganhar",
    "gagne",
    "gagner",
    "facture",
    "verdient",
    "verdienen",
    "guadagna",
    "guadagnare",
    "guanya",
    "guanyar",
];

impl Promise {
    /// Every promise.
    pub const ALL: [Self; 3] = [Self::Availability, Self::Pay, Self::Permit];

    /// Beginnings of the words that speak of it, folded, in the seven languages.
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Availability => {
                &["disponib", "availab", "preaviso", "disponivel", "verfugb", "kundigungsfrist", "preavis", "preavviso"]
            }
            Self::Pay => &[
                "salari",
                "sueld",
                "cobra",
                "honorari",
                "tarif",
                "salary",
                "salaries",
                "compensation",
                "remunera",
                "wage",
                "salaire",
                "honorair",
                "gehalt",
                "stundensatz",
                "tagessatz",
                "stipend",
                "retribu",
                "ordenado",
                "sou",
            ],
            Self::Permit => {
                &["visad", "visa", "visto", "visum", "arbeitserlaubnis", "sponsorship", "permis", "permit", "permess"]
            }
        }
    }

    /// Whether `text` speaks of it.
    pub fn is_spoken_of(self, text: &str) -> bool {
        words(text).iter().any(|word| self.names(&fold(word.text)))
    }

    /// Whether `folded`, a word, names it.
    pub(crate) fn names(self, folded: &str) -> bool {
        // Short beginnings would match half the dictionary, so they must be the whole word.
        let matches = |start: &str| if start.len() <= 4 { folded == start } else { folded.starts_with(start) };
        self.words().iter().any(|start| matches(start))
    }
}

/// The promise that a question asks for, if it asks for one.
pub fn promise_of(question: &str) -> Option<Promise> {
    let folded: Vec<String> = words(question).iter().map(|word| fold(word.text)).collect();
    let named = Promise::ALL.into_iter().find(|promise| folded.iter().any(|word| promise.names(word)));
    named
        .or_else(|| asks_when_to_start(&folded).then_some(Promise::Availability))
        .or_else(|| asks_what_is_earned(&folded).then_some(Promise::Pay))
}

fn asks_what_is_earned(folded: &[String]) -> bool {
    let has = |list: &[&str]| folded.iter().any(|word| list.contains(&word.as_str()));
    has(HOW_MUCH) && has(EARNS)
}

fn asks_when_to_start(folded: &[String]) -> bool {
    let starts_with = |list: &[&str]| folded.iter().any(|word| list.iter().any(|start| word.starts_with(start)));
    folded.iter().any(|word| WHEN.contains(&word.as_str())) && starts_with(COULD) && starts_with(START)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_recognised_in_seven_languages_and_the_past_is_not_one() {
        for (question, expected) in [
            ("¿Cuándo puede empezar?", Some(Promise::Availability)),
            ("¿Está disponible para trabajar?", Some(Promise::Availability)),
            ("When could she start?", Some(Promise::Availability)),
            ("Wann kann sie anfangen?", Some(Promise::Availability)),
            ("Quand pourrait-elle commencer ?", Some(Promise::Availability)),
            ("Quando può iniziare?", Some(Promise::Availability)),
            ("Quando pode começar?", Some(Promise::Availability)),
            ("Quan pot començar?", Some(Promise::Availability)),
            ("¿Cuánto cobra?", Some(Promise::Pay)),
            ("¿Cuánto gana?", Some(Promise::Pay)),
            ("Quanto ela ganha?", Some(Promise::Pay)),
            ("Combien gagne-t-elle ?", Some(Promise::Pay)),
            ("Was verdient sie?", Some(Promise::Pay)),
            ("How much does she charge per hour?", Some(Promise::Pay)),
            ("¿Cuánto ganó en precisión?", None),
            ("What are her salary expectations?", Some(Promise::Pay)),
            ("¿Qué tarifas tiene?", Some(Promise::Pay)),
            ("Does she need a visa?", Some(Promise::Permit)),
            ("¿Tiene permiso de trabajo?", Some(Promise::Permit)),
            ("¿Cuándo empezó en Lumbre?", None),
            ("When did she start working with RAG?", None),
            ("¿Qué proyectos ha construido?", None),
            ("What conversion rate did she reach?", None),
            ("¿Puede programar en Python?", None),
        ] {
            assert_eq!(promise_of(question), expected, "{question}");
        }
    }

    #[test]
    fn a_passage_supports_a_promise_only_by_speaking_of_it() {
        assert!(!Promise::Availability.is_spoken_of("Empezó como desarrolladora web en 2017."));
        assert!(Promise::Availability.is_spoken_of("Disponible desde enero, con quince días de preaviso."));
        assert!(Promise::Pay.is_spoken_of("Su tarifa es de 400 € al día."));
    }
}
