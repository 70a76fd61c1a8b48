//! What came of a run, for the terminal: one table, the worst answers, what to do next; at most a hundred columns.

use console::measure_text_width;
use portavoz_app::evaluation::{Figure, Summary};
use portavoz_domain::evaluation::metrics::Metric;
use portavoz_domain::evaluation::{RunState, faults};
use portavoz_text::language::Language;

use super::short;
use super::told::Told;
use crate::output::{bold, counted, dim};

/// Answers that are told of.
const WORST: usize = 8;
/// Columns of a terminal that everybody has.
const COLUMNS: usize = 100;
/// From this width of the interval of quality on, more cases are worth a word.
const WIDE: f64 = 0.1;

/// All of it.
pub(super) fn render(told: &Told) -> String {
    let mut lines = vec![heading(told), String::new()];
    lines.extend(table(&told.summaries));
    lines.push(String::new());
    lines.push(dim().apply_to(LEGEND).to_string());
    lines.extend(groups(told));
    lines.extend(stood_in(&told.summaries));
    lines.extend(worst(told));
    lines.extend(compared(told));
    lines.push(String::new());
    lines.push(next(told));
    lines.join("\n")
}

const LEGEND: &str = "\
quality: 0.4 relevance + 0.3 accuracy + 0.3 clarity, from 0 to 1; in brackets, the range that so
few cases leave open (95 %). passed: all that the case demands. ended: answered, not known or
declined, as expected. found: an expected source was found. supported: sentences that the documents
bear out. The times are medians, until the first words and until the end.";

fn heading(told: &Told) -> String {
    let run = &told.run;
    let state = match run.state {
        RunState::Finished => String::new(),
        RunState::Running => ", not finished".to_owned(),
        RunState::Waiting => ", waiting for a batch".to_owned(),
    };
    let paid = told.paid_usd_micros.map(|paid| format!(", {} paid this time", super::super::agreement::dollars(paid)));
    format!(
        "{}  {}: {}, run {}{state}{}",
        bold().apply_to("Evaluation"),
        run.name,
        counted(run.cases.len(), "case"),
        short(run.id),
        paid.unwrap_or_default()
    )
}

fn table(summaries: &[Summary]) -> Vec<String> {
    let mut rows = vec![
        ["target", "quality", "passed", "ended", "found", "supported", "cost", "first", "total"].map(str::to_owned),
    ];
    rows.extend(summaries.iter().map(row));
    let widths: Vec<usize> = (0..9)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| measure_text_width(cell)).max().unwrap_or(0)
        })
        .collect();
    let line = |row: &[String; 9]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    if let Some(first) = lines.first_mut() {
        *first = bold().apply_to(&first).to_string();
    }
    lines
}

fn row(summary: &Summary) -> [String; 9] {
    let none = || "–".to_owned();
    let percent =
        |metric: Metric| summary.figure(metric).map_or_else(none, |figure| format!("{:.0} %", figure.mean * 100.0));
    let unpriced = if summary.unpriced > 0 { "+?" } else { "" };
    [
        clipped(summary.target.as_str(), 22),
        summary.figure(Metric::Quality).map_or_else(none, ranged),
        format!("{} of {}", summary.passed, summary.count),
        percent(Metric::OutcomeRight),
        percent(Metric::Recall),
        percent(Metric::Supported),
        format!("${:.4}{unpriced}", summary.cost_usd),
        summary.first_token_p50_ms.map_or_else(none, duration),
        summary.took_p50_ms.map_or_else(none, duration),
    ]
}

/// `0.86 [0.82, 0.90]`.
pub(super) fn ranged(figure: &Figure) -> String {
    match (figure.low, figure.high) {
        (Some(low), Some(high)) => format!("{:.2} [{low:.2}, {high:.2}]", figure.mean),
        _ => format!("{:.2}", figure.mean),
    }
}

/// `840 ms`, `1.2 s`.
pub(super) fn duration(ms: f64) -> String {
    if ms < 1_000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1_000.0) }
}

/// Quality by tag and language, where there is more than one.
fn groups(told: &Told) -> Vec<String> {
    let mut lines = Vec::new();
    for (what, of) in [
        ("language", (|summary| &summary.by_language) as fn(&Summary) -> &Vec<portavoz_app::evaluation::Group>),
        ("tag", |summary| &summary.by_tag),
    ] {
        // Groups of several targets fill the screen; the page has the answers of each.
        let shown = if what == "tag" { 1 } else { usize::MAX };
        for summary in told.summaries.iter().take(shown).filter(|summary| of(summary).len() > 1) {
            let group = |group: &portavoz_app::evaluation::Group| {
                let quality = group.quality.map_or_else(|| "–".to_owned(), |quality| format!("{quality:.2}"));
                format!("{} {quality} ({}/{})", group.name, group.passed, group.count)
            };
            // Where it is worst comes first; what does not fit is in the page.
            let mut groups: Vec<&portavoz_app::evaluation::Group> = of(summary).iter().collect();
            groups.sort_by(|one, other| one.quality.unwrap_or(1.0).total_cmp(&other.quality.unwrap_or(1.0)));
            let all: Vec<String> = groups.into_iter().map(group).collect();
            lines.push(clipped(&format!("by {what}, {}: {}", summary.target, all.join(", ")), COLUMNS));
        }
    }
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    lines
}

/// Answers that are not the target's own.
fn stood_in(summaries: &[Summary]) -> Vec<String> {
    let failed = summaries.iter().filter(|summary| !summary.stood_in.is_empty());
    failed
        .map(|summary| {
            let reasons = summary.stood_in.iter().map(|(reason, count)| format!("{count} x `{reason}`"));
            let answers = counted(summary.stood_in.values().sum(), "answer");
            let reasons: Vec<String> = reasons.collect();
            format!("{answers} of `{}` are not its model's, which failed: {}", summary.target, reasons.join(", "))
        })
        .collect()
}

/// The answers that fall shortest of what their cases want, each with what is wrong with it; the same fault of several
/// targets is one line.
fn worst(told: &Told) -> Vec<String> {
    let mut rows: Vec<Fault> = Vec::new();
    for result in told.results.iter().filter(|result| !result.grade.passed) {
        let wrong = told.case_of(result).map(|case| faults(case, &result.reply, &result.grade).join("; "));
        let (wrong, quality) = (wrong.unwrap_or_default(), Metric::Quality.of(result).unwrap_or(0.0));
        match rows.iter_mut().find(|row| row.case == result.case && row.wrong == wrong) {
            Some(row) => {
                row.targets.push(result.target.as_str());
                row.quality = row.quality.min(quality);
            }
            None => rows.push(Fault { case: &result.case, wrong, quality, targets: vec![result.target.as_str()] }),
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    rows.sort_by(|one, other| one.quality.total_cmp(&other.quality));
    let mut lines = vec![String::new(), bold().apply_to("Did not pass").to_string()];
    let shown = || rows.iter().take(WORST);
    let cases = shown().map(|row| measure_text_width(row.case)).max().unwrap_or(0).min(32);
    let targets = shown().map(|row| measure_text_width(&row.targets.join(", "))).max().unwrap_or(0).min(24);
    for row in shown() {
        let (case, of) = (clipped(row.case, cases), clipped(&row.targets.join(", "), targets));
        lines.push(clipped(&format!("  {:.2}  {case:<cases$}  {of:<targets$}  {}", row.quality, row.wrong), COLUMNS));
    }
    if rows.len() > WORST {
        lines.push(dim().apply_to(format!("  and {} more", rows.len() - WORST)).to_string());
    }
    lines
}

/// What is wrong with the answers to a case.
struct Fault<'a> {
    case: &'a str,
    wrong: String,
    quality: f64,
    targets: Vec<&'a str>,
}

fn compared(told: &Told) -> Vec<String> {
    let mut lines = Vec::new();
    for comparison in &told.comparisons {
        lines.push(String::new());
        lines.extend(wrapped(&comparison.sentence(Language::En)));
        lines.extend(comparison.notes(Language::En).iter().flat_map(|note| wrapped(note)));
    }
    lines
}

/// What to do next.
fn next(told: &Told) -> String {
    let all_passed = told.results.iter().all(|result| result.grade.passed);
    let width = told.summaries.iter().filter_map(|summary| summary.figure(Metric::Quality)).map(|figure| {
        // Where there is no range, there are too few cases for one.
        figure.high.zip(figure.low).map_or(1.0, |(high, low)| high - low)
    });
    if told.run.state == RunState::Finished && all_passed && width.fold(0.0, f64::max) > WIDE {
        return "every case passed, but there are few of them: `portavoz cases` makes more".to_owned();
    }
    format!("all answers side by side: `portavoz runs show {} --html eval.html`", short(told.run.id))
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if measure_text_width(line) + measure_text_width(word) + 1 > COLUMNS && !line.is_empty() {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

fn clipped(text: &str, columns: usize) -> String {
    let mut clipped = String::new();
    if measure_text_width(text) <= columns {
        return text.to_owned();
    }
    for letter in text.chars() {
        if measure_text_width(&clipped) + 2 > columns {
            break;
        }
        clipped.push(letter);
    }
    clipped + "…"
}
