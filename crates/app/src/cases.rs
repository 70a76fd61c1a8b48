//! Cases of a site: reading their files, holding them against its documents, and making new ones.
//!
//! What a case is and how a file writes it is `domain::cases`. Cases are made from the facts that the documents state
//! ([`facts`], which needs no model), by a model from documents ([`model`]), and from what visitors asked ([`turns`]).
//! Nothing here asks or grades a case. Start at [`read_file`].

pub mod facts;
pub mod model;
pub mod turns;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use portavoz_domain::cases::{Case, CaseFile, Format, Problem, document_of, is_source, read};
use portavoz_text::fold::fold;
use portavoz_text::ngrams::overlap;
use serde::Serialize;

use crate::site::Site;

/// How alike a document's name must look to one that is not there to be what was meant.
const SLIP: f32 = 0.5;

/// Why a file's cases cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// Nobody can tell how it is written.
    #[error("`{}` is no file of cases: its name ends neither in `.toml` nor in `.jsonl`", .0.display())]
    Format(PathBuf),
    /// It cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is something else than text.
    #[error("`{}` is not text in UTF-8", .0.display())]
    NotText(PathBuf),
    /// Some of it is wrong.
    #[error("`{}` has {}", path.display(), told(problems))]
    Wrong {
        /// The file.
        path: PathBuf,
        /// By line.
        problems: Vec<Problem>,
    },
}

fn told(problems: &[Problem]) -> String {
    let count = match problems.len() {
        1 => "a problem".to_owned(),
        count => format!("{count} problems"),
    };
    problems.iter().fold(count, |text, problem| format!("{text}\n  {problem}"))
}

/// What a file holds, right and wrong.
pub fn read_file(path: &Path) -> Result<CaseFile, CasesError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let format = Format::of_name(&name).ok_or_else(|| CasesError::Format(path.to_owned()))?;
    let bytes = std::fs::read(path).map_err(|source| CasesError::Read { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|_| CasesError::NotText(path.to_owned()))?;
    Ok(read(&text, format))
}

/// The cases of a file of which nothing is wrong.
pub fn load(path: &Path) -> Result<Vec<Case>, CasesError> {
    let file = read_file(path)?;
    if file.problems.is_empty() {
        return Ok(file.cases);
    }
    Err(CasesError::Wrong { path: path.to_owned(), problems: file.problems })
}

/// What the cases of a file say of documents and the site's index does not know, by line: a source that does not exist
/// is never cited.
pub fn unknown_documents(site: &Site, file: &CaseFile) -> Vec<Problem> {
    let index = site.index();
    let mut headings: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for chunk in index.chunks() {
        let above = headings.entry(chunk.document.as_str()).or_default();
        above.insert(&chunk.title);
        above.extend(chunk.heading_path.iter().map(String::as_str));
    }
    let exists = |document: &str| headings.contains_key(document);
    let mut problems = Vec::new();
    for (case, line) in file.cases.iter().zip(&file.lines) {
        for (key, names) in [("sources", &case.sources), ("without", &case.without)] {
            for name in names {
                let document = if key == "sources" { document_of(name, exists) } else { Some(name.as_str()) };
                let Some(above) = document.and_then(|document| headings.get(document)) else {
                    problems.push(unknown(*line, key, name, headings.keys().copied()));
                    continue;
                };
                let above: Vec<String> = above.iter().map(|heading| (*heading).to_owned()).collect();
                if !document.is_some_and(|document| is_source(name, document, &above)) {
                    let problem = Problem::new(*line, format!("no heading of its document is that of `{name}`"));
                    problems.push(problem.hint("write it as it stands above the passage: `portavoz search` shows it"));
                }
            }
        }
    }
    problems
}

fn unknown<'a>(line: usize, key: &str, name: &str, documents: impl Iterator<Item = &'a str>) -> Problem {
    let alike = documents.map(|document| (overlap(name, document), document)).filter(|(score, _)| *score >= SLIP);
    let nearest = alike.max_by(|left, right| left.0.total_cmp(&right.0));
    let problem = Problem::new(line, format!("`{name}` in `{key}` is no document of the portfolio"));
    match nearest {
        Some((_, document)) => problem.hint(format!("did you mean `{document}`?")),
        None => problem.hint("`portavoz ingest --json` lists them"),
    }
}

/// Cases that were made, and what was not made into one.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Made {
    /// Each with a name of its own.
    pub cases: Vec<Case>,
    /// Why others were left out, with how many for each reason.
    pub dropped: BTreeMap<&'static str, usize>,
}

impl Made {
    fn drop(&mut self, reason: &'static str) {
        *self.dropped.entry(reason).or_default() += 1;
    }
}

/// Questions that were taken already, whatever their capitals, accents and signs.
#[derive(Debug, Default)]
struct Taken(HashSet<String>);

impl Taken {
    /// True the first time.
    fn take(&mut self, question: &str) -> bool {
        let words: String = fold(question).chars().filter(|letter| letter.is_alphanumeric()).collect();
        self.0.insert(words)
    }
}
