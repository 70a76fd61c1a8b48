//! A way of answering that differs from the site's configuration: what evaluations compare and experiments try.
//!
//! A [`Variation`] says only what differs; everything it leaves out is as configured. To vary one more thing: 1. its
//! field here, with its limits in [`Variation::check`] and its words in [`Variation::differences`]; 2. where `app::variant`
//! puts it in place of the configured value.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// The name that stands for no model: answers are quoted from the documents.
pub const EXTRACTIVE: &str = "extractive";
/// The variant that is the site as configured.
pub const CONTROL: &str = "control";
/// The longest name of a variant, in characters: it stands in tables and in every turn's row.
const LONGEST_NAME: usize = 40;
/// Examples of questions and answers in one variation at most: they are sent, and paid for, with every question.
const MOST_EXAMPLES: usize = 20;

/// A text is no name of a variant or target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of a variant: 1 to 40 of `a-z`, `0-9`, `-`, `_` and `.`")]
pub struct InvalidName(pub String);

/// The name of a variant or target, unique among those it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VariantName(String);

impl VariantName {
    /// Reads a name: 1 to 40 of `a-z`, `0-9`, `-`, `_` and `.`.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        if (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName(text.chars().take(2 * LONGEST_NAME).collect()))
        }
    }

    /// A name made of any text, such as a model's: what is not allowed in it becomes `-`.
    pub fn made_of(text: &str) -> Self {
        let kept = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c.to_ascii_lowercase() } else { '-' };
        let made: String = text.chars().map(kept).take(LONGEST_NAME).collect();
        Self(if made.is_empty() { CONTROL.to_owned() } else { made })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the variant that is the site as configured.
    pub fn is_control(&self) -> bool {
        self.0 == CONTROL
    }
}

impl fmt::Display for VariantName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for VariantName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::parse(&text)
    }
}

impl From<VariantName> for String {
    fn from(name: VariantName) -> Self {
        name.0
    }
}

/// A question and its answer, shown to the model as how to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// As a visitor might ask.
    pub question: String,
    /// As the assistant should answer.
    pub answer: String,
}

/// What differs from the configuration; `None` and empty mean that it does not.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Variation {
    /// The model that answers; [`EXTRACTIVE`] for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// 0..=2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// 0..=1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    /// Tokens of an answer at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Passages at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_results: Option<u32>,
    /// The least relevance, 0..=1, that an answer may rest on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f32>,
    /// Tokens of the context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<u32>,
    /// The tone that the prompt asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tone: Option<String>,
    /// Whether the prompt asks for particulars of the owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific: Option<bool>,
    /// Prompt templates by file name, such as `system.en.jinja`, with their text.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<String, String>,
    /// Few-shot examples, sent with every question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// A value of a variation that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is {value}; it must be {allowed}")]
pub struct InvalidVariation {
    /// The field.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// What it may be.
    pub allowed: String,
}

impl Variation {
    /// True if nothing differs.
    pub fn is_control(&self) -> bool {
        *self == Self::default()
    }

    /// Checks every value against its limits, which are those of the configuration.
    pub fn check(&self) -> Result<(), InvalidVariation> {
        within("temperature", self.temperature, 0.0..=2.0)?;
        within("top_p", self.top_p, 0.0..=1.0)?;
        within("max_tokens", self.max_tokens, 1..=100_000)?;
        within("max_results", self.max_results, 1..=50)?;
        within("threshold", self.threshold, 0.0..=1.0)?;
        within("context_tokens", self.context_tokens, 100..=100_000)?;
        if self.examples.len() > MOST_EXAMPLES {
            let allowed = format!("at most {MOST_EXAMPLES} examples");
            return Err(InvalidVariation { key: "examples", value: self.examples.len().to_string(), allowed });
        }
        if self.model.as_deref().is_some_and(|model| model.trim().is_empty()) {
            let allowed = format!("a model's name or `{EXTRACTIVE}`");
            return Err(InvalidVariation { key: "model", value: "empty".to_owned(), allowed });
        }
        Ok(())
    }

    /// What differs, for people: the configuration's key and the value.
    pub fn differences(&self) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        let mut note = |key: &'static str, value: Option<String>| all.extend(value.map(|value| (key, value)));
        note("model.name", self.model.clone());
        note("model.temperature", self.temperature.map(|it| it.to_string()));
        note("model.top_p", self.top_p.map(|it| it.to_string()));
        note("model.max_tokens", self.max_tokens.map(|it| it.to_string()));
        note("retrieval.max_results", self.max_results.map(|it| it.to_string()));
        note("retrieval.threshold", self.threshold.map(|it| it.to_string()));
        note("context.max_tokens", self.context_tokens.map(|it| it.to_string()));
        note("prompt.tone", self.tone.clone());
        let specificity = |specific| if specific { "high" } else { "normal" };
        note("prompt.specificity", self.specific.map(|specific| specificity(specific).to_owned()));
        let templates: Vec<&str> = self.templates.keys().map(String::as_str).collect();
        note("prompt.folder", (!templates.is_empty()).then(|| templates.join(", ")));
        note("examples", (!self.examples.is_empty()).then(|| self.examples.len().to_string()));
        all
    }
}

fn within<T: PartialOrd + fmt::Display>(
    key: &'static str,
    value: Option<T>,
    allowed: RangeInclusive<T>,
) -> Result<(), InvalidVariation> {
    match value {
        Some(value) if !allowed.contains(&value) => {
            let allowed = format!("from {} to {}", allowed.start(), allowed.end());
            Err(InvalidVariation { key, value: value.to_string(), allowed })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        for (text, valid) in [("gpt-4o-mini", true), ("a.b_c-1", true), ("", false), ("Ada", false), ("a b", false)] {
            assert_eq!(VariantName::parse(text).is_ok(), valid, "{text}");
        }
        assert!(VariantName::parse(&"a".repeat(41)).is_err());
        assert_eq!(VariantName::made_of("ft:GPT-4o mini/x").as_str(), "ft-gpt-4o-mini-x");
    }

    #[test]
    fn values_outside_of_their_limits_are_named() {
        let hot = Variation { temperature: Some(2.5), ..Variation::default() };
        assert_eq!(hot.check().unwrap_err().to_string(), "`temperature` is 2.5; it must be from 0 to 2");
        let not_a_number = Variation { threshold: Some(f32::NAN), ..Variation::default() };
        assert!(not_a_number.check().is_err());
        assert!(Variation::default().check().is_ok());
    }

    #[test]
    fn what_differs_is_told_by_the_keys_of_the_configuration() {
        let variation = Variation { model: Some("gpt-4o".to_owned()), max_results: Some(6), ..Variation::default() };
        let expected = [("model.name", "gpt-4o".to_owned()), ("retrieval.max_results", "6".to_owned())];
        assert_eq!(variation.differences(), expected);
        assert_eq!(serde_json::to_string(&variation).unwrap(), r#"{"model":"gpt-4o","max_results":6}"#);
        assert!(serde_json::from_str::<Variation>(r#"{"modle":"gpt-4o"}"#).is_err());
    }
}
