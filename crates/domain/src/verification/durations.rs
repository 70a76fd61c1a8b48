//! Durations that no source states: "three years at Example Inc." where the documents give the dates.

use std::ops::Range;

use portavoz_text::dates::{Date, End, Period};
use portavoz_text::quantities::{Bound, Measure};

use super::facts::{Fact, Value};
use super::index::Unit;
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

/// The first word of the organisation nearest to the duration.
fn organisation(fact: &Fact, scene: Scene<'_>) -> Option<usize> {
    let facts = scene.said.reading.facts.iter().filter(|other| other.kind == ClaimKind::Organisation);
    let near = facts.map(|other| (other.tokens.start.abs_diff(fact.tokens.start), other.tokens.start));
    near.filter(|(distance, _)| *distance <= REACH).min().map(|(_, place)| place)
}

/// The ended period of a unit that stands nearest to the word `word`, if no other organisation is nearer to it.
fn period_of(word: usize, unit: &Unit) -> Option<(Range<usize>, i32)> {
    let at = unit.reading.tokens.get(word)?.span.start;
    let nearest = unit.periods.iter().min_by_key(|period| period.span.start.abs_diff(at))?;
    let End::Date(to) = nearest.value.to else { return None };
    let rivals = unit.reading.facts.iter().filter(|fact| fact.kind == ClaimKind::Organisation);
    let closest = rivals.min_by_key(|fact| fact.span.start.abs_diff(nearest.span.start))?;
    let is_own = closest.tokens.contains(&word);
    let Period { from, .. } = nearest.value;
    (is_own && from.month.is_some() == to.month.is_some()).then(|| (nearest.span.clone(), months(from, to)))
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
