//! Dates and periods: where a text names a year, a month or a day, and from when to when something lasted.
//!
//! Reads the seven languages at once, because a CV mixes them. A date must name its year, within [`FIRST_YEAR`] and
//! [`LAST_YEAR`], so that page numbers, prices, versions and telephone numbers stay what they are; doubt is decided
//! against a date. It knows nothing of what happened then. The words are in `data/dates.txt`. Start at [`dates`] and
//! [`periods`].
//! To add a spelling: 1. a word in the file; 2. a line in the tests.

mod periods;
mod reading;
mod tokens;
mod vocabulary;

use std::fmt;
use std::ops::Range;

/// The first year that is believed to be one.
pub const FIRST_YEAR: i32 = 1900;
/// The last year that is believed to be one.
pub const LAST_YEAR: i32 = 2100;

/// A date as exact as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    /// From [`FIRST_YEAR`] to [`LAST_YEAR`].
    pub year: i32,
    /// From 1 to 12, if it was named.
    pub month: Option<u8>,
    /// From 1 to 31, if it was named; never without a month.
    pub day: Option<u8>,
}

impl Date {
    /// A year alone.
    pub const fn year(year: i32) -> Self {
        Self { year, month: None, day: None }
    }

    /// A month of a year.
    pub const fn month(year: i32, month: u8) -> Self {
        Self { year, month: Some(month), day: None }
    }

    /// False if the two cannot be the same date, however exact each is: 2021 agrees with March 2021.
    pub fn agrees_with(self, other: Self) -> bool {
        fn agree<T: PartialEq>(left: Option<T>, right: Option<T>) -> bool {
            left.is_none() || right.is_none() || left == right
        }
        self.year == other.year && agree(self.month, other.month) && agree(self.day, other.day)
    }
}

impl fmt::Display for Date {
    /// ISO 8601, as exact as the date is: `2021`, `2021-03`, `2021-03-09`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}", self.year)?;
        for part in [self.month, self.day].into_iter().flatten() {
            write!(formatter, "-{part:02}")?;
        }
        Ok(())
    }
}

/// The end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// It ended.
    Date(Date),
    /// It lasted when the text was written.
    Present,
}

/// From when to when; both ends are within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    /// Its first year, month or day.
    pub from: Date,
    /// Its last one, never before `from`.
    pub to: End,
}

/// What was read, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// What was read.
    pub value: T,
    /// Byte range in the text.
    pub span: Range<usize>,
}

/// The dates that `text` names, in order. In "May – July 2021" and "2019–21" both ends are dates.
pub fn dates(text: &str) -> Vec<Found<Date>> {
    let mut found = Vec::new();
    for_each_dated_line(text, |line, start| {
        for mention in periods::mentions(line) {
            match mention {
                periods::Mention::Date(date) => found.push(shifted(date, start)),
                periods::Mention::Period { from, to, .. } => {
                    found.push(shifted(from, start));
                    found.extend(to.map(|to| shifted(to, start)));
                }
            }
        }
    });
    found
}

/// The periods that `text` names, in order, each with the words that make it one ("since", "from").
pub fn periods(text: &str) -> Vec<Found<Period>> {
    let mut found = Vec::new();
    for_each_dated_line(text, |line, start| {
        found.extend(periods::mentions(line).into_iter().filter_map(|mention| match mention {
            periods::Mention::Period { from, to, span } => {
                let to = to.map_or(End::Present, |to| End::Date(to.value));
                Some(Found { value: Period { from: from.value, to }, span: span.start + start..span.end + start })
            }
            periods::Mention::Date(_) => None,
        }));
    });
    found
}

/// Calls `read` with each line that holds four digits in a row and with its place: no other can name a year.
fn for_each_dated_line(text: &str, mut read: impl FnMut(&str, usize)) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.as_bytes().windows(4).any(|bytes| bytes.iter().all(u8::is_ascii_digit)) {
            read(line, start);
        }
        start += line.len();
    }
}

fn shifted(found: Found<Date>, by: usize) -> Found<Date> {
    Found { value: found.value, span: found.span.start + by..found.span.end + by }
}

#[cfg(test)]
mod tests;
