//! The dates of a line, paired into periods where a sign or word joins them.

use std::ops::Range;

use super::reading::{Line, Read};
use super::tokens::{Kind, tokens};
use super::vocabulary::{Role, phrase, phrase_before};
use super::{Date, Found};

/// What a line says of time.
pub(super) enum Mention {
    /// A date that belongs to no period.
    Date(Found<Date>),
    /// A period; without an end it lasts.
    Period { from: Found<Date>, to: Option<Found<Date>>, span: Range<usize> },
}

/// Where a first date was found: its tokens and its bytes.
struct First {
    date: Date,
    start: usize,
    next: usize,
}

/// Words such as "the year", "early" that may stand before a date.
const MAX_FILLERS: usize = 3;

/// Every date and period of `line`, in order, without overlap.
pub(super) fn mentions(line: &str) -> Vec<Mention> {
    let line = Line { text: line, tokens: tokens(line) };
    let mut found = Vec::new();
    let mut at = 0;
    while at < line.tokens.len() {
        let (mention, next) = match line.date(at) {
            Some((date, next)) => line.begun_by_date(First { date, start: at, next }),
            None => match line.begun_by_month(at) {
                Some((mention, next)) => (Some(mention), next),
                None => (None, at + 1),
            },
        };
        found.extend(mention);
        at = next;
    }
    found
}

impl Line<'_> {
    fn found(&self, date: Date, start: usize, next: usize) -> Found<Date> {
        let from = self.token(start).map_or(0, |token| token.start);
        Found { value: date, span: from..self.token(next.saturating_sub(1)).map_or(from, |token| token.end) }
    }

    /// The period that begins with a date, or the date alone.
    fn begun_by_date(&self, first: First) -> (Option<Mention>, usize) {
        let from = self.found(first.date, first.start, first.next);
        let begin = self.before_fillers(first.start);
        let between = phrase_before(&self.tokens, begin, Role::Between);
        if let Some((to, next)) = self.end_after(&first, between > 0) {
            let prefix = if between > 0 { between } else { phrase_before(&self.tokens, begin, Role::From) };
            let start = if prefix > 0 { begin - prefix } else { first.start };
            let span = self.found(first.date, start, next).span;
            let to = to.map(|(date, start)| self.found(date, start, next));
            return (Some(Mention::Period { from, to, span }), next);
        }
        let since = phrase_before(&self.tokens, begin, Role::Since);
        if since > 0 && !self.is_possessive_da(begin) {
            let span = self.found(first.date, begin - since, first.next).span;
            return (Some(Mention::Period { from, to: None, span }), first.next);
        }
        (Some(Mention::Date(from)), first.next)
    }

    /// Portuguese "da" is "of the": it begins a period only before a month's name or a bare year, never over fillers.
    fn is_possessive_da(&self, end: usize) -> bool {
        let is_da = end.checked_sub(1).and_then(|at| self.token(at)).is_some_and(|token| token.text == "da");
        is_da
            && self
                .token(end)
                .is_some_and(|token| matches!(token.kind, Kind::Word(_)) && self.month_name(end).is_none())
    }

    /// The first token of the words without meaning that stand before `start`.
    fn before_fillers(&self, start: usize) -> usize {
        let mut begin = start;
        while start - begin < MAX_FILLERS && phrase_before(&self.tokens, begin, Role::Filler) > 0 {
            // "desde" and "de" are more than fillers when they begin the period.
            if phrase_before(&self.tokens, begin, Role::Since) > 1 {
                break;
            }
            begin -= 1;
        }
        // What looked like fillers may have been the period's own word: "de 2019 a 2022".
        let opens = |begin: usize| {
            [Role::Since, Role::From, Role::Between].iter().any(|&role| phrase_before(&self.tokens, begin, role) > 0)
        };
        (begin..=start).find(|&begin| opens(begin)).unwrap_or(start)
    }

    /// The end of the period that begins with `first`: a date with its first token, or none if it lasts.
    fn end_after(&self, first: &First, between: bool) -> Option<(Option<(Date, usize)>, usize)> {
        let is_dash = matches!(self.sign(first.next), Some('-' | '–' | '—' | '‒' | '−' | '→' | '~' | '/'));
        let after = if is_dash {
            first.next + 1
        } else {
            let role = if between { Role::And } else { Role::To };
            first.next + Some(phrase(&self.tokens, first.next, role)).filter(|length| *length > 0)?
        };
        // "2019–" before a closing bracket lasts.
        if is_dash && self.sign(after) == Some(')') && self.sign(first.next) != Some('/') {
            return Some((None, after));
        }
        if is_dash && let Some(read) = self.shortened_year(first, after) {
            return Some((Some((read.0, after)), read.1));
        }
        let mut start = after;
        for _ in 0..=MAX_FILLERS {
            let present = phrase(&self.tokens, start, Role::Present);
            if present > 0 && !between {
                return Some((None, start + present));
            }
            if let Some((date, next)) = self.date(start) {
                return (!is_before(date, first.date)).then_some((Some((date, start)), next));
            }
            let filler = phrase(&self.tokens, start, Role::Filler).max(phrase(&self.tokens, start, Role::To));
            if filler == 0 {
                return None;
            }
            start += filler;
        }
        None
    }

    /// `2019-21`, `2019–21`, `2019/20`: the century is the first year's.
    fn shortened_year(&self, first: &First, at: usize) -> Option<Read> {
        let number = self.number(at).filter(|_| self.digits(at) == 2 && first.date.month.is_none())?;
        let own = u32::try_from(first.date.year.rem_euclid(100)).ok()?;
        let is_season = self.sign(first.next) == Some('/');
        if number <= own || (is_season && number != own + 1) || self.attached(at) && self.digits(at + 1) > 0 {
            return None;
        }
        let year = first.date.year - i32::try_from(own).ok()? + i32::try_from(number).ok()?;
        Some((Date::year(year), at + 1))
    }

    /// "May – July 2021", "de mayo a julio de 2021", "between May and July 2021".
    fn begun_by_month(&self, at: usize) -> Option<(Mention, usize)> {
        let month = self.month_name(at)?;
        let next = at + 1 + usize::from(self.sign(at + 1) == Some('.'));
        let probe = First { date: Date::year(super::FIRST_YEAR), start: at, next };
        let between = phrase_before(&self.tokens, at, Role::Between);
        let (to, end) = self.end_after(&probe, between > 0)?;
        let (to, to_start) = to.filter(|(to, _)| to.month.is_some_and(|last| last >= month))?;
        let from = Date::month(to.year, month);
        let prefix = if between > 0 { between } else { phrase_before(&self.tokens, at, Role::From) };
        let mention = Mention::Period {
            from: self.found(from, at, next),
            to: Some(self.found(to, to_start, end)),
            span: self.found(from, at - prefix, end).span,
        };
        Some((mention, end))
    }
}

/// True if `end` cannot be at or after `from`.
fn is_before(end: Date, from: Date) -> bool {
    let ends_earlier = matches!((end.month, from.month), (Some(end), Some(from)) if end < from);
    end.year < from.year || (end.year == from.year && ends_earlier)
}
