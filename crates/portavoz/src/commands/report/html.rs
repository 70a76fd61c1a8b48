//! The report as one HTML file: no script, nothing fetched, both themes, made to be printed.

use std::fmt::Write;

use portavoz_app::report::{Expectation, Report, State};

use super::super::page::{self, escape, with_code};
use super::super::plots::{Bar, bars, line};
use super::text::{marks, percentiles};

/// The whole file.
pub(super) fn render(report: &Report, title: &str) -> String {
    let mut page = summary(report);
    if report.all.turns > 0 {
        page.push_str(&expectations(&report.expectations));
        page.push_str(&money(report));
        page.push_str(&times(report));
        page.push_str(&quality(report));
    }
    page::whole(title, "", &page)
}

fn summary(report: &Report) -> String {
    let day =
        |moment: portavoz_domain::timestamp::Timestamp| moment.to_rfc3339().get(..10).unwrap_or_default().to_owned();
    let (from, to) = (day(report.period.from), day(report.period.to));
    let all = &report.all;
    if all.turns == 0 {
        return format!(
            "<p class=\"soft\">{from} to {to}</p>\n<p>No visitor asked in this time: there is nothing to report. Choose another \
             time with <code>--from</code> and <code>--to</code>, or ask as a visitor: <code>portavoz ask</code>.</p>\n"
        );
    }
    format!(
        "<p class=\"soft\">{from} to {to}, {} days</p>\n<p>{} turns in {} conversations; a model was called in {}. Paid: \
         <strong>${:.4}</strong>.</p>\n",
        report.days, all.turns, all.conversations, all.tokens.paid_turns, all.cost.cost_usd
    )
}

fn expectations(expectations: &[Expectation]) -> String {
    let mut html = "<section>\n<h2>What the guide expects</h2>\n<div class=\"wide\"><table>\n".to_owned();
    for expectation in expectations {
        let (class, state) = match expectation.state {
            State::Met => ("met", "met"),
            State::NotMet => ("not_met", "not met"),
            State::NotKnown => ("not_known", "not known yet"),
        };
        let advice = expectation.advice.as_ref();
        let advice = advice.map(|advice| format!("<br><span class=\"soft\">{}</span>", with_code(advice)));
        let _ = writeln!(
            html,
            "<tr><td class=\"{class}\">{state}</td><td>{}</td><td>{}{}</td></tr>",
            escape(&expectation.expected),
            escape(&expectation.figure),
            advice.unwrap_or_default()
        );
    }
    html + "</table></div>\n</section>\n"
}

fn money(report: &Report) -> String {
    let mut html = "<section>\n<h2>Money</h2>\n".to_owned();
    if report.all.cost.unpriced_turns > 0 {
        let _ = writeln!(
            html,
            "<p>{} turns of unknown price are not in these figures.</p>",
            report.all.cost.unpriced_turns
        );
    }
    if report.compared.is_empty() {
        html.push_str(
            "<p>No model was called: answers were quoted from the documents, and there is nothing to compare.</p>\n",
        );
        return html + "</section>\n";
    }
    html.push_str("<p>The same tokens at the prices of other models:</p>\n");
    let rows = report.compared.iter().map(|row| Bar {
        label: row.model.clone(),
        value: Some(row.cost_usd),
        figure: format!("${:.4}", row.cost_usd),
        own: row.own,
    });
    html.push_str(&bars("Cost of the same tokens by model, in US dollars", &rows.collect::<Vec<_>>()));
    html.push_str("<div class=\"wide\"><table>\n<tr><th>Model</th><th class=\"n\">Cost</th><th class=\"n\">A conversation</th><th class=\"n\">You pay less by</th><th></th></tr>\n");
    for row in &report.compared {
        let each = row.cost_per_conversation_usd.map_or_else(|| "–".to_owned(), |usd| format!("${usd:.5}"));
        let share = row.saved_share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0));
        let now = row.own.then(|| "answers now".to_owned());
        let against = Some(marks(row)).filter(|marks| !marks.is_empty());
        let note = now.into_iter().chain(against).collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td class=\"n\">${:.4}</td><td class=\"n\">{each}</td><td class=\"n\">{share}</td><td class=\"soft\">{}</td></tr>",
            escape(&row.model),
            row.cost_usd,
            escape(&note)
        );
    }
    html.push_str("</table></div>\n");
    html.push_str(&changes(report));
    if report.cost_by_day.len() > 1 {
        let points: Vec<(String, f64)> = report.cost_by_day.iter().map(|day| (day.day.clone(), day.cost_usd)).collect();
        html.push_str("<p>Paid by day:</p>\n");
        html.push_str(&line("Cost by day, in US dollars", &points, |usd| format!("${usd:.4}")));
    }
    html.push_str("<p class=\"soft\">Taken for granted: ");
    html.push_str(&report.assumptions.iter().map(|text| escape(text)).collect::<Vec<_>>().join("; "));
    html + ".</p>\n</section>\n"
}

fn changes(report: &Report) -> String {
    if report.changes.is_empty() {
        return String::new();
    }
    let mut html = "<p>A month of 30 days with another model, at this traffic:</p>\n<ul>\n".to_owned();
    for change in &report.changes {
        let what = if change.saves_usd >= 0.0 { "less" } else { "more" };
        let when = change.successor_from.as_ref();
        let when = when.map(|day| format!("; it is the named successor, and today's model is gone from {day} on"));
        let _ = writeln!(
            html,
            "<li>{}: ${:.4} instead of ${:.4}, ${:.4} {what}{}</li>",
            escape(&change.model),
            change.month_usd,
            change.month_now_usd,
            change.saves_usd.abs(),
            when.unwrap_or_default()
        );
    }
    html + "</ul>\n"
}

fn times(report: &Report) -> String {
    let mut html = "<section>\n<h2>Time</h2>\n".to_owned();
    let mut rows: Vec<Bar> = report
        .by_model
        .iter()
        .map(|model| Bar {
            label: model.model.clone(),
            value: model.total.p50_ms,
            figure: percentiles(&model.total),
            own: true,
        })
        .collect();
    if let Some(reference) = &report.reference {
        rows.push(Bar {
            label: reference.model.clone(),
            value: reference.figures.total.p50_ms,
            figure: percentiles(&reference.figures.total),
            own: false,
        });
    }
    let _ = writeln!(
        html,
        "<p>First words after {} at the median; whole answers by who gave them:</p>",
        percentiles(&report.all.first_token)
    );
    html.push_str(&bars("Time of whole answers, median, in milliseconds", &rows));
    if report.reference.is_none() {
        html.push_str("<p class=\"soft\">To compare with another model on your own questions: <code>portavoz report --reference gpt-4o</code>.</p>\n");
    }
    html + "</section>\n"
}

fn quality(report: &Report) -> String {
    let own = report.by_model.iter().map(|model| (model.model.clone(), &model.quality, model.turns, true));
    let reference = report.reference.iter();
    let reference = reference.map(|it| (format!("{} (reference)", it.model), &it.figures.quality, it.questions, false));
    let rows: Vec<_> = own.chain(reference).collect();
    let plotted = rows.iter().map(|(label, scores, _, own)| Bar {
        label: label.clone(),
        value: scores.quality_mean,
        figure: scores.quality_mean.map_or_else(|| "not scored".to_owned(), |mean| format!("{mean:.2}")),
        own: *own,
    });
    let mut html =
        "<section>\n<h2>Quality</h2>\n<p>0.4 relevance + 0.3 accuracy + 0.3 clarity, each from 0 to 1.</p>\n"
            .to_owned();
    html.push_str(&bars("Mean quality by model", &plotted.collect::<Vec<_>>()));
    html.push_str("<div class=\"wide\"><table>\n<tr><th>Answered by</th><th class=\"n\">Turns</th><th class=\"n\">Quality</th><th class=\"n\">Relevance</th><th class=\"n\">Accuracy</th><th class=\"n\">Clarity</th></tr>\n");
    let shown = |mean: Option<f64>| mean.map_or_else(|| "–".to_owned(), |mean| format!("{mean:.2}"));
    for (label, scores, turns, _) in &rows {
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td class=\"n\">{turns}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            escape(label),
            shown(scores.quality_mean),
            shown(scores.relevance_mean),
            shown(scores.accuracy_mean),
            shown(scores.clarity_mean)
        );
    }
    html + "</table></div>\n</section>\n"
}
