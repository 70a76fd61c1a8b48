//! `/admin`: how the site is doing, whether anything needs doing, and how that came about.

use askama::Template;
use portavoz_app::stats::{self, Figures, Overview, Period, Step};
use portavoz_domain::answer::Outcome;
use portavoz_domain::timestamp::Timestamp;
use serde::Deserialize;

use self::cards::{Card, cards};
use self::comparison::{Compared, comparison};
use super::charts::{Chart, Plot, Times, Unit};
use super::desk::{Asked, Desk, Frame, Page, Section, render};
use super::tongue::Tongue;

mod cards;
mod comparison;

/// The periods to choose from: name in the address, days, words.
const PERIODS: [(&str, u32, &str, &str); 4] = [
    ("day", 1, "Hoy", "Today"),
    ("week", 7, "7 días", "7 days"),
    ("month", 30, "30 días", "30 days"),
    ("year", 365, "1 año", "1 year"),
];
/// What is shown if nothing was chosen.
const USUAL_PERIOD: &str = "week";

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    ui: Frame,
    cards: [Card; 4],
    /// How many of the cards ask for something.
    amiss: usize,
    /// Name in the address, words, whether it is the one shown.
    periods: Vec<(&'static str, &'static str, bool)>,
    /// Today's figures are of the day so far.
    comparison: Vec<Compared>,
    charts: Vec<Chart>,
    outcomes: Vec<Portion>,
    reasons: Vec<Portion>,
}

/// How many turns are of one kind.
struct Portion {
    name: String,
    turns: String,
    share: f64,
    percent: String,
}

/// Which period.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    period: String,
}

/// The page.
pub(super) async fn overview(desk: Desk, Asked(chosen): Asked<Chosen>) -> Page {
    let tongue = desk.tongue;
    let is_known = |name: &str| PERIODS.iter().any(|(known, ..)| *known == name);
    let period = if is_known(&chosen.period) { chosen.period.as_str() } else { USUAL_PERIOD };
    let days = PERIODS.iter().find(|(name, ..)| *name == period).map_or(7, |(_, days, ..)| *days);
    let now = desk.site.now();
    let site = &desk.site;
    let (today, spend, overview) = tokio::try_join!(
        stats::figures(site, Period::last_days(now, 1)),
        stats::spend(site),
        stats::overview(site, Period::last_days(now, days)),
    )?;
    let cards = cards(&desk, &today, &spend);
    render(&OverviewPage {
        amiss: cards.iter().filter(|card| card.is_amiss()).count(),
        cards,
        periods: PERIODS.map(|(name, _, es, en)| (name, tongue.say(es, en), name == period)).into(),
        comparison: comparison(tongue, &overview.current, &overview.previous),
        charts: charts(&desk, &overview),
        outcomes: outcomes(tongue, &overview.current),
        reasons: reasons(tongue, &overview.current),
        ui: desk.frame(Section::Overview),
    })
}

fn charts(desk: &Desk, overview: &Overview) -> Vec<Chart> {
    let tongue = desk.tongue;
    let say = |es, en| tongue.say(es, en);
    let limits = desk.site.settings().alerts.thresholds;
    let line =
        |figure: fn(&Figures) -> Option<f64>| overview.series.iter().map(|point| figure(&point.figures)).collect();
    let limit = say("límite", "limit");
    let least = say("mínimo", "at least");
    let plots = [
        Plot {
            title: say("Tiempo hasta las primeras palabras", "Time to the first words"),
            unit: Unit::Ms,
            bars: false,
            limit: limits.response_ms.map(|ms| (limit, ms)),
            lines: vec![
                (say("la mitad (p50)", "half (p50)"), line(|figures| figures.first_token.p50_ms)),
                (say("19 de 20 (p95)", "19 of 20 (p95)"), line(|figures| figures.first_token.p95_ms)),
            ],
        },
        Plot {
            title: say("Coste de las respuestas", "Cost of answers"),
            unit: Unit::Usd,
            bars: true,
            // The limit is a day's: beside hours it would say nothing.
            limit: limits.cost_day_usd.filter(|_| overview.step == Step::Day).map(|usd| (limit, usd)),
            lines: vec![("USD", line(|figures| Some(figures.cost.cost_usd)))],
        },
        Plot {
            title: say("Calidad", "Quality"),
            unit: Unit::Score,
            bars: false,
            limit: Some((least, limits.quality)),
            lines: vec![(say("calidad", "quality"), line(|figures| figures.quality.quality_mean))],
        },
        Plot {
            title: say("Eficiencia de tokens", "Token efficiency"),
            unit: Unit::Score,
            bars: false,
            limit: Some((least, limits.efficiency)),
            lines: vec![(say("eficiencia", "efficiency"), line(|figures| figures.efficiency.efficiency_mean))],
        },
        Plot {
            title: say("Preguntas", "Questions"),
            unit: Unit::Count,
            bars: true,
            limit: None,
            lines: vec![(say("preguntas", "questions"), line(|figures| Some(figures.turns as f64)))],
        },
    ];
    let starts: Vec<Timestamp> = overview.series.iter().map(|point| point.start).collect();
    let times = Times { starts: &starts, hourly: overview.step == Step::Hour };
    plots.into_iter().map(|plot| plot.chart(tongue, &times)).collect()
}

fn outcomes(tongue: Tongue, figures: &Figures) -> Vec<Portion> {
    let name = |name: &str| Outcome::parse(name).map_or(name.to_owned(), |outcome| tongue.outcome(outcome).to_owned());
    figures.outcomes.iter().map(|share| portion(tongue, name(&share.name), share.turns, share.share)).collect()
}

/// Why models did not answer, as shares of the turns that asked one.
fn reasons(tongue: Tongue, figures: &Figures) -> Vec<Portion> {
    let asked = figures.fallback.asked_turns.max(1) as f64;
    let models = figures.fallback.reasons.iter().filter(|reason| matches!(&*reason.rung, "primary" | "fallback"));
    models
        .map(|reason| {
            let share = (reason.turns as f64 / asked).min(1.0);
            portion(tongue, tongue.reason(&reason.reason).to_owned(), reason.turns, share)
        })
        .collect()
}

fn portion(tongue: Tongue, name: String, turns: u64, share: f64) -> Portion {
    Portion { name, turns: tongue.count(turns), share, percent: tongue.share(share) }
}
