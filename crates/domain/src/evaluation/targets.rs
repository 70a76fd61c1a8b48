//! Targets as people write them: on the command line or in a TOML file.
//!
//! `gpt-4o` is a target of that name and model, `control` the site as configured, `extractive` answers that are quoted
//! from the documents, and `cool:model=gpt-4o,temperature=0.2` one with a name of its own. Files are not read here: a
//! target may name a folder of prompt templates, which whoever asks for it reads. Start at [`parse`] and [`read`].

use serde::Deserialize;

use crate::variation::{CONTROL, EXTRACTIVE, Example, InvalidName, VariantName, Variation};

/// The keys that may follow a target's name.
pub const KEYS: [&str; 10] = [
    "model",
    "temperature",
    "top_p",
    "max_tokens",
    "max_results",
    "threshold",
    "context_tokens",
    "tone",
    "specific",
    "prompt",
];

/// A target, before its prompt templates are read.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetSpec {
    /// Unique among those it is asked with.
    pub name: VariantName,
    /// What differs from the configuration, but for the templates.
    pub variation: Variation,
    /// A folder of prompt templates, as written.
    pub prompt: Option<String>,
}

/// Why a target cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// Its name is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// There is no such key.
    #[error("`{key}` of the target `{target}` is no key of a target; keys are {}", keys())]
    Key {
        /// Whose.
        target: String,
        /// As written.
        key: String,
    },
    /// A value cannot be.
    #[error("`{key}` of the target `{target}` is `{value}`; it must be {wanted}")]
    Value {
        /// Whose.
        target: String,
        /// Which.
        key: String,
        /// As written.
        value: String,
        /// What it may be.
        wanted: String,
    },
    /// Two have one name.
    #[error("two targets are called `{0}`; give one of them another name, as in `other:model=...`")]
    Twice(VariantName),
    /// The file is no file of targets.
    #[error("the file of targets cannot be read: {0}")]
    File(String),
}

fn keys() -> String {
    KEYS.map(|key| format!("`{key}`")).join(", ")
}

/// Reads a target of the command line: a model, `control`, `extractive`, or `NAME:KEY=VALUE,KEY=VALUE`.
///
/// A model's name may hold colons (`ft:gpt-4o-mini:me::1`): what follows a colon is read as keys only if it begins with
/// one of them and `=`. Values hold no commas, but the last one may.
pub fn parse(text: &str) -> Result<TargetSpec, InvalidTarget> {
    let text = text.trim();
    let Some((name, settings)) = parted(text) else { return plain(text) };
    let mut raw = RawTarget { name: name.to_owned(), ..RawTarget::default() };
    for (key, value) in pairs(settings) {
        raw.set(key, value)?;
    }
    raw.finish()
}

/// Reads a file of targets: `[[target]]` tables with `name` and the keys of a target; `prompt` is a folder, and
/// `[[target.examples]]` have a `question` and an `answer`.
pub fn read(text: &str) -> Result<Vec<TargetSpec>, InvalidTarget> {
    let file: RawFile = toml::from_str(text).map_err(|error| InvalidTarget::File(error.to_string()))?;
    file.target.into_iter().map(RawTarget::finish).collect()
}

/// Says which name two targets share, if any do.
pub fn distinct(targets: &[TargetSpec]) -> Result<(), InvalidTarget> {
    for (place, target) in targets.iter().enumerate() {
        if targets.iter().skip(place + 1).any(|other| other.name == target.name) {
            return Err(InvalidTarget::Twice(target.name.clone()));
        }
    }
    Ok(())
}

/// A name alone: a model's, or one of the two that need none.
fn plain(text: &str) -> Result<TargetSpec, InvalidTarget> {
    let model = match text {
        "" => return Err(InvalidName(String::new()).into()),
        CONTROL => None,
        EXTRACTIVE => Some(EXTRACTIVE.to_owned()),
        model => Some(model.to_owned()),
    };
    let variation = Variation { model, ..Variation::default() };
    Ok(TargetSpec { name: VariantName::made_of(text), variation, prompt: None })
}

/// The name and the settings after it.
fn parted(text: &str) -> Option<(&str, &str)> {
    let settings = |at: usize| text.get(at + 1..).unwrap_or_default();
    let begins = |rest: &str| rest.split_once('=').is_some_and(|(key, _)| !key.contains([':', '/', ' ', ',']));
    let place = text.match_indices(':').map(|(at, _)| at).find(|&at| begins(settings(at)))?;
    Some((text.get(..place)?, settings(place)))
}

/// `KEY=VALUE` pairs; a comma only parts two of them if a key follows it.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let is_key = |rest: &str| rest.split_once('=').is_some_and(|(key, _)| is_word(key.trim()));
    let mut starts = vec![0];
    starts.extend(text.match_indices(',').map(|(at, _)| at + 1).filter(|&at| text.get(at..).is_some_and(is_key)));
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([text.len()]);
    let pieces = starts.iter().zip(ends).filter_map(|(&start, end)| text.get(start..end));
    pieces
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
        .map(|(key, value)| (key.trim(), value.trim()))
        .collect()
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    target: Vec<RawTarget>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawTarget {
    name: String,
    model: Option<String>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    max_tokens: Option<u32>,
    max_results: Option<u32>,
    threshold: Option<f32>,
    context_tokens: Option<u32>,
    tone: Option<String>,
    specific: Option<bool>,
    prompt: Option<String>,
    examples: Vec<Example>,
}

impl RawTarget {
    fn set(&mut self, key: &str, value: &str) -> Result<(), InvalidTarget> {
        let invalid = |wanted: &str| InvalidTarget::Value {
            target: self.name.clone(),
            key: key.to_owned(),
            value: value.to_owned(),
            wanted: wanted.to_owned(),
        };
        let number =
            || value.parse::<f32>().ok().filter(|number| number.is_finite()).ok_or_else(|| invalid("a number"));
        let count = || value.parse::<u32>().map_err(|_| invalid("a whole number"));
        let text = || if value.is_empty() { Err(invalid("some text")) } else { Ok(value.to_owned()) };
        match key {
            "model" => self.model = Some(text()?),
            "temperature" => self.temperature = Some(number()?),
            "top_p" => self.top_p = Some(number()?),
            "max_tokens" => self.max_tokens = Some(count()?),
            "max_results" => self.max_results = Some(count()?),
            "threshold" => self.threshold = Some(number()?),
            "context_tokens" => self.context_tokens = Some(count()?),
            "tone" => self.tone = Some(text()?),
            "specific" => self.specific = Some(value.parse().map_err(|_| invalid("`true` or `false`"))?),
            "prompt" => self.prompt = Some(text()?),
            _ => return Err(InvalidTarget::Key { target: self.name.clone(), key: key.to_owned() }),
        }
        Ok(())
    }

    fn finish(self) -> Result<TargetSpec, InvalidTarget> {
        let name = VariantName::parse(self.name.trim())?;
        let variation = Variation {
            model: self.model,
            temperature: self.temperature,
            top_p: self.top_p,
            max_tokens: self.max_tokens,
            max_results: self.max_results,
            threshold: self.threshold,
            context_tokens: self.context_tokens,
            tone: self.tone,
            specific: self.specific,
            examples: self.examples,
            ..Variation::default()
        };
        variation.check().map_err(|error| InvalidTarget::Value {
            target: name.to_string(),
            key: error.key.to_owned(),
            value: error.value,
            wanted: error.allowed,
        })?;
        Ok(TargetSpec { name, variation, prompt: self.prompt })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    #[test]
    fn targets_are_read_as_people_write_them() {
        for (text, name, model) in [
            ("gpt-4o", "gpt-4o", Some("gpt-4o")),
            ("control", "control", None),
            ("extractive", "extractive", Some("extractive")),
            ("ft:gpt-4o-mini:me::1", "ft-gpt-4o-mini-me--1", Some("ft:gpt-4o-mini:me::1")),
            ("openai/gpt-4o", "openai-gpt-4o", Some("openai/gpt-4o")),
            ("mine:model=ft:gpt-4o-mini:me::1", "mine", Some("ft:gpt-4o-mini:me::1")),
            ("cool:temperature=0.2", "cool", None),
        ] {
            let target = parse(text).unwrap();
            assert_eq!((target.name.as_str(), target.variation.model.as_deref()), (name, model), "{text}");
        }
        let target =
            parse("a:model=m,temperature=0.2,max_results=6,tone=short, dry,specific=true,prompt=p/en").unwrap();
        let variation = Variation {
            model: Some("m".to_owned()),
            temperature: Some(0.2),
            max_results: Some(6),
            tone: Some("short, dry".to_owned()),
            specific: Some(true),
            ..Variation::default()
        };
        assert_eq!((target.variation, target.prompt.as_deref()), (variation, Some("p/en")));
    }

    #[test]
    fn what_is_wrong_with_a_target_is_named() {
        for (text, words) in [
            ("", "is no name"),
            ("A B:model=x", "`A B` is no name"),
            ("a:modle=x", "`modle` of the target `a` is no key"),
            ("a:temperature=hot", "`temperature` of the target `a` is `hot`; it must be a number"),
            ("a:temperature=3", "it must be from 0 to 2"),
            ("a:max_results=-1", "a whole number"),
            ("a:specific=maybe", "`true` or `false`"),
            ("a:model=", "some text"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
        let twice = [parse("gpt-4o").unwrap(), parse("gpt-4o").unwrap()];
        assert!(distinct(&twice).unwrap_err().to_string().contains("two targets are called `gpt-4o`"));
    }

    #[test]
    fn a_file_holds_several() {
        let text = "[[target]]\nname = \"now\"\n[[target]]\nname = \"shot\"\nmodel = \"gpt-4o\"\nprompt = \"prompts/short\"\n\
                    [[target.examples]]\nquestion = \"q\"\nanswer = \"a\"\n";
        let targets = read(text).unwrap();
        let [now, shot] = targets.as_slice() else { panic!("two targets") };
        assert!(now.variation.is_control() && now.prompt.is_none());
        assert_eq!((shot.variation.examples.len(), shot.prompt.as_deref()), (1, Some("prompts/short")));
        for (wrong, words) in [("[[target]]\nmodle = 1", "unknown field"), ("target = 3", "cannot be read")] {
            assert!(read(wrong).unwrap_err().to_string().contains(words), "{wrong}");
        }
    }
}
