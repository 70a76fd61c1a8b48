//! Dates of ISO 8601 in words: `2021-03` is "marzo de 2021".

use serde_json::Value;

use super::words::Words;
use super::{fill, text};

/// A date of year, month or day precision in words; anything else as it stands.
pub(super) fn humanised(date: &str, words: &Words) -> String {
    let mut parts = date.split('T').next().unwrap_or_default().split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let is_year = |year: &&str| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let Some(year) = year.filter(is_year) else { return date.to_owned() };
    let name =
        month.and_then(|month| month.parse::<usize>().ok()).and_then(|month| words.months.get(month.checked_sub(1)?));
    match (name, day.and_then(|day| day.parse::<u8>().ok()), month) {
        (Some(name), Some(day), _) if (1..=31).contains(&day) => {
            words.day.replace("{day}", &day.to_string()).replace("{month}", name).replace("{year}", year)
        }
        (Some(name), None, _) => words.month.replace("{month}", name).replace("{year}", year),
        (None, _, None) => year.to_owned(),
        _ => date.to_owned(),
    }
}

/// From when to when, as far as it is known: "de marzo de 2021 a junio de 2024", "desde 2021".
pub(super) fn period(item: &Value, words: &Words) -> Option<String> {
    let date = |key: &str| text(item, &[key]).map(|date| humanised(&date, words));
    let is_now =
        |end: &String| !end.starts_with(|c: char| c.is_numeric()) && !words.months.iter().any(|m| end.starts_with(m));
    let period = match (date("startDate"), date("endDate").filter(|end| !is_now(end))) {
        (Some(start), Some(end)) if start == end => fill(words.during, &start),
        (Some(start), Some(end)) => fill(&fill(words.from_to, &start), &end),
        (Some(start), None) => fill(words.since, &start),
        (None, Some(end)) => fill(words.until, &end),
        (None, None) => return None,
    };
    Some(elided(&period, words))
}

/// "de avril" is "d'avril" in the languages that elide.
fn elided(period: &str, words: &Words) -> String {
    if !words.elides {
        return period.to_owned();
    }
    let mut text = period.to_owned();
    for vowel in ['a', 'o', 'e'] {
        text = text.replace(&format!("de {vowel}"), &format!("d'{vowel}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use portavoz_text::language::Language;
    use serde_json::json;

    use super::super::words;
    use super::*;

    #[test]
    fn dates_are_said_as_people_say_them() {
        for (language, date, expected) in [
            (Language::Es, "2021-03", "marzo de 2021"),
            (Language::Es, "2021-03-09", "9 de marzo de 2021"),
            (Language::En, "2021-03-09T00:00:00Z", "9 March 2021"),
            (Language::De, "2021-03-09", "9. März 2021"),
            (Language::Fr, "2021", "2021"),
            (Language::Es, "2021-13", "2021-13"),
            (Language::Es, "hace poco", "hace poco"),
        ] {
            assert_eq!(humanised(date, words::of(language)), expected);
        }
    }

    #[test]
    fn periods_leave_no_holes() {
        for (language, item, expected) in [
            (
                Language::Es,
                json!({"startDate": "2021-03", "endDate": "2024-06"}),
                Some("de marzo de 2021 a junio de 2024"),
            ),
            (Language::Es, json!({"startDate": "2021"}), Some("desde 2021")),
            (Language::En, json!({"startDate": "2021", "endDate": "Present"}), Some("since 2021")),
            (Language::En, json!({"startDate": "2021", "endDate": "2021"}), Some("in 2021")),
            (Language::Fr, json!({"startDate": "2021-04", "endDate": "2022-08"}), Some("d'avril 2021 à août 2022")),
            (
                Language::Ca,
                json!({"startDate": "2021-10", "endDate": "2022-01"}),
                Some("d'octubre de 2021 a gener de 2022"),
            ),
            (Language::De, json!({"endDate": "2022-01"}), Some("bis Januar 2022")),
            (Language::Es, json!({}), None),
        ] {
            assert_eq!(period(&item, words::of(language)).as_deref(), expected);
        }
    }
}
