//! The report for the terminal: one screen.

use portavoz_app::report::{Compared, Expectation, OfModel, Report, State};
use portavoz_app::stats::Times;

use crate::output::{bold, dim};

/// Models that are told; the others are in the HTML and JSON.
const MODELS: usize = 6;

/// All of it.
pub fn render(report: &Report) -> String {
    let mut lines = vec![heading(report)];
    if report.all.turns == 0 {
        lines.push("no visitor asked in this time: there is nothing to report".to_owned());
        lines.push("try `portavoz ask \"What has she built?\"`, or another time with `--from` and `--to`".to_owned());
        return lines.join("\n");
    }
    lines.push(String::new());
    lines.extend(money(report));
    lines.extend(times(report));
    lines.extend(quality(&report.by_model));
    lines.push(bold().apply_to("What the guide expects").to_string());
    lines.extend(report.expectations.iter().map(expectation));
    lines.join("\n")
}

fn heading(report: &Report) -> String {
    let day =
        |moment: portavoz_domain::timestamp::Timestamp| moment.to_rfc3339().get(..10).unwrap_or_default().to_owned();
    let all = &report.all;
    let asked = format!(
        "{} turns in {} conversations, {} of them with a model",
        all.turns, all.conversations, all.tokens.paid_turns
    );
    format!("{}  {} to {}: {asked}", bold().apply_to("Report"), day(report.period.from), day(report.period.to))
}

fn money(report: &Report) -> Vec<String> {
    let cost = &report.all.cost;
    let each = cost.cost_per_conversation_usd.map(|usd| format!(", ${usd:.5} a conversation")).unwrap_or_default();
    let unpriced = match cost.unpriced_turns {
        0 => String::new(),
        turns => format!("; {turns} turns of unknown price are not in it"),
    };
    let mut lines = vec![format!("{}  ${:.4} paid{each}{unpriced}", bold().apply_to("Money"), cost.cost_usd)];
    if report.compared.is_empty() {
        lines.push("  no model was called: answers were quoted from the documents; nothing to compare".to_owned());
    }
    lines.extend(report.compared.iter().take(MODELS).map(compared));
    let change =
        report.changes.iter().find(|change| change.successor_from.is_some()).or_else(|| report.changes.first());
    if let Some(change) = change {
        let what = if change.saves_usd >= 0.0 { "saves" } else { "costs" };
        let when =
            change.successor_from.as_ref().map(|day| format!("; the only choice from {day} on")).unwrap_or_default();
        lines.push(format!("  a change to {} {what} ${:.4} a month{when}", change.model, change.saves_usd.abs()));
    }
    lines.push(String::new());
    lines
}

fn compared(row: &Compared) -> String {
    let share = match row.saved_share {
        Some(_) if row.own => "answers now".to_owned(),
        Some(share) if share >= 0.0 => format!("{:.1} % cheaper than it", share * 100.0),
        Some(share) => format!("{:.1} % dearer than it", -share * 100.0),
        None => String::new(),
    };
    let row = format!("  {:<16} ${:>10.4}  {share}  {}", row.model, row.cost_usd, dim().apply_to(marks(row)));
    row.trim_end().to_owned()
}

/// What speaks against a model.
pub(super) fn marks(row: &Compared) -> String {
    let gone = row.retired.as_ref().map(|day| format!("gone since {day}"));
    let small = (row.holds_prompts == Some(false)).then(|| "could not hold the longest prompt".to_owned());
    [gone, small].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn times(report: &Report) -> Vec<String> {
    let all = &report.all;
    let mut lines = vec![format!(
        "{}  first words {}, whole answer {}",
        bold().apply_to("Time"),
        percentiles(&all.first_token),
        percentiles(&all.total)
    )];
    if let Some(reference) = &report.reference {
        lines.push(format!(
            "  {}: first words {}, whole answer {}, on {} of your questions",
            reference.model,
            percentiles(&reference.figures.first_token),
            percentiles(&reference.figures.total),
            reference.questions
        ));
    }
    lines.push(String::new());
    lines
}

/// `300 ms (p95 900 ms)`.
pub(super) fn percentiles(times: &Times) -> String {
    match (times.p50_ms, times.p95_ms) {
        (Some(p50), Some(p95)) => format!("{p50:.0} ms (p95 {p95:.0} ms)"),
        _ => "not timed".to_owned(),
    }
}

fn quality(models: &[OfModel]) -> Vec<String> {
    let mut lines = vec![format!("{}  score = 0.4 relevance + 0.3 accuracy + 0.3 clarity", bold().apply_to("Quality"))];
    for model in models.iter().take(MODELS) {
        let scores = &model.quality;
        let shown = |mean: Option<f64>| mean.map_or_else(|| "   –".to_owned(), |mean| format!("{mean:.2}"));
        lines.push(format!(
            "  {:<16} {} = {} {} {}  {} turns",
            model.model,
            shown(scores.quality_mean),
            shown(scores.relevance_mean),
            shown(scores.accuracy_mean),
            shown(scores.clarity_mean),
            model.turns
        ));
    }
    lines.push(String::new());
    lines
}

fn expectation(expectation: &Expectation) -> String {
    let state = match expectation.state {
        State::Met => bold().green().apply_to("met    "),
        State::NotMet => bold().red().apply_to("not met"),
        State::NotKnown => dim().apply_to("unknown"),
    };
    let advice = expectation.advice.as_ref().map(|advice| format!("\n           {}", dim().apply_to(advice)));
    format!("  {state}  {}: {}{}", expectation.expected, expectation.figure, advice.unwrap_or_default())
}
