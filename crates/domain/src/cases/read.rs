//! Reading a file of cases: everything that is wrong with it in one go, each with its line.

use std::fmt;

use super::{Case, check, entry, json_lines, tables};

/// How a file writes its cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `[[case]]` and keys below it.
    Toml,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// The format that a file's name tells: `.toml`, or `.jsonl` and `.ndjson`.
    pub fn of_name(file_name: &str) -> Option<Self> {
        let (_, ending) = file_name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "toml" => Some(Self::Toml),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// Something that is wrong in a file of cases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, naming the key.
    pub what: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// A problem whose wording says all.
    pub fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into(), hint: None }
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.what)?;
        match &self.hint {
            Some(hint) => write!(formatter, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFile {
    /// Its cases, in their order, each with a name of its own. Those with a problem of their own are left out.
    pub cases: Vec<Case>,
    /// The line on which each of the cases begins.
    pub lines: Vec<usize>,
    /// What is wrong, by line.
    pub problems: Vec<Problem>,
}

/// Reads the cases of a file. A byte order mark, line ends of Windows and blank lines do not matter.
pub fn read(text: &str, format: Format) -> CaseFile {
    let text = text.trim_start_matches('\u{feff}');
    let mut problems = Vec::new();
    let written = match format {
        Format::Toml => tables::written(text, &mut problems),
        Format::JsonLines => json_lines::written(text, &mut problems),
    };
    if written.is_empty() && problems.is_empty() {
        let hint = match format {
            Format::Toml => "write `[[case]]`, and below it `question = \"What projects has she built?\"`",
            Format::JsonLines => "write one case a line: {\"question\": \"What projects has she built?\"}",
        };
        problems.push(Problem::new(1, "the file holds no case").hint(hint));
    }
    let mut placed: Vec<(usize, Case)> =
        written.into_iter().filter_map(|entry| Some((entry.line, entry::case(entry, &mut problems)?))).collect();
    check::name_and_compare(&mut placed, &mut problems);
    problems.sort();
    problems.dedup();
    let (lines, cases) = placed.into_iter().unzip();
    CaseFile { cases, lines, problems }
}
