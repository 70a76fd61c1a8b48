//! Dates, lengths of time and sentences in the visitor's language: `data/facts/answers.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use portavoz_text::dates::{Date, End};
use portavoz_text::language::Language;
use serde::Deserialize;

use super::lengths::Length;
use crate::facts::{Bound, When, Years};

/// From this many months on a length is told in years.
const YEARS_FROM_MONTHS: i32 = 24;

/// The words of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wording {
    months: [String; 12],
    month: String,
    day: String,
    one_year: String,
    years: String,
    one_month: String,
    many_months: String,
    about: String,
    about_one: String,
    more: String,
    less: String,
    period: String,
    since: String,
    pub(super) own_account: String,
    pub(super) job: String,
    pub(super) total: String,
    pub(super) topic: String,
    pub(super) claimed: String,
    pub(super) employed: String,
    pub(super) employed_now: String,
    pub(super) since_at: String,
    pub(super) skill: String,
    pub(super) worked: String,
    pub(super) now: String,
    pub(super) project: String,
    pub(super) project_now: String,
    pub(super) age: String,
}

impl Wording {
    pub(super) fn of(language: Language) -> &'static Self {
        static FILE: OnceLock<HashMap<String, Wording>> = OnceLock::new();
        let read = || {
            toml::from_str(include_str!("../../../data/facts/answers.toml"))
                .expect("a test reads the file, and it is compiled in")
        };
        FILE.get_or_init(read).get(language.code()).expect("a test finds all seven languages in the file")
    }

    /// `template` with its parts, beginning with a capital.
    pub(super) fn fill(&self, template: &str, parts: &[(&str, String)]) -> String {
        let filled =
            parts.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
        let mut rest = filled.chars();
        let first = rest.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
        // Titles begin with a small letter within a sentence of some languages only; they stay as the documents write them.
        let is_lower_name =
            !template.starts_with('{') || template.starts_with("{duration}") || template.starts_with("{since}");
        if is_lower_name { first + rest.as_str() } else { filled }
    }

    pub(super) fn date(&self, date: Date) -> String {
        let year = date.year.to_string();
        let name = date.month.and_then(|month| self.months.get(usize::from(month).checked_sub(1)?));
        match (name, date.day) {
            (Some(name), Some(day)) => {
                self.day.replace("{day}", &day.to_string()).replace("{month}", name).replace("{year}", &year)
            }
            (Some(name), None) => self.month.replace("{month}", name).replace("{year}", &year),
            (None, _) => year,
        }
    }

    /// "from 2019 to 2022", "since 2019", "2019".
    pub(super) fn period(&self, when: When) -> String {
        let from = when.from.map(|from| self.date(from)).unwrap_or_default();
        match when.to {
            Some(End::Date(to)) if Some(to) == when.from => from,
            Some(End::Date(to)) if when.from.is_some() => {
                self.elided(&self.period.replace("{from}", &from).replace("{to}", &self.date(to)))
            }
            Some(End::Date(to)) => self.date(to),
            _ => {
                let is_year = when.from.is_some_and(|from| from.month.is_none());
                let since = self.since.replace("{from}", &from);
                // Italian has the article before a year: "dal 2019", but "da marzo 2019".
                let since = if is_year && since.starts_with("da ") { since.replacen("da ", "dal ", 1) } else { since };
                self.elided(&since)
            }
        }
    }

    /// Catalan drops the vowel of "de" before another: "des d'abril".
    fn elided(&self, text: &str) -> String {
        if !self.since.starts_with("des de") {
            return text.to_owned();
        }
        ["a", "o"]
            .iter()
            .fold(text.to_owned(), |text, vowel| text.replace(&format!("des de {vowel}"), &format!("des d'{vowel}")))
    }

    /// Whole years, rounded down; months below two years; "about" where only years are known.
    pub(super) fn length(&self, length: Length) -> String {
        let number = |template: &str, n: i32| template.replace("{n}", &n.to_string());
        match (length.is_exact, length.months) {
            (true, 1) => self.one_month.clone(),
            (true, 12) => self.one_year.clone(),
            (true, months) if months < YEARS_FROM_MONTHS => number(&self.many_months, months),
            (true, months) => number(&self.years, months / 12),
            (false, months) if months < 18 => self.about_one.clone(),
            (false, months) => number(&self.about, (months + 6) / 12),
        }
    }

    /// A claimed number of years as it is meant.
    pub(super) fn claim(&self, years: Years) -> String {
        let template = match (years.bound, years.years) {
            (Bound::Exactly, 1) => return self.one_year.clone(),
            (Bound::About, 1) => return self.about_one.clone(),
            (Bound::Exactly, _) => &self.years,
            (Bound::About, _) => &self.about,
            (Bound::AtLeast, _) => &self.more,
            (Bound::AtMost, _) => &self.less,
        };
        template.replace("{n}", &years.years.to_string())
    }
}
