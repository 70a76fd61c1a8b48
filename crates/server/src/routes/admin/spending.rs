//! `/admin/spending`: what was spent, on what, and what may be.

use askama::Template;
use portavoz_app::spending::spent_by_day;
use portavoz_app::stats::{self, Period, Spend};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::usage::usd;

use super::charts::{Chart, Line, Plot, Times, Unit};
use super::desk::{Desk, Frame, Page, Section, render};
use super::tongue::Tongue;

/// Days that the chart and the table of models cover.
const DAYS: u16 = 30;
/// From this part of a cap on, the owner is told that it is near.
const NEARLY: f64 = 0.8;

#[derive(Template)]
#[template(path = "admin/spending.html")]
struct SpendingPage {
    ui: Frame,
    sentence: String,
    purses: [Purse; 2],
    reserved: String,
    orphaned: Option<String>,
    chart: Chart,
    models: Vec<ModelSpend>,
}

/// What may be spent in a span of time, and what was.
struct Purse {
    name: &'static str,
    spent: String,
    cap: Option<String>,
    /// 0 to 1.
    share: f64,
    percent: String,
    tone: &'static str,
    word: &'static str,
}

struct ModelSpend {
    name: String,
    turns: String,
    tokens: String,
    cached: String,
    cost: String,
    unpriced: bool,
}

/// The page.
pub(super) async fn spending(desk: Desk) -> Page {
    let tongue = desk.tongue;
    let spend = stats::spend(&desk.site).await?;
    let days = spent_by_day(&desk.site, DAYS).await?;
    let overview = stats::overview(&desk.site, Period::last_days(desk.site.now(), DAYS.into())).await?;
    let starts: Vec<Timestamp> = days.iter().map(|day| day.start).collect();
    let plot = Plot {
        title: tongue.say("Gasto por día", "Spent each day"),
        unit: Unit::Usd,
        bars: true,
        limit: spend.cap_day_usd.map(|cap| (tongue.say("tope del día", "day's cap"), cap)),
        lines: vec![Line {
            name: tongue.say("gasto", "spent"),
            values: days.iter().map(|day| Some(usd(day.charged))).collect(),
            before: Vec::new(),
        }],
        sum: None,
    };
    let models = overview.by_model.iter().filter(|group| !group.name.is_empty()).map(|group| {
        let (tokens, cost) = (&group.figures.tokens, &group.figures.cost);
        ModelSpend {
            name: group.name.clone(),
            turns: tongue.count(group.figures.turns),
            tokens: tongue.count(tokens.prompt_tokens + tokens.completion_tokens),
            cached: tokens.cached_share.map_or_else(|| "–".to_owned(), |share| tongue.share(share)),
            cost: tongue.dollars(cost.cost_usd),
            unpriced: cost.unpriced_turns > 0,
        }
    });
    render(&SpendingPage {
        ui: desk.frame(Section::Spending),
        sentence: sentence(tongue, &spend),
        purses: [
            purse(tongue, tongue.say("Hoy", "Today"), spend.day_usd, spend.cap_day_usd),
            purse(tongue, tongue.say("Este mes", "This month"), spend.month_usd, spend.cap_month_usd),
        ],
        reserved: tongue.dollars(spend.reserved_usd),
        orphaned: (spend.orphaned_usd > 0.0).then(|| tongue.dollars(spend.orphaned_usd)),
        chart: plot.chart(tongue, &Times { starts: &starts, hourly: false }),
        models: models.collect(),
    })
}

fn purse(tongue: Tongue, name: &'static str, spent: f64, cap: Option<f64>) -> Purse {
    let share = cap.map_or(0.0, |cap| if cap > 0.0 { spent / cap } else { 1.0 });
    let (tone, word) = match cap {
        None => ("plain", tongue.say("sin tope", "no cap")),
        Some(_) if share >= 1.0 => ("bad", tongue.say("agotado", "spent")),
        Some(_) if share >= NEARLY => ("warn", tongue.say("casi agotado", "nearly spent")),
        Some(_) => ("good", tongue.say("bien", "fine")),
    };
    Purse {
        name,
        spent: tongue.dollars(spent),
        cap: cap.map(|cap| tongue.dollars(cap)),
        share: share.min(1.0),
        percent: tongue.share(share),
        tone,
        word,
    }
}

/// What to do about it, or that nothing needs doing.
fn sentence(tongue: Tongue, spend: &Spend) -> String {
    let is_spent = |spent: f64, cap: Option<f64>| cap.is_some_and(|cap| spent >= cap);
    let text = if is_spent(spend.month_usd, spend.cap_month_usd) {
        tongue.say(
            "El presupuesto del mes está agotado: hasta el mes que viene responden los documentos, sin modelo. Para cambiarlo, budget.month_usd.",
            "The month's budget is spent: until next month the documents answer, without a model. To change it, budget.month_usd.",
        )
    } else if is_spent(spend.day_usd, spend.cap_day_usd) {
        tongue.say(
            "El presupuesto de hoy está agotado: hasta medianoche (UTC) responden los documentos, sin modelo. Para cambiarlo, budget.day_usd.",
            "Today's budget is spent: until midnight (UTC) the documents answer, without a model. To change it, budget.day_usd.",
        )
    } else if spend.cap_day_usd.is_none() && spend.cap_month_usd.is_none() {
        tongue.say(
            "No hay tope: el gasto depende de cuánto se pregunte. budget.day_usd y budget.month_usd lo ponen.",
            "There is no cap: what is spent depends on how much is asked. budget.day_usd and budget.month_usd set one.",
        )
    } else {
        tongue.say("Dentro del presupuesto: no hay nada que hacer.", "Within the budget: nothing needs doing.")
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purse_says_how_much_of_it_is_left() {
        for (spent, cap, tone, percent) in [
            (1.0, None, "plain", "0%"),
            (1.0, Some(10.0), "good", "10%"),
            (8.0, Some(10.0), "warn", "80%"),
            (10.0, Some(10.0), "bad", "100%"),
            (0.0, Some(0.0), "bad", "100%"),
        ] {
            let purse = purse(Tongue::En, "Today", spent, cap);
            assert_eq!((purse.tone, &*purse.percent), (tone, percent), "{spent} of {cap:?}");
        }
    }
}
