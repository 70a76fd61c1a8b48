//! Quantities: the numbers of a text with what they count, however they are written.
//!
//! `1.000`, `1,000`, `mil` and `1k` are one number; `40 %` and `forty percent` one percentage; `three years` and `36
//! meses` one duration. Years and dates are not quantities, but a year looks like one: a reader of dates comes first.
//! Start at [`quantities`]. To add a word: a line of `data/quantities.txt`.

mod lists;

use std::ops::Range;

use crate::fold::fold;
use crate::language::Language;
use crate::terms::normal_form;
use crate::words::{Word, slice, words};
use lists::{Table, table};

/// What a number measures. Durations are told in months or in seconds, because a month has no fixed number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// A count, or a number with a unit that is a word like any other.
    Plain,
    /// A share of a hundred.
    Percent,
    /// A duration told in years or months: the value is in months.
    Months,
    /// A duration told in weeks or shorter units: the value is in seconds.
    Seconds,
    /// An amount in euros.
    Eur,
    /// An amount in dollars.
    Usd,
    /// An amount in pounds.
    Gbp,
}

impl Measure {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "percent" => Self::Percent,
            "months" => Self::Months,
            "seconds" => Self::Seconds,
            "eur" => Self::Eur,
            "usd" => Self::Usd,
            "gbp" => Self::Gbp,
            _ => return None,
        })
    }

    /// True for lengths of time.
    pub const fn is_duration(self) -> bool {
        matches!(self, Self::Months | Self::Seconds)
    }
}

/// How a number is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// The number itself.
    Exact,
    /// It or more.
    AtLeast,
    /// It or less.
    AtMost,
    /// It or so.
    About,
}

impl Bound {
    fn parse(kind: &str) -> Option<Self> {
        match kind {
            "least" => Some(Self::AtLeast),
            "most" => Some(Self::AtMost),
            "about" => Some(Self::About),
            _ => None,
        }
    }
}

/// A number of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Byte range of number and unit, without words such as "more than".
    pub span: Range<usize>,
    /// In the measure's unit.
    pub value: f64,
    /// What it measures.
    pub measure: Measure,
    /// How it is meant.
    pub bound: Bound,
}

/// The quantities of `text`, in order.
pub fn quantities(text: &str, language: Language) -> Vec<Quantity> {
    let reader = Reader::new(text, language);
    let mut found = Vec::new();
    let mut at = 0;
    while at < reader.words.len() {
        match reader.quantity(at) {
            Some((quantity, next)) => {
                found.push(quantity);
                at = next;
            }
            None => at += 1,
        }
    }
    found
}

struct Reader<'a> {
    text: &'a str,
    words: Vec<Word<'a>>,
    folded: Vec<String>,
    table: &'static Table,
}

/// A number as read: its value, the word after it, and whether it was written in digits.
struct Number {
    value: f64,
    next: usize,
    measure: Option<(Measure, f64)>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, language: Language) -> Self {
        let words = words(text);
        let folded = words.iter().map(|word| fold(word.text)).collect();
        Self { text, words, folded, table: table(language) }
    }

    fn quantity(&self, at: usize) -> Option<(Quantity, usize)> {
        let number = self.digits(at).or_else(|| self.spelled(at)).or_else(|| self.single(at))?;
        let first = self.words.get(at)?;
        let mut end = self.words.get(number.next.checked_sub(1)?)?.span.end;
        let mut next = number.next;
        let (mut measure, mut factor) = number.measure.unwrap_or((Measure::Plain, 1.0));
        if number.measure.is_none()
            && let Some((sign, length)) = self.sign(first.span.start, end)
        {
            measure = sign;
            end += length;
        }
        if measure == Measure::Plain
            && let Some((unit, times, after)) = self.unit(number.next)
        {
            (measure, factor, next) = (unit, times, after);
            end = self.words.get(after - 1)?.span.end;
        }
        let span = first.span.start..end;
        let bound = self.bound(at, next, end);
        Some((Quantity { span, value: number.value * factor, measure, bound }, next))
    }

    /// A number in digits, with a suffix (`10k`, `12h`) or a word that multiplies it (`2,5 millones`).
    fn digits(&self, at: usize) -> Option<Number> {
        let word = self.words.get(at)?;
        if !word.text.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let normal = normal_form(word.text);
        let digits = normal.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(normal.len());
        let (number, suffix) = normal.split_at(digits);
        let mut value: f64 = number.trim_end_matches('.').parse().ok()?;
        let mut measure = word.text.ends_with('%').then_some((Measure::Percent, 1.0));
        match suffix {
            "" => {}
            "k" | "K" => value *= 1e3,
            "M" | "m" | "mn" => value *= 1e6,
            "bn" | "B" => value *= 1e9,
            "x" => {}
            "h" => measure = Some((Measure::Seconds, 3600.0)),
            "min" => measure = Some((Measure::Seconds, 60.0)),
            "s" => measure = Some((Measure::Seconds, 1.0)),
            "ms" => measure = Some((Measure::Seconds, 0.001)),
            // An ordinal (`5th`) or a name (`3D`).
            _ => return None,
        }
        let mut next = at + 1;
        while let Some(scale) = self.folded.get(next).and_then(|word| self.table.scales.get(word.as_str())) {
            if !self.touch(next - 1, next) || *scale < 1000.0 {
                break;
            }
            value *= scale;
            next += 1;
        }
        Some(Number { value, next, measure })
    }

    /// A number in words.
    fn spelled(&self, at: usize) -> Option<Number> {
        let (mut total, mut current) = (0.0, 0.0);
        let mut next = at;
        while let Some(word) = self.folded.get(next) {
            let goes_on = next > at;
            if goes_on && !self.touch(next - 1, next) {
                break;
            }
            if let Some(value) = self.table.numbers.get(word.as_str()) {
                match add(current, *value, goes_on) {
                    Some(sum) => current = sum,
                    None => break,
                }
            } else if let Some(scale) = self.table.scales.get(word.as_str()) {
                // `cents` alone is money, `hundreds` alone no number.
                if !goes_on && (*scale < 1000.0 || word.ends_with('s')) {
                    return None;
                }
                let times = if current == 0.0 { 1.0 } else { current };
                if *scale < 1000.0 {
                    current = times * scale;
                } else {
                    total += times * scale;
                    current = 0.0;
                }
            } else if goes_on && self.is_joint(next, current) {
                // Taken in only together with the number that follows.
            } else {
                break;
            }
            next += 1;
        }
        // `one` alone is a pronoun as often as a number.
        (next > at && !(next == at + 1 && current == 1.0 && total == 0.0 && self.unit(next).is_none()))
            .then_some(Number { value: total + current, next, measure: None })
    }

    /// True if the word at `next` joins the number before it to one after it: `treinta y cinco`, `hundred and two`.
    fn is_joint(&self, next: usize, current: f64) -> bool {
        let joins = self.folded.get(next).is_some_and(|word| self.table.joints.contains(&word.as_str()));
        let more = self.folded.get(next + 1).and_then(|word| self.table.numbers.get(word.as_str()));
        joins && self.touch(next, next + 1) && more.is_some_and(|value| add(current, *value, true).is_some())
    }

    /// `a year`, `un mes`: an article before a unit of time.
    fn single(&self, at: usize) -> Option<Number> {
        let article = self.folded.get(at)?;
        let (measure, _, _) = self.unit(at + 1)?;
        // `1,000 a day` is a rate.
        let is_rate = at > 0 && self.words.get(at - 1).is_some_and(|word| !word.text.contains(char::is_alphabetic));
        let fits = measure.is_duration() && self.table.singles.contains(&article.as_str()) && !is_rate;
        fits.then_some(Number { value: 1.0, next: at + 1, measure: None })
    }

    /// A sign before the number or behind it, and the bytes that the latter takes.
    fn sign(&self, start: usize, end: usize) -> Option<(Measure, usize)> {
        let before = slice(self.text, 0..start).trim_end_matches(['\u{a0}', ' ']).chars().next_back();
        let rest = slice(self.text, end..self.text.len());
        let bare = rest.trim_start_matches(['\u{a0}', '\u{202f}', ' ']);
        let sign = bare.chars().next();
        let behind = |measure, sign: char| Some((measure, rest.len() - bare.len() + sign.len_utf8()));
        match (before, sign) {
            (_, Some('%')) => behind(Measure::Percent, '%'),
            (_, Some('€')) => behind(Measure::Eur, '€'),
            (_, Some('$')) => behind(Measure::Usd, '$'),
            (_, Some('£')) => behind(Measure::Gbp, '£'),
            (Some('€'), _) => Some((Measure::Eur, 0)),
            (Some('$'), _) => Some((Measure::Usd, 0)),
            (Some('£'), _) => Some((Measure::Gbp, 0)),
            _ => None,
        }
    }

    /// The unit that begins at the word `at`: its measure, what it multiplies the number by, and the word after it.
    fn unit(&self, at: usize) -> Option<(Measure, f64, usize)> {
        if at == 0 || !self.touch(at - 1, at) {
            return None;
        }
        let is = |unit: &[&str]| {
            unit.iter().enumerate().all(|(offset, word)| self.folded.get(at + offset).is_some_and(|said| said == word))
        };
        let (words, measure, factor) = self.table.units.iter().find(|(words, _, _)| is(words))?;
        Some((*measure, *factor, at + words.len()))
    }

    fn bound(&self, at: usize, next: usize, end: usize) -> Bound {
        let begins = |phrase: &[&str], from: usize| {
            phrase
                .iter()
                .enumerate()
                .all(|(offset, word)| self.folded.get(from + offset).is_some_and(|said| said == word))
        };
        // An article may stand between: `más de un 40 %`.
        for gap in 0..=1 {
            for (phrase, bound) in &self.table.before {
                let from = at.checked_sub(phrase.len() + gap);
                let short = gap == 0 || at > 0 && self.folded.get(at - 1).is_some_and(|word| word.len() <= 3);
                if short && from.is_some_and(|from| begins(phrase, from) && self.touch(from, at.saturating_sub(1))) {
                    return *bound;
                }
            }
        }
        let plus = slice(self.text, end..self.text.len()).trim_start().starts_with('+');
        if plus || self.table.after.iter().any(|phrase| begins(phrase, next)) {
            return Bound::AtLeast;
        }
        // `1.000 peticiones al día o más`: what is counted stands between.
        let later = (next + 1..=next + 4).any(|from| {
            self.touch(next.saturating_sub(1), from) && self.table.after.iter().any(|phrase| begins(phrase, from))
        });
        if later { Bound::AtLeast } else { Bound::Exact }
    }

    /// True if only spaces and hyphens stand between the words `left` and `right`.
    fn touch(&self, left: usize, right: usize) -> bool {
        (left..right).all(|at| match (self.words.get(at), self.words.get(at + 1)) {
            (Some(one), Some(other)) => {
                let gap = slice(self.text, one.span.end..other.span.start);
                gap.chars().all(|c| c.is_whitespace() && c != '\n' || matches!(c, '-' | '\'' | '’' | '+'))
            }
            _ => false,
        })
    }
}

/// `value` said after `current`: twenty and five are 25, eighty and ten 90 (in French), but five and six two numbers.
fn add(current: f64, value: f64, goes_on: bool) -> Option<f64> {
    if !goes_on || current == 0.0 {
        return Some(current + value);
    }
    let tens = current % 100.0;
    // `quatre-vingts`.
    if current == 4.0 && value == 20.0 {
        return Some(80.0);
    }
    let fits = if tens == 0.0 {
        value < 100.0
    } else if tens == 60.0 || tens == 80.0 {
        value < 20.0
    } else {
        (20.0..100.0).contains(&tens) && tens % 10.0 == 0.0 && value < 10.0
            || tens == 10.0 && (7.0..10.0).contains(&value)
    };
    fits.then_some(current + value)
}

#[cfg(test)]
mod tests;
