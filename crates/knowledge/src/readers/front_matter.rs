//! What the owner says about a document at the top of its file: YAML between `---` or TOML between `+++`.
//!
//! Unknown keys are left alone, since site generators have many. A bad value is named, and the document is read
//! without it.

use portavoz_domain::document::Facet;
use portavoz_text::language::Language;

use super::draft::Draft;
use super::yaml::{self, Value};

/// Priorities outside this range would let one document drown the others.
const PRIORITY: std::ops::RangeInclusive<f32> = 0.1..=10.0;

/// What stands above the text.
#[derive(Debug, Default)]
pub(super) struct FrontMatter {
    pairs: Vec<(String, Value)>,
    oddities: Vec<String>,
}

/// Splits front matter from the text: what it says, and the byte at which the text begins. A fence without its
/// closing line is no front matter but a thematic break.
pub(super) fn split(text: &str) -> (FrontMatter, usize) {
    let first_line = text.lines().next().unwrap_or_default();
    let body_start = text.find('\n').map_or(text.len(), |end| end + 1);
    if let Some(fence) = ["---", "+++"].into_iter().find(|fence| first_line.trim_end() == *fence) {
        let mut at = body_start;
        for line in text.get(body_start..).unwrap_or_default().split_inclusive('\n') {
            if line.trim_end() == fence || (fence == "---" && line.trim_end() == "...") {
                return (read(fence, text.get(body_start..at).unwrap_or_default()), at + line.len());
            }
            at += line.len();
        }
    }
    (FrontMatter::default(), 0)
}

impl FrontMatter {
    /// The value of a key as text.
    pub fn text(&self, key: &str) -> Option<String> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone().into_text())
    }

    /// True if the owner marked the page as not yet public, in the words of the usual site generators.
    pub fn is_draft(&self) -> bool {
        self.text("draft").as_deref() == Some("true") || self.text("published").as_deref() == Some("false")
    }

    /// Gives the draft what the owner said; bad values become oddities.
    pub fn apply(self, draft: &mut Draft) {
        draft.oddities.extend(self.oddities);
        for (key, value) in self.pairs {
            let text = value.clone().into_text();
            if text.trim().is_empty() {
                continue;
            }
            let odd = match key.as_str() {
                "title" => {
                    draft.title = Some(text);
                    None
                }
                "url" => set(
                    &mut draft.url,
                    is_web_url(&text).then(|| text.clone()),
                    "url",
                    "is not an http or https URL",
                    &text,
                ),
                "lang" | "language" => set(
                    &mut draft.language,
                    Language::parse(&text),
                    &key,
                    "is not one of es, en, pt, fr, de, it, ca",
                    &text,
                ),
                "facet" => set(
                    &mut draft.facet,
                    Facet::parse(&text),
                    "facet",
                    "is not one of experience, projects, skills, achievements, education, contact, about",
                    &text,
                ),
                "tags" => {
                    draft.tags = value.into_list();
                    None
                }
                "priority" => priority(draft, &text),
                _ => None,
            };
            draft.oddities.extend(odd);
        }
    }
}

fn read(fence: &str, body: &str) -> FrontMatter {
    if fence == "---" {
        return FrontMatter { pairs: yaml::mapping(body), oddities: Vec::new() };
    }
    match body.parse::<toml::Table>() {
        Ok(table) => {
            let pairs =
                table.into_iter().filter_map(|(key, value)| Some((key.to_lowercase(), of_toml(value)?))).collect();
            FrontMatter { pairs, oddities: Vec::new() }
        }
        Err(error) => {
            let cause = format!("front matter is not valid TOML: {}", error.message());
            FrontMatter { pairs: Vec::new(), oddities: vec![cause] }
        }
    }
}

fn of_toml(value: toml::Value) -> Option<Value> {
    match value {
        toml::Value::String(text) => Some(Value::Text(text)),
        toml::Value::Array(parts) => {
            Some(Value::List(parts.iter().filter_map(|part| part.as_str().map(str::to_owned)).collect()))
        }
        toml::Value::Table(_) => None,
        other => Some(Value::Text(other.to_string())),
    }
}

/// Sets `field`, or words what is wrong with `text`.
fn set<T>(field: &mut Option<T>, value: Option<T>, key: &str, complaint: &str, text: &str) -> Option<String> {
    match value {
        Some(value) => {
            *field = Some(value);
            None
        }
        None => Some(format!("front matter: `{key}` `{text}` {complaint}")),
    }
}

fn priority(draft: &mut Draft, text: &str) -> Option<String> {
    match text.trim().parse::<f32>() {
        Ok(priority) if PRIORITY.contains(&priority) => {
            draft.priority = priority;
            None
        }
        _ => Some(format!(
            "front matter: `priority` `{text}` is not a number from {} to {}",
            PRIORITY.start(),
            PRIORITY.end()
        )),
    }
}

fn is_web_url(text: &str) -> bool {
    reqwest::Url::parse(text.trim()).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
