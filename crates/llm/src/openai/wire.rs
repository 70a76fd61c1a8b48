//! Responses as servers really send them: unknown fields are ignored, missing ones defaulted, wrong ones passed over.
//!
//! One shape serves whole answers and pieces, because servers mix the two.

use std::fmt;

use portavoz_domain::usage::Usage;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A whole answer, or one piece of a streamed one.
#[derive(Debug, Deserialize, Default)]
pub(crate) struct Completion {
    /// Empty in the piece that carries the usage, and in Azure's first.
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) choices: Vec<Choice>,
    /// Null in all pieces but the last.
    #[serde(default, deserialize_with = "wrong_is_none")]
    pub(crate) usage: Option<WireUsage>,
    #[serde(default, deserialize_with = "wrong_is_none")]
    pub(crate) model: Option<String>,
    #[serde(default, deserialize_with = "wrong_is_none")]
    pub(crate) service_tier: Option<String>,
    /// An error that came after a good status.
    #[serde(default)]
    pub(crate) error: Option<Value>,
    /// `error` where servers put the error's fields at the top.
    #[serde(default, deserialize_with = "wrong_is_none")]
    pub(crate) object: Option<String>,
}

/// One of the answers asked for; we ask for one.
#[derive(Debug, Deserialize, Default)]
pub(crate) struct Choice {
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) index: u32,
    /// In pieces.
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) delta: Speech,
    /// In whole answers, and in the pieces of servers that mix the two.
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) message: Speech,
    #[serde(default, deserialize_with = "wrong_is_none")]
    pub(crate) finish_reason: Option<String>,
}

/// What was said.
#[derive(Debug, Deserialize, Default)]
pub(crate) struct Speech {
    /// A text, nothing, or parts.
    #[serde(default)]
    pub(crate) content: Content,
    /// Why the model would not answer, in its words.
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) refusal: String,
}

/// Text that came as a string, as null, as a list of parts or as one part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Content(pub(crate) String);

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts;
        impl<'de> Visitor<'de> for Parts {
            type Value = Content;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("text, parts of text, or null")
            }

            fn visit_str<E>(self, text: &str) -> Result<Content, E> {
                Ok(Content(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Content, E> {
                Ok(Content(text))
            }

            fn visit_unit<E>(self) -> Result<Content, E> {
                Ok(Content::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Content, A::Error> {
                let mut text = String::new();
                while let Some(Content(part)) = parts.next_element()? {
                    text.push_str(&part);
                }
                Ok(Content(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut part: A) -> Result<Content, A::Error> {
                let mut text = String::new();
                while let Some(key) = part.next_key::<String>()? {
                    let value: Value = part.next_value()?;
                    if let (true, Value::String(value)) = (matches!(key.as_str(), "text" | "content"), value) {
                        text.push_str(&value);
                    }
                }
                Ok(Content(text))
            }
        }
        deserializer.deserialize_any(Parts)
    }
}

/// Tokens as servers report them, under the names of several generations of the protocol.
#[derive(Debug, Deserialize, Default)]
pub(crate) struct WireUsage {
    #[serde(default, alias = "input_tokens", deserialize_with = "count")]
    prompt_tokens: Option<u64>,
    #[serde(default, alias = "output_tokens", deserialize_with = "count")]
    completion_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    total_tokens: Option<u64>,
    #[serde(default, alias = "input_tokens_details", deserialize_with = "wrong_is_none")]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(default, alias = "output_tokens_details", deserialize_with = "wrong_is_none")]
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek's name for cached tokens.
    #[serde(default, deserialize_with = "count")]
    prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Debug, Deserialize, Default)]
struct PromptDetails {
    #[serde(default, deserialize_with = "count")]
    cached_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    cache_write_tokens: Option<u64>,
}

#[derive(Debug, Deserialize, Default)]
struct CompletionDetails {
    #[serde(default, deserialize_with = "count")]
    reasoning_tokens: Option<u64>,
}

impl WireUsage {
    /// `None` if nothing was counted, which differs from counts of zero.
    pub(crate) fn usage(&self) -> Option<Usage> {
        self.prompt_tokens.or(self.completion_tokens).or(self.total_tokens)?;
        let completion = self.completion_tokens.unwrap_or(0);
        let prompt = self.prompt_tokens.or_else(|| self.total_tokens.map(|total| total.saturating_sub(completion)));
        let prompt = prompt.unwrap_or(0);
        let completion = self.completion_tokens.or_else(|| self.total_tokens.map(|total| total.saturating_sub(prompt)));
        let details = self.prompt_tokens_details.as_ref();
        Some(Usage {
            prompt_tokens: prompt,
            cached_tokens: details
                .and_then(|details| details.cached_tokens)
                .or(self.prompt_cache_hit_tokens)
                .unwrap_or(0),
            cache_write_tokens: details.and_then(|details| details.cache_write_tokens).unwrap_or(0),
            completion_tokens: completion.unwrap_or(0),
            reasoning_tokens: self
                .completion_tokens_details
                .as_ref()
                .and_then(|details| details.reasoning_tokens)
                .unwrap_or(0),
            estimated: false,
        })
    }
}

/// Null, like absence, is the default.
fn null_is_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A side figure of the wrong type must not cost the answer.
fn wrong_is_none<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<Value>::deserialize(deserializer)?.and_then(|value| serde_json::from_value(value).ok()))
}

/// A count of tokens; some servers send `12.0`.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = Option::<Value>::deserialize(deserializer)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a whole number of at least 0"
    )]
    let whole = |number: f64| (number >= 0.0 && number.fract() == 0.0).then_some(number as u64);
    Ok(value.and_then(|value| value.as_u64().or_else(|| value.as_f64().and_then(whole))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    fn text(json: &str) -> String {
        let completion: Completion = serde_json::from_str(json).unwrap();
        completion.choices.into_iter().map(|choice| choice.delta.content.0 + &choice.message.content.0).collect()
    }

    #[test]
    fn content_is_read_in_every_shape() {
        for (json, expected) in [
            (r#"{"choices":[{"delta":{"content":"hola"}}]}"#, "hola"),
            (r#"{"choices":[{"message":{"role":"assistant","content":null,"tool_calls":[]}}]}"#, ""),
            (r#"{"choices":[{"delta":null,"index":null,"finish_reason":7}]}"#, ""),
            (
                r#"{"choices":[{"message":{"content":[{"type":"text","text":"ho"},{"type":"text","text":"la"},"!"]}}]}"#,
                "hola!",
            ),
            (r#"{"choices":[{"message":{"content":{"type":"text","text":"hola"}}}]}"#, "hola"),
            (r#"{"choices":null,"usage":"none","model":3,"timings":{"predicted_ms":1.5}}"#, ""),
            (r#"{}"#, ""),
        ] {
            assert_eq!(text(json), expected, "{json}");
        }
    }

    #[test]
    fn usage_is_absent_or_counted_and_zero_is_counted() {
        let read = |json: &str| serde_json::from_str::<Completion>(json).unwrap().usage.and_then(|usage| usage.usage());
        let counted =
            |prompt_tokens, completion_tokens| Some(Usage { prompt_tokens, completion_tokens, ..Usage::default() });
        for (json, expected) in [
            (r#"{}"#, None),
            (r#"{"usage":null}"#, None),
            (r#"{"usage":{}}"#, None),
            (r#"{"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}"#, counted(0, 0)),
            (r#"{"usage":{"prompt_tokens":12.0,"completion_tokens":3}}"#, counted(12, 3)),
            (r#"{"usage":{"prompt_tokens":12,"total_tokens":15}}"#, counted(12, 3)),
            (r#"{"usage":{"input_tokens":12,"output_tokens":3}}"#, counted(12, 3)),
            (r#"{"usage":{"prompt_tokens":-1}}"#, None),
        ] {
            assert_eq!(read(json), expected, "{json}");
        }
        let detailed = read(
            r#"{"usage":{"prompt_tokens":20,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":8,"cache_write_tokens":4},
                "completion_tokens_details":{"reasoning_tokens":5}}}"#,
        )
        .unwrap();
        assert_eq!((detailed.cached_tokens, detailed.cache_write_tokens, detailed.reasoning_tokens), (8, 4, 5));
    }
}
