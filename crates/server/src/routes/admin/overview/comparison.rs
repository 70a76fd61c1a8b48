//! The period beside the one before it.

use portavoz_app::stats::Figures;
use portavoz_domain::answer::Outcome;

use super::super::tongue::Tongue;

/// Changes below this part of the figure before are none.
const SAME: f64 = 0.005;
/// Changes below this part are told and not coloured: figures never stand quite still.
const SMALL: f64 = 0.05;
/// From so many times on, a percentage says less than the number of times.
const MANIFOLD: f64 = 10.0;

/// One figure of both periods.
pub(super) struct Compared {
    pub(super) name: &'static str,
    pub(super) now: String,
    pub(super) before: String,
    /// `+12 %`, or how it is if that cannot be said.
    pub(super) change: String,
    pub(super) tone: &'static str,
}

/// What is better: more of a figure, or less of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Better {
    More,
    Less,
    Neither,
}

/// All figures of interest, of both periods.
pub(super) fn comparison(tongue: Tongue, now: &Figures, before: &Figures) -> Vec<Compared> {
    use Better::{Less, More, Neither};
    type Figure = fn(&Figures) -> Option<f64>;
    type Shown = fn(Tongue, f64) -> String;
    let count: Shown = |tongue, value| tongue.count(value.round() as u64);
    let score: Shown = |tongue, value| tongue.decimal(value, 2);
    let rows: [(&'static str, Better, Figure, Shown); 14] = [
        (tongue.say("Conversaciones", "Conversations"), Neither, |figures| Some(figures.conversations as f64), count),
        (tongue.say("Preguntas", "Questions"), Neither, |figures| Some(figures.turns as f64), count),
        (tongue.say("Respondidas", "Answered"), More, |figures| share_of(figures, Outcome::Answered), Tongue::share),
        (
            tongue.say("No lo dice el portfolio", "Not known"),
            Less,
            |figures| share_of(figures, Outcome::NotKnown),
            Tongue::share,
        ),
        (
            tongue.say("Primeras palabras, la mitad", "First words, half"),
            Less,
            |figures| figures.first_token.p50_ms,
            Tongue::duration,
        ),
        (
            tongue.say("Primeras palabras, 19 de 20", "First words, 19 of 20"),
            Less,
            |figures| figures.first_token.p95_ms,
            Tongue::duration,
        ),
        (
            tongue.say("Respuesta entera, 19 de 20", "Whole answer, 19 of 20"),
            Less,
            |figures| figures.total.p95_ms,
            Tongue::duration,
        ),
        (tongue.say("Calidad", "Quality"), More, |figures| figures.quality.quality_mean, score),
        (
            tongue.say("Eficiencia de tokens", "Token efficiency"),
            More,
            |figures| figures.efficiency.efficiency_mean,
            score,
        ),
        (
            tongue.say("Tokens por respuesta", "Tokens per answer"),
            Less,
            |figures| figures.tokens.tokens_per_answer,
            count,
        ),
        (tongue.say("Coste", "Cost"), Neither, |figures| Some(figures.cost.cost_usd), Tongue::dollars),
        (
            tongue.say("Coste por conversación", "Cost per conversation"),
            Less,
            |figures| figures.cost.cost_per_conversation_usd,
            Tongue::dollars,
        ),
        (
            tongue.say("Fallos del modelo", "Model failures"),
            Less,
            |figures| figures.fallback.fallback_rate,
            Tongue::share,
        ),
        (
            tongue.say("Frases retenidas", "Sentences withheld"),
            Less,
            |figures| figures.verification.withheld_share,
            Tongue::share,
        ),
    ];
    let compared = |(name, better, figure, shown): (&'static str, Better, Figure, Shown)| {
        let (now, before) = (figure(now), figure(before));
        let written = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| shown(tongue, value));
        let (change, tone) = change(tongue, better, now, before);
        Compared { name, now: written(now), before: written(before), change, tone }
    };
    rows.into_iter().map(compared).collect()
}

fn share_of(figures: &Figures, outcome: Outcome) -> Option<f64> {
    let share = figures.outcomes.iter().find(|share| share.name == outcome.name());
    (figures.turns > 0).then(|| share.map_or(0.0, |share| share.share))
}

/// By how much a figure changed, and whether that is good.
pub(super) fn change(tongue: Tongue, better: Better, now: Option<f64>, before: Option<f64>) -> (String, &'static str) {
    let Some((now, before)) = now.zip(before).filter(|(_, before)| *before > 0.0) else {
        return ("–".to_owned(), "soft");
    };
    let by = now / before - 1.0;
    if by.abs() < SAME {
        return (tongue.say("igual", "same").to_owned(), "soft");
    }
    let sign = if by > 0.0 { "+" } else { "−" };
    let tone = match (better, by > 0.0) {
        (Better::Neither, _) => "soft",
        _ if by.abs() < SMALL => "soft",
        (Better::More, true) | (Better::Less, false) => "tone-good",
        (Better::More, false) | (Better::Less, true) => "tone-bad",
    };
    if by + 1.0 >= MANIFOLD {
        return (format!("×\u{a0}{}", tongue.count((by + 1.0).round() as u64)), tone);
    }
    (format!("{sign}{}", tongue.share(by.abs())), tone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_how_much_and_whether_it_is_good() {
        for (better, now, before, expected) in [
            (Better::More, Some(0.9), Some(0.6), ("+50%", "tone-good")),
            (Better::Less, Some(3.0), Some(4.0), ("−25%", "tone-good")),
            (Better::Less, Some(4.0), Some(2.0), ("+100%", "tone-bad")),
            (Better::Neither, Some(2.0), Some(1.0), ("+100%", "soft")),
            (Better::More, Some(1.001), Some(1.0), ("same", "soft")),
            (Better::Less, Some(1.02), Some(1.0), ("+2%", "soft")),
            (Better::Less, Some(24.0), Some(2.0), ("×\u{a0}12", "tone-bad")),
            (Better::More, None, Some(1.0), ("–", "soft")),
            (Better::More, Some(1.0), Some(0.0), ("–", "soft")),
        ] {
            let (change, tone) = change(Tongue::En, better, now, before);
            assert_eq!((&*change, tone), expected);
        }
    }
}
