//! The jobs of the ledger, each once: what several documents say of one job is put together.

use std::cmp::Reverse;

use portavoz_text::dates::{Date, End};
use portavoz_text::language::Language;

use super::asked::is_named;
use super::lengths::exactness;
use crate::facts::{Fact, Statement, When};

/// A job with the most exact dates that any document gives.
#[derive(Debug, Clone)]
pub(super) struct Job<'a> {
    pub(super) title: Option<&'a str>,
    /// `None` for work on one's own account.
    pub(super) organisation: Option<&'a str>,
    pub(super) when: When,
    /// The statement that says it best: in the visitor's language, with exact dates.
    pub(super) fact: &'a Fact,
}

/// Every job with a beginning and an end, the earliest first.
pub(super) fn jobs(facts: &[Fact], language: Language) -> Vec<Job<'_>> {
    let mut all: Vec<Job<'_>> = facts.iter().filter_map(told).collect();
    all.sort_by_key(|job| {
        let is_foreign = job.fact.source.language != language;
        (is_foreign, Reverse(exactness(job.when)), job.title.is_none())
    });
    let mut kept: Vec<Job<'_>> = Vec::new();
    for job in all {
        match kept.iter_mut().find(|known| is_same(known, &job)) {
            Some(known) => {
                known.when = more_exact(known.when, job.when);
                known.title = known.title.or(job.title.filter(|_| job.fact.source.language == language));
            }
            None => kept.push(job),
        }
    }
    kept.sort_by_key(|job| job.when.from);
    kept
}

fn told(fact: &Fact) -> Option<Job<'_>> {
    match &fact.statement {
        Statement::Employment { title, organisation, when } if when.from.is_some() && when.to.is_some() => {
            Some(Job { title: title.as_deref(), organisation: organisation.as_deref(), when: *when, fact })
        }
        _ => None,
    }
}

/// True if both are at the same employer and their times agree.
fn is_same(left: &Job<'_>, right: &Job<'_>) -> bool {
    let same_place = match (left.organisation, right.organisation) {
        (Some(left), Some(right)) => is_named(left, right),
        (None, None) => true,
        _ => false,
    };
    let agree = |left: Option<Date>, right: Option<Date>| match (left, right) {
        (Some(left), Some(right)) => left.agrees_with(right),
        _ => false,
    };
    let ends_agree = match (left.when.to, right.when.to) {
        (Some(End::Date(left)), Some(End::Date(right))) => left.agrees_with(right),
        (left, right) => left == right,
    };
    same_place && agree(left.when.from, right.when.from) && ends_agree
}

fn more_exact(left: When, right: When) -> When {
    let from = left.from.max_by_exactness(right.from);
    let to = match (left.to, right.to) {
        (Some(End::Date(left)), Some(End::Date(right))) => Some(left).max_by_exactness(Some(right)).map(End::Date),
        (to, _) => to,
    };
    When { from, to }
}

trait MoreExact {
    fn max_by_exactness(self, other: Self) -> Self;
}

impl MoreExact for Option<Date> {
    fn max_by_exactness(self, other: Self) -> Self {
        let exact = |date: &Date| (date.month.is_some(), date.day.is_some());
        match (self, other) {
            (Some(left), Some(right)) if exact(&right) > exact(&left) => Some(right),
            (left, right) => left.or(right),
        }
    }
}

/// From the first beginning to the last end.
pub(super) fn whole(jobs: &[Job<'_>]) -> Option<When> {
    let last = jobs.iter().filter_map(|job| job.when.to).max_by_key(|to| match to {
        End::Date(date) => (false, Some(*date)),
        End::Present => (true, None),
    });
    let from = jobs.iter().filter_map(|job| job.when.from).min()?;
    Some(When { from: Some(from), to: last })
}

/// True if each begins in the year in which the one before it ends, or earlier.
pub(super) fn is_continuous(jobs: &[Job<'_>]) -> bool {
    jobs.windows(2).all(|pair| {
        let [earlier, later] = pair else { return true };
        match (earlier.when.to, later.when.from) {
            (Some(End::Date(to)), Some(from)) => from.year <= to.year,
            _ => true,
        }
    })
}
