//! The table of every configuration key, read off the types: name, documentation, default and what is allowed.
//!
//! One source for everything that speaks about keys: error messages, `config show`, the example file and the schema.
//! To add one more key: 1. a field with its doc comment in the section's struct (a `range` if it is a number);
//! 2. its default in the same file's `Default`; 3. regenerate the committed files as the failing test says.

use std::sync::LazyLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::Config;

/// One key of the configuration.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its section, without brackets.
    pub section: &'static str,
    /// Its name in the section.
    pub name: &'static str,
    /// One or a few sentences.
    pub doc: String,
    /// `None` if it is not set by default.
    pub default: Option<toml::Value>,
    /// A value to show, for keys without a default.
    pub example: Option<Value>,
    /// Never shown.
    pub secret: bool,
    kind: Kind,
}

/// What values a key takes.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Text,
    TrueOrFalse,
    List,
    Choice(Vec<String>),
    Number { whole: bool, minimum: Option<f64>, maximum: Option<f64> },
}

impl Key {
    /// The name as people write it: `section.name`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// What may be written, for error messages.
    pub fn allowed(&self) -> String {
        match &self.kind {
            Kind::Text => "a text in quotes".to_owned(),
            Kind::TrueOrFalse => "true or false".to_owned(),
            Kind::List => "a list of texts, such as [\"one\", \"two\"]".to_owned(),
            Kind::Choice(choices) => format!("\"{}\"", choices.join("\", \"")),
            Kind::Number { whole, minimum, maximum } => {
                let kind = if *whole { "a whole number" } else { "a number" };
                match (minimum, maximum) {
                    (Some(minimum), Some(maximum)) => format!("{kind} from {minimum} to {maximum}"),
                    (Some(minimum), None) => format!("{kind} of at least {minimum}"),
                    _ => kind.to_owned(),
                }
            }
        }
    }

    /// True if a number is within the key's range; other values are not limited.
    pub fn is_in_range(&self, value: &toml::Value) -> bool {
        let Kind::Number { minimum, maximum, .. } = &self.kind else { return true };
        let number = match value {
            toml::Value::Integer(number) => *number as f64,
            toml::Value::Float(number) => *number,
            _ => return true,
        };
        // Written so that NaN is outside.
        minimum.is_none_or(|minimum| number >= minimum) && maximum.is_none_or(|maximum| number <= maximum)
    }

    /// True for keys that hold several texts.
    pub fn is_list(&self) -> bool {
        self.kind == Kind::List
    }
}

/// Every key, in the order of the types.
pub fn all() -> &'static [Key] {
    static KEYS: LazyLock<Vec<Key>> = LazyLock::new(read_off_types);
    &KEYS
}

/// The key `section.name`.
pub fn find(section: &str, name: &str) -> Option<&'static Key> {
    all().iter().find(|key| key.section == section && key.name == name)
}

/// The documentation of a section.
pub fn section_doc(section: &str) -> String {
    let schema = schema();
    let doc = schema.pointer(&format!("/properties/{section}/description"));
    doc.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The JSON schema of the whole configuration.
pub fn schema() -> Schema {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<Config>()
}

/// The `section.key` that is nearest to what was written, if any is near.
pub fn nearest(section: &str, name: &str) -> Option<String> {
    let written = format!("{section}.{name}").to_lowercase();
    // The right key in the wrong section is nearer than any misspelling.
    if let Some(key) = all().iter().find(|key| key.name == name) {
        return Some(key.path());
    }
    let candidates = all().iter().map(|key| (strsim::jaro_winkler(&written, &key.path()), key.path()));
    candidates.max_by(|left, right| left.0.total_cmp(&right.0)).filter(|(score, _)| *score > 0.85).map(|(_, path)| path)
}

/// The section that is nearest to what was written, if any is near.
pub fn nearest_section(written: &str) -> Option<&'static str> {
    let sections = Config::sections().into_iter().map(|(section, _)| section);
    let scored = sections.map(|section| (strsim::jaro_winkler(&written.to_lowercase(), section), section));
    scored.max_by(|left, right| left.0.total_cmp(&right.0)).filter(|(score, _)| *score > 0.8).map(|(_, name)| name)
}

fn read_off_types() -> Vec<Key> {
    let schema = schema();
    let defaults = toml::Table::try_from(Config::default()).unwrap_or_default();
    let mut keys = Vec::new();
    for (section, names) in Config::sections() {
        for name in names {
            let empty = Value::Null;
            let property = schema.pointer(&format!("/properties/{section}/properties/{name}")).unwrap_or(&empty);
            let default = defaults.get(section).and_then(|section| section.get(name)).cloned();
            keys.push(Key {
                section,
                name,
                doc: property.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " "),
                default,
                example: property.pointer("/examples/0").cloned(),
                secret: property.to_string().contains("\"writeOnly\":true"),
                kind: kind(property),
            });
        }
    }
    keys
}

/// Reads what a key takes off its part of the schema. Optional keys allow `null` too, which TOML cannot write.
fn kind(property: &Value) -> Kind {
    let alternatives = ["oneOf", "anyOf"].iter().find_map(|name| property.get(name)?.as_array());
    if let Some(alternatives) = alternatives {
        let choices: Vec<String> =
            alternatives.iter().filter_map(|choice| choice.get("const")?.as_str().map(str::to_owned)).collect();
        return if choices.is_empty() { alternatives.first().map_or(Kind::Text, kind) } else { Kind::Choice(choices) };
    }
    let types: Vec<&str> = match property.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let bound = |name: &str| property.get(name).and_then(Value::as_f64);
    match types.iter().find(|name| **name != "null").copied() {
        Some("boolean") => Kind::TrueOrFalse,
        Some("array") => Kind::List,
        Some(number @ ("integer" | "number")) => {
            Kind::Number { whole: number == "integer", minimum: bound("minimum"), maximum: bound("maximum") }
        }
        _ => Kind::Text,
    }
}

/// The field names of a struct in the order in which they are declared; the schema has them in alphabetical order.
pub fn field_names<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut listener = FieldNames(&[]);
    // It always fails: the names are all that is wanted.
    let _ = T::deserialize(&mut listener);
    listener.0
}

/// A deserializer that only listens to which fields are asked for.
struct FieldNames(&'static [&'static str]);

impl<'de> Deserializer<'de> for &mut FieldNames {
    type Error = serde::de::value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        self.0 = fields;
        Err(Error::custom("only the names are read"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("not a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
