//! `/admin/evaluation/{run}`: one run: what each target made of its cases, with what the figures leave open.

use askama::Template;
use axum::extract::Path;
use axum::response::Redirect;
use portavoz_app::compare::runs::{find_run, remove};
use portavoz_app::evaluation::{Evaluated, Figure, Group, Summary};
use portavoz_domain::evaluation::metrics::Metric;
use portavoz_domain::evaluation::{Run, RunState};
use portavoz_domain::ids::RunId;
use serde::Deserialize;

use self::cases::{CaseList, Shown};
use super::super::desk::{Asked, Desk, Frame, OwnersForm, Page, Section, render};
use super::super::tongue::Tongue;
use super::super::trouble::Trouble;
use super::plots::{Axis, COLUMNS, Dot, Whisker, cloud, distribution};
use super::{PATH, words};

mod cases;

#[derive(Template)]
#[template(path = "admin/run.html")]
struct RunPage {
    ui: Frame,
    id: String,
    state: (&'static str, &'static str),
    /// Part of all answers, and words, while not everything was asked.
    progress: Option<(f64, String)>,
    /// When, how many cases, of which documents.
    about: String,
    targets: Vec<TargetRow>,
    /// Where the axis of the qualities begins and ends.
    axis: [String; 2],
    dots: Vec<DotShown>,
    groups: Vec<GroupRow>,
    /// Names of the targets, for headings.
    names: Vec<String>,
    cases: CaseList,
    /// Where the first two targets are compared; `None` with one.
    compare: Option<String>,
}

/// What a target made of all cases.
struct TargetRow {
    name: String,
    differences: Vec<(&'static str, String)>,
    /// `12 of 60` if not everything was asked of it.
    missing: Option<String>,
    figures: Vec<Cell>,
    quality: Option<(String, Whisker)>,
    columns: [Column; COLUMNS],
    /// The columns in words.
    told: String,
    /// Answers that something else gave, and why.
    stood_in: Vec<(String, String)>,
    reused: usize,
}

/// A figure and what is below it.
struct Cell {
    figure: String,
    below: String,
}

/// A column of a distribution.
struct Column {
    /// 0 to 40, from below.
    height: f64,
    x: usize,
}

/// A point of cost against quality, with its words.
struct DotShown {
    dot: Dot,
    cost: String,
    quality: String,
}

/// A tag or a language, and what each target made of its cases.
struct GroupRow {
    name: String,
    cells: Vec<Option<Cell>>,
}

/// The page.
pub(in super::super) async fn run(desk: Desk, Path(id): Path<String>, Asked(shown): Asked<Shown>) -> Page {
    let tongue = desk.tongue;
    let evaluated = Evaluated::read(&desk.site, find_run(&desk.site, &id).await?).await?;
    let (run, summaries) = (&evaluated.run, &evaluated.summaries);
    let qualities = summaries.iter().filter_map(|summary| summary.figure(Metric::Quality));
    let axis = Axis::around(qualities.flat_map(|figure| [Some(figure.mean), figure.low, figure.high]).flatten());
    let id = run.id.to_string();
    let compare = run.targets.first().zip(run.targets.get(1));
    let mut ui = desk.frame(Section::Evaluation);
    ui.title = words::named(tongue, &run.name);
    render(&RunPage {
        state: words::state(tongue, run.state),
        progress: progress(tongue, &evaluated),
        about: about(tongue, run),
        targets: targets(tongue, &evaluated, axis),
        axis: [axis.from, axis.to].map(|end| tongue.decimal(end, 1)),
        dots: cloud(summaries).into_iter().map(|dot| shown_dot(tongue, dot)).collect(),
        groups: groups(tongue, summaries),
        names: run.targets.iter().map(|target| target.name.to_string()).collect(),
        cases: CaseList::of(tongue, &evaluated, &shown),
        compare: compare.map(|(a, b)| format!("{PATH}/compare?a={id}:{}&b={id}:{}", a.name, b.name)),
        id,
        ui,
    })
}

/// A run is to go.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Removed {}

/// `POST /admin/evaluation/{run}`: removes a run with its answers for good.
pub(in super::super) async fn removed(
    desk: Desk,
    Path(id): Path<String>,
    OwnersForm(Removed {}): OwnersForm<Removed>,
) -> Result<Redirect, Trouble> {
    // Whoever sends the form twice wanted it gone.
    remove(&desk.site, RunId::parse(&id).map_err(|_| Trouble::NotFound)?).await?;
    Ok(Redirect::to(PATH))
}

fn progress(tongue: Tongue, evaluated: &Evaluated) -> Option<(f64, String)> {
    let (asked, all) = (evaluated.results.len(), evaluated.run.cases.len() * evaluated.run.targets.len());
    let told = format!(
        "{} {} {}",
        tongue.count(asked as u64),
        tongue.say("de", "of"),
        tongue.counted(all as u64, ("respuesta", "answer"), ("respuestas", "answers"))
    );
    (evaluated.run.state != RunState::Finished).then(|| (asked as f64 / all.max(1) as f64, told))
}

fn about(tongue: Tongue, run: &Run) -> String {
    let generation = run.knowledge_generation;
    let documents = match tongue {
        Tongue::Es => format!("documentos de la generación {generation}"),
        Tongue::En => format!("documents of generation {generation}"),
    };
    format!("{} UTC · {} · {documents}", tongue.moment(run.started), super::cases(tongue, run.cases.len() as u64))
}

/// The columns of the table of targets.
const METRICS: [Metric; 5] = [Metric::Quality, Metric::Passed, Metric::OutcomeRight, Metric::Recall, Metric::Supported];

impl RunPage {
    /// Headings of the table of targets, for the template.
    fn headings(&self) -> Vec<String> {
        let tongue = self.ui.tongue;
        let said = [
            tongue.say("Coste por respuesta", "Cost of an answer"),
            tongue.say("Primeras palabras", "First words"),
            tongue.say("Respuesta completa", "Whole answer"),
        ];
        METRICS.map(|metric| words::metric(tongue, metric)).into_iter().chain(said.map(str::to_owned)).collect()
    }
}

fn targets(tongue: Tongue, evaluated: &Evaluated, axis: Axis) -> Vec<TargetRow> {
    let run = &evaluated.run;
    let columns: Vec<[usize; COLUMNS]> = run
        .targets
        .iter()
        .map(|target| {
            let own = evaluated.results.iter().filter(|result| result.target == target.name);
            distribution(own.filter_map(|result| Metric::Quality.of(result)))
        })
        .collect();
    let most = columns.iter().flatten().copied().max().unwrap_or(0).max(1) as f64;
    let targets = run.targets.iter().zip(&evaluated.summaries).zip(columns);
    targets
        .map(|((target, summary), columns)| {
            let quality = summary.figure(Metric::Quality);
            let of_all = format!("{} {} {}", summary.count, tongue.say("de", "of"), run.cases.len());
            let mut x = 0..;
            TargetRow {
                name: target.name.to_string(),
                differences: words::differences(target),
                missing: (summary.count < run.cases.len()).then_some(of_all),
                figures: figures(tongue, summary),
                quality: quality
                    .map(|figure| (tongue.decimal(figure.mean, 2), axis.whisker(figure.mean, figure.low, figure.high))),
                told: columns.map(|count| count.to_string()).join(", "),
                columns: columns.map(|count| Column { height: count as f64 / most * 38.0, x: x.next().unwrap_or(0) }),
                stood_in: stood_in(tongue, summary),
                reused: summary.reused,
            }
        })
        .collect()
}

fn figures(tongue: Tongue, summary: &Summary) -> Vec<Cell> {
    let of_metric = |metric: Metric| {
        let Some(Figure { mean, low, high, .. }) = summary.figure(metric) else { return Cell::none() };
        let shown = |value: f64| words::figure(tongue, value, metric.unit());
        let below = low.zip(*high).map(|(low, high)| words::range(&shown(low), &shown(high)));
        Cell { figure: shown(*mean), below: below.unwrap_or_default() }
    };
    let times = |half: Option<f64>, most: Option<f64>| match half.zip(most) {
        None => Cell::none(),
        Some((half, most)) => Cell {
            figure: tongue.duration(half),
            below: format!("{} {}", tongue.say("19 de 20:", "19 of 20:"), tongue.duration(most)),
        },
    };
    let total = tongue.dollars(summary.cost_usd);
    let unpriced = tongue.say("precio desconocido", "price unknown");
    let cost = summary.figure(Metric::Cost).map_or_else(
        || Cell {
            figure: "–".to_owned(),
            below: if summary.unpriced > 0 { unpriced.to_owned() } else { String::new() },
        },
        |cost| Cell {
            figure: tongue.dollars(cost.mean),
            below: format!("{} {total}", tongue.say("en total", "in all")),
        },
    );
    let mut cells: Vec<Cell> = METRICS.map(of_metric).into();
    cells.push(cost);
    cells.push(times(summary.first_token_p50_ms, summary.first_token_p95_ms));
    cells.push(times(summary.took_p50_ms, summary.took_p95_ms));
    cells
}

impl Cell {
    fn none() -> Self {
        Self { figure: "–".to_owned(), below: String::new() }
    }
}

fn stood_in(tongue: Tongue, summary: &Summary) -> Vec<(String, String)> {
    let told = |(reason, count): (&String, &usize)| {
        let answers = tongue.counted(*count as u64, ("respuesta", "answer"), ("respuestas", "answers"));
        (answers, tongue.reason(reason).to_owned())
    };
    summary.stood_in.iter().map(told).collect()
}

/// Languages first, then tags; each target's figures in the order of the targets.
fn groups(tongue: Tongue, summaries: &[Summary]) -> Vec<GroupRow> {
    use portavoz_text::language::Language;
    type Of = fn(&Summary) -> &[Group];
    let kinds: [(Of, bool); 2] = [(|summary| &summary.by_language, true), (|summary| &summary.by_tag, false)];
    let mut rows = Vec::new();
    for (of, is_language) in kinds {
        let mut names: Vec<&str> = summaries.iter().flat_map(|it| of(it).iter().map(|group| &*group.name)).collect();
        names.sort_unstable();
        names.dedup();
        // One language says no more than the whole.
        if is_language && names.len() < 2 {
            continue;
        }
        for name in names {
            let cell = |summary: &Summary| {
                let group = of(summary).iter().find(|group| group.name == name)?;
                let quality = group.quality.map_or_else(|| "–".to_owned(), |quality| tongue.decimal(quality, 2));
                let of = format!("{} {} {}", group.passed, tongue.say("de", "of"), group.count);
                Some(Cell { figure: quality, below: format!("{of} {}", tongue.say("superados", "passed")) })
            };
            let language = Language::ALL.into_iter().find(|language| is_language && language.code() == name);
            rows.push(GroupRow {
                name: language.map_or(name, |language| tongue.language_name(language)).to_owned(),
                cells: summaries.iter().map(cell).collect(),
            });
        }
    }
    rows
}

fn shown_dot(tongue: Tongue, dot: Dot) -> DotShown {
    DotShown { cost: tongue.dollars(dot.cost), quality: tongue.decimal(dot.quality, 2), dot }
}
