//! One metric of two ways of answering: difference, interval, chance, and what so many cases can show.
//!
//! Scores are compared by the mean of their differences: sign-flip permutation test and BCa interval. Yes/no metrics by
//! the cases that changed: McNemar's exact test and Newcombe's interval.

use portavoz_domain::evaluation::CaseResult;
use portavoz_domain::evaluation::metrics::{Metric, Unit};
use portavoz_stats::paired::{
    Bootstrap, PairedCounts, PowerWanted, bca, cases_for_mean, cases_for_share, detectable_mean, detectable_share,
    mcnemar, newcombe, permutation,
};
use portavoz_stats::{Confidence, Interval};
use serde::Serialize;

use super::{ALPHA, Verdict};

/// Random patterns of the permutation test where there are too many to count.
const DRAWS: u32 = 20_000;
/// The same comparison gives the same figures each time.
const SEED: u64 = 20_261_123;
/// With fewer cases than this an interval is too narrow to call two ways equal.
const FEWEST_FOR_EQUAL: usize = 20;

/// A range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Span {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl From<Interval> for Span {
    fn from(interval: Interval) -> Self {
        Self { low: interval.low, high: interval.high }
    }
}

/// One metric of two ways of answering, in the metric's unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Which.
    pub metric: Metric,
    /// Its unit.
    pub unit: Unit,
    /// Cases that both have it for.
    pub cases: usize,
    /// Mean of the first.
    pub a: f64,
    /// Mean of the second.
    pub b: f64,
    /// Second less first.
    pub difference: f64,
    /// What differences the cases do not rule out, with 95 % confidence; `None` if they do not vary.
    pub interval: Option<Span>,
    /// How often chance alone makes so large a difference.
    pub p: f64,
    /// The same, corrected for looking at several metrics (Holm).
    pub p_adjusted: f64,
    /// The smallest difference that so many cases find four times out of five; `None` if none.
    pub detectable: Option<f64>,
    /// How many cases would find a difference as large as this one, or as what matters if that is larger, four times
    /// out of five; `None` if more than 20,000.
    pub needed: Option<u64>,
    /// Of a yes/no metric: cases that only the second, and that only the first, gets right.
    pub changed: Option<(u64, u64)>,
    /// The difference that matters: less is as good as none.
    pub margin: Option<f64>,
    /// What is to be said.
    pub verdict: Verdict,
}

impl Compared {
    /// What so many cases say of this metric, by the adjusted p.
    pub(super) fn judged(&self) -> Verdict {
        let gain = if self.metric.more_is_better() { self.difference } else { -self.difference };
        if self.p_adjusted < ALPHA {
            return if gain > 0.0 { Verdict::Better } else { Verdict::Worse };
        }
        let (Some(margin), true) = (self.margin, self.cases >= FEWEST_FOR_EQUAL) else { return Verdict::CannotTell };
        // Cases that all came out alike have no spread, and as many of them as there are say that nothing changed.
        let worst = match self.interval {
            Some(span) if self.metric.more_is_better() => span.low,
            Some(span) => -span.high,
            None => gain,
        };
        if worst > -margin { Verdict::NotWorse } else { Verdict::CannotTell }
    }
}

/// What is as good as no difference: a fortieth of the scale for scores, a twentieth for shares of cases.
const fn margin(metric: Metric) -> Option<f64> {
    match metric.unit() {
        Unit::Share => Some(0.025),
        Unit::YesNo => Some(0.05),
        Unit::Dollars | Unit::Millis => None,
    }
}

/// Compares a metric over paired answers; `None` if no case has it both ways.
pub(super) fn compared(metric: Metric, pairs: &[(&CaseResult, &CaseResult)]) -> Option<Compared> {
    let figures: Vec<(f64, f64)> = pairs.iter().filter_map(|(a, b)| metric.of(a).zip(metric.of(b))).collect();
    if figures.is_empty() {
        return None;
    }
    let n = figures.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| figures.iter().map(of).sum::<f64>() / n;
    let (a, b) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let bare = Compared {
        metric,
        unit: metric.unit(),
        cases: figures.len(),
        a,
        b,
        difference: b - a,
        interval: None,
        p: 1.0,
        p_adjusted: 1.0,
        detectable: None,
        needed: None,
        changed: None,
        margin: margin(metric),
        verdict: Verdict::CannotTell,
    };
    Some(if metric.unit() == Unit::YesNo { of_outcomes(bare, &figures) } else { of_scores(bare, &figures) })
}

fn of_scores(bare: Compared, figures: &[(f64, f64)]) -> Compared {
    let differences: Vec<f64> = figures.iter().map(|(a, b)| b - a).collect();
    let cases = differences.len() as u64;
    let squares: f64 = differences.iter().map(|difference| (difference - bare.difference).powi(2)).sum();
    let spread = (squares / (differences.len().max(2) - 1) as f64).sqrt();
    let wanted = PowerWanted::default();
    let worth_finding = bare.difference.abs().max(bare.margin.unwrap_or(0.0));
    Compared {
        interval: bca(&differences, Confidence::NinetyFive, Bootstrap { seed: SEED, ..Bootstrap::default() })
            .map(|bca| bca.interval.into()),
        p: permutation(&differences, DRAWS, SEED).map_or(1.0, |found| found.p),
        detectable: detectable_mean(cases, spread, wanted),
        needed: cases_for_mean(worth_finding, spread, wanted),
        ..bare
    }
}

fn of_outcomes(bare: Compared, figures: &[(f64, f64)]) -> Compared {
    let count = |a: bool, b: bool| figures.iter().filter(|pair| (pair.0 > 0.5, pair.1 > 0.5) == (a, b)).count() as u64;
    let counts = PairedCounts {
        both: count(true, true),
        better: count(false, true),
        worse: count(true, false),
        neither: count(false, false),
    };
    let cases = figures.len() as u64;
    // Where nothing changed, some change is to be reckoned with all the same.
    let discordant = ((counts.better + counts.worse) as f64).max(1.0) / figures.len() as f64;
    let wanted = PowerWanted::default();
    let worth_finding = bare.difference.abs().max(bare.margin.unwrap_or(0.0)).min(discordant);
    Compared {
        interval: newcombe(counts, Confidence::NinetyFive).ok().map(Span::from),
        p: mcnemar(counts.better, counts.worse),
        detectable: detectable_share(cases, discordant, wanted),
        needed: cases_for_share(worth_finding, discordant, wanted),
        changed: Some((counts.better, counts.worse)),
        ..bare
    }
}
