//! `/admin`: how the site is doing, whether anything needs doing, and how that came about.

use askama::Template;
use portavoz_app::compare::runs::runs;
use portavoz_app::lifecycle;
use portavoz_app::stats::{self, Figures, Period, Step};
use portavoz_domain::answer::Outcome;
use serde::Deserialize;

use self::cards::{Card, Measured, cards};
use self::comparison::{Compared, comparison};
use self::todo::{Known, Todo, headline, todos};
use super::charts::Chart;
use super::desk::{Asked, Desk, Frame, Page, Section, render};
use super::tongue::Tongue;

mod cards;
mod comparison;
mod curves;
mod todo;

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
    /// What to do; if there is anything, its names follow.
    headline: &'static str,
    todos: Vec<Todo>,
    /// Today, in UTC.
    day: String,
    cards: [Card; 4],
    /// Name in the address, words, whether it is the one shown.
    periods: Vec<(&'static str, &'static str, bool)>,
    /// Today's figures are of the day so far.
    comparison: Vec<Compared>,
    charts: Vec<Chart>,
    outcomes: Vec<Portion>,
    reasons: Vec<Portion>,
    /// True if nobody asked anything in the period.
    is_empty: bool,
    /// True if there is too little to draw any chart; there are none then.
    is_sparse: bool,
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
    let (span, day) = (Period::last_days(now, days), Period::last_days(now, 1));
    let (today, yesterday, spend, alerts, overview, before) = tokio::try_join!(
        stats::figures(site, day),
        stats::figures(site, day.previous()),
        stats::spend(site),
        stats::open_alerts(site),
        stats::overview(site, span),
        stats::course(site, span.previous(), Step::of(span)),
    )?;
    let last_run = runs(site, 1).await?;
    let settings = site.settings();
    let measured = Measured { limits: settings.alerts.thresholds, today: &today, yesterday: &yesterday, spend: &spend };
    let cards = cards(tongue, &measured);
    let todos = todos(
        tongue,
        &Known {
            cards: &cards,
            today: &today,
            open_alerts: alerts.values().sum(),
            endings: &lifecycle::warnings(site),
            last_run: last_run.first(),
            now,
            takes_over: settings.lifecycle.auto_successor,
        },
    );
    let mut charts = curves::charts(&desk, &overview, &before);
    let is_sparse = charts.iter().all(|chart| chart.json.is_empty());
    if is_sparse {
        charts.clear();
    }
    render(&OverviewPage {
        headline: headline(tongue, &todos, today.turns == 0),
        day: tongue.day(&now.to_rfc3339()),
        cards,
        todos,
        periods: PERIODS.map(|(name, _, es, en)| (name, tongue.say(es, en), name == period)).into(),
        comparison: comparison(tongue, &overview.current, &overview.previous),
        charts,
        is_sparse,
        outcomes: outcomes(tongue, &overview.current),
        reasons: reasons(tongue, &overview.current),
        is_empty: overview.current.turns == 0,
        ui: desk.frame(Section::Overview),
    })
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
