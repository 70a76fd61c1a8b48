//! The quality of answers, measured on a folder of questions, claims and messages: the marks of the product, beside what
//! the usual tools reach on the same texts. A tool for developers, not part of the program.
//!
//! ```text
//! cargo xtask bench quality [FOLDER] [--only GROUP[,GROUP]] [--weights FOLDER] [--json FILE]
//! ```
//!
//! The same without `xtask`: `cargo run --release -p portavoz-app --example quality -- FOLDER`. Without FOLDER our own small set
//! (`tests/fixtures/quality`) is measured, which `guard.rs` keeps from getting worse in the tests.
//!
//! FOLDER holds `questions_<language>[_<variant>].json` (paragraphs and questions; sets of one variant are parallel by
//! question id), `claims.jsonl` and `injection.jsonl`; see [`folder`] for their shapes. What is missing is not measured.
//! With `--weights`, a sentence-transformers folder, search uses its vectors too. Groups: `retrieval`, `languages`, `answerable`, `answers`, `claims`, `attacks`, `lies`, `speed`.
//!
//! The baseline of retrieval is stemmed BM25 ([`baseline`]); `baseline's error cut` is the share of its misses that are gone.
//! Intervals are of 95 %: Wilson's for shares, DeLong's for areas, the bootstrap's for the rest.
//!
//! To add one more measure: 1. a file here with a function that adds [`figure::Figure`]s to the [`report::Report`]; 2. its
//! line in [`GROUPS`] and in [`measure`]; 3. its floor in `guard.rs`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool reports on its output")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may stop at once"))]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod answerable;
mod answers;
mod attacks;
mod baseline;
mod claims;
mod embedding;
mod figure;
mod folder;
#[cfg(test)]
mod guard;
mod lies;
mod ours;
mod report;
mod retrieval;
mod site;
mod speed;

use embedding::Embedding;
use folder::Folder;
use report::Report;

/// What can be measured alone.
const GROUPS: [&str; 8] = ["retrieval", "languages", "answerable", "answers", "claims", "attacks", "lies", "speed"];

const USAGE: &str = "usage: quality [FOLDER] [--only GROUP[,GROUP]] [--weights FOLDER] [--json FILE]
groups: retrieval, languages, answerable, answers, claims, attacks, lies, speed";

/// What was asked for.
#[derive(Default)]
struct Arguments {
    folder: Option<PathBuf>,
    only: Vec<String>,
    weights: Option<PathBuf>,
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(cause) => {
            eprintln!("error: {cause}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut parsed = Arguments::default();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--only" => parsed.only = value()?.split(',').map(str::to_owned).collect(),
            "--weights" => parsed.weights = Some(value()?.into()),
            "--json" => parsed.json = Some(value()?.into()),
            flag if flag.starts_with('-') => return Err(format!("`{flag}` is not an option")),
            _ if parsed.folder.is_none() => parsed.folder = Some(argument.into()),
            _ => return Err(format!("one folder is enough: `{argument}`")),
        }
    }
    match parsed.only.iter().find(|group| !GROUPS.contains(&group.as_str())) {
        Some(group) => Err(format!("`{group}` is not a group")),
        None => Ok(parsed),
    }
}

/// Our own small set.
fn own_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quality")
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let folder = Folder::read(&arguments.folder.clone().unwrap_or_else(own_folder))?;
    let mut report = Report::default();
    for notice in &folder.notices {
        report.note(notice);
    }
    report.begin();
    let embedding = arguments.weights.as_deref().map(Embedding::open).transpose()?;
    measure(&folder, embedding.as_ref(), &arguments.only, &mut report)?;
    report.end();
    if let Some(path) = &arguments.json {
        report.write(path)?;
    }
    Ok(())
}

/// Measures the groups named in `only`; all if it is empty.
fn measure(
    folder: &Folder,
    with: Option<&Embedding>,
    only: &[String],
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for group in GROUPS.into_iter().filter(|group| only.is_empty() || only.iter().any(|named| named == group)) {
        match group {
            "retrieval" => retrieval::native(folder, with, report)?,
            "languages" => retrieval::foreign(folder, with, report)?,
            "answerable" => answerable::measure(folder, with, report)?,
            "answers" => runtime.block_on(answers::measure(folder, with, report))?,
            "claims" => claims::measure(folder, report),
            "attacks" => attacks::measure(folder, report),
            "lies" => runtime.block_on(lies::measure(report)),
            _ => speed::measure(folder, report)?,
        }
    }
    Ok(())
}
