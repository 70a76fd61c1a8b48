//! The dashboard's two languages: words, numbers and dates.
//!
//! Both languages stand side by side where they are shown (`ui.say("Documentos", "Documents")`), so that neither can be
//! forgotten. Times are UTC, as days of budgets and traffic are.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::usage::usd;
use portavoz_text::language::Language;
use serde::Deserialize;

use super::desk::{Asked, inner_path};
use super::trouble::Trouble;
use crate::access::cookie;

const COOKIE: &str = "portavoz_language";
const YEAR_S: u32 = 365 * 24 * 60 * 60;
const MONTHS: [(&str, &str); 12] = [
    ("ene", "Jan"),
    ("feb", "Feb"),
    ("mar", "Mar"),
    ("abr", "Apr"),
    ("may", "May"),
    ("jun", "Jun"),
    ("jul", "Jul"),
    ("ago", "Aug"),
    ("sept", "Sep"),
    ("oct", "Oct"),
    ("nov", "Nov"),
    ("dic", "Dec"),
];

/// A language of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    Es,
    En,
}

/// Where to go on after a change of language.
#[derive(Debug, Deserialize)]
pub(super) struct GoOn {
    #[serde(default)]
    to: String,
}

/// `GET /admin/language/{code}`: remembers the owner's choice. It changes nothing but words, so a link may do it.
pub(super) async fn choose(Path(code): Path<String>, Asked(go_on): Asked<GoOn>) -> Result<Response, Trouble> {
    let tongue = Tongue::parse(&code).ok_or(Trouble::NotFound)?;
    let chosen = format!("{COOKIE}={}; Path=/admin; Max-Age={YEAR_S}; HttpOnly; SameSite=Strict", tongue.code());
    let mut response = Redirect::to(inner_path(&go_on.to)).into_response();
    let chosen = HeaderValue::from_str(&chosen).map_err(|_| Trouble::Internal)?;
    response.headers_mut().append(header::SET_COOKIE, chosen);
    Ok(response)
}

impl Tongue {
    /// The owner's choice, or else the site's language; who reads Catalan reads Spanish.
    pub(super) fn of(headers: &HeaderMap, site: Language) -> Self {
        cookie(headers, COOKIE).and_then(Self::parse).unwrap_or(match site {
            Language::Es | Language::Ca => Self::Es,
            _ => Self::En,
        })
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Es, Self::En].into_iter().find(|tongue| tongue.code() == code)
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
        }
    }

    /// As the domain calls it.
    pub(super) const fn language(self) -> Language {
        match self {
            Self::Es => Language::Es,
            Self::En => Language::En,
        }
    }

    /// The one to switch to, by its own name.
    pub(super) const fn other(self) -> (&'static str, &'static str) {
        match self {
            Self::Es => ("en", "English"),
            Self::En => ("es", "Español"),
        }
    }

    pub(super) const fn say<'a>(self, es: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Es => es,
            Self::En => en,
        }
    }

    /// A whole number with its thousands apart: `12.345`, `12,345`. Spanish leaves four digits together.
    pub(super) fn count(self, number: u64) -> String {
        let digits = number.to_string();
        if self == Self::Es && digits.len() <= 4 {
            return digits;
        }
        let apart = self.say(".", ",");
        let mut grouped = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push_str(apart);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A number with its decimal sign.
    pub(super) fn decimal(self, number: f64, decimals: usize) -> String {
        let text = format!("{number:.decimals$}");
        if self == Self::Es { text.replace('.', ",") } else { text }
    }

    /// Micro-dollars as dollars.
    pub(super) fn money(self, micros: u64) -> String {
        self.dollars(usd(micros))
    }

    /// Dollars, with as many decimals as small amounts need.
    pub(super) fn dollars(self, dollars: f64) -> String {
        let decimals = match dollars {
            0.0 => 0,
            ..0.01 => 5,
            ..1.0 => 3,
            _ => 2,
        };
        let amount = self.decimal(dollars, decimals);
        // A space that does not break: an amount stays with its unit.
        format!("{amount}\u{a0}USD")
    }

    /// A part of one as a percentage: `82 %`, `82%`.
    pub(super) fn share(self, part: f64) -> String {
        let space = self.say("\u{a0}", "");
        format!("{:.0}{space}%", part * 100.0)
    }

    /// A length of time: milliseconds below a second.
    pub(super) fn duration(self, millis: f64) -> String {
        if millis < 1_000.0 {
            format!("{millis:.0}\u{a0}ms")
        } else {
            format!("{}\u{a0}s", self.decimal(millis / 1_000.0, 2))
        }
    }

    /// `22 nov 2026, 14:05`, UTC.
    pub(super) fn moment(self, at: Timestamp) -> String {
        let text = at.to_rfc3339();
        let time: String = text.chars().skip("2026-11-22T".len()).take("14:05".len()).collect();
        format!("{}, {time}", self.day(&text))
    }

    /// A moment as a list tells it: without the year, if it is this one's.
    pub(super) fn brief(self, at: Timestamp, now: Timestamp) -> String {
        let (told, year) = (self.moment(at), now.to_rfc3339().chars().take(4).collect::<String>());
        told.replacen(&format!(" {year},"), ",", 1)
    }

    /// `22 nov 2026`, of a text that begins with `2026-11-22`.
    pub(super) fn day(self, iso: &str) -> String {
        let mut parts = iso.split('T').next().unwrap_or_default().split('-');
        let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
            return iso.to_owned();
        };
        let month = month.parse::<usize>().ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
        match month {
            Some((es, en)) => format!("{} {} {year}", day.trim_start_matches('0'), self.say(es, en)),
            None => iso.to_owned(),
        }
    }

    /// `1 pregunta`, `3 preguntas`.
    pub(super) fn counted(self, number: u64, one: (&str, &str), many: (&str, &str)) -> String {
        let (es, en) = if number == 1 { one } else { many };
        format!("{} {}", self.count(number), self.say(es, en))
    }
}

#[cfg(test)]
mod tests {
    use super::Tongue::{En, Es};
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_writes_them() {
        for (shown, expected) in [
            (Es.count(1_234), "1234"),
            (Es.count(12_345), "12.345"),
            (En.count(1_234_567), "1,234,567"),
            (Es.money(0), "0\u{a0}USD"),
            (Es.money(270), "0,00027\u{a0}USD"),
            (En.money(12_345), "0.012\u{a0}USD"),
            (En.money(9_999_999), "10.00\u{a0}USD"),
            (Es.share(0.824), "82\u{a0}%"),
            (En.share(0.824), "82%"),
            (Es.duration(999.4), "999\u{a0}ms"),
            (Es.duration(1_840.0), "1,84\u{a0}s"),
            (Es.counted(1, ("pregunta", "question"), ("preguntas", "questions")), "1 pregunta"),
        ] {
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn moments_are_written_with_the_names_of_months() {
        let noon = Timestamp::from_millis(1_795_348_800_000);
        assert_eq!(Es.moment(noon), "22 nov 2026, 12:00");
        assert_eq!(En.moment(noon), "22 Nov 2026, 12:00");
        assert_eq!(Es.day("not a day"), "not a day");
        assert_eq!(Es.brief(noon, noon), "22 nov, 12:00");
        assert_eq!(Es.brief(noon, Timestamp::from_millis(1_800_000_000_000)), "22 nov 2026, 12:00");
    }
}
