//! The four thresholds, each with today's figure, a word for how it stands, and a sentence that says what to do.

use super::super::desk::Desk;
use super::super::tongue::Tongue;
use portavoz_app::stats::{Figures, Spend};
use portavoz_domain::alerts::rules::Thresholds;

/// From this part of the day's limit on, a cost is worth a look.
const NEARLY: f64 = 0.8;

/// One threshold.
pub(super) struct Card {
    pub(super) name: &'static str,
    pub(super) figure: String,
    /// What it is held against.
    pub(super) limit: String,
    pub(super) standing: Standing,
    pub(super) word: &'static str,
    pub(super) sentence: String,
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

impl Standing {
    /// The colour's name in the style sheet.
    pub(super) const fn tone(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Watch => "warn",
            Self::Amiss => "bad",
            Self::Unknown => "plain",
        }
    }

    const fn word(self, tongue: Tongue) -> &'static str {
        match self {
            Self::Good => tongue.say("Bien", "Fine"),
            Self::Watch => tongue.say("A vigilar", "Worth a look"),
            Self::Amiss => tongue.say("Mal", "Not good"),
            Self::Unknown => tongue.say("Sin datos", "No figures"),
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

impl Card {
    pub(super) fn is_amiss(&self) -> bool {
        self.standing == Standing::Amiss
    }
}

/// The four of them, of today.
pub(super) fn cards(desk: &Desk, today: &Figures, spend: &Spend) -> [Card; 4] {
    let (tongue, limits) = (desk.tongue, desk.site.settings().alerts.thresholds);
    [
        response(tongue, &limits, today),
        cost(tongue, &limits, spend),
        quality(tongue, &limits, today),
        efficiency(tongue, &limits, today),
    ]
}

fn card(
    tongue: Tongue,
    name: &'static str,
    (standing, sentence): (Standing, String),
    figure: Option<String>,
    limit: String,
) -> Card {
    let figure = figure.unwrap_or_else(|| "–".to_owned());
    Card { name, figure, limit, standing, word: standing.word(tongue), sentence }
}

fn response(tongue: Tongue, limits: &Thresholds, today: &Figures) -> Card {
    let p95 = today.first_token.p95_ms;
    let is_good = limits.response_ms.is_none_or(|limit| p95.unwrap_or(0.0) <= limit);
    let standing = Standing::of(is_good, today.first_token.timed_turns, limits.min_turns);
    let sentence = match standing {
        Standing::Unknown => tongue.say("Hoy no ha preguntado nadie todavía.", "Nobody has asked anything today yet."),
        Standing::Good => tongue.say(
            "Así de pronto empieza la respuesta para 19 de cada 20 visitantes. No hay nada que hacer.",
            "That is how soon the answer begins for 19 of 20 visitors. Nothing needs doing.",
        ),
        Standing::Watch => tongue.say(
            "Ha habido esperas largas, pero con pocas preguntas todavía no dice nada.",
            "There were long waits, but of so few questions that it says nothing yet.",
        ),
        Standing::Amiss => tongue.say(
            "Uno de cada veinte visitantes espera demasiado: mira en Modelos cuál es lento, o baja context.max_tokens.",
            "One visitor in twenty waits too long: see under Models which one is slow, or lower context.max_tokens.",
        ),
    };
    let limit = match limits.response_ms {
        Some(limit) => format!("{} {}", tongue.say("límite", "limit"), tongue.duration(limit)),
        None => tongue.say("sin límite", "no limit").to_owned(),
    };
    let name = tongue.say("Espera hasta las primeras palabras", "Wait for the first words");
    card(tongue, name, (standing, sentence.to_owned()), p95.map(|ms| tongue.duration(ms)), limit)
}

fn cost(tongue: Tongue, limits: &Thresholds, spend: &Spend) -> Card {
    let day = spend.day_usd;
    let standing = match limits.cost_day_usd {
        Some(limit) if day > limit => Standing::Amiss,
        Some(limit) if day > limit * NEARLY => Standing::Watch,
        _ => Standing::Good,
    };
    let sentence = match standing {
        Standing::Amiss => tongue.say(
            "Hoy se ha gastado más de lo previsto: mira en Gasto en qué, y pon un tope en budget.day_usd si no lo hay.",
            "More was spent today than planned: see under Spending on what, and set budget.day_usd if there is no cap.",
        ),
        Standing::Watch => tongue.say(
            "Queda poco para el límite del día: mira en Gasto en qué se va.",
            "The day's limit is near: see under Spending where it goes.",
        ),
        _ if day == 0.0 => tongue
            .say("Hoy no se ha gastado nada. No hay nada que hacer.", "Nothing was spent today. Nothing needs doing."),
        _ => {
            tongue.say("Dentro de lo previsto. No hay nada que hacer.", "Within what is planned. Nothing needs doing.")
        }
    };
    let limit = match limits.cost_day_usd {
        Some(limit) => format!("{} {}", tongue.say("límite", "limit"), tongue.dollars(limit)),
        None => tongue.say("sin límite", "no limit").to_owned(),
    };
    card(
        tongue,
        tongue.say("Coste de hoy", "Cost today"),
        (standing, sentence.to_owned()),
        Some(tongue.dollars(day)),
        limit,
    )
}

fn quality(tongue: Tongue, limits: &Thresholds, today: &Figures) -> Card {
    let scores = &today.quality;
    let is_good = scores.quality_mean.is_none_or(|mean| mean >= limits.quality);
    let standing = Standing::of(is_good, scores.scored_turns, limits.min_turns);
    let sentence = match standing {
        Standing::Unknown => {
            tongue.say("Hoy no se ha puntuado ninguna respuesta.", "No answer was scored today.").to_owned()
        }
        Standing::Good => tongue
            .say(
                "Las respuestas van al grano y constan. No hay nada que hacer.",
                "Answers are to the point and supported. Nothing needs doing.",
            )
            .to_owned(),
        Standing::Watch | Standing::Amiss => format!(
            "{} {}.",
            tongue.say(
                "Abre en Conversaciones las de peor nota. Lo más flojo:",
                "Open those with the lowest score under Conversations. Weakest:"
            ),
            weakest(tongue, today)
        ),
    };
    let limit = format!("{} {}", tongue.say("mínimo", "at least"), tongue.decimal(limits.quality, 2));
    let name = tongue.say("Calidad de las respuestas", "Quality of answers");
    card(tongue, name, (standing, sentence), scores.quality_mean.map(|mean| tongue.decimal(mean, 2)), limit)
}

/// The term with the lowest mean.
fn weakest(tongue: Tongue, figures: &Figures) -> String {
    let scores = &figures.quality;
    let terms = [
        (tongue.say("la relevancia", "relevance"), scores.relevance_mean),
        (tongue.say("la exactitud", "accuracy"), scores.accuracy_mean),
        (tongue.say("la claridad", "clarity"), scores.clarity_mean),
    ];
    let known = terms.into_iter().filter_map(|(name, mean)| Some((name, mean?)));
    let lowest = known.min_by(|(_, one), (_, other)| one.total_cmp(other));
    lowest.map(|(name, mean)| format!("{name} ({})", tongue.decimal(mean, 2))).unwrap_or_default()
}

fn efficiency(tongue: Tongue, limits: &Thresholds, today: &Figures) -> Card {
    let efficiency = &today.efficiency;
    let is_good = efficiency.efficiency_mean.is_none_or(|mean| mean >= limits.efficiency);
    let standing = Standing::of(is_good, efficiency.measured_turns, limits.min_turns);
    let sentence = match standing {
        Standing::Unknown => tongue
            .say(
                "Hoy ningún modelo ha respondido, así que no hay tokens que medir.",
                "No model answered today, so there are no tokens to measure.",
            )
            .to_owned(),
        Standing::Good => tongue
            .say(
                "La mayor parte de los tokens sirve a la respuesta. No hay nada que hacer.",
                "Most tokens serve the answer. Nothing needs doing.",
            )
            .to_owned(),
        Standing::Watch | Standing::Amiss => tongue
            .say(
                "Se pagan tokens que no sirven a la respuesta: baja retrieval.max_results o context.max_tokens.",
                "Tokens are paid for that serve no answer: lower retrieval.max_results or context.max_tokens.",
            )
            .to_owned(),
    };
    let limit = format!("{} {}", tongue.say("mínimo", "at least"), tongue.decimal(limits.efficiency, 2));
    let name = tongue.say("Eficiencia de tokens", "Token efficiency");
    card(tongue, name, (standing, sentence), efficiency.efficiency_mean.map(|mean| tongue.decimal(mean, 2)), limit)
}
