//! `portavoz cases`: checking a file of cases, and making cases to be read and corrected.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use portavoz_app::cases::{CasesError, read_file, unknown_documents};
use portavoz_app::site::Site;
use portavoz_domain::answer::Outcome;
use portavoz_domain::cases::{Case, CaseFile, Problem};
use serde::Serialize;

use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::{Cases, CheckCases};
use crate::config::place::shown;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::{counted, dim};

mod make;

/// Checks or makes.
pub fn run(invocation: &Invocation, command: &Cases) -> anyhow::Result<Ending> {
    match command {
        Cases::Check(args) => check(invocation, args),
        Cases::Make(args) => make::run(invocation, args),
    }
}

/// What a file holds.
#[derive(Debug, Serialize)]
struct Checked<'a> {
    file: String,
    cases: usize,
    /// By expected outcome; `undecided` for those that do not tell.
    outcomes: BTreeMap<&'static str, usize>,
    languages: BTreeMap<&'static str, usize>,
    tags: BTreeMap<&'a str, usize>,
    /// Whether the documents that cases name were looked for.
    documents_checked: bool,
    problems: &'a [Problem],
}

fn check(invocation: &Invocation, args: &CheckCases) -> anyhow::Result<Ending> {
    let mut file = read_file(&args.file).map_err(explain)?;
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    let is_anybodys = settings.place.demo && !is_inside(&args.file, &settings.place.site);
    let (language, documents_checked) = wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let site = &assembled.site;
        let is_indexed = !site.index().chunks().is_empty() && !is_anybodys;
        if is_indexed {
            file.problems.extend(unknown_documents(site, &file));
            file.problems.sort();
        }
        let language = Site::language(site);
        assembled.close().await;
        Ok((language, is_indexed))
    })?;
    let CaseFile { cases, problems, .. } = &file;
    let mut checked = Checked {
        file: shown(&args.file),
        cases: cases.len(),
        outcomes: BTreeMap::new(),
        languages: BTreeMap::new(),
        tags: BTreeMap::new(),
        documents_checked,
        problems,
    };
    for case in cases {
        *checked.outcomes.entry(case.expected().map_or("undecided", Outcome::name)).or_default() += 1;
        *checked.languages.entry(case.spoken(language).code()).or_default() += 1;
        for tag in &case.tags {
            *checked.tags.entry(tag).or_default() += 1;
        }
    }
    if args.json {
        invocation.output.json(&checked)?;
    } else {
        invocation.output.line(render(&checked, cases))?;
        if !documents_checked {
            let why = "the documents that they name were not looked for: ";
            let hint =
                if is_anybodys { "name the portfolio with `--site DIR`" } else { "`portavoz ingest` reads them" };
            invocation.output.remark(format_args!("{why}{hint}"));
        }
    }
    Ok(if problems.is_empty() { Ending::Fine } else { Ending::FoundBroken })
}

fn is_inside(file: &Path, folder: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole(file).starts_with(whole(folder))
}

fn render(checked: &Checked<'_>, cases: &[Case]) -> String {
    let counts = |counts: &BTreeMap<&str, usize>| {
        let mut counts: Vec<(&&str, &usize)> = counts.iter().collect();
        counts.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), **name));
        counts.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
    };
    let mut lines = vec![format!("{} in `{}`", counted(cases.len(), "case"), checked.file)];
    for (what, counts) in [
        ("expected ", counts(&checked.outcomes)),
        ("languages", counts(&checked.languages)),
        ("tags     ", counts(&checked.tags)),
    ] {
        if !counts.is_empty() {
            lines.push(format!("  {}  {counts}", dim().apply_to(what)));
        }
    }
    if checked.outcomes.contains_key("undecided") {
        let hint = "give them `topics`, `must`, `reference` or `expect`; until then nothing but their answers is shown";
        lines.push(format!("  undecided ones do not say what a good answer is: {hint}"));
    }
    let cross = console::style("✗").red().bold();
    lines.extend(checked.problems.iter().map(|problem| format!("{cross}  {problem}")));
    lines.push(match checked.problems.len() {
        0 => "nothing is wrong".to_owned(),
        count => counted(count, "problem"),
    });
    lines.join("\n")
}

/// What to do about a file that cannot be read.
fn explain(error: CasesError) -> anyhow::Error {
    let hint = match &error {
        CasesError::Format(_) => "rename it, or write `.toml` or `.jsonl`; docs/cases.md shows both",
        CasesError::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            "`portavoz cases make --out cases.toml` makes one"
        }
        CasesError::Read { .. } => "name a file that you may read",
        CasesError::NotText(_) => "save it as UTF-8",
        CasesError::Wrong { .. } => "`portavoz cases check` shows it again",
    };
    Failure::user(error.to_string()).hint(hint).into()
}
