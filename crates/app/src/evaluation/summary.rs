//! What came of a run, target by target: means with the range that the cases leave open, times, money, groups.

use std::collections::BTreeMap;

use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::metrics::{Metric, Unit};
use portavoz_domain::evaluation::{CaseResult, Run};
use portavoz_domain::variation::VariantName;
use portavoz_stats::{Confidence, Sample, bootstrap, wilson};
use portavoz_text::language::Language;
use serde::Serialize;

/// Samples drawn for the interval of a mean; enough for its second digit.
const RESAMPLES: usize = 2_000;
/// A bootstrap of fewer than these cases draws from too little: its interval would be far too narrow.
const FEWEST: usize = 10;
/// The same results give the same interval.
const SEED: u64 = 6;

/// A mean, or the share of yes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// Results that have this figure.
    pub count: usize,
    /// Their mean, in the metric's unit.
    pub mean: f64,
    /// 95 % interval of the mean over cases like these: of yes and no by Wilson's formula, otherwise by bootstrap, which
    /// says nothing (`None`) of fewer than ten.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// A part of the cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// A tag, or the code of a language.
    pub name: String,
    /// Results.
    pub count: usize,
    /// Of those, passed.
    pub passed: usize,
    /// Mean quality.
    pub quality: Option<f64>,
}

/// What one target made of the cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Which.
    pub target: VariantName,
    /// Results.
    pub count: usize,
    /// Of those, answers that something else gave because the target's model failed, by its reason. They are in all other
    /// figures: a visitor would have got them.
    pub stood_in: BTreeMap<String, usize>,
    /// Of all, taken from earlier runs.
    pub reused: usize,
    /// Of all, everything that the case demands holds.
    pub passed: usize,
    /// Each metric that some result has.
    pub figures: BTreeMap<Metric, Figure>,
    /// US dollars of all answers, whether paid this time or before.
    pub cost_usd: f64,
    /// Answers of models whose price nobody knows; not in the cost.
    pub unpriced: usize,
    /// Half of the first words came within this time, in milliseconds; answers of models that were asked directly.
    pub first_token_p50_ms: Option<f64>,
    /// Nineteen of twenty.
    pub first_token_p95_ms: Option<f64>,
    /// The same of whole answers.
    pub took_p50_ms: Option<f64>,
    /// The same of whole answers.
    pub took_p95_ms: Option<f64>,
    /// By tag; a case may have several, or none.
    pub by_tag: Vec<Group>,
    /// By the language that the answer must be in.
    pub by_language: Vec<Group>,
}

impl Summary {
    /// A metric's figure.
    pub fn figure(&self, metric: Metric) -> Option<&Figure> {
        self.figures.get(&metric)
    }
}

/// One summary for each target of the run, in their order. `fallback` is the language of questions that show none.
pub fn summary(run: &Run, results: &[CaseResult], fallback: Language) -> Vec<Summary> {
    run.targets
        .iter()
        .map(|target| {
            let own: Vec<&CaseResult> = results.iter().filter(|result| result.target == target.name).collect();
            of_target(&target.name, run, &own, fallback)
        })
        .collect()
}

fn of_target(target: &VariantName, run: &Run, results: &[&CaseResult], fallback: Language) -> Summary {
    let mut stood_in = BTreeMap::new();
    for reason in results.iter().filter(|result| result.reply.model.is_none()).filter_map(|it| it.reply.failure()) {
        *stood_in.entry(reason.to_owned()).or_default() += 1;
    }
    let figures = Metric::ALL.into_iter().filter_map(|metric| Some((metric, figure(metric, results)?))).collect();
    let quantile = |metric: Metric, p: f64| Sample::new(values(metric, results)).ok().map(|sample| sample.quantile(p));
    let cases: BTreeMap<&str, &Case> = run.cases.iter().map(|case| (case.id.as_str(), case)).collect();
    let of = |result: &CaseResult| cases.get(result.case.as_str()).copied();
    Summary {
        target: target.clone(),
        count: results.len(),
        stood_in,
        reused: results.iter().filter(|result| result.reused).count(),
        passed: results.iter().filter(|result| result.grade.passed).count(),
        figures,
        cost_usd: values(Metric::Cost, results).iter().sum(),
        unpriced: results.iter().filter(|result| result.reply.cost_usd_micros.is_none()).count(),
        first_token_p50_ms: quantile(Metric::FirstToken, 0.5),
        first_token_p95_ms: quantile(Metric::FirstToken, 0.95),
        took_p50_ms: quantile(Metric::Took, 0.5),
        took_p95_ms: quantile(Metric::Took, 0.95),
        by_tag: groups(results, |result| of(result).map(|case| case.tags.clone()).unwrap_or_default()),
        by_language: groups(results, |result| {
            of(result).map(|case| case.spoken(fallback).code().to_owned()).into_iter().collect()
        }),
    }
}

fn values(metric: Metric, results: &[&CaseResult]) -> Vec<f64> {
    results.iter().filter_map(|result| metric.of(result)).collect()
}

fn figure(metric: Metric, results: &[&CaseResult]) -> Option<Figure> {
    let values = values(metric, results);
    let count = values.len();
    let mean = Sample::new(values.clone()).ok()?.summary().mean;
    let is_yes_no = metric.unit() == Unit::YesNo || values.iter().all(|value| *value == 0.0 || *value == 1.0);
    let interval = if is_yes_no && matches!(metric.unit(), Unit::YesNo | Unit::Share) {
        let yes = values.iter().filter(|value| **value > 0.5).count();
        wilson(number(yes), number(count), Confidence::NinetyFive).ok()
    } else if count < FEWEST {
        None
    } else {
        bootstrap(count, RESAMPLES, SEED, Confidence::NinetyFive, |places| {
            let drawn: f64 = places.iter().filter_map(|place| values.get(*place)).sum();
            Some(drawn / count as f64)
        })
    };
    Some(Figure { count, mean, low: interval.map(|it| it.low), high: interval.map(|it| it.high) })
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Groups in the order of their names.
fn groups(results: &[&CaseResult], names: impl Fn(&CaseResult) -> Vec<String>) -> Vec<Group> {
    let mut groups: BTreeMap<String, Vec<&CaseResult>> = BTreeMap::new();
    for result in results {
        for name in names(result) {
            groups.entry(name).or_default().push(result);
        }
    }
    let group = |(name, results): (String, Vec<&CaseResult>)| Group {
        name,
        count: results.len(),
        passed: results.iter().filter(|result| result.grade.passed).count(),
        quality: figure(Metric::Quality, &results).map(|figure| figure.mean),
    };
    groups.into_iter().map(group).collect()
}
