//! How long a provider asks to wait, in any of the headers that say it.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// The pause that the headers ask for. A date is measured against the response's own, so no clock is needed.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = |number: f64| Duration::try_from_secs_f64(number).ok();
    if let Some(pause) =
        text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()).and_then(|millis| seconds(millis / 1_000.0))
    {
        return Some(pause);
    }
    if let Some(asked) = text(RETRY_AFTER.as_str()) {
        if let Some(pause) = asked.parse::<f64>().ok().and_then(seconds) {
            return Some(pause);
        }
        let date = |text: &str| OffsetDateTime::parse(text, &Rfc2822).ok();
        if let (Some(until), Some(now)) = (date(asked), text(DATE.as_str()).and_then(date)) {
            return Some(Duration::try_from(until - now).unwrap_or(Duration::ZERO));
        }
    }
    let spent = |what: &str| text(&format!("x-ratelimit-remaining-{what}")) == Some("0");
    ["requests", "tokens"]
        .into_iter()
        .filter(|what| spent(what))
        .filter_map(|what| text(&format!("x-ratelimit-reset-{what}")).and_then(go_duration))
        .max()
}

/// Reads `1m30s`, `6.5s`, `20ms`.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|character: char| character.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        let scale = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return None,
        };
        sum += Duration::try_from_secs_f64(number.parse::<f64>().ok()? * scale).ok()?;
        rest = next;
    }
    (!text.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn the_pause_asked_for_is_read_in_every_form() {
        for (pairs, millis) in [
            (vec![("retry-after", "2")], Some(2_000)),
            (vec![("retry-after", "0.25")], Some(250)),
            (vec![("retry-after", "9"), ("retry-after-ms", "150")], Some(150)),
            (
                vec![("retry-after", "Sun, 22 Nov 2026 10:00:07 GMT"), ("date", "Sun, 22 Nov 2026 10:00:00 GMT")],
                Some(7_000),
            ),
            (
                vec![("retry-after", "Sun, 22 Nov 2026 09:59:00 GMT"), ("date", "Sun, 22 Nov 2026 10:00:00 GMT")],
                Some(0),
            ),
            (vec![("retry-after", "Sun, 22 Nov 2026 10:00:07 GMT")], None),
            (vec![("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m30s")], Some(90_000)),
            (vec![("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "20ms")], Some(20)),
            (vec![("x-ratelimit-remaining-requests", "5"), ("x-ratelimit-reset-requests", "8s")], None),
            (vec![("retry-after", "soon")], None),
            (vec![("retry-after", "-3")], None),
            (vec![("retry-after", "inf")], None),
            (vec![], None),
        ] {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap()))
                .collect();
            assert_eq!(retry_after(&headers).map(|pause| pause.as_millis()), millis, "{pairs:?}");
        }
    }
}
