//! `/admin/evaluation/compare?a=&b=`: two targets compared, and what to make of it.

use askama::Template;
use portavoz_app::compare::runs::{RunsError, Side, compared, runs};
use portavoz_app::compare::{Compared, Comparison, DECIDING, PairOfCases, Verdict};
use portavoz_domain::evaluation::metrics::{Metric, Unit};
use serde::Deserialize;

use super::super::desk::{Asked, Desk, Frame, Page, Section, address, encoded, render};
use super::super::tongue::Tongue;
use super::picks::Picks;
use super::plots::Around;
use super::{PATH, words};

/// Runs that can be chosen from.
const RUNS: u32 = 30;
/// Cases of each of the two lists.
const CASES: usize = 25;
/// Smaller differences are none to look at.
const NOTABLE: f64 = 0.05;

#[derive(Template)]
#[template(path = "admin/compare.html")]
struct ComparePage {
    ui: Frame,
    picks: Picks,
    /// Why nothing was compared.
    refused: Option<String>,
    found: Option<Found>,
}

/// What came of it.
struct Found {
    /// Colour and words.
    verdict: (&'static str, &'static str),
    sentence: String,
    sides: [SideShown; 2],
    notes: Vec<String>,
    /// What so many cases can show.
    power: String,
    metrics: Vec<MetricRow>,
    losses: Vec<CaseRow>,
    gains: Vec<CaseRow>,
    /// Cases that both answer about alike.
    same: usize,
    /// The address with the two exchanged.
    swapped: String,
}

/// One of the two.
struct SideShown {
    name: String,
    /// Of its run.
    address: String,
    run: String,
    differences: Vec<(&'static str, String)>,
}

/// One metric of both.
struct MetricRow {
    name: String,
    a: String,
    b: String,
    difference: String,
    /// What differences the cases leave open.
    between: Option<String>,
    around: Around,
    verdict: (&'static str, &'static str),
    /// The least that so many cases show.
    detectable: String,
    decides: bool,
}

/// A case that one answers better than the other.
struct CaseRow {
    address: String,
    question: String,
    a: CaseCell,
    b: CaseCell,
    /// Of the qualities; empty if there is none.
    difference: String,
    same_words: bool,
}

/// What one of them made of it.
struct CaseCell {
    quality: String,
    tone: &'static str,
    word: &'static str,
}

/// Which two.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct Two {
    #[serde(default)]
    a: String,
    #[serde(default)]
    b: String,
}

/// The page.
pub(in super::super) async fn compare(desk: Desk, Asked(two): Asked<Two>) -> Page {
    let tongue = desk.tongue;
    let entries = runs(&desk.site, RUNS).await?;
    let mut picks = Picks::of(tongue, &entries, &two.a, &two.b);
    let is_chosen = !two.a.is_empty() && !two.b.is_empty();
    let compared = if is_chosen { Some(compared(&desk.site, &two.a, &two.b).await) } else { None };
    let (found, refused) = match compared {
        None => (None, None),
        Some(Ok((a, b, comparison))) => {
            // However they were named, the form shows which they are.
            (picks.a, picks.b) = (value(&a), value(&b));
            (Some(found(tongue, &a, &b, &comparison)), None)
        }
        Some(Err(error @ (RunsError::Storage(_) | RunsError::Interrupted))) => return Err(error.into()),
        Some(Err(error)) => (None, Some(words::refused(tongue, &error))),
    };
    let mut ui = desk.frame(Section::Evaluation);
    ui.title = match &found {
        Some(found) => found.sides.each_ref().map(|side| side.name.as_str()).join(" · "),
        None => tongue.say("Comparar", "Compare").to_owned(),
    };
    render(&ComparePage { ui, picks, refused, found })
}

/// As it stands in an address.
fn value(side: &Side) -> String {
    format!("{}:{}", side.run.id, side.target.name)
}

fn found(tongue: Tongue, a: &Side, b: &Side, comparison: &Comparison) -> Found {
    let gain = |pair: &PairOfCases| {
        let quality = pair.quality.0.zip(pair.quality.1).map_or(0.0, |(a, b)| b - a);
        quality + f64::from(i8::from(pair.passed.1) - i8::from(pair.passed.0))
    };
    let row = |pair| case_row(tongue, a, b, pair);
    let (losses, gains): (Vec<&PairOfCases>, Vec<&PairOfCases>) =
        comparison.cases.iter().filter(|pair| gain(pair).abs() >= NOTABLE).partition(|pair| gain(pair) < 0.0);
    Found {
        verdict: words::verdict(tongue, comparison.verdict),
        sentence: comparison.sentence(tongue.language()),
        sides: [(a, &comparison.a), (b, &comparison.b)].map(|(side, name)| SideShown {
            name: name.clone(),
            address: format!("{PATH}/{}", side.run.id),
            run: format!("{}, {}", words::named(tongue, &side.run.name), tongue.moment(side.run.started)),
            differences: words::differences(&side.target),
        }),
        notes: comparison.notes(tongue.language()),
        power: power(tongue, comparison),
        metrics: comparison.metrics.iter().map(|compared| metric_row(tongue, compared)).collect(),
        same: comparison.cases.len() - losses.len() - gains.len(),
        losses: losses.into_iter().take(CASES).map(row).collect(),
        gains: gains.into_iter().rev().take(CASES).map(row).collect(),
        swapped: address(&format!("{PATH}/compare"), [("a", value(b).as_str()), ("b", value(a).as_str())]),
    }
}

/// What so many cases can show of the quality, and how many would settle what they leave open.
fn power(tongue: Tongue, comparison: &Comparison) -> String {
    let quality = comparison.metrics.iter().find(|compared| compared.metric == Metric::Quality);
    let cases = super::cases(tongue, comparison.paired as u64);
    let shows = quality.and_then(|quality| quality.detectable).map(|least| {
        let least = tongue.decimal(least, 2);
        match tongue {
            Tongue::Es => {
                format!("{cases} muestran una diferencia de calidad de {least} o más cuatro de cada cinco veces.")
            }
            Tongue::En => format!("{cases} show a difference of {least} or more in quality four times out of five."),
        }
    });
    let needed = comparison.cases_needed.filter(|needed| *needed > comparison.paired as u64).map(|needed| {
        let needed = tongue.count(needed);
        match tongue {
            Tongue::Es => format!("Para salir de dudas harían falta unos {needed}."),
            Tongue::En => format!("About {needed} would settle it."),
        }
    });
    [shows, needed].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn metric_row(tongue: Tongue, compared: &Compared) -> MetricRow {
    let figure = |value: f64| words::figure(tongue, value, compared.unit);
    let signed = |value: f64| words::signed(tongue, value, compared.unit);
    let decides = DECIDING.contains(&compared.metric);
    // Of cost and times nothing is claimed that the verdict does not rest on, but more is less welcome all the same.
    let verdict = match compared.verdict {
        Verdict::CannotTell if compared.interval.is_none() && compared.difference == 0.0 => {
            ("plain", tongue.say("igual", "the same"))
        }
        verdict => words::verdict(tongue, verdict),
    };
    MetricRow {
        name: words::metric(tongue, compared.metric),
        a: figure(compared.a),
        b: figure(compared.b),
        difference: signed(compared.difference),
        between: compared.interval.map(|span| words::between(tongue, &signed(span.low), &signed(span.high))),
        around: Around::of(compared.difference, compared.interval.map(|span| (span.low, span.high)), compared.margin),
        verdict,
        detectable: compared.detectable.map_or_else(|| "–".to_owned(), |least| signed(least).replace('+', "±\u{2060}")),
        decides,
    }
}

fn case_row(tongue: Tongue, a: &Side, b: &Side, pair: &PairOfCases) -> CaseRow {
    // Of another run it is named with its run.
    let base = if a.run.id == b.run.id { a.target.name.to_string() } else { value(a) };
    let chosen = [("base", base.as_str()), ("only", b.target.name.as_str())];
    let cell = |quality: Option<f64>, passed| {
        let (tone, word) = words::passed(tongue, passed);
        CaseCell { quality: quality.map_or_else(|| "–".to_owned(), |it| tongue.decimal(it, 2)), tone, word }
    };
    let difference = pair.quality.0.zip(pair.quality.1).map(|(a, b)| words::signed(tongue, b - a, Unit::Share));
    CaseRow {
        address: address(&format!("{PATH}/{}/{}", b.run.id, encoded(&pair.case)), chosen),
        question: b.case(&pair.case).map_or_else(|| pair.case.clone(), |case| case.question.clone()),
        a: cell(pair.quality.0, pair.passed.0),
        b: cell(pair.quality.1, pair.passed.1),
        difference: difference.unwrap_or_default(),
        same_words: pair.same_words,
    }
}
