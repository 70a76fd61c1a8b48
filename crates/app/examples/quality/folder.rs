//! The folder of questions, claims and messages: its files as typed values.
//!
//! Owns the shapes and the errors of reading. Start at [`Folder::read`]. A file that is not there is a notice, not an error;
//! one that cannot be understood is an error with its line.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use portavoz_text::language::Language;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Folder {
    /// `questions_<language>[_<variant>].json`, by name.
    pub sets: Vec<QuestionSet>,
    /// `claims.jsonl`.
    pub claims: Vec<LabelledClaim>,
    /// `injection.jsonl`.
    pub messages: Vec<Message>,
    /// What is not there, and what is therefore not measured.
    pub notices: Vec<String>,
}

/// Questions in one language, and the paragraphs that answer them.
#[derive(Debug)]
pub struct QuestionSet {
    /// The file's name without `questions_` and ending.
    pub name: String,
    /// The language of its questions and paragraphs.
    pub language: Language,
    /// What the name has after the language: sets of one variant are parallel.
    pub variant: String,
    /// None if the questions are only asked of other languages' paragraphs.
    pub paragraphs: Vec<Paragraph>,
    /// In the file's order.
    pub questions: Vec<Asked>,
}

/// A paragraph.
#[derive(Debug, Clone, Deserialize)]
pub struct Paragraph {
    /// What questions refer to.
    pub id: usize,
    /// The passage.
    pub text: String,
}

/// A question and where its answer stands.
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    /// The same in parallel sets.
    pub id: String,
    /// The question.
    pub q: String,
    /// The paragraph that answers it.
    pub pid: usize,
    /// The answer as the paragraph words it; any of them will do.
    #[serde(default)]
    pub answers: Vec<AnswerText>,
    /// True if no paragraph answers it, however near it comes.
    #[serde(default)]
    pub impossible: bool,
}

/// Words of a paragraph that answer.
#[derive(Debug, Clone, Deserialize)]
pub struct AnswerText {
    /// The words.
    pub text: String,
}

/// A claim about a text, and whether the text says so.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelledClaim {
    /// The kind of claim, such as `swap_answer_in`.
    pub set: String,
    /// Language of all its texts.
    pub lang: String,
    /// The source.
    pub context: String,
    /// What was asked.
    #[serde(default)]
    pub question: String,
    /// What was answered.
    pub claim: String,
    /// 1 if the source says it.
    pub supported: u8,
}

/// A visitor's message.
#[derive(Debug, Clone, Deserialize)]
pub struct Message {
    /// The message.
    pub text: String,
    /// 1 for an attack, 0 for an honest message.
    pub attack: u8,
    /// The kind of either.
    pub kind: String,
}

#[derive(Deserialize)]
struct QuestionFile {
    #[serde(default)]
    paragraphs: Vec<Paragraph>,
    questions: Vec<Asked>,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It cannot be read at all.
    #[error("`{path}` cannot be read: {source}")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("`{path}`, line {line}: {cause}")]
    Malformed {
        /// The file.
        path: String,
        /// From 1.
        line: usize,
        /// What is wrong there.
        cause: String,
    },
}

impl Folder {
    /// Reads all that is there.
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        let mut found = Self::default();
        for name in question_files(folder)? {
            let stem = name.trim_start_matches("questions_").trim_end_matches(".json").to_owned();
            let (code, variant) = stem.split_once('_').unwrap_or((&stem, ""));
            let Some(language) = Language::parse(code) else {
                found.notices.push(format!("`{name}`: `{code}` is not a language that we speak; skipped"));
                continue;
            };
            let path = folder.join(&name);
            let text = fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
            let file: QuestionFile = parse(&path, 0, &text)?;
            let (variant, QuestionFile { paragraphs, questions }) = (variant.to_owned(), file);
            found.sets.push(QuestionSet { name: stem, language, variant, paragraphs, questions });
        }
        if found.sets.is_empty() {
            found.notices.push("no `questions_<language>.json`: retrieval and answers are not measured".to_owned());
        }
        found.claims = lines(folder, "claims.jsonl", "verification is not measured", &mut found.notices)?;
        found.messages = lines(folder, "injection.jsonl", "defence is not measured", &mut found.notices)?;
        Ok(found)
    }

    /// The sets that have paragraphs.
    pub fn corpora(&self) -> impl Iterator<Item = &QuestionSet> {
        self.sets.iter().filter(|set| !set.paragraphs.is_empty())
    }

    /// Pairs of questions and foreign paragraphs: the asking set first.
    pub fn foreign_pairs(&self) -> impl Iterator<Item = (&QuestionSet, &QuestionSet)> {
        let parallel =
            |one: &QuestionSet, other: &QuestionSet| one.variant == other.variant && one.language != other.language;
        self.corpora().flat_map(move |told| {
            self.sets.iter().filter(move |asked| parallel(asked, told)).map(move |asked| (asked, told))
        })
    }
}

impl QuestionSet {
    /// The answers to each question, by its id.
    pub fn answers(&self) -> HashMap<&str, &[AnswerText]> {
        self.questions.iter().map(|asked| (asked.id.as_str(), asked.answers.as_slice())).collect()
    }
}

fn question_files(folder: &Path) -> Result<Vec<String>, FolderError> {
    let entries = fs::read_dir(folder).map_err(|source| unreadable(folder, source))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter(|name| name.starts_with("questions_") && name.ends_with(".json")).collect();
    names.sort();
    Ok(names)
}

/// A file of one JSON object a line; empty, with a notice, if it is not there.
fn lines<T: DeserializeOwned>(
    folder: &Path,
    name: &str,
    without: &str,
    notices: &mut Vec<String>,
) -> Result<Vec<T>, FolderError> {
    let path = folder.join(name);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            notices.push(format!("no `{name}`: {without}"));
            return Ok(Vec::new());
        }
        Err(source) => return Err(unreadable(&path, source)),
    };
    let written = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    written.map(|(place, line)| parse(&path, place, line)).collect()
}

/// Parses text that begins `lines_before` lines into its file.
fn parse<T: DeserializeOwned>(path: &Path, lines_before: usize, text: &str) -> Result<T, FolderError> {
    serde_json::from_str(text).map_err(|error| FolderError::Malformed {
        path: path.display().to_string(),
        line: lines_before + error.line(),
        cause: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
    })
}

fn unreadable(path: &Path, source: std::io::Error) -> FolderError {
    FolderError::Unreadable { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_and_what_is_broken_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let read = || Folder::read(folder.path());
        assert_eq!(read().unwrap().notices.len(), 3);
        fs::write(folder.path().join("questions_xx.json"), "{}").unwrap();
        assert!(read().unwrap().notices.iter().any(|notice| notice.contains("`xx`")));
        fs::write(folder.path().join("injection.jsonl"), "\n{\"text\": \"hi\", \"attack\": 0}\n").unwrap();
        let error = read().unwrap_err().to_string();
        assert!(error.contains("injection.jsonl`, line 2: missing field `kind`"), "{error}");
        fs::remove_file(folder.path().join("injection.jsonl")).unwrap();
        fs::write(folder.path().join("questions_es.json"), "{\"questions\":\n [{]}").unwrap();
        let error = read().unwrap_err().to_string();
        assert!(error.contains("questions_es.json`, line 2: "), "{error}");
    }

    #[test]
    fn sets_of_one_variant_and_different_languages_are_asked_of_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let with = "{\"paragraphs\": [{\"id\": 0, \"text\": \"a\"}], \"questions\": []}";
        for (name, text) in [("es", with), ("en", with), ("es_long", with), ("fr", "{\"questions\": []}")] {
            fs::write(folder.path().join(format!("questions_{name}.json")), text).unwrap();
        }
        let read = Folder::read(folder.path()).unwrap();
        let pairs: Vec<String> =
            read.foreign_pairs().map(|(asked, told)| format!("{} on {}", asked.name, told.name)).collect();
        assert_eq!(pairs, ["es on en", "fr on en", "en on es", "fr on es"]);
    }
}
