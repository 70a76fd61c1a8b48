//! The cases of a run as a list that can be filtered and sorted by its address.

use portavoz_app::evaluation::Evaluated;
use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::CaseResult;
use portavoz_domain::evaluation::metrics::Metric;
use serde::Deserialize;

use super::super::super::desk::{address, encoded};
use super::super::super::tongue::Tongue;
use super::super::{PATH, words};

/// Cases of a page.
const ROWS: usize = 50;
/// Smaller differences of quality are none to look at.
const NOTABLE: f64 = 0.05;
/// The order in which differences come first.
const BY_DIFFERENCE: &str = "difference";

/// What the owner chose to see; empty means everything, as the run has it.
#[derive(Debug, Default, Deserialize)]
pub(in super::super::super) struct Shown {
    /// `failed` or `different`.
    #[serde(default)]
    show: String,
    #[serde(default)]
    tag: String,
    /// `difference`, or a target's name: its worst first.
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: String,
}

/// The list with the ways to others of it.
pub(super) struct CaseList {
    /// Words, address, whether it is the one shown.
    pub(super) filters: Vec<(String, String, bool)>,
    pub(super) tags: Vec<(String, String, bool)>,
    /// Address of the order of the run, of each target's worst first, of the largest differences first; and whether it is
    /// the one shown.
    pub(super) orders: Vec<(String, bool)>,
    pub(super) rows: Vec<Row>,
    /// How many there are in all of its pages.
    pub(super) found: String,
    pub(super) before: Option<String>,
    pub(super) next: Option<String>,
}

/// A case with what each target made of it.
pub(super) struct Row {
    pub(super) address: String,
    pub(super) id: String,
    pub(super) question: String,
    pub(super) tags: Vec<String>,
    pub(super) cells: Vec<Option<Cell>>,
    /// Between the best and the worst quality; empty if nothing can be said.
    pub(super) difference: String,
}

/// What a target made of a case.
pub(super) struct Cell {
    pub(super) quality: String,
    pub(super) tone: &'static str,
    pub(super) word: &'static str,
}

/// A case with its results in the order of the targets.
struct Asked<'a> {
    case: &'a Case,
    results: Vec<Option<&'a CaseResult>>,
    /// Between the best and the worst quality.
    difference: f64,
}

impl CaseList {
    pub(super) fn of(tongue: Tongue, evaluated: &Evaluated, shown: &Shown) -> Self {
        let id = evaluated.run.id.to_string();
        let path = format!("{PATH}/{id}");
        let to = |show: &str, tag: &str, sort: &str, page: &str| {
            address(&path, [("show", show), ("tag", tag), ("sort", sort), ("page", page)]) + "#cases"
        };
        let all = asked(evaluated);
        let filters = [("", "Todos", "All"), ("failed", "Fallados", "Failed"), ("different", "Distintos", "Different")];
        let filters = filters.into_iter().filter(|(show, ..)| *show != "different" || evaluated.run.targets.len() > 1);
        let mut found: Vec<&Asked<'_>> =
            all.iter().filter(|asked| asked.is_of(&shown.show) && asked.has(&shown.tag)).collect();
        if shown.sort == BY_DIFFERENCE {
            found.sort_by(|one, other| other.difference.total_cmp(&one.difference));
        } else if let Some(target) = evaluated.run.targets.iter().position(|target| target.name.as_str() == shown.sort)
        {
            found.sort_by(|one, other| one.badness(target).total_cmp(&other.badness(target)));
        }
        let page = shown.page.parse::<usize>().unwrap_or(1).clamp(1, found.len().div_ceil(ROWS).max(1));
        let rows = found.iter().skip((page - 1) * ROWS).take(ROWS);
        let at = |page: usize| to(&shown.show, &shown.tag, &shown.sort, &page.to_string());
        let sorts = evaluated.run.targets.iter().map(|target| target.name.as_str());
        let sorts: Vec<&str> = std::iter::once("").chain(sorts).chain([BY_DIFFERENCE]).collect();
        Self {
            filters: filters
                .map(|(show, es, en)| {
                    let count = all.iter().filter(|asked| asked.is_of(show) && asked.has(&shown.tag)).count();
                    let words = format!("{} ({})", tongue.say(es, en), tongue.count(count as u64));
                    (words, to(show, &shown.tag, &shown.sort, ""), show == shown.show)
                })
                .collect(),
            tags: tags(&all)
                .into_iter()
                .map(|tag| {
                    let is_chosen = tag == shown.tag;
                    let without = if is_chosen { "" } else { tag };
                    (tag.to_owned(), to(&shown.show, without, &shown.sort, ""), is_chosen)
                })
                .collect(),
            orders: sorts.iter().map(|sort| (to(&shown.show, &shown.tag, sort, ""), *sort == shown.sort)).collect(),
            rows: rows.map(|asked| asked.row(tongue, &path)).collect(),
            found: super::super::cases(tongue, found.len() as u64),
            before: (page > 1).then(|| at(page - 1)),
            next: (found.len() > page * ROWS).then(|| at(page + 1)),
        }
    }
}

fn asked<'a>(evaluated: &'a Evaluated) -> Vec<Asked<'a>> {
    let results: std::collections::HashMap<(&str, &str), &CaseResult> =
        evaluated.results.iter().map(|result| ((result.case.as_str(), result.target.as_str()), result)).collect();
    let of_case = |case: &'a Case| {
        let targets = evaluated.run.targets.iter();
        let of = |name: &str| results.get(&(case.id.as_str(), name)).copied();
        let results: Vec<_> = targets.map(|target| of(target.name.as_str())).collect();
        let qualities = || results.iter().flatten().filter_map(|result| Metric::Quality.of(result));
        let spread = qualities().fold(f64::NEG_INFINITY, f64::max) - qualities().fold(f64::INFINITY, f64::min);
        Asked { case, difference: if spread.is_finite() { spread } else { 0.0 }, results }
    };
    evaluated.run.cases.iter().map(of_case).collect()
}

fn tags<'a>(all: &[Asked<'a>]) -> Vec<&'a str> {
    let mut tags: Vec<&str> = all.iter().flat_map(|asked| asked.case.tags.iter().map(String::as_str)).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

impl Asked<'_> {
    fn is_of(&self, show: &str) -> bool {
        let answered = || self.results.iter().flatten();
        match show {
            "failed" => answered().any(|result| !result.grade.passed),
            "different" => {
                let passed = answered().filter(|result| result.grade.passed).count();
                self.difference >= NOTABLE || (passed > 0 && passed < answered().count())
            }
            _ => true,
        }
    }

    fn has(&self, tag: &str) -> bool {
        tag.is_empty() || self.case.tags.iter().any(|own| own == tag)
    }

    /// What a target's worst answers have least of; cases without an answer come last.
    fn badness(&self, target: usize) -> f64 {
        let result = self.results.get(target).copied().flatten();
        let passed = |result: &CaseResult| if result.grade.passed { 1.0 } else { 0.0 };
        result.map_or(f64::INFINITY, |result| Metric::Quality.of(result).unwrap_or(1.0) + passed(result))
    }

    fn row(&self, tongue: Tongue, path: &str) -> Row {
        let cell = |result: &CaseResult| {
            let quality = Metric::Quality.of(result).map_or_else(|| "–".to_owned(), |value| tongue.decimal(value, 2));
            let (tone, word) = words::passed(tongue, result.grade.passed);
            Cell { quality, tone, word }
        };
        let several = self.results.iter().flatten().count() > 1;
        Row {
            address: format!("{path}/{}", encoded(&self.case.id)),
            id: self.case.id.clone(),
            question: self.case.question.clone(),
            tags: self.case.tags.clone(),
            cells: self.results.iter().map(|result| result.map(cell)).collect(),
            difference: if several { tongue.decimal(self.difference, 2) } else { String::new() },
        }
    }
}
