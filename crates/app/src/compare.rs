//! Comparing two ways of answering on the same cases: which is better, how surely, and what it would take to know.
//!
//! Answers are paired by case, so that hard and easy cases weigh on both alike. Every metric gets its difference, an
//! interval, how often chance alone does as much, and the smallest difference that so many cases can show at all. The
//! verdict rests on the [`DECIDING`] metrics together; cost and times are shown and decide nothing, as they are the
//! owner's trade. Pure; start at [`compare`]. What is read from storage is in [`runs`], a second opinion in [`judge`].

pub mod judge;
mod measure;
pub mod runs;
mod words;

use std::collections::BTreeMap;

use portavoz_domain::answer::Outcome;
use portavoz_domain::evaluation::CaseResult;
use portavoz_domain::evaluation::metrics::Metric;
use portavoz_stats::paired::holm;
use serde::Serialize;

pub use measure::{Compared, Span};
pub use words::{metric_name, shown, signed};

/// What the verdict rests on: how good answers are, whether they do what their cases demand, and whether the documents
/// support what is said.
pub const DECIDING: [Metric; 3] = [Metric::Quality, Metric::Passed, Metric::Supported];
/// How often a difference may be claimed where there is none, over all deciding metrics together.
pub const ALPHA: f64 = 0.05;

/// What is said of one metric, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The second is better.
    Better,
    /// The second is not worse by more than what matters.
    NotWorse,
    /// The second is worse.
    Worse,
    /// Better in one thing, worse in another.
    Mixed,
    /// So many cases do not tell.
    CannotTell,
}

impl Verdict {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::NotWorse => "not_worse",
            Self::Worse => "worse",
            Self::Mixed => "mixed",
            Self::CannotTell => "cannot_tell",
        }
    }
}

/// Two ways of answering, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The first, which is compared against: today's way.
    pub a: String,
    /// The second.
    pub b: String,
    /// Cases that both were asked.
    pub paired: usize,
    /// Cases that only one of them was asked, or that were not the same for both.
    pub unpaired: usize,
    /// Metric by metric, those that neither has left out.
    pub metrics: Vec<Compared>,
    /// All deciding metrics together.
    pub verdict: Verdict,
    /// How many cases would tell, if so many do not; `None` if more than anyone will write, or if they do.
    pub cases_needed: Option<u64>,
    /// Case by case, the largest loss first.
    pub cases: Vec<PairOfCases>,
    /// What to bear in mind.
    pub remarks: Vec<Remark>,
}

/// One case, answered both ways.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairOfCases {
    /// Its id.
    pub case: String,
    /// Quality both ways, where there is one.
    pub quality: (Option<f64>, Option<f64>),
    /// Whether all that it demands holds.
    pub passed: (bool, bool),
    /// How it ended.
    pub outcome: (Option<Outcome>, Option<Outcome>),
    /// True if the words are the same.
    pub same_words: bool,
}

/// What to bear in mind about a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "remark", rename_all = "snake_case")]
pub enum Remark {
    /// So many answers of this side came not from its model but from the documents, because the model failed.
    StoodIn {
        /// Which side.
        side: String,
        /// How many answers.
        answers: usize,
    },
    /// The answers of the second are this much longer; a longer answer is no better for it.
    Longer {
        /// As a percentage of the first's.
        percent: u32,
    },
    /// Times say nothing, because answers came from a batch or an earlier run.
    NoTimes,
    /// Cases were answered from other documents.
    OtherKnowledge,
}

/// Compares the answers of `b` with those of `a`, by the cases' ids. `same` tells whether a case was the same for both.
pub fn compare(names: (&str, &str), a: &[CaseResult], b: &[CaseResult], same: impl Fn(&str) -> bool) -> Comparison {
    let of_b: BTreeMap<&str, &CaseResult> = b.iter().map(|result| (result.case.as_str(), result)).collect();
    let pairs: Vec<(&CaseResult, &CaseResult)> = a
        .iter()
        .filter(|result| same(&result.case))
        .filter_map(|result| Some((result, *of_b.get(result.case.as_str())?)))
        .collect();
    let mut metrics: Vec<Compared> =
        Metric::ALL.iter().filter_map(|metric| measure::compared(*metric, &pairs)).collect();
    adjust(&mut metrics);
    let verdict = overall(&metrics);
    // Quality is what every case has; what is needed to see it move is what is needed.
    let quality = metrics.iter().find(|compared| compared.metric == Metric::Quality);
    let cases_needed = quality.filter(|_| verdict == Verdict::CannotTell).and_then(|compared| compared.needed);
    Comparison {
        a: names.0.to_owned(),
        b: names.1.to_owned(),
        paired: pairs.len(),
        unpaired: a.len().max(b.len()).saturating_sub(pairs.len()),
        verdict,
        cases_needed,
        cases: by_loss(&pairs),
        remarks: remarks(names, &pairs),
        metrics,
    }
}

/// Holm over the deciding metrics, and on its own over the others; then each metric's own verdict.
fn adjust(metrics: &mut [Compared]) {
    for deciding in [true, false] {
        let family = |compared: &Compared| DECIDING.contains(&compared.metric) == deciding;
        let p_values: Vec<f64> =
            metrics.iter().filter(|compared| family(compared)).map(|compared| compared.p).collect();
        let adjusted = holm(&p_values);
        for (compared, p) in metrics.iter_mut().filter(|compared| family(compared)).zip(adjusted) {
            compared.p_adjusted = p;
            compared.verdict = compared.judged();
        }
    }
}

fn overall(metrics: &[Compared]) -> Verdict {
    let verdicts: Vec<Verdict> =
        metrics.iter().filter(|compared| DECIDING.contains(&compared.metric)).map(|it| it.verdict).collect();
    let any = |verdict: Verdict| verdicts.contains(&verdict);
    match (any(Verdict::Better), any(Verdict::Worse)) {
        (true, true) => Verdict::Mixed,
        (true, false) => Verdict::Better,
        (false, true) => Verdict::Worse,
        (false, false) if !verdicts.is_empty() && verdicts.iter().all(|it| *it == Verdict::NotWorse) => {
            Verdict::NotWorse
        }
        (false, false) => Verdict::CannotTell,
    }
}

fn by_loss(pairs: &[(&CaseResult, &CaseResult)]) -> Vec<PairOfCases> {
    let pair = |(a, b): &(&CaseResult, &CaseResult)| PairOfCases {
        case: a.case.clone(),
        quality: (Metric::Quality.of(a), Metric::Quality.of(b)),
        passed: (a.grade.passed, b.grade.passed),
        outcome: (a.reply.outcome, b.reply.outcome),
        same_words: a.reply.text == b.reply.text,
    };
    let mut cases: Vec<PairOfCases> = pairs.iter().map(pair).collect();
    let gain = |pair: &PairOfCases| {
        let quality = pair.quality.0.zip(pair.quality.1).map_or(0.0, |(a, b)| b - a);
        quality + f64::from(i8::from(pair.passed.1) - i8::from(pair.passed.0))
    };
    cases.sort_by(|one, other| gain(one).total_cmp(&gain(other)).then_with(|| one.case.cmp(&other.case)));
    cases
}

fn remarks(names: (&str, &str), pairs: &[(&CaseResult, &CaseResult)]) -> Vec<Remark> {
    /// From this much on a difference of length is worth a word.
    const NOTABLY_LONGER: f64 = 1.25;
    let mut remarks = Vec::new();
    let stood_in = |result: &CaseResult| {
        let asked = result.reply.ladder.iter().any(|tried| tried.model.is_some() && tried.reason.is_some());
        asked && result.reply.model.is_none()
    };
    let sides: [(&str, Vec<&CaseResult>); 2] =
        [(names.0, pairs.iter().map(|pair| pair.0).collect()), (names.1, pairs.iter().map(|pair| pair.1).collect())];
    for (side, results) in &sides {
        // "Not known" is what a model may say itself; only a failure makes others stand in.
        let answers = results.iter().filter(|result| stood_in(result) && !said_not_known(result)).count();
        if answers > 0 {
            remarks.push(Remark::StoodIn { side: (*side).to_owned(), answers });
        }
    }
    let length = |of: usize| -> f64 {
        sides.get(of).map_or(0.0, |(_, all)| all.iter().map(|it| it.reply.text.chars().count() as f64).sum())
    };
    let ratio = length(1) / length(0).max(1.0);
    if ratio >= NOTABLY_LONGER {
        remarks.push(Remark::Longer { percent: ((ratio - 1.0) * 100.0).round().min(100_000.0) as u32 });
    }
    if pairs.iter().any(|(a, b)| a.reply.took_ms.is_none() || b.reply.took_ms.is_none() || a.reused != b.reused) {
        remarks.push(Remark::NoTimes);
    }
    remarks
}

fn said_not_known(result: &CaseResult) -> bool {
    result.reply.ladder.iter().any(|tried| tried.reason.as_deref() == Some("not_known"))
}

#[cfg(test)]
mod tests;
