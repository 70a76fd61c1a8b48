//! `portavoz facts`: what the documents state of the owner, and where they disagree.

use std::collections::{HashMap, HashSet};

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use portavoz_app::facts::{Ledger, ledger};
use portavoz_domain::facts::{Bound, Fact, Statement, When, Years};
use portavoz_domain::ids::DocumentId;
use portavoz_text::dates::End;
use portavoz_text::fold::fold;
use serde_json::json;

use super::{Ending, Invocation, ready, wait_for};
use crate::assemble;
use crate::cli::Facts;
use crate::logging::Audience;
use crate::output::{bold, counted, dim};

/// The names of [`described`], in the order of a CV.
const KINDS: [&str; 10] =
    ["experience", "job", "project", "education", "milestone", "skill", "language", "birth", "e-mail", "link"];

/// Prints the facts, then the contradictions.
pub fn run(invocation: &Invocation, args: &Facts) -> anyhow::Result<Ending> {
    let settings = invocation.load(args.site_dir.as_deref(), &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        ready(&assembled.site, &settings, &invocation.output).await?;
        let ledger = ledger(&assembled.site);
        assembled.close().await;
        if args.json {
            invocation.output.json(&json!({ "facts": ledger.facts, "contradictions": ledger.contradictions }))?;
        } else {
            invocation.output.line(render(&ledger))?;
        }
        Ok(Ending::Fine)
    })
}

fn render(ledger: &Ledger) -> String {
    let Ledger { facts, contradictions } = ledger;
    let mut lines = Vec::new();
    if facts.is_empty() {
        lines.push(
            "no facts found: the documents state no jobs, degrees, skills or dates in a form that is read".to_owned(),
        );
    } else {
        lines.push(table(facts));
    }
    lines.push(String::new());
    let documents: HashSet<&DocumentId> = facts.iter().map(|fact| &fact.source.document).collect();
    lines.push(format!(
        "{} in {}, {}",
        counted(facts.len(), "fact"),
        counted(documents.len(), "document"),
        counted(contradictions.len(), "contradiction")
    ));
    for contradiction in contradictions {
        lines.push(format!("{}  {}", console::style("✗").red().bold(), bold().apply_to(contradiction.sentence())));
        for side in [&contradiction.left, &contradiction.right] {
            lines.push(format!("   {}", dim().apply_to(quoted(side))));
        }
    }
    lines.join("\n")
}

/// The facts by kind; what several documents state alike stands there once, with all of them.
fn table(facts: &[Fact]) -> String {
    let mut rows: Vec<Row> = Vec::new();
    let mut known: HashMap<(&str, String, String), usize> = HashMap::new();
    for fact in facts {
        let (kind, what, when) = described(&fact.statement);
        let place = *known.entry((kind, fold(&what), when.clone())).or_insert(rows.len());
        if place == rows.len() {
            rows.push(Row { kind, what, when, documents: Vec::new() });
        }
        let document = fact.source.document.as_str();
        if let Some(row) = rows.get_mut(place).filter(|row| !row.documents.contains(&document)) {
            row.documents.push(document);
        }
    }
    rows.sort_by_key(|row| KINDS.iter().position(|kind| *kind == row.kind));
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["kind", "fact", "when", "documents"]);
    for Row { kind, what, when, documents } in rows {
        table.add_row([kind, &what, &when, &documents.join(", ")]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// A line of the table.
struct Row<'a> {
    kind: &'static str,
    what: String,
    when: String,
    documents: Vec<&'a str>,
}

/// Where a fact stands, with its words.
pub fn quoted(fact: &Fact) -> String {
    let whole = fact.source.quote.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}: «{whole}»", fact.source.document)
}

/// Kind, words and time of a statement.
fn described(statement: &Statement) -> (&'static str, String, String) {
    let joined = |parts: &[Option<&str>]| parts.iter().flatten().copied().collect::<Vec<_>>().join(", ");
    match statement {
        Statement::Employment { title, organisation, when } => {
            ("job", joined(&[title.as_deref(), organisation.as_deref()]), period(*when))
        }
        Statement::Education { degree, institution, when } => {
            ("education", joined(&[Some(degree), institution.as_deref()]), period(*when))
        }
        Statement::Skill { name, since, years } => {
            let since = since.map(|since| format!("since {since}"));
            let claimed = years.map(|years| number(&years));
            ("skill", name.clone(), joined(&[since.as_deref(), claimed.as_deref()]))
        }
        Statement::Tongue { name, level, .. } => ("language", format!("{name}, {level}"), String::new()),
        Statement::Project { name, when } => ("project", name.clone(), period(*when)),
        Statement::Milestone { name, by, date, .. } => {
            ("milestone", joined(&[Some(name), by.as_deref()]), date.to_string())
        }
        Statement::Link { url } => ("link", url.clone(), String::new()),
        Statement::Email { address } => ("e-mail", address.clone(), String::new()),
        Statement::Experience { years, topic } => {
            ("experience", topic.clone().unwrap_or_else(|| "in all".to_owned()), number(years))
        }
        Statement::Birth { date } => ("birth", String::new(), date.to_string()),
    }
}

fn period(when: When) -> String {
    let end = when.to.map(|to| match to {
        End::Date(date) => date.to_string(),
        End::Present => "present".to_owned(),
    });
    match (when.from, end) {
        (Some(from), Some(end)) => format!("{from} – {end}"),
        (Some(from), None) => format!("from {from}"),
        (None, end) => end.unwrap_or_default(),
    }
}

fn number(years: &Years) -> String {
    let bound = match years.bound {
        Bound::Exactly => "",
        Bound::AtLeast => "more than ",
        Bound::AtMost => "almost ",
        Bound::About => "about ",
    };
    format!("{bound}{}", counted(usize::try_from(years.years).unwrap_or(usize::MAX), "year"))
}
