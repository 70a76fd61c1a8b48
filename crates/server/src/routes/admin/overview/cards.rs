//! The four thresholds: today's figure beside its limit and beside yesterday's, in a shape that is read in a glance.
//!
//! A card says how things are; what to do about it is said above all of them, by [`super::todo`].

use portavoz_app::stats::{Figures, Spend};
use portavoz_domain::alerts::rules::Thresholds;

use super::super::tongue::Tongue;
use super::comparison::{Better, change};

/// From this part of the day's limit on, a cost is worth a look.
const NEARLY: f64 = 0.8;
/// Where the limit of a time or cost stands on its gauge: what is beyond it needs room too.
const LIMIT_PLACE: f64 = 100.0 / 1.5;

/// One threshold.
pub(super) struct Card {
    pub(super) about: About,
    pub(super) name: &'static str,
    pub(super) figure: String,
    /// What it is held against.
    pub(super) limit: String,
    pub(super) standing: Standing,
    /// Against the same hours of yesterday: `−12 %` and its colour; `None` without figures of both days.
    pub(super) change: Option<(String, &'static str)>,
    pub(super) gauge: Option<Gauge>,
}

/// Which of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Response,
    Cost,
    Quality,
    Efficiency,
}

/// How far a figure reaches, and where its limit is: percent of the whole gauge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gauge {
    pub(super) filled: f64,
    pub(super) limit: f64,
}

/// How a figure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Good,
    /// Beyond its limit, but too few answers to judge by; or nearly there.
    Watch,
    Amiss,
    /// Nothing was measured.
    Unknown,
}

/// What the cards are made from.
pub(super) struct Measured<'a> {
    pub(super) limits: Thresholds,
    pub(super) today: &'a Figures,
    /// The same hours of yesterday.
    pub(super) yesterday: &'a Figures,
    pub(super) spend: &'a Spend,
}

impl Standing {
    /// The colour's name in the style sheet; its shape goes by the same name.
    pub(super) const fn tone(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Watch => "warn",
            Self::Amiss => "bad",
            Self::Unknown => "plain",
        }
    }

    pub(super) const fn word(self, tongue: Tongue) -> &'static str {
        match self {
            Self::Good => tongue.say("Bien", "Fine"),
            Self::Watch => tongue.say("A vigilar", "Watch"),
            Self::Amiss => tongue.say("Mal", "Not good"),
            Self::Unknown => tongue.say("Sin datos", "No data"),
        }
    }

    /// Of a figure out of so many turns.
    const fn of(is_good: bool, turns: u64, enough: u64) -> Self {
        match (is_good, turns) {
            (_, 0) => Self::Unknown,
            (true, _) => Self::Good,
            (false, turns) if turns < enough => Self::Watch,
            (false, _) => Self::Amiss,
        }
    }
}

impl Gauge {
    /// Of what is to stay below its limit.
    fn up_to(value: f64, limit: f64) -> Option<Self> {
        let filled = (value / limit * LIMIT_PLACE).clamp(0.0, 100.0);
        (limit > 0.0).then_some(Self { filled, limit: LIMIT_PLACE })
    }

    /// Of a score of 0 to 1 that is to be at least so much.
    fn score(value: f64, least: f64) -> Self {
        Self { filled: value.clamp(0.0, 1.0) * 100.0, limit: least.clamp(0.0, 1.0) * 100.0 }
    }
}

/// The four of them, of today.
pub(super) fn cards(tongue: Tongue, measured: &Measured<'_>) -> [Card; 4] {
    [response(tongue, measured), cost(tongue, measured), quality(tongue, measured), efficiency(tongue, measured)]
}

/// A change that is worth a word: none if either day has no figure.
fn since_yesterday(
    tongue: Tongue,
    better: Better,
    now: Option<f64>,
    before: Option<f64>,
) -> Option<(String, &'static str)> {
    let has_both = now.is_some() && before.is_some_and(|before| before != 0.0);
    has_both.then(|| change(tongue, better, now, before))
}

fn response(tongue: Tongue, measured: &Measured<'_>) -> Card {
    let (times, limit) = (&measured.today.first_token, measured.limits.response_ms);
    let is_good = limit.is_none_or(|limit| times.p95_ms.unwrap_or(0.0) <= limit);
    let before = measured.yesterday.first_token.p95_ms;
    Card {
        about: About::Response,
        name: tongue.say("Espera", "Wait"),
        figure: shown(times.p95_ms, |ms| tongue.duration(ms)),
        limit: at_most(tongue, limit.map(|limit| tongue.duration(limit))),
        standing: Standing::of(is_good, times.timed_turns, measured.limits.min_turns),
        change: since_yesterday(tongue, Better::Less, times.p95_ms, before),
        gauge: times.p95_ms.zip(limit).and_then(|(ms, limit)| Gauge::up_to(ms, limit)),
    }
}

fn cost(tongue: Tongue, measured: &Measured<'_>) -> Card {
    let (day, limit) = (measured.spend.day_usd, measured.limits.cost_day_usd);
    let (now, before) = (measured.today.cost.cost_usd, measured.yesterday.cost.cost_usd);
    Card {
        about: About::Cost,
        name: tongue.say("Coste", "Cost"),
        figure: tongue.dollars(day),
        limit: at_most(tongue, limit.map(|limit| tongue.dollars(limit))),
        standing: match limit {
            Some(limit) if day > limit => Standing::Amiss,
            Some(limit) if day > limit * NEARLY => Standing::Watch,
            _ => Standing::Good,
        },
        change: since_yesterday(tongue, Better::Neither, Some(now), Some(before)),
        gauge: limit.and_then(|limit| Gauge::up_to(day, limit)),
    }
}

fn quality(tongue: Tongue, measured: &Measured<'_>) -> Card {
    let (scores, least) = (&measured.today.quality, measured.limits.quality);
    let is_good = scores.quality_mean.is_none_or(|mean| mean >= least);
    Card {
        about: About::Quality,
        name: tongue.say("Calidad", "Quality"),
        figure: shown(scores.quality_mean, |mean| tongue.decimal(mean, 2)),
        limit: at_least(tongue, least),
        standing: Standing::of(is_good, scores.scored_turns, measured.limits.min_turns),
        change: since_yesterday(tongue, Better::More, scores.quality_mean, measured.yesterday.quality.quality_mean),
        gauge: scores.quality_mean.map(|mean| Gauge::score(mean, least)),
    }
}

fn efficiency(tongue: Tongue, measured: &Measured<'_>) -> Card {
    let (today, least) = (&measured.today.efficiency, measured.limits.efficiency);
    let (mean, before) = (today.efficiency_mean, measured.yesterday.efficiency.efficiency_mean);
    Card {
        about: About::Efficiency,
        name: tongue.say("Eficiencia", "Efficiency"),
        figure: shown(mean, |mean| tongue.decimal(mean, 2)),
        limit: at_least(tongue, least),
        standing: Standing::of(mean.is_none_or(|mean| mean >= least), today.measured_turns, measured.limits.min_turns),
        change: since_yesterday(tongue, Better::More, mean, before),
        gauge: mean.map(|mean| Gauge::score(mean, least)),
    }
}

fn shown(value: Option<f64>, write: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), write)
}

fn at_most(tongue: Tongue, limit: Option<String>) -> String {
    match limit {
        Some(limit) => format!("{} {limit}", tongue.say("límite", "limit")),
        None => tongue.say("sin límite", "no limit").to_owned(),
    }
}

fn at_least(tongue: Tongue, least: f64) -> String {
    format!("{} {}", tongue.say("mínimo", "at least"), tongue.decimal(least, 2))
}

impl Card {
    /// Whole words for what the name says shortly.
    pub(super) const fn meaning(&self, tongue: Tongue) -> &'static str {
        match self.about {
            About::Response => tongue.say(
                "hasta las primeras palabras, 19 de cada 20 visitantes",
                "until the first words, 19 of 20 visitors",
            ),
            About::Cost => tongue.say("gastado en el día", "spent in the day"),
            About::Quality => tongue.say("nota media de las respuestas, de 0 a 1", "mean score of answers, 0 to 1"),
            About::Efficiency => {
                tongue.say("parte de los tokens que sirve a la respuesta", "share of tokens that serve the answer")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_leaves_room_beyond_the_limit_and_never_leaves_its_frame() {
        for (value, limit, filled) in [(1_000.0, 2_000.0, 33.0), (2_000.0, 2_000.0, 67.0), (9_000.0, 2_000.0, 100.0)] {
            let gauge = Gauge::up_to(value, limit).map(|gauge| gauge.filled.round());
            assert_eq!(gauge, Some(filled), "{value}");
        }
        assert_eq!(Gauge::up_to(1.0, 0.0), None, "nothing may be spent: there is no scale");
        assert_eq!(Gauge::score(1.2, 0.8), Gauge { filled: 100.0, limit: 80.0 });
    }

    #[test]
    fn few_answers_are_watched_before_they_are_called_bad() {
        for (is_good, turns, expected) in [
            (false, 0, Standing::Unknown),
            (false, 3, Standing::Watch),
            (false, 10, Standing::Amiss),
            (true, 3, Standing::Good),
        ] {
            assert_eq!(Standing::of(is_good, turns, 10), expected);
        }
    }
}
