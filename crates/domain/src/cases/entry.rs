//! A case as a file writes it, keys with values of any kind, and what has to be right before it is a [`Case`].

use portavoz_text::language::Language;
use portavoz_text::ngrams::overlap;
use portavoz_text::words::words;

use super::{Case, KEYS, Origin, OriginKind, Problem, check};
use crate::answer::Outcome;

/// How alike an unknown key must look to a known one to be taken for a slip.
const SLIP: f32 = 0.4;
/// Keys of other tools, and ours.
const OTHER_NAMES: [(&str, &str); 9] = [
    ("answer", "reference"),
    ("expected_answer", "reference"),
    ("forbidden", "must_not"),
    ("history", "before"),
    ("input", "question"),
    ("keywords", "topics"),
    ("name", "id"),
    ("outcome", "expect"),
    ("required", "must"),
];

/// A case as it is written.
#[derive(Debug)]
pub(super) struct Entry {
    /// The line on which it begins.
    pub(super) line: usize,
    pub(super) fields: Vec<Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    /// Each with its line.
    List(Vec<(usize, Value)>),
    Table(Vec<Field>),
    /// JSON's `null`, which is as if the key were not there.
    Nothing,
    /// Anything that no key of a case takes, by what it is.
    Other(&'static str),
}

impl Value {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Nothing => "nothing",
            Self::Other(kind) => kind,
        }
    }
}

/// The case, or `None` if something of it is wrong.
pub(super) fn case(entry: Entry, problems: &mut Vec<Problem>) -> Option<Case> {
    let before = problems.len();
    let mut reading = Reading { problems, seen: Vec::new() };
    let mut case = Case::default();
    for field in entry.fields {
        if matches!(field.value, Value::Nothing) || !reading.is_first(&field) {
            continue;
        }
        match field.key.as_str() {
            "id" => case.id = reading.id(&field),
            "question" => case.question = reading.text(&field),
            "before" => case.before = reading.texts(&field),
            "language" => case.language = reading.language(&field),
            "expect" => case.expect = reading.outcome(&field),
            "topics" => case.topics = reading.phrases(&field),
            "must" => case.must = reading.phrases(&field),
            "must_not" => case.must_not = reading.phrases(&field),
            "reference" => case.reference = Some(reading.text(&field)),
            "sources" => case.sources = reading.texts(&field),
            "without" => case.without = reading.texts(&field),
            "tags" => case.tags = reading.texts(&field),
            "origin" => case.origin = reading.origin(&field),
            _ => reading.problems.push(unknown(&field)),
        }
    }
    if !reading.seen.iter().any(|key| key == "question") {
        let hint = "write `question = \"...\"` below `[[case]]`, or `\"question\": \"...\"` in the object";
        problems.push(Problem::new(entry.line, "the case has no `question`").hint(hint));
    }
    if problems.len() == before {
        check::consistency(&case, entry.line, problems);
    }
    (problems.len() == before).then_some(case)
}

fn unknown(field: &Field) -> Problem {
    let key = field.key.to_lowercase();
    let other = OTHER_NAMES.iter().find(|(name, _)| *name == key).map(|(_, ours)| *ours);
    let alike = || {
        let scored = KEYS.iter().map(|known| (overlap(&key, known), *known)).filter(|(score, _)| *score >= SLIP);
        scored.max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, known)| known)
    };
    let problem = Problem::new(field.line, format!("unknown key `{}`", field.key));
    match other.or_else(alike) {
        Some(known) => problem.hint(format!("did you mean `{known}`?")),
        None => problem.hint(format!("a case has {}", list_of(&KEYS))),
    }
}

fn list_of(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

struct Reading<'a> {
    problems: &'a mut Vec<Problem>,
    /// Keys that were read.
    seen: Vec<String>,
}

impl Reading<'_> {
    fn complain(&mut self, line: usize, what: String, hint: impl Into<String>) {
        self.problems.push(Problem::new(line, what).hint(hint));
    }

    /// JSON lets a key stand twice; TOML has complained already.
    fn is_first(&mut self, field: &Field) -> bool {
        let is_first = !self.seen.contains(&field.key);
        if is_first {
            self.seen.push(field.key.clone());
        } else {
            self.complain(field.line, format!("`{}` stands twice", field.key), "keep one of them");
        }
        is_first
    }

    fn text(&mut self, field: &Field) -> String {
        match &field.value {
            Value::Text(text) if !text.trim().is_empty() => return text.clone(),
            Value::Text(_) => {
                self.complain(field.line, format!("`{}` is empty", field.key), "fill it in or leave it out")
            }
            other => {
                let what = format!("`{}` is {}", field.key, other.kind());
                self.complain(field.line, what, format!("write a text: `{} = \"...\"`", field.key));
            }
        }
        String::new()
    }

    fn texts(&mut self, field: &Field) -> Vec<String> {
        let Value::List(items) = &field.value else {
            let what = format!("`{}` is {}", field.key, field.value.kind());
            let hint = match &field.value {
                Value::Text(text) => format!("write a list: `{} = [{text:?}]`", field.key),
                _ => format!("write a list of texts: `{} = [\"...\"]`", field.key),
            };
            self.complain(field.line, what, hint);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (line, item) in items {
            match item {
                // `|` alone parts no aliases.
                Value::Text(text) if text.split('|').any(|alias| !alias.trim().is_empty()) => texts.push(text.clone()),
                Value::Text(_) => {
                    self.complain(*line, format!("`{}` holds an empty text", field.key), "fill it in or leave it out");
                }
                other => {
                    let what = format!("`{}` holds {}", field.key, other.kind());
                    self.complain(*line, what, "put every item in quotes");
                }
            }
        }
        texts
    }

    /// Texts that are looked for in answers, which takes words: `%` alone is never found.
    fn phrases(&mut self, field: &Field) -> Vec<String> {
        let phrases = self.texts(field);
        let aliases = phrases.iter().flat_map(|phrase| phrase.split('|'));
        for alias in aliases.filter(|alias| !alias.trim().is_empty() && words(alias).is_empty()) {
            let what = format!("`{}` in `{}` has neither letter nor digit", alias.trim(), field.key);
            self.complain(field.line, what, "write it in words, as only words are found in answers");
        }
        phrases
    }

    fn id(&mut self, field: &Field) -> String {
        let id = self.text(field);
        let allowed = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
        if !id.is_empty() && (id.chars().count() > check::MAX_ID_CHARS || !id.chars().all(allowed)) {
            let hint = format!("use at most {} letters, digits, `-`, `_` and `.`", check::MAX_ID_CHARS);
            self.complain(field.line, format!("`{id}` is no id"), hint);
        }
        id
    }

    fn language(&mut self, field: &Field) -> Option<Language> {
        let tag = self.text(field);
        let language = Language::parse(&tag);
        if language.is_none() && !tag.is_empty() {
            let known: Vec<&str> = Language::ALL.iter().map(|language| language.code()).collect();
            self.complain(field.line, format!("unknown language `{tag}`"), format!("use one of {}", list_of(&known)));
        }
        language
    }

    fn outcome(&mut self, field: &Field) -> Option<Outcome> {
        let name = self.text(field);
        let outcome = Outcome::parse(&name);
        if outcome.is_none() && !name.is_empty() {
            let known = Outcome::ALL.map(Outcome::name);
            self.complain(field.line, format!("no turn ends `{name}`"), format!("use one of {}", list_of(&known)));
        }
        outcome
    }

    /// A kind alone, or a table of a kind and a note.
    fn origin(&mut self, field: &Field) -> Option<Origin> {
        let hint = || {
            let known = OriginKind::ALL.map(OriginKind::name);
            format!(
                "write `origin = {{ kind = \"...\", note = \"...\" }}`, where the kind is one of {}",
                list_of(&known)
            )
        };
        let mut note = String::new();
        let mut kind = None;
        match &field.value {
            Value::Text(name) => kind = OriginKind::parse(name),
            Value::Table(fields) => {
                for inner in fields {
                    match (inner.key.as_str(), &inner.value) {
                        ("kind", Value::Text(name)) => kind = OriginKind::parse(name),
                        ("note", Value::Text(text)) => note.clone_from(text),
                        _ => self.complain(inner.line, format!("`origin` has a wrong `{}`", inner.key), hint()),
                    }
                }
            }
            _ => {}
        }
        if kind.is_none() {
            self.complain(field.line, "`origin` does not say who made the case".to_owned(), hint());
        }
        kind.map(|kind| Origin { kind, note })
    }
}
