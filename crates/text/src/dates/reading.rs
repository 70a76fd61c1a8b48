//! One date among tokens: every order and sign in which day, month and year are written.

use super::tokens::{Kind, Token};
use super::vocabulary::{self, Role, phrase};
use super::{Date, FIRST_YEAR, LAST_YEAR};

/// A line in tokens.
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token<'a>>,
}

/// A date and the token after it.
pub(super) type Read = (Date, usize);

impl Line<'_> {
    pub(super) fn token(&self, at: usize) -> Option<&Token<'_>> {
        self.tokens.get(at)
    }

    pub(super) fn number(&self, at: usize) -> Option<u32> {
        self.token(at)?.number()
    }

    pub(super) fn sign(&self, at: usize) -> Option<char> {
        self.token(at)?.sign()
    }

    pub(super) fn digits(&self, at: usize) -> usize {
        self.token(at).map_or(0, Token::digits)
    }

    /// True if nothing stands between this token and the next.
    pub(super) fn attached(&self, at: usize) -> bool {
        matches!((self.token(at), self.token(at + 1)), (Some(left), Some(right)) if left.end == right.start)
    }

    /// The date that begins at token `at`.
    pub(super) fn date(&self, at: usize) -> Option<Read> {
        match self.token(at)?.kind {
            Kind::Number(_) if self.digits(at) == 4 => self.year_first(at).or_else(|| self.year_alone(at)),
            Kind::Number(_) => self.numeric(at).or_else(|| self.day_first(at)),
            Kind::Word(_) => self.month_first(at),
            _ => None,
        }
    }

    /// A year by its digits alone.
    pub(super) fn year_value(&self, at: usize) -> Option<i32> {
        let value = i32::try_from(self.number(at)?).ok()?;
        (self.digits(at) == 4 && (FIRST_YEAR..=LAST_YEAR).contains(&value)).then_some(value)
    }

    fn part(&self, at: usize, last: u32) -> Option<u8> {
        let value = self.number(at).filter(|value| (1..=last).contains(value) && self.digits(at) <= 2)?;
        u8::try_from(value).ok()
    }

    /// The month named at `at`; a word that is also an ordinary one needs a sign that it is none here.
    pub(super) fn month_name(&self, at: usize) -> Option<u8> {
        let token = self.token(at)?;
        let Kind::Word(folded) = &token.kind else { return None };
        let month = vocabulary::month(folded)?;
        let is_capital = token.text.starts_with(char::is_uppercase);
        let is_marked = matches!(self.sign(at + 1), Some('.' | '/')) || phrase(&self.tokens, at + 1, Role::Of) > 0;
        let follows_day =
            at.checked_sub(1).is_some_and(|before| self.part(before, 31).is_some() || self.sign(before) == Some('.'));
        (!month.doubtful || is_capital || is_marked || follows_day).then_some(month.number)
    }

    /// `2021-03`, `2021-03-09`, `2021/03/09`, `2021.03.09`.
    fn year_first(&self, at: usize) -> Option<Read> {
        let year = self.year_value(at).filter(|_| !self.joined_left(at))?;
        let separator = self.sign(at + 1).filter(|sign| matches!(sign, '-' | '/' | '.'))?;
        let month = self.part(at + 2, 12).filter(|_| self.digits(at + 2) == 2 && self.is_tight(at, at + 2))?;
        let day = self.part(at + 4, 31).filter(|_| {
            self.sign(at + 3) == Some(separator) && self.digits(at + 4) == 2 && self.is_tight(at + 2, at + 4)
        });
        let (date, next) = match day {
            Some(day) => (Date { year, month: Some(month), day: Some(day) }, at + 5),
            // `2021.10` is a version rather than a month.
            None if separator == '.' => return None,
            None => (Date::month(year, month), at + 3),
        };
        (!self.joined_right(next)).then_some((date, next))
    }

    /// `12.03.2021`, `03/2021`, `3-2021` is none.
    fn numeric(&self, at: usize) -> Option<Read> {
        let separator = self.sign(at + 1).filter(|sign| matches!(sign, '-' | '/' | '.'))?;
        let first = self.part(at, 31).filter(|_| self.is_tight(at, at + 2) && !self.joined_left(at))?;
        if let Some(year) = self.year_value(at + 2) {
            let exact = separator == '/' || self.digits(at) == 2;
            let date = (exact && first <= 12).then(|| Date::month(year, first))?;
            return (!self.joined_right(at + 3)).then_some((date, at + 3));
        }
        let second = self.part(at + 2, 31)?;
        let year = self.year_value(at + 4).filter(|_| self.sign(at + 3) == Some(separator))?;
        if !self.is_tight(at + 2, at + 4) || self.joined_right(at + 5) {
            return None;
        }
        // Day first, as in six of the seven languages, unless that cannot be.
        let (day, month) = if second <= 12 { (first, second) } else { (second, first) };
        (month <= 12).then_some((Date { year, month: Some(month), day: Some(day) }, at + 5))
    }

    /// `3 de marzo de 2021`, `12. März 2021`, `3rd of May, 2021`.
    fn day_first(&self, at: usize) -> Option<Read> {
        let day = self.part(at, 31).filter(|_| !self.joined_left(at))?;
        let mut next = at + 1;
        next += usize::from(self.sign(next) == Some('.'));
        next += phrase(&self.tokens, next, Role::Of);
        let month = self.month_name(next)?;
        let (year, next) = self.year_after(next + 1)?;
        Some((Date { year, month: Some(month), day: Some(day) }, next))
    }

    /// `enero de 2023`, `Jan. 2020`, `mar/2021`, `March 3, 2021`.
    fn month_first(&self, at: usize) -> Option<Read> {
        let month = self.month_name(at)?;
        if let Some((year, next)) = self.year_after(at + 1) {
            return Some((Date::month(year, month), next));
        }
        let day = self.part(at + 1, 31)?;
        let next = at + 2 + usize::from(self.sign(at + 2) == Some(','));
        let year = self.year_value(next).filter(|_| !self.joined_right(next + 1))?;
        Some((Date { year, month: Some(month), day: Some(day) }, next + 1))
    }

    /// The year after a month's name, over the point of an abbreviation, "of", a comma or a joint.
    fn year_after(&self, at: usize) -> Option<(i32, usize)> {
        let mut next = at + usize::from(self.sign(at) == Some('.'));
        let of = phrase(&self.tokens, next, Role::Of);
        next += of;
        if of == 0 && matches!(self.sign(next), Some(',' | '/' | '-')) {
            next += 1;
        }
        let year = self.year_value(next).filter(|_| !self.joined_right(next + 1))?;
        Some((year, next + 1))
    }

    /// A year and nothing else, if nothing around it says that the number is another thing.
    fn year_alone(&self, at: usize) -> Option<Read> {
        let year = self.year_value(at)?;
        let is_other = self.joined_left(at)
            || self.joined_right(at + 1)
            || self.counted_left(at)
            || self.counted_right(at + 1)
            || self.in_address(at);
        (!is_other).then_some((Date::year(year), at + 1))
    }

    /// True if no space stands between the tokens `from` to `to`.
    fn is_tight(&self, from: usize, to: usize) -> bool {
        (from..to).all(|at| self.attached(at))
    }

    /// True if a sign ties the token to something before it that is no date: `CVE-2021`, `$2021`, `v.2021`.
    fn joined_left(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).filter(|&before| self.attached(before)) else { return false };
        match self.sign(before) {
            Some('$' | '€' | '£' | '#' | '+' | '=' | '@' | '_' | '~' | '.' | '\\') => true,
            Some(sign @ ('-' | '/' | ':' | ',')) => {
                let other = before.checked_sub(1).filter(|&other| self.attached(other));
                other.is_some_and(|other| !self.ends_date(other) && (sign != ':' || self.digits(other) > 0))
            }
            Some(_) => false,
            None => true,
        }
    }

    /// True if a year, a month's name, or the month after a year ends at this token.
    fn ends_date(&self, at: usize) -> bool {
        let after_year =
            || at.checked_sub(2).is_some_and(|year| self.year_value(year).is_some() && self.digits(at) == 2);
        self.year_value(at).is_some() || self.month_name(at).is_some() || after_year()
    }

    /// True if the text goes on after a date in a way that makes it a part of something else: `2021.1`, `2021-44228`.
    fn joined_right(&self, next: usize) -> bool {
        let Some(last) = next.checked_sub(1).filter(|&last| self.attached(last)) else { return false };
        let goes_on = self.attached(next);
        match self.sign(next) {
            Some('%' | '€' | '$' | '£' | '+' | '_' | '@' | '=' | '\\') => true,
            Some('.' | ',' | ':') => goes_on && self.token(next + 1).is_some_and(|token| token.digits() > 0),
            Some('-' | '/') if goes_on => !self.goes_on_as_period(last, next + 1),
            Some(_) => false,
            None => true,
        }
    }

    /// True if what follows a hyphen or slash can be the other end of a period.
    fn goes_on_as_period(&self, last: usize, at: usize) -> bool {
        let shortened = self.digits(at) == 2 && self.year_value(last).is_some();
        self.year_value(at).is_some()
            || shortened
            || (self.digits(at) > 0 && self.digits(at) <= 2 && self.sign(at + 1).is_some())
            || self.month_name(at).is_some()
            || phrase(&self.tokens, at, Role::Present) > 0
    }

    /// True if what stands before the number says that it counts, or is a part of a longer one.
    fn counted_left(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        // The point of an abbreviation: `p. 2010`.
        let word = if self.sign(before) == Some('.') { before.saturating_sub(1) } else { before };
        matches!(self.sign(before), Some('$' | '€' | '£' | '§' | '#' | '+' | '×'))
            || phrase(&self.tokens, word, Role::Counts) > 0
            || self.runs_on((0..at).rev())
    }

    /// True if what stands after the number says what it counts, or goes on with more digits.
    fn counted_right(&self, next: usize) -> bool {
        matches!(self.sign(next), Some('%' | '€' | '$' | '£' | '+' | '×'))
            || phrase(&self.tokens, next, Role::Counted) > 0
            || self.runs_on(next..self.tokens.len())
    }

    /// True if the numbers that follow each other from here on are not all years: a telephone number.
    fn runs_on(&self, mut neighbours: impl Iterator<Item = usize>) -> bool {
        let other = neighbours.find(|&at| self.year_value(at).is_none());
        other.is_some_and(|at| self.number(at).is_some())
    }

    /// True within a link, a path or an e-mail address.
    fn in_address(&self, at: usize) -> bool {
        let Some(token) = self.token(at) else { return false };
        let before = self.text.get(..token.start).unwrap_or_default();
        let start = before.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let rest = self.text.get(start..).unwrap_or_default();
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        let lettered_slash = word.split('/').filter(|part| part.contains(char::is_alphabetic)).count() > 1;
        word.contains("://") || word.contains('@') || word.starts_with("www.") || (lettered_slash && word.contains('.'))
    }
}
