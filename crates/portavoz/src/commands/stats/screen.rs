//! The screen: a table of figures beside those before, who answered what, money, and what stands out.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use portavoz_app::stats::{Figures, Group, Overview, Period, Share, Spend, Step, remarks};

use super::words::{change, dollars, percent, rounded, score, sentence, time, whole};
use crate::cli::StatsBy;
use crate::output::{bold, dim};

/// Reasons of failures shown.
const REASONS_SHOWN: usize = 4;

/// The whole screen.
pub fn render(overview: &Overview, spend: &Spend, by: Option<StatsBy>) -> String {
    let mut lines = vec![bold().apply_to(heading(overview.period)).to_string(), String::new()];
    if overview.current.turns == 0 {
        lines.extend(empty(overview));
        lines.push(money(spend));
        return lines.join("\n");
    }
    match by {
        None => {
            lines.push(beside_before(overview));
            lines.extend(kinds(&overview.current));
        }
        Some(StatsBy::Model) => {
            lines.push(groups("model", &overview.by_model));
            lines.extend(tuned(overview));
        }
        Some(StatsBy::Prompt) => lines.push(groups("prompt", &overview.by_prompt)),
        Some(StatsBy::Variant) => lines.push(groups("variant", &overview.by_variant)),
        Some(StatsBy::Day | StatsBy::Hour) => lines.push(series(overview)),
    }
    lines.push(String::new());
    lines.push(money(spend));
    let remarks = remarks(overview);
    if !remarks.is_empty() {
        lines.extend([String::new(), bold().apply_to("What stands out").to_string()]);
        lines.extend(remarks.iter().map(|remark| format!("  {}", sentence(remark))));
    }
    lines.join("\n")
}

fn heading(period: Period) -> String {
    let day_and_hour = |moment: String| moment.replace('T', " ").replace(":00Z", "");
    format!("{} – {} UTC", day_and_hour(period.from.to_rfc3339()), day_and_hour(period.to.to_rfc3339()))
}

/// Nothing was asked: says what would fill the screen.
fn empty(overview: &Overview) -> Vec<String> {
    let mut lines = vec!["no turns in this period".to_owned()];
    if overview.previous.turns > 0 {
        lines.push(format!("{} in the one before: `--days 30` reaches further back", whole(overview.previous.turns)));
    } else {
        lines.push("every question that is answered is counted here: ask one with `portavoz ask \"...\"`,".to_owned());
        lines.push("or open the page that `portavoz serve` names; `--days 90` looks further back".to_owned());
    }
    lines.push(String::new());
    lines
}

/// A figure, as it is shown and as it is compared.
struct Row {
    name: &'static str,
    shown: fn(&Figures) -> String,
    compared: fn(&Figures) -> Option<f64>,
}

const ROWS: [Row; 15] = [
    Row { name: "turns", shown: |f| whole(f.turns), compared: |f| Some(f.turns as f64) },
    Row { name: "conversations", shown: |f| whole(f.conversations), compared: |f| Some(f.conversations as f64) },
    Row {
        name: "tokens per answer",
        shown: |f| rounded(f.tokens.tokens_per_answer),
        compared: |f| f.tokens.tokens_per_answer,
    },
    Row { name: "cost", shown: |f| dollars(Some(f.cost.cost_usd)), compared: |f| Some(f.cost.cost_usd) },
    Row {
        name: "cost per conversation",
        shown: |f| dollars(f.cost.cost_per_conversation_usd),
        compared: |f| f.cost.cost_per_conversation_usd,
    },
    Row { name: "quality, 0 to 1", shown: |f| score(f.quality.quality_mean), compared: |f| f.quality.quality_mean },
    Row { name: "  relevance", shown: |f| score(f.quality.relevance_mean), compared: |f| f.quality.relevance_mean },
    Row { name: "  accuracy", shown: |f| score(f.quality.accuracy_mean), compared: |f| f.quality.accuracy_mean },
    Row { name: "  clarity", shown: |f| score(f.quality.clarity_mean), compared: |f| f.quality.clarity_mean },
    Row {
        name: "token efficiency, 0 to 1",
        shown: |f| score(f.efficiency.efficiency_mean),
        compared: |f| f.efficiency.efficiency_mean,
    },
    Row { name: "first words, half within", shown: |f| time(f.first_token.p50_ms), compared: |f| f.first_token.p50_ms },
    Row { name: "  19 of 20 within", shown: |f| time(f.first_token.p95_ms), compared: |f| f.first_token.p95_ms },
    Row { name: "whole answer, half within", shown: |f| time(f.total.p50_ms), compared: |f| f.total.p50_ms },
    Row { name: "  19 of 20 within", shown: |f| time(f.total.p95_ms), compared: |f| f.total.p95_ms },
    Row {
        name: "answered within 2,000 ms",
        shown: |f| percent(f.total.share_within_2000_ms),
        compared: |f| f.total.share_within_2000_ms,
    },
];

const SHARES: [Row; 6] = [
    Row { name: "models failed", shown: |f| percent(f.fallback.fallback_rate), compared: |f| f.fallback.fallback_rate },
    Row {
        name: "sentences supported",
        shown: |f| percent(f.verification.supported_share),
        compared: |f| f.verification.supported_share,
    },
    Row {
        name: "sentences withheld",
        shown: |f| percent(f.verification.withheld_share),
        compared: |f| f.verification.withheld_share,
    },
    Row { name: "told again from the cache", shown: |f| percent(f.cache.hit_rate), compared: |f| f.cache.hit_rate },
    Row { name: "thumbs up", shown: |f| whole(f.feedback.up_turns), compared: |f| Some(f.feedback.up_turns as f64) },
    Row {
        name: "thumbs down",
        shown: |f| whole(f.feedback.down_turns),
        compared: |f| Some(f.feedback.down_turns as f64),
    },
];

fn beside_before(overview: &Overview) -> String {
    let (now, before) = (&overview.current, &overview.previous);
    let mut table = plain(["", "now", "before", "change"]);
    for row in ROWS.iter().chain(&SHARES) {
        let change = change((row.compared)(before), (row.compared)(now));
        table.add_row([row.name.to_owned(), (row.shown)(now), (row.shown)(before), change]);
    }
    table.trim_fmt()
}

/// Who answered, how it ended, in which languages, and why models failed.
fn kinds(figures: &Figures) -> Vec<String> {
    let list = |shares: &[Share]| {
        let named = shares.iter().map(|share| format!("{} {}", share.name, percent(Some(share.share))));
        named.collect::<Vec<_>>().join(", ")
    };
    let failures = figures.fallback.reasons.iter().filter(|reason| reason.failed).take(REASONS_SHOWN);
    let failures: Vec<String> = failures.map(|reason| format!("{} {}", reason.reason, whole(reason.turns))).collect();
    let mut lines = vec![String::new()];
    for (name, words) in [
        ("answered by", list(&figures.rungs)),
        ("ended as", list(&figures.outcomes)),
        ("languages", list(&figures.languages)),
        ("failures", failures.join(", ")),
    ] {
        if !words.is_empty() {
            lines.push(format!("{} {words}", dim().apply_to(format!("{name:<12}"))));
        }
    }
    lines
}

fn money(spend: &Spend) -> String {
    let of = |cap: Option<f64>| cap.map_or_else(|| ", no cap".to_owned(), |cap| format!(" of {}", dollars(Some(cap))));
    let mut text = format!(
        "spent today {}{}, this month {}{}",
        dollars(Some(spend.day_usd)),
        of(spend.cap_day_usd),
        dollars(Some(spend.month_usd)),
        of(spend.cap_month_usd)
    );
    if spend.reserved_usd > 0.0 {
        text.push_str(&format!("; {} kept for running calls", dollars(Some(spend.reserved_usd))));
    }
    if spend.orphaned_usd > 0.0 {
        text.push_str(&format!("; {} of it for calls that a crash cut off", dollars(Some(spend.orphaned_usd))));
    }
    text
}

fn groups(what: &str, groups: &[Group]) -> String {
    let rows = groups.iter().map(|group| {
        let name = if group.name.is_empty() { "(none)".to_owned() } else { group.name.clone() };
        (name, &group.figures)
    });
    compact(what, rows)
}

fn series(overview: &Overview) -> String {
    let (what, length) =
        if overview.step == Step::Hour { ("hour", "2026-11-22T12:00".len()) } else { ("day", "2026-11-22".len()) };
    // Hours in which nothing happened would push the others off the screen.
    let points = overview.series.iter().filter(|point| overview.step == Step::Day || point.figures.turns > 0);
    let rows = points.map(|point| {
        let start: String = point.start.to_rfc3339().chars().take(length).collect();
        (start.replace('T', " "), &point.figures)
    });
    compact(what, rows)
}

fn compact<'a>(what: &str, rows: impl Iterator<Item = (String, &'a Figures)>) -> String {
    let mut table =
        plain([what, "turns", "tokens", "cost", "quality", "efficiency", "first words", "answer", "failed"]);
    for (name, figures) in rows {
        table.add_row([
            name,
            whole(figures.turns),
            rounded(figures.tokens.tokens_per_answer),
            dollars(Some(figures.cost.cost_usd)),
            score(figures.quality.quality_mean),
            score(figures.efficiency.efficiency_mean),
            time(figures.first_token.p50_ms),
            time(figures.total.p50_ms),
            percent(figures.fallback.fallback_rate),
        ]);
    }
    table.trim_fmt()
}

/// Fine-tuned models against the models they were made from.
fn tuned(overview: &Overview) -> Vec<String> {
    let compared = overview.tuned.iter().filter_map(|pair| {
        let base = pair.base.as_ref()?;
        let (tuned, base_figures) = (&pair.tuned.figures, &base.figures);
        let quality = (score(tuned.quality.quality_mean), score(base_figures.quality.quality_mean));
        let cost = (dollars(tuned.cost.cost_per_turn_usd), dollars(base_figures.cost.cost_per_turn_usd));
        Some(format!(
            "{} beside {}: quality {} and {}, cost of a turn {} and {}",
            pair.tuned.name, base.name, quality.0, quality.1, cost.0, cost.1
        ))
    });
    compared.collect()
}

fn plain<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if place > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
