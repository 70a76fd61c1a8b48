//! Periods: durations that no source states ("three years at Example Inc." where the documents give the dates), and
//! the ends of a time that was spent somewhere.

use std::collections::HashSet;
use std::ops::Range;

use portavoz_text::dates::{Date, End, Period, periods};
use portavoz_text::language::Language;
use portavoz_text::quantities::{Bound, Measure};

use super::facts::{Fact, Value};
use super::index::Unit;
use super::lists;
use super::reading::{Reading, Token};
use super::said::within;
use super::values::{Scene, Verdict};
use super::{ClaimKind, Status};

/// Words between a duration and the organisation that it is told of.
const REACH: usize = 12;

/// Judges a duration told in months or years of an organisation of which the sources name the period; `None` if it is
/// not such a duration, or a source states it together with the organisation.
pub(super) fn judge(fact: &Fact, scene: Scene<'_>) -> Option<Verdict> {
    let Value::Quantity { value, measure: Measure::Months, bound } = fact.value else { return None };
    let place = organisation(fact, scene)?;
    let mut spans: Vec<(usize, Range<usize>, i32)> = Vec::new();
    for (number, unit) in scene.index.units.iter().enumerate() {
        let hits = scene.said.hits.get(place).map_or(&[][..], |hits| within(hits, number));
        let Some(word) = hits.iter().find(|hit| hit.worth >= 1.0).map(|hit| hit.at.index) else { continue };
        let states = unit.reading.facts.iter().any(|other| match other.value {
            Value::Quantity { value: stated, measure: Measure::Months, .. } => (stated - value).abs() < 0.1,
            _ => false,
        });
        if states {
            return None;
        }
        spans.extend(period_of(word, unit).map(|(span, months)| (number, span, months)));
    }
    let (unit, span, _) = spans.first().cloned()?;
    let fits = spans.iter().any(|(_, _, months)| is_told_as(*months, value, bound));
    let status = if fits { Status::Supported } else { Status::Contradicted };
    Some(Verdict { status, at: Some((unit, span)) })
}

/// Judges a date that is an end of a period told of an organisation of which the sources name periods; `None` if it is
/// not, or if one of them agrees.
pub(super) fn judge_period(fact: &Fact, text: &str, scene: Scene<'_>) -> Option<Verdict> {
    let Value::Date(_) = fact.value else { return None };
    let told = periods(text).into_iter().find(|period| period.span.contains(&fact.span.start))?.value;
    let End::Date(until) = told.to else { return None };
    let place = organisation(fact, scene)?;
    let mut first = None;
    for (number, unit) in scene.index.units.iter().enumerate() {
        let hits = scene.said.hits.get(place).map_or(&[][..], |hits| within(hits, number));
        let Some(word) = hits.iter().find(|hit| hit.worth >= 1.0).map(|hit| hit.at.index) else { continue };
        let Some((span, given)) = period_near(word, unit) else { continue };
        let End::Date(to) = given.to else { continue };
        if given.from.agrees_with(told.from) && to.agrees_with(until) || told.from >= given.from && until <= to {
            return None;
        }
        first = first.or(Some((number, span)));
    }
    first.map(|at| Verdict { status: Status::Contradicted, at: Some(at) })
}

/// Which end of a time a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Its beginning.
    From,
    /// Its end.
    Until,
}

/// Which end the sentence makes the date, if it says.
pub(super) fn edge(fact: &Fact, reading: &Reading, language: Language) -> Option<Edge> {
    let list = lists::words(language);
    let before = reading.tokens.get(fact.tokens.start.saturating_sub(2)..fact.tokens.start).unwrap_or_default();
    let has = |set: &HashSet<&str>, tokens: &[Token]| tokens.iter().any(|token| set.contains(token.folded.as_str()));
    let dates = reading.facts.iter().filter(|fact| matches!(fact.value, Value::Date(_))).count();
    if has(&list.until, before) {
        Some(Edge::Until)
    } else if has(&list.from, before) || dates == 1 && has(&list.began, &reading.tokens) {
        Some(Edge::From)
    } else {
        None
    }
}

/// Which end of a period of the unit the date at `span` is, if it is one.
pub(super) fn given_edge(span: &Range<usize>, date: Date, unit: &Unit) -> Option<Edge> {
    let period = unit.periods.iter().find(|period| period.span.start <= span.start && span.end <= period.span.end)?;
    if period.value.from == date {
        Some(Edge::From)
    } else {
        (period.value.to == End::Date(date)).then_some(Edge::Until)
    }
}

/// The first word of the organisation nearest to the duration.
fn organisation(fact: &Fact, scene: Scene<'_>) -> Option<usize> {
    let facts = scene.said.reading.facts.iter().filter(|other| other.kind == ClaimKind::Organisation);
    let near = facts.map(|other| (other.tokens.start.abs_diff(fact.tokens.start), other.tokens.start));
    near.filter(|(distance, _)| *distance <= REACH).min().map(|(_, place)| place)
}

/// The period of a unit that stands nearest to the word `word`, if no other organisation is nearer to it.
fn period_near(word: usize, unit: &Unit) -> Option<(Range<usize>, Period)> {
    let at = unit.reading.tokens.get(word)?.span.start;
    let nearest = unit.periods.iter().min_by_key(|period| period.span.start.abs_diff(at))?;
    let organisations = unit.reading.facts.iter().filter(|fact| fact.kind == ClaimKind::Organisation);
    let closest = organisations.min_by_key(|fact| fact.span.start.abs_diff(nearest.span.start))?;
    closest.tokens.contains(&word).then(|| (nearest.span.clone(), nearest.value))
}

/// How many months the nearest period lasted, if it has ended and its ends are equally exact.
fn period_of(word: usize, unit: &Unit) -> Option<(Range<usize>, i32)> {
    let (span, Period { from, to }) = period_near(word, unit)?;
    let End::Date(to) = to else { return None };
    (from.month.is_some() == to.month.is_some()).then(|| (span, months(from, to)))
}

/// Months from the beginning of `from` to the end of `to`; of bare years, the difference.
fn months(from: Date, to: Date) -> i32 {
    match (from.month, to.month) {
        (Some(first), Some(last)) => (to.year - from.year) * 12 + i32::from(last) - i32::from(first) + 1,
        _ => (to.year - from.year) * 12,
    }
}

/// True if people would tell `months` as `value` months: exactly, or in years rounded either way.
fn is_told_as(months: i32, value: f64, bound: Bound) -> bool {
    let months = f64::from(months);
    match bound {
        Bound::AtLeast => months >= value - 1.0 && months <= value * 1.5,
        Bound::AtMost => months <= value + 1.0 && months * 1.5 >= value,
        Bound::Exact | Bound::About => {
            let years = value / 12.0;
            let is_years = years.fract() == 0.0;
            // A year and a half is told neither as one year nor as two.
            (months - value).abs() <= 1.0 || is_years && (months / 12.0 - years).abs() <= 0.34
        }
    }
}
