//! Figures as people read them, and what stands out in words.

use portavoz_app::stats::Remark;

/// Shown where nothing was counted.
pub const NONE: &str = "–";

/// `12,345`.
pub fn whole(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rounded to whole numbers.
pub fn rounded(number: Option<f64>) -> String {
    number.map_or_else(|| NONE.to_owned(), |number| whole(number.round().max(0.0) as u64))
}

/// `$1.23`, `$0.0012`: two digits that say something at least.
pub fn dollars(usd: Option<f64>) -> String {
    match usd {
        None => NONE.to_owned(),
        Some(usd) if usd == 0.0 || usd >= 0.995 => format!("${usd:.2}"),
        Some(usd) if usd >= 0.01 => format!("${usd:.3}"),
        Some(usd) => format!("${usd:.6}"),
    }
}

/// `87 %`.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.to_owned(), |share| format!("{:.0} %", share * 100.0))
}

/// `0.84`.
pub fn score(score: Option<f64>) -> String {
    score.map_or_else(|| NONE.to_owned(), |score| format!("{score:.2}"))
}

/// `320 ms`, `4.2 s`.
pub fn time(millis: Option<f64>) -> String {
    match millis {
        None => NONE.to_owned(),
        Some(millis) if millis < 9_999.5 => format!("{} ms", whole(millis.round() as u64)),
        Some(millis) => format!("{:.1} s", millis / 1e3),
    }
}

/// `+33 %`; nothing to say without a figure before, or of less than a percent.
pub fn change(before: Option<f64>, now: Option<f64>) -> String {
    match before.zip(now) {
        Some((before, now)) if before > 0.0 => {
            let change = (now / before - 1.0) * 100.0;
            if change.abs() < 0.5 { "=".to_owned() } else { format!("{change:+.0} %") }
        }
        _ => String::new(),
    }
}

/// A remark as a sentence with what to do about it, where there is something to do.
pub fn sentence(remark: &Remark) -> String {
    let some = Some::<f64>;
    match remark {
        Remark::Turns { before, now } => format!("{} turns, {} before", whole(*now), whole(*before)),
        Remark::CostPerConversation { before_usd, now_usd } => {
            let (now, before) = (dollars(some(*now_usd)), dollars(some(*before_usd)));
            format!("a conversation costs {now}, {before} before; `portavoz stats --by model` shows whose price it is")
        }
        Remark::FirstToken { before_ms, now_ms } => {
            let faster = if now_ms < before_ms { "faster" } else { "slower" };
            let (now, before) = (time(some(*now_ms)), time(some(*before_ms)));
            format!("answers begin {faster}: half of them within {now}, {before} before")
        }
        Remark::Quality { before, now } => {
            let moved = if now > before { "rose" } else { "fell" };
            format!("quality {moved} from {before:.2} to {now:.2}")
        }
        Remark::FallbackRate { before, now } => {
            let (now, before) = (percent(some(*now)), percent(some(*before)));
            format!("models failed in {now} of the turns that asked one, {before} before")
        }
        Remark::Failing { reason, turns } => {
            format!("models failed; most often `{reason}`, {}", times(*turns))
        }
        Remark::WithheldShare { before, now } => {
            let (now, before) = (percent(some(*now)), percent(some(*before)));
            format!("{now} of the models' sentences were withheld, {before} before")
        }
        Remark::Unanswered { turns, share } => {
            let share = percent(some(*share));
            format!("{} questions ({share}) found nothing in the documents: they wait in the gaps", whole(*turns))
        }
        Remark::Unpriced { turns } => {
            format!("{} turns used a model without a known price; `models.overrides` can give it one", whole(*turns))
        }
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{} times", whole(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_as_long_as_they_say_something() {
        for (shown, expected) in [
            (whole(1_234_567), "1,234,567"),
            (whole(999), "999"),
            (dollars(Some(12.3456)), "$12.35"),
            (dollars(Some(0.0345)), "$0.035"),
            (dollars(Some(0.00027)), "$0.000270"),
            (dollars(Some(0.0)), "$0.00"),
            (dollars(None), NONE),
            (percent(Some(0.876)), "88 %"),
            (time(Some(1_234.4)), "1,234 ms"),
            (time(Some(12_345.0)), "12.3 s"),
            (change(Some(3.0), Some(4.0)), "+33 %"),
            (change(Some(4.0), Some(3.0)), "-25 %"),
            (change(Some(4.0), Some(4.001)), "="),
            (change(Some(0.0), Some(4.0)), ""),
            (change(None, Some(4.0)), ""),
        ] {
            assert_eq!(shown, expected);
        }
    }
}
