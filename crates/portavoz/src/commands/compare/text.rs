//! A comparison for the terminal: the verdict, the metrics, the cases that lost most, and what to do next.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use portavoz_app::compare::judge::Opinion;
use portavoz_app::compare::runs::Side;
use portavoz_app::compare::{Compared, Comparison, DECIDING, PairOfCases, Verdict, metric_name, shown, signed};
use portavoz_domain::answer::Outcome;
use portavoz_text::language::Language;

use crate::output::{bold, dim};

const ENGLISH: Language = Language::En;
/// The longest question on one line, in characters.
const QUESTION_CHARS: usize = 60;

/// All of it.
pub(super) fn render(
    (a, b): (&Side, &Side),
    comparison: &Comparison,
    opinion: Option<&Opinion>,
    worst: usize,
) -> String {
    let mut lines = vec![verdict(comparison), String::new()];
    if !comparison.metrics.is_empty() {
        lines.push(table(comparison));
        lines.push(dim().apply_to(LEGEND).to_string());
    }
    let lost: Vec<&PairOfCases> = comparison.cases.iter().filter(|pair| is_loss(pair)).take(worst).collect();
    if !lost.is_empty() {
        lines.push(String::new());
        lines.push(bold().apply_to(format!("Where {} loses most", comparison.b)).to_string());
        lines.extend(lost.into_iter().map(|pair| case(a, pair)));
    }
    if let Some(opinion) = opinion {
        lines.push(String::new());
        lines.extend(judge(opinion, comparison));
    }
    lines.extend(comparison.notes(ENGLISH).into_iter().map(|note| format!("! {note}")));
    lines.push(String::new());
    lines.push(next(a, b, comparison));
    lines.join("\n")
}

const LEGEND: &str =
    "* decides. Interval: differences that the cases do not rule out (95 %). p: how often chance does as much,
  corrected for several metrics. Shows: the smallest difference that so many cases find 4 times of 5.";

fn verdict(comparison: &Comparison) -> String {
    let sentence = comparison.sentence(ENGLISH);
    let style = match comparison.verdict {
        Verdict::Better | Verdict::NotWorse => console::Style::new().green(),
        Verdict::Worse => console::Style::new().red(),
        Verdict::Mixed | Verdict::CannotTell => console::Style::new().yellow(),
    };
    style.bold().apply_to(sentence).to_string()
}

fn table(comparison: &Comparison) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["", comparison.a.as_str(), comparison.b.as_str(), "difference", "interval", "p", "shows", ""]);
    for compared in &comparison.metrics {
        table.add_row(row(compared));
    }
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if (1..=3).contains(&place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn row(compared: &Compared) -> Vec<String> {
    let unit = compared.unit;
    let star = if DECIDING.contains(&compared.metric) { "*" } else { "" };
    let interval = compared.interval.map_or_else(
        || "no spread".to_owned(),
        |span| format!("{} to {}", signed(span.low, unit), signed(span.high, unit)),
    );
    let p = if compared.p_adjusted < 0.001 { "<.001".to_owned() } else { format!("{:.3}", compared.p_adjusted) };
    vec![
        format!("{}{star}", metric_name(compared.metric, ENGLISH)),
        shown(compared.a, unit),
        shown(compared.b, unit),
        signed(compared.difference, unit),
        interval,
        p,
        compared.detectable.map_or_else(|| "-".to_owned(), |smallest| shown(smallest, unit)),
        match compared.verdict {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::NotWorse => "not worse",
            Verdict::Mixed | Verdict::CannotTell => "",
        }
        .to_owned(),
    ]
}

fn is_loss(pair: &PairOfCases) -> bool {
    let quality = pair.quality.0.zip(pair.quality.1).is_some_and(|(a, b)| b < a - 0.005);
    quality || (pair.passed.0 && !pair.passed.1)
}

fn case(a: &Side, pair: &PairOfCases) -> String {
    let question = a.case(&pair.case).map_or(pair.case.as_str(), |case| case.question.as_str());
    let question: String = if question.chars().count() > QUESTION_CHARS {
        question.chars().take(QUESTION_CHARS - 1).chain(['…']).collect()
    } else {
        question.to_owned()
    };
    let quality = match pair.quality {
        (Some(a), Some(b)) => format!("quality {a:.2} → {b:.2}"),
        _ => String::new(),
    };
    let outcome = |outcome: Option<Outcome>| outcome.map_or("no answer", Outcome::name);
    let ended = if pair.outcome.0 == pair.outcome.1 {
        String::new()
    } else {
        format!(", {} → {}", outcome(pair.outcome.0), outcome(pair.outcome.1))
    };
    let failed = if pair.passed.0 && !pair.passed.1 { ", no longer passes" } else { "" };
    format!("  {question}  {}", dim().apply_to(format!("{quality}{ended}{failed}  {}", pair.case)))
}

fn judge(opinion: &Opinion, comparison: &Comparison) -> Vec<String> {
    let side = if opinion.mean > 0.0 { &comparison.b } else { &comparison.a };
    let sure = if opinion.p < 0.05 { "" } else { ", which chance alone may do" };
    let interval =
        opinion.interval.map(|span| format!(", between {:+.2} and {:+.2}", span.low, span.high)).unwrap_or_default();
    let mut lines = vec![format!(
        "{} {} prefers {side}: {:+.2} from -1 ({}) to +1 ({}){interval}{sure}",
        bold().apply_to("Second opinion"),
        opinion.model,
        opinion.mean,
        comparison.a,
        comparison.b
    )];
    let first =
        opinion.prefers_first.map(|share| format!("; it prefers what is shown first in {:.0} %", share * 100.0));
    lines.push(format!(
        "  its preference holds in both orders in {:.0} % of {} cases{}",
        opinion.steady * 100.0,
        opinion.cases.len(),
        first.unwrap_or_default()
    ));
    lines.push(match &opinion.with_owner {
        None => "  agreement with you is not known: rate some pairs with `--rate 20` before you trust it".to_owned(),
        Some(found) => {
            let kappa = found.kappa.map(|kappa| format!(", kappa {kappa:.2}")).unwrap_or_default();
            let range = found.kappa_interval.map(|span| format!(" ({:.2} to {:.2})", span.low, span.high));
            let rank = found.rank_correlation.map(|rho| format!(", rank correlation {rho:.2}")).unwrap_or_default();
            format!(
                "  agrees with you on {:.0} % of {} cases{kappa}{}{rank}",
                found.agreement * 100.0,
                found.cases,
                range.unwrap_or_default()
            )
        }
    });
    if let Some(rho) = opinion.with_quality {
        lines.push(format!("  rank correlation with the measured quality {rho:.2}"));
    }
    if opinion.unusable > 0 {
        lines.push(format!("  no usable opinion of {} cases", opinion.unusable));
    }
    lines
}

fn next(a: &Side, b: &Side, comparison: &Comparison) -> String {
    match comparison.verdict {
        Verdict::Better | Verdict::NotWorse => match &b.target.variation.model {
            Some(model) if a.target.variation.model.as_deref() != Some(model) => {
                format!("next: `portavoz models migrate {model}`, or try it on visitors: `portavoz experiment start`")
            }
            _ => "next: put what differs into portavoz.toml, or try it on visitors: `portavoz experiment start`"
                .to_owned(),
        },
        Verdict::Worse => format!("next: keep {}; `--json` has every case", comparison.a),
        Verdict::Mixed => "next: look at the cases that lost (`--worst 20`) and decide what matters more".to_owned(),
        Verdict::CannotTell => {
            "next: add cases (`portavoz cases make`), ask both again (`portavoz eval`), and compare again".to_owned()
        }
    }
}
