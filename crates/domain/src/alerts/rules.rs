//! When the owner is to be told: figures and limits in, findings out.
//!
//! No rule flaps. A figure that stands at its limit neither opens nor closes anything: it opens an episode when it is
//! beyond the limit, and closes it when it is on the good side by a margin. And nothing is said of a few turns: one slow
//! answer at night is no alert. Start at [`traffic`].
//!
//! To add one more rule: 1. its [`Kind`]; 2. a function here that gives [`Finding`]s; 3. its words in `words`; 4. its call
//! in the evaluation of `app`.

use serde::{Deserialize, Serialize};

use super::{Episode, Kind};
use crate::answer::RungTried;
use crate::budget::{Caps, Orphan, Standing};
use crate::timestamp::Timestamp;
use crate::traffic::reasons::{Asked, asked};
use crate::usage::usd;

/// A time is good again when it is this part of its limit.
const GOOD_AGAIN_AT_MOST: f64 = 0.9;
/// A score or share is good again when it is by this part of the way from its limit to perfection on the good side.
const GOOD_AGAIN_TOWARDS_BEST: f64 = 0.1;
/// What binary fractions may be off by.
const ROUNDING: f64 = 1e-9;
/// So many answers must have been slow: a high percentile of few turns is a single one of them.
const SLOW_AT_LEAST: f64 = 3.0;
/// The shares of a budget at which the owner is told, in per cent.
pub const BUDGET_SHARES: [u64; 3] = [50, 80, 100];

/// What figures are to keep to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Visitors wait for the first words at most so long, all but one in twenty; `None` is no limit.
    pub response_ms: Option<f64>,
    /// A day costs at most this; `None` is no limit.
    pub cost_day_usd: Option<f64>,
    /// The mean quality, 0..=1, is at least this.
    pub quality: f64,
    /// The mean token efficiency, 0..=1, is at least this.
    pub efficiency: f64,
    /// Models fail in at most this share of the turns that asked one.
    pub fallback_rate: f64,
    /// A model that failed so many times in a row is down; 0 never says so.
    pub provider_failures: u32,
    /// Over how long figures are judged, in hours; a window without enough turns reaches further back.
    pub window_hours: u32,
    /// So many turns are enough to judge by.
    pub min_turns: u64,
}

impl Default for Thresholds {
    /// The guide's figures.
    fn default() -> Self {
        Self {
            response_ms: Some(2_000.0),
            cost_day_usd: Some(10.0),
            quality: 0.8,
            efficiency: 0.7,
            fallback_rate: 0.2,
            provider_failures: 5,
            window_hours: 1,
            min_turns: 20,
        }
    }
}

/// One figure of a window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    /// The figure; has no meaning without turns.
    pub value: f64,
    /// How many turns it is of.
    pub turns: u64,
    /// A full hour; they were settled then or later.
    pub since: Timestamp,
}

/// The figures of the last turns, each of as many as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Window {
    /// The time that all but one in twenty turns needed for their first words, in milliseconds.
    pub first_words_p95_ms: Sample,
    /// The share of turns with first words within the limit.
    pub within_limit: f64,
    /// The mean quality.
    pub quality: Sample,
    /// The mean token efficiency.
    pub efficiency: Sample,
    /// The share of turns in which a model failed, of those that asked one.
    pub fallback_rate: Sample,
}

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The owner is to be told.
    Crossed,
    /// It is as it should be.
    Healthy,
    /// Neither: too near to the limit, or too little is known. What was said stands.
    Unclear,
}

/// How one thing stands, with what the owner would be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// Which of that kind.
    pub subject: String,
    /// How it stands.
    pub verdict: Verdict,
    /// The figure.
    pub value: f64,
    /// What it should have kept to.
    pub limit: f64,
    /// What the figure is of.
    pub ground: Ground,
}

/// What a figure is of.
#[derive(Debug, Clone, PartialEq)]
pub enum Ground {
    /// The turns since some time.
    Turns {
        /// A full hour.
        since: Timestamp,
        /// How many.
        turns: u64,
    },
    /// Money of a day or month.
    Money {
        /// All of the budget, in dollars.
        cap_usd: f64,
        /// A call was refused because it could pass the cap.
        refused: bool,
    },
    /// Calls of a model, the last ones.
    Calls {
        /// Why they failed, the most frequent reason first, with its count.
        reasons: Vec<(String, u32)>,
    },
    /// So many charges.
    Charges(u64),
    /// In the words of who found it.
    Said(String),
}

/// What a window says of the thresholds that are about turns.
pub fn traffic(window: &Window, thresholds: &Thresholds) -> Vec<Finding> {
    let min_turns = thresholds.min_turns;
    let finding = |kind, sample: Sample, limit, verdict| Finding {
        kind,
        subject: String::new(),
        verdict,
        value: sample.value,
        limit,
        ground: Ground::Turns { since: sample.since, turns: sample.turns },
    };
    let mut findings = Vec::new();
    if let Some(limit) = thresholds.response_ms {
        let times = window.first_words_p95_ms;
        let slow = (times.turns as f64 * (1.0 - window.within_limit)).round();
        let verdict = match at_most(times, limit, limit * GOOD_AGAIN_AT_MOST, min_turns) {
            Verdict::Crossed if slow < SLOW_AT_LEAST => Verdict::Unclear,
            verdict => verdict,
        };
        findings.push(finding(Kind::ResponseTime, times, limit, verdict));
    }
    let scores = [
        (Kind::Quality, window.quality, thresholds.quality),
        (Kind::Efficiency, window.efficiency, thresholds.efficiency),
    ];
    for (kind, sample, limit) in scores {
        findings.push(finding(kind, sample, limit, at_least(sample, limit, min_turns)));
    }
    let (rate, limit) = (window.fallback_rate, thresholds.fallback_rate);
    let verdict = at_most(rate, limit, limit * (1.0 - GOOD_AGAIN_TOWARDS_BEST), min_turns);
    findings.push(finding(Kind::FallbackRate, rate, limit, verdict));
    findings
}

/// A figure that should not be above its limit. To be told it needs enough turns; to be good again any will do: bad ones
/// that made the window worth a verdict have left it by then.
fn at_most(sample: Sample, limit: f64, good_again: f64, min_turns: u64) -> Verdict {
    match sample {
        Sample { value, turns, .. } if value > limit && turns >= min_turns.max(1) => Verdict::Crossed,
        Sample { value, turns, .. } if value <= good_again + ROUNDING && turns > 0 => Verdict::Healthy,
        _ => Verdict::Unclear,
    }
}

/// A score 0..=1 that should not be below its limit.
fn at_least(sample: Sample, limit: f64, min_turns: u64) -> Verdict {
    let shortfall = Sample { value: 1.0 - sample.value, ..sample };
    let most = 1.0 - limit;
    at_most(shortfall, most, most * (1.0 - GOOD_AGAIN_TOWARDS_BEST), min_turns)
}

/// Whether the day costs too much.
pub fn cost_of_day(standing: &Standing, thresholds: &Thresholds) -> Option<Finding> {
    let limit = thresholds.cost_day_usd?;
    let value = usd(standing.day);
    let verdict = if value >= limit {
        Verdict::Crossed
    } else if value <= limit * GOOD_AGAIN_AT_MOST {
        Verdict::Healthy
    } else {
        Verdict::Unclear
    };
    let ground = Ground::Money { cap_usd: limit, refused: false };
    Some(Finding { kind: Kind::CostDay, subject: String::new(), verdict, value, limit, ground })
}

/// How much of the budgets is spent, and which open episodes of budgets are over. Of several shares that are reached at
/// once only the highest is told.
pub fn budgets(standing: &Standing, caps: &Caps, now: Timestamp, open: &[Episode]) -> Vec<Finding> {
    let budgets = [(Kind::BudgetDay, standing.day, caps.day), (Kind::BudgetMonth, standing.month, caps.month)];
    let mut findings = Vec::new();
    for (kind, charged, cap) in budgets {
        let reached = cap.and_then(|cap| highest_share(charged, cap));
        let is_reached = |episode: &Episode| reached.is_some_and(|share| episode.subject == share.to_string());
        let over = open.iter().filter(|episode| episode.kind == kind.name()).filter(|episode| {
            is_past(kind, episode.opened, now) || (!is_reached(episode) && is_moot(episode, charged, cap))
        });
        findings.extend(over.map(|episode| Finding {
            verdict: Verdict::Healthy,
            ..of_budget(kind, &episode.subject, charged, cap.unwrap_or(0))
        }));
        // A budget that was told as spent is not told again as nearly spent.
        let is_told = |share: u64| {
            let of_this = open.iter().filter(|episode| episode.kind == kind.name());
            let mut of_now = of_this.filter(|episode| !is_past(kind, episode.opened, now));
            of_now.any(|episode| episode.subject.parse().is_ok_and(|told: u64| told > share))
        };
        if let (Some(cap), Some(share)) = (cap, reached.filter(|share| !is_told(*share))) {
            findings.push(of_budget(kind, &share.to_string(), charged, cap));
        }
    }
    findings
}

/// A call was refused because it could pass a cap: the budget is spent, though the last cents may be left.
pub fn refused(kind: Kind, charged: u64, cap: u64) -> Finding {
    let finding = of_budget(kind, "100", charged, cap);
    Finding { ground: Ground::Money { cap_usd: usd(cap), refused: true }, ..finding }
}

fn of_budget(kind: Kind, subject: &str, charged: u64, cap: u64) -> Finding {
    let share = subject.parse::<f64>().unwrap_or(100.0) / 100.0;
    Finding {
        kind,
        subject: subject.to_owned(),
        verdict: Verdict::Crossed,
        value: usd(charged),
        limit: usd(cap) * share,
        ground: Ground::Money { cap_usd: usd(cap), refused: false },
    }
}

fn highest_share(charged: u64, cap: u64) -> Option<u64> {
    // Without a budget nothing can be half spent.
    let is_reached = |share: &&u64| cap > 0 && u128::from(charged) * 100 >= u128::from(cap) * u128::from(**share);
    BUDGET_SHARES.iter().rev().find(is_reached).copied()
}

/// Whether the day or month of an episode is over.
fn is_past(kind: Kind, opened: Timestamp, now: Timestamp) -> bool {
    let (Some(opened), Some(now)) = (opened.date(), now.date()) else { return false };
    match kind {
        Kind::BudgetMonth => (opened.year(), opened.month()) != (now.year(), now.month()),
        _ => opened != now,
    }
}

/// Whether the owner changed the budget since, and the share is not reached any more. A budget that was told as spent
/// because of a refusal is not spent to the last cent, so its figure alone says nothing.
fn is_moot(episode: &Episode, charged: u64, cap: Option<u64>) -> bool {
    let Some(cap) = cap else { return true };
    let limit = of_budget(Kind::BudgetDay, &episode.subject, charged, cap).limit;
    let is_changed = (limit - episode.limit).abs() > f64::EPSILON * limit.abs().max(1.0);
    is_changed && usd(charged) < limit
}

/// Whether models fail every time, by what the last turns tried, newest first. A model that nobody asks any more is not
/// said to be down.
pub fn providers<'a>(
    models: &[String],
    newest_first: impl Iterator<Item = &'a RungTried> + Clone,
    thresholds: &Thresholds,
    open: &[Episode],
) -> Vec<Finding> {
    let limit = thresholds.provider_failures;
    let finding = |subject: &str, verdict, failures: Vec<&str>| Finding {
        kind: Kind::ProviderDown,
        subject: subject.to_owned(),
        verdict,
        value: failures.len() as f64,
        limit: f64::from(limit),
        ground: Ground::Calls { reasons: counted(&failures) },
    };
    let mut findings = Vec::new();
    for model in models.iter().filter(|_| limit > 0) {
        let mut failures = Vec::new();
        let mut served = false;
        let of_model = newest_first.clone().filter(|tried| tried.model.as_ref() == Some(model));
        for tried in of_model {
            match asked(tried) {
                Some(Asked::Failed) => failures.push(tried.reason.as_deref().unwrap_or_default()),
                Some(Asked::Served) => {
                    served = true;
                    break;
                }
                Some(Asked::Not) | None => {}
            }
        }
        let verdict = match failures.len() {
            0 if served => Verdict::Healthy,
            failures if failures >= limit as usize => Verdict::Crossed,
            _ => Verdict::Unclear,
        };
        findings.push(finding(model, verdict, failures));
    }
    let unasked = open.iter().filter(|episode| {
        episode.kind == Kind::ProviderDown.name() && (limit == 0 || !models.contains(&episode.subject))
    });
    findings.extend(unasked.map(|episode| finding(&episode.subject, Verdict::Healthy, Vec::new())));
    findings
}

/// Most frequent first, then by name.
fn counted(reasons: &[&str]) -> Vec<(String, u32)> {
    let mut counted: Vec<(String, u32)> = Vec::new();
    for reason in reasons {
        match counted.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => counted.push(((*reason).to_owned(), 1)),
        }
    }
    counted.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counted
}

/// A warning of a model's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Tells it from other warnings, also of the same model: each is told once.
    pub subject: String,
    /// Until the end.
    pub days: i64,
    /// What the owner is told.
    pub message: String,
}

/// Warnings of models' ends; one that is not given any more is over.
pub fn lifecycle(warnings: &[Ending], open: &[Episode]) -> Vec<Finding> {
    let finding = |subject: &str, verdict, days: f64, message: &str| Finding {
        kind: Kind::Lifecycle,
        subject: subject.to_owned(),
        verdict,
        value: days,
        limit: 0.0,
        ground: Ground::Said(message.to_owned()),
    };
    let given = warnings.iter().map(|one| finding(&one.subject, Verdict::Crossed, one.days as f64, &one.message));
    let is_given = |episode: &Episode| warnings.iter().any(|warning| warning.subject == episode.subject);
    let over = open.iter().filter(|episode| episode.kind == Kind::Lifecycle.name() && !is_given(episode));
    given.chain(over.map(|episode| finding(&episode.subject, Verdict::Healthy, episode.value, ""))).collect()
}

/// Processes died in the middle of paid calls.
pub fn orphans(found: &[Orphan]) -> Option<Finding> {
    let amount = found.iter().map(|orphan| orphan.amount).sum();
    (!found.is_empty()).then(|| Finding {
        kind: Kind::Orphans,
        subject: String::new(),
        verdict: Verdict::Crossed,
        value: usd(amount),
        limit: 0.0,
        ground: Ground::Charges(found.len() as u64),
    })
}

/// The end of an alert about orphans: at the end of its day, so that a day with crashes is told once.
pub fn orphans_of_past_days(now: Timestamp, open: &[Episode]) -> Option<Finding> {
    let past = |episode: &&Episode| episode.kind == Kind::Orphans.name() && is_past(Kind::Orphans, episode.opened, now);
    open.iter().find(past).map(|episode| Finding {
        kind: Kind::Orphans,
        subject: episode.subject.clone(),
        verdict: Verdict::Healthy,
        value: 0.0,
        limit: 0.0,
        ground: Ground::Charges(0),
    })
}

#[cfg(test)]
mod tests;
