//! What came of a run as one HTML file: figures, plots, and every case with the answers of the targets side by side.

use std::fmt::Write;

use portavoz_app::evaluation::Summary;
use portavoz_domain::answer::Outcome;
use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::metrics::Metric;
use portavoz_domain::evaluation::{CaseResult, Side, differences, faults};
use portavoz_domain::quality::Term;
use portavoz_text::language::Language;

use super::super::page::{self, escape, with_code};
use super::super::plots::{Point, Ranged, distribution, points, ranges};
use super::short;
use super::text::{duration, ranged};
use super::told::Told;

/// Answers side by side need room; words that differ are told by more than their colour.
const STYLE: &str = "body{max-width:76rem}.case{border-top:1px solid var(--line);padding:.8rem 0;break-inside:avoid}\
.case h3{font-size:1rem;margin:0}.answers{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));margin-top:.6rem}\
.answer{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;overflow-wrap:anywhere}.answer p{white-space:pre-line}\
del{color:var(--bad);text-decoration:line-through}ins{color:var(--good);text-decoration:underline}\
summary{cursor:pointer}.two{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(24rem,1fr))}\
svg{max-width:44rem}\
.figures td:not(:first-child){white-space:nowrap}.small{font-size:.85rem}ul{margin:.2rem 0;padding-left:1.2rem}";

/// The whole file.
pub(super) fn render(told: &Told) -> String {
    let body = opening(told) + &figures(told) + &plots(told) + &comparisons(told) + &cases(told);
    page::whole(&format!("Evaluation of {}", told.run.name), STYLE, &body)
}

fn opening(told: &Told) -> String {
    let run = &told.run;
    let day = run.started.to_rfc3339();
    let day = day.get(..16).unwrap_or_default().replace('T', " ");
    let mut html = format!(
        "<p class=\"soft\">{day} UTC, run {}, knowledge of generation {}</p>\n<p>{} cases, {} targets: {}.</p>\n",
        escape(&short(run.id)),
        run.knowledge_generation,
        run.cases.len(),
        run.targets.len(),
        escape(&run.state.to_string())
    );
    for complaint in told.complaints() {
        let _ = writeln!(html, "<p class=\"not_met\">{}</p>", with_code(&complaint));
    }
    html
}

fn figures(told: &Told) -> String {
    let mut html =
        "<section>\n<h2>Targets</h2>\n<div class=\"wide figures\"><table>\n<tr><th>Target</th><th>Quality</th>\
                    <th class=\"n\">Passed</th><th class=\"n\">Ended as expected</th><th class=\"n\">Source found</th>\
                    <th class=\"n\">Citations right</th><th class=\"n\">Supported</th><th class=\"n\">Cost</th>\
                    <th class=\"n\">First words</th><th class=\"n\">Whole answer</th></tr>\n"
            .to_owned();
    for summary in &told.summaries {
        html.push_str(&figures_of(told, summary));
    }
    html.push_str("</table></div>\n");
    html.push_str(
        "<p class=\"soft small\">Quality is 0.4 relevance + 0.3 accuracy + 0.3 clarity, from 0 to 1; in brackets, the range \
         that so few cases leave open (95 %). Passed: all that the case demands. Supported: the share of the sentences made \
         that the documents bear out, withheld ones counted. Times are medians (and the 95th percentile).</p>\n</section>\n",
    );
    html
}

fn figures_of(told: &Told, summary: &Summary) -> String {
    let none = || "–".to_owned();
    let percent =
        |metric: Metric| summary.figure(metric).map_or_else(none, |figure| format!("{:.0} %", figure.mean * 100.0));
    let time = |p50: Option<f64>, p95: Option<f64>| match (p50, p95) {
        (Some(p50), Some(p95)) => format!("{} ({})", duration(p50), duration(p95)),
        _ => none(),
    };
    let target = told.run.targets.iter().find(|target| target.name == summary.target);
    let differs = target.map(|target| target.variation.differences()).unwrap_or_default();
    let differs: Vec<String> = differs.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let differs = if differs.is_empty() { "as configured".to_owned() } else { differs.join(", ") };
    let stood_in: usize = summary.stood_in.values().sum();
    let stood_in = match stood_in {
        0 => String::new(),
        _ => {
            let reasons: Vec<&str> = summary.stood_in.keys().map(String::as_str).collect();
            format!(
                "<br><span class=\"not_met small\">{stood_in} answers are not its model's, which failed: {}</span>",
                escape(&reasons.join(", "))
            )
        }
    };
    let unpriced = if summary.unpriced > 0 { " and more of unknown price" } else { "" };
    format!(
        "<tr><td>{}<br><span class=\"soft small\">{}</span>{stood_in}</td><td>{}</td><td class=\"n\">{} of {}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
         <td class=\"n\">${:.4}{unpriced}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        escape(summary.target.as_str()),
        escape(&differs),
        summary.figure(Metric::Quality).map_or_else(none, ranged),
        summary.passed,
        summary.count,
        percent(Metric::OutcomeRight),
        percent(Metric::Recall),
        percent(Metric::CitationsRight),
        percent(Metric::Supported),
        summary.cost_usd,
        time(summary.first_token_p50_ms, summary.first_token_p95_ms),
        time(summary.took_p50_ms, summary.took_p95_ms)
    )
}

fn plots(told: &Told) -> String {
    let rows: Vec<Ranged> = told
        .summaries
        .iter()
        .filter_map(|summary| {
            let figure = summary.figure(Metric::Quality)?;
            let label = summary.target.to_string();
            Some(Ranged { label, mean: figure.mean, range: figure.low.zip(figure.high) })
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut html =
        "<section>\n<h2>Quality</h2>\n<p class=\"soft\">Mean of each target, with its 95 % interval.</p>\n".to_owned();
    html.push_str(&ranges("Mean quality by target, with 95 % intervals", &rows));
    html.push_str("<p class=\"soft\">How many answers have which quality.</p>\n<div class=\"two\">\n");
    for summary in &told.summaries {
        let own = told.results.iter().filter(|result| result.target == summary.target);
        let values: Vec<f64> = own.filter_map(|result| Metric::Quality.of(result)).collect();
        let title = format!("Answers of {} by quality", summary.target);
        let _ =
            writeln!(html, "<div><p>{}</p>{}</div>", escape(summary.target.as_str()), distribution(&title, &values));
    }
    html.push_str("</div>\n");
    if told.summaries.iter().any(|summary| summary.cost_usd > 0.0) {
        let all: Vec<Point> = told
            .summaries
            .iter()
            .filter_map(|summary| {
                let y = summary.figure(Metric::Quality)?.mean;
                let x = summary.cost_usd / summary.count.max(1) as f64;
                Some(Point { label: summary.target.to_string(), x, y })
            })
            .collect();
        html.push_str("<p class=\"soft\">Quality against the cost of an answer.</p>\n");
        html.push_str(&points("Quality against the cost of an answer", &all, |usd| format!("${usd:.5}")));
    }
    html + "</section>\n"
}

fn comparisons(told: &Told) -> String {
    if told.comparisons.is_empty() {
        return String::new();
    }
    let mut html = "<section>\n<h2>Beside the baseline</h2>\n".to_owned();
    for comparison in &told.comparisons {
        let _ = writeln!(html, "<p>{}</p>", with_code(&comparison.sentence(Language::En)));
        for note in comparison.notes(Language::En) {
            let _ = writeln!(html, "<p class=\"soft small\">{}</p>", with_code(&note));
        }
    }
    html + "</section>\n"
}

/// Those that a target failed first, otherwise in the run's order.
fn cases(told: &Told) -> String {
    let results_of =
        |case: &Case| -> Vec<&CaseResult> { told.results.iter().filter(|result| result.case == case.id).collect() };
    let mut cases: Vec<&Case> = told.run.cases.iter().collect();
    cases.sort_by_key(|case| results_of(case).iter().all(|result| result.grade.passed));
    let mut html = "<section style=\"break-inside:auto\">\n<h2>Cases</h2>\n<p class=\"soft\">Those that somebody failed come first. \
                    Beside the first target's answer, <del>words that only it says</del> and <ins>words that only the other \
                    says</ins> are marked.</p>\n"
        .to_owned();
    for case in cases {
        html.push_str(&case_with(case, &results_of(case)));
    }
    html + "</section>\n"
}

fn case_with(case: &Case, results: &[&CaseResult]) -> String {
    let mut html = format!("<div class=\"case\" id=\"case-{0}\"><h3>{0}</h3>\n", escape(&case.id));
    for question in &case.before {
        let _ = writeln!(html, "<p class=\"soft\">{}</p>", escape(question));
    }
    let expected = case.expected().map(|outcome| format!("expected: {}", outcome.name().replace('_', " ")));
    let list = |what: &str, all: &[String]| (!all.is_empty()).then(|| format!("{what}: {}", all.join(", ")));
    let wants = [
        expected,
        list("topics", &case.topics),
        list("must say", &case.must),
        list("must not say", &case.must_not),
        list("sources", &case.sources),
        list("left out", &case.without),
        list("tags", &case.tags),
    ];
    let wants: Vec<String> = wants.into_iter().flatten().collect();
    let _ =
        writeln!(html, "<p>{}</p>\n<p class=\"soft small\">{}</p>", escape(&case.question), escape(&wants.join("; ")));
    if let Some(reference) = &case.reference {
        let _ = writeln!(html, "<p class=\"small\">A good answer: {}</p>", escape(reference));
    }
    html.push_str("<div class=\"answers\">\n");
    let first = results.first().map(|result| result.reply.text.as_str());
    for (place, result) in results.iter().enumerate() {
        html.push_str(&answer(case, result, first.filter(|_| place > 0)));
    }
    html + "</div></div>\n"
}

fn answer(case: &Case, result: &CaseResult, beside: Option<&str>) -> String {
    let (reply, grade) = (&result.reply, &result.grade);
    let (class, state) = if grade.passed { ("met", "passed") } else { ("not_met", "not passed") };
    let quality = Metric::Quality.of(result).map_or_else(String::new, |quality| format!(", quality {quality:.2}"));
    let mut html = format!(
        "<div class=\"answer\"><strong>{}</strong> <span class=\"{class}\">{state}</span>{quality}\n",
        escape(result.target.as_str())
    );
    let faults = faults(case, reply, grade);
    if !faults.is_empty() {
        let _ = writeln!(html, "<p class=\"not_met small\">{}</p>", with_code(&faults.join("; ")));
    }
    let words = match beside {
        Some(first) => marked(first, &reply.text),
        None => escape(&reply.text),
    };
    let _ = writeln!(html, "<p>{words}</p>");
    if !reply.citations.is_empty() {
        let sources = reply.citations.iter().map(|citation| {
            format!(
                "<li>[{}] {} <span class=\"soft\">{}</span></li>",
                citation.index,
                escape(&citation.title),
                escape(citation.document.as_str())
            )
        });
        let _ = writeln!(html, "<ul class=\"small\">{}</ul>", sources.collect::<String>());
    }
    let found = grade.recall.map(|recall| if recall > 0.5 { "source found" } else { "source not found" });
    let outcome = reply.outcome.map_or("no answer", Outcome::name).replace('_', " ");
    let failed = reply.failure().filter(|_| reply.model.is_none()).map(|reason| format!("its model failed: {reason}"));
    let notes = [
        Some(outcome),
        Some(format!("answered by {}", reply.answered_by())),
        failed,
        found.map(str::to_owned),
        grade.supported.map(|share| format!("{:.0} % supported", share * 100.0)),
        (reply.withheld > 0).then(|| format!("{} withheld", reply.withheld)),
        reply.cost_usd_micros.filter(|cost| *cost > 0).map(super::super::agreement::dollars),
        reply.took_ms.map(|ms| duration(ms as f64)),
        result.reused.then(|| "from an earlier run".to_owned()),
    ];
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    let _ = writeln!(html, "<p class=\"soft small\">{}</p>", escape(&notes.join(", ")));
    html + &terms(result) + "</div>\n"
}

/// The score, term by term.
fn terms(result: &CaseResult) -> String {
    let Some(quality) = &result.grade.quality else { return String::new() };
    let mut html = "<details class=\"small\"><summary>How the quality comes about</summary><ul>".to_owned();
    let term = |name: &str, term: &Term| {
        let parts: Vec<String> =
            term.parts.iter().map(|part| format!("{} {:.2} ({})", part.name, part.score, part.finding)).collect();
        format!("<li>{name} {:.2}: {}</li>", term.score, with_code(&parts.join("; ")))
    };
    html.push_str(&term("relevance", &quality.relevance));
    html.push_str(&term("accuracy", &quality.accuracy));
    html.push_str(&term("clarity", &quality.clarity));
    html + "</ul></details>\n"
}

/// The second text with the words that differ from the first marked.
fn marked(first: &str, second: &str) -> String {
    let piece = |piece: &portavoz_domain::evaluation::Piece| match piece.side {
        Side::Both => escape(&piece.text),
        Side::First => format!("<del>{}</del>", escape(&piece.text)),
        Side::Second => format!("<ins>{}</ins>", escape(&piece.text)),
    };
    differences(first, second).iter().map(piece).collect::<Vec<_>>().join(" ")
}
