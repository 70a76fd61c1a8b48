//! `/admin/evaluation`: runs of evaluations, newest first, and the way to compare two of their targets.
//!
//! Below it: [`run`] is one run with its figures and cases, [`case`] one case with all answers side by side, [`compare`] two
//! targets compared. What they share of words is [`words`], of drawings [`plots`].

use askama::Template;
use portavoz_app::compare::runs::runs;
use portavoz_app::evaluation::glance;
use portavoz_domain::evaluation::{RunEntry, RunState};
use serde::Deserialize;

use self::picks::Picks;
use super::desk::{Asked, Desk, Frame, Page, Section, address, render};
use super::tongue::Tongue;

pub(super) mod case;
pub(super) mod compare;
mod picks;
mod plots;
pub(super) mod run;
mod words;

const PATH: &str = "/admin/evaluation";
/// Runs of a page.
const ROWS: usize = 10;
/// Runs that can be paged through.
const MOST_RUNS: u32 = 1_000;
/// Answers that are read for the figures of a page; those of runs beyond are on their own pages.
const MOST_RESULTS: u32 = 8_000;

#[derive(Template)]
#[template(path = "admin/evaluation.html")]
struct EvaluationPage {
    ui: Frame,
    rows: Vec<Row>,
    picks: Picks,
    newer: Option<String>,
    older: Option<String>,
}

/// A run in the list.
struct Row {
    address: String,
    name: String,
    when: String,
    /// Colour and words.
    state: (&'static str, &'static str),
    /// 0 to 1, and `212 de 500`, while not everything was asked.
    progress: Option<(f64, String)>,
    cases: String,
    cost: String,
    targets: Vec<TargetGlance>,
}

/// A target in the list.
struct TargetGlance {
    name: String,
    /// Mean quality, and cases passed.
    figures: Option<(String, String)>,
}

/// Which page of the list.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    page: String,
}

/// The page.
pub(super) async fn evaluation(desk: Desk, Asked(chosen): Asked<Chosen>) -> Page {
    let tongue = desk.tongue;
    let found = runs(&desk.site, MOST_RUNS).await?;
    let page = chosen.page.parse::<usize>().unwrap_or(1).clamp(1, found.len().div_ceil(ROWS).max(1));
    let shown = found.iter().skip((page - 1) * ROWS).take(ROWS);
    let mut rows = Vec::new();
    let mut read = 0_u32;
    for entry in shown {
        read = read.saturating_add(entry.results);
        rows.push(row(&desk, entry, read <= MOST_RESULTS).await?);
    }
    let to_page = |page: usize| address(PATH, [("page", page.to_string().as_str())]);
    render(&EvaluationPage {
        rows,
        picks: Picks::of(tongue, &found, "", ""),
        newer: (page > 1).then(|| to_page(page - 1)),
        older: (found.len() > page * ROWS).then(|| to_page(page + 1)),
        ui: desk.frame(Section::Evaluation),
    })
}

async fn row(desk: &Desk, entry: &RunEntry, with_figures: bool) -> Result<Row, super::trouble::Trouble> {
    let tongue = desk.tongue;
    let glances = if with_figures { glance(&desk.site, entry.id).await? } else { Default::default() };
    let all = entry.cases.saturating_mul(u32::try_from(entry.targets.len()).unwrap_or(u32::MAX));
    let of = |results: u32| {
        format!("{} {} {}", tongue.count(results.into()), tongue.say("de", "of"), tongue.count(all.into()))
    };
    let targets = entry.targets.iter().map(|name| {
        let figures = glances.get(name).map(|glance| {
            let quality = glance.quality.map_or_else(|| "–".to_owned(), |quality| tongue.decimal(quality, 2));
            (quality, tongue.share(glance.passed as f64 / glance.count.max(1) as f64))
        });
        TargetGlance { name: name.to_string(), figures }
    });
    Ok(Row {
        address: format!("{PATH}/{}", entry.id),
        name: words::named(tongue, &entry.name),
        when: tongue.brief(entry.started, desk.site.now()),
        state: words::state(tongue, entry.state),
        progress: (entry.state != RunState::Finished)
            .then(|| (f64::from(entry.results) / f64::from(all.max(1)), of(entry.results))),
        cases: cases(tongue, entry.cases.into()),
        cost: tongue.money(entry.cost_usd_micros),
        targets: targets.collect(),
    })
}

fn cases(tongue: Tongue, number: u64) -> String {
    tongue.counted(number, ("caso", "case"), ("casos", "cases"))
}
