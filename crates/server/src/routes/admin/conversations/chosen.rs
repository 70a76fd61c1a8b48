//! What the owner chose to see of the conversations, as it stands in the address: read from it, shown on the page, and
//! written into the addresses of other pages of the list. An address can be kept, sent and gone back to.

use portavoz_app::records::TurnFilter;
use portavoz_domain::answer::Outcome;
use portavoz_domain::feedback::{Rating, RatingFilter};
use portavoz_domain::ids::TurnId;
use portavoz_domain::timestamp::Timestamp;
use portavoz_text::language::Language;
use serde::Deserialize;

use super::super::desk::address;
use super::super::tongue::Tongue;
use super::super::trouble::Trouble;

const PATH: &str = "/admin/conversations";
/// Longer words are cut: nobody looks for more.
const MAX_TEXT_CHARS: usize = 200;
/// At most this score is low.
const LOW: f32 = 0.8;
const VERY_LOW: f32 = 0.6;

/// What the owner chose; empty means everything.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct Chosen {
    #[serde(default)]
    q: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    rating: String,
    #[serde(default)]
    quality: String,
    #[serde(default)]
    cost: String,
    #[serde(default)]
    pub(super) after: String,
}

/// A choice: its name in the address, its label, and what can be chosen: value, words, whether it is.
pub(super) struct Choice {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) options: Vec<(&'static str, &'static str, bool)>,
}

/// Something that was chosen: its words, and the address without it.
pub(super) struct Removable {
    pub(super) words: String,
    pub(super) without: String,
}

impl Chosen {
    /// The words looked for.
    pub(super) fn text(&self) -> String {
        self.q.trim().chars().take(MAX_TEXT_CHARS).collect()
    }

    /// When the chosen period begins.
    pub(super) fn from(&self, now: Timestamp) -> Option<Timestamp> {
        let days = match self.period.as_str() {
            "day" => 1,
            "week" => 7,
            "month" => 30,
            _ => return None,
        };
        Some(now.days_earlier(days))
    }

    /// The questions that were chosen; `None` if nothing was that single questions differ in, so that conversations are listed.
    pub(super) fn of_turns(&self, now: Timestamp, limit: u32) -> Result<Option<TurnFilter>, Trouble> {
        let filter = TurnFilter {
            outcome: Outcome::parse(&self.outcome),
            language: Language::ALL.into_iter().find(|language| language.code() == self.language),
            rating: match self.rating.as_str() {
                "any" => Some(RatingFilter::Any),
                name => Rating::parse(name).map(RatingFilter::Is),
            },
            max_quality: match self.quality.as_str() {
                "low" => Some(LOW),
                "very-low" => Some(VERY_LOW),
                _ => None,
            },
            min_cost_usd_micros: match self.cost.as_str() {
                "0.001" => Some(1_000),
                "0.01" => Some(10_000),
                "0.1" => Some(100_000),
                _ => None,
            },
            text: Some(self.text()).filter(|text| !text.is_empty()),
            ..TurnFilter::default()
        };
        if filter == TurnFilter::default() {
            return Ok(None);
        }
        let after = parsed(&self.after, |text| TurnId::parse(text).ok())?;
        Ok(Some(TurnFilter { from: self.from(now), after, limit, ..filter }))
    }

    /// What can be chosen.
    pub(super) fn choices(&self, tongue: Tongue) -> Vec<Choice> {
        let mut choices = vec![
            (
                "period",
                tongue.say("Desde", "Since"),
                vec![
                    ("", tongue.say("siempre", "any time")),
                    ("day", tongue.say("24 horas", "24 hours")),
                    ("week", tongue.say("7 días", "7 days")),
                    ("month", tongue.say("30 días", "30 days")),
                ],
            ),
            ("outcome", tongue.say("Cómo acabó", "How it ended"), vec![("", tongue.say("todas", "all"))]),
            ("language", tongue.say("Idioma", "Language"), vec![("", tongue.say("todos", "all"))]),
            (
                "rating",
                tongue.say("Valoración", "Rating"),
                vec![
                    ("", tongue.say("todas", "all")),
                    ("any", tongue.say("valoradas", "rated")),
                    ("up", tongue.say("gustó", "liked")),
                    ("down", tongue.say("no gustó", "disliked")),
                ],
            ),
            (
                "quality",
                tongue.say("Calidad", "Quality"),
                vec![
                    ("", tongue.say("toda", "any")),
                    ("low", tongue.say("hasta 0,80", "up to 0.80")),
                    ("very-low", tongue.say("hasta 0,60", "up to 0.60")),
                ],
            ),
            (
                "cost",
                tongue.say("Coste", "Cost"),
                vec![
                    ("", tongue.say("todos", "any")),
                    ("0.001", tongue.say("desde 0,001 USD", "from 0.001 USD")),
                    ("0.01", tongue.say("desde 0,01 USD", "from 0.01 USD")),
                    ("0.1", tongue.say("desde 0,10 USD", "from 0.10 USD")),
                ],
            ),
        ];
        choices[1].2.extend(Outcome::ALL.map(|outcome| (outcome.name(), tongue.outcome(outcome))));
        choices[2].2.extend(Language::ALL.map(|language| (language.code(), tongue.language_name(language))));
        let mark = |(name, label, options): (&'static str, _, Vec<(&'static str, &'static str)>)| Choice {
            name,
            label,
            options: options.into_iter().map(|(value, words)| (value, words, value == self.value(name))).collect(),
        };
        choices.into_iter().map(mark).collect()
    }

    /// What was chosen, each with the way back from it.
    pub(super) fn removables(&self, tongue: Tongue) -> Vec<Removable> {
        let mut removables = Vec::new();
        if !self.text().is_empty() {
            removables.push(Removable { words: format!("«{}»", self.text()), without: self.address_without("q") });
        }
        for choice in self.choices(tongue) {
            let chosen = choice.options.iter().find(|(value, _, is_chosen)| *is_chosen && !value.is_empty());
            removables.extend(chosen.map(|(_, words, _)| Removable {
                words: format!("{}: {words}", choice.label),
                without: self.address_without(choice.name),
            }));
        }
        removables
    }

    /// The address of what follows after an id.
    pub(super) fn address_after(&self, after: &str) -> String {
        address(PATH, self.pairs().into_iter().chain([("after", after)]))
    }

    /// The address of the first page.
    pub(super) fn first(&self) -> String {
        address(PATH, self.pairs())
    }

    fn address_without(&self, name: &str) -> String {
        address(PATH, self.pairs().into_iter().filter(|(known, _)| *known != name))
    }

    fn value(&self, name: &str) -> &str {
        self.pairs().into_iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("q", &self.q),
            ("period", &self.period),
            ("outcome", &self.outcome),
            ("language", &self.language),
            ("rating", &self.rating),
            ("quality", &self.quality),
            ("cost", &self.cost),
        ]
    }
}

/// An id that goes with the address; none is none, a wrong one is an error.
pub(super) fn parsed<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Trouble> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some).ok_or(Trouble::BadRequest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_can_be_taken_back_one_by_one() {
        let chosen = Chosen { q: "¿RAG? & más".to_owned(), rating: "down".to_owned(), ..Chosen::default() };
        let removables = chosen.removables(Tongue::En);
        let told: Vec<(&str, &str)> = removables.iter().map(|each| (&*each.words, &*each.without)).collect();
        assert_eq!(
            told,
            [
                ("«¿RAG? & más»", "/admin/conversations?rating=down"),
                ("Rating: disliked", "/admin/conversations?q=%C2%BFRAG%3F%20%26%20m%C3%A1s"),
            ]
        );
    }

    #[test]
    fn values_that_nobody_offered_choose_nothing() {
        let chosen = Chosen {
            outcome: "nonsense".to_owned(),
            cost: "7".to_owned(),
            quality: "x".to_owned(),
            ..Chosen::default()
        };
        assert!(matches!(chosen.of_turns(Timestamp::from_millis(0), 10), Ok(None)));
        assert!(chosen.removables(Tongue::Es).is_empty());
    }
}
