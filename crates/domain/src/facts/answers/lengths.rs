//! Lengths of time, no more exact than the dates they rest on.

use portavoz_text::dates::{Date, End};

use super::jobs::Job;
use crate::facts::When;

/// A length of time in months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) months: i32,
    /// True if every date named its month.
    pub(super) is_exact: bool,
}

/// Months from year 0 to the beginning and after the end, and whether both are known to the month.
fn bounds(when: When, today: Date) -> Option<(i32, i32, bool)> {
    // In the middle of a year that is all that is known, the error is half a year at most.
    const MIDDLE: i32 = 6;
    let of = |date: Date, extra: i32| match date.month {
        Some(month) => date.year * 12 + i32::from(month) - 1 + extra,
        None => date.year * 12 + MIDDLE,
    };
    let from = when.from?;
    let (to, is_exact) = match when.to? {
        // The month of the end is worked to its end.
        End::Date(to) => (of(to, 1), to.month.is_some()),
        End::Present => (of(today, 0) - i32::from(is_before_in_month(today, from)), true),
    };
    Some((of(from, 0), to, is_exact && from.month.is_some()))
}

/// True if a month that began with `from` is not yet full on `today`.
fn is_before_in_month(today: Date, from: Date) -> bool {
    matches!((today.day, from.day), (Some(today), Some(from)) if today < from)
}

/// How long `when` lasted, or has lasted; `None` if its dates do not say.
pub(super) fn length(when: When, today: Date) -> Option<Length> {
    let (from, to, is_exact) = bounds(when, today)?;
    Some(Length { months: to - from, is_exact }).filter(|length| length.is_told())
}

/// How long all jobs lasted together; what overlaps counts once.
pub(super) fn total(jobs: &[Job<'_>], today: Date) -> Option<Length> {
    let mut all: Vec<(i32, i32, bool)> = jobs.iter().filter_map(|job| bounds(job.when, today)).collect();
    all.sort_by_key(|(from, ..)| *from);
    let mut months = 0;
    let mut covered = i32::MIN;
    for (from, to, _) in &all {
        months += (to - covered.max(*from)).max(0);
        covered = covered.max(*to);
    }
    let is_exact = all.iter().all(|(.., is_exact)| *is_exact);
    Some(Length { months, is_exact }).filter(|length| length.is_told())
}

/// True if `when` lasted at some time of `date`.
pub(super) fn covers(when: When, date: Date) -> bool {
    let is_after = |left: Date, right: Date| {
        left.year > right.year
            || (left.year == right.year
                && matches!((left.month, right.month), (Some(left), Some(right)) if left > right))
    };
    let begins = when.from.is_some_and(|from| !is_after(from, date));
    let ends = match when.to {
        Some(End::Date(to)) => !is_after(date, to),
        Some(End::Present) => true,
        None => false,
    };
    begins && ends
}

/// How many of its dates name a month.
pub(super) fn exactness(when: When) -> usize {
    let to = match when.to {
        Some(End::Date(to)) => to.month.is_some(),
        Some(End::Present) => true,
        None => false,
    };
    usize::from(when.from.is_some_and(|from| from.month.is_some())) + usize::from(to)
}
