//! Cases as JSON, one object a line.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::Problem;
use super::entry::{Entry, Field, Value};

/// The cases of a text, in their order; lines that are no JSON objects are left out.
pub(super) fn written(text: &str, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        if content.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Json>(content) {
            Ok(Json::Table(fields)) => {
                entries.push(Entry { line, fields: fields.into_iter().map(|field| of_field(line, field)).collect() });
            }
            Ok(_) => {
                let problem = Problem::new(line, "the line is no JSON object");
                problems.push(problem.hint("write one case a line: {\"question\": \"...\"}"));
            }
            Err(error) => {
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default().to_owned();
                let problem = Problem::new(line, format!("not valid JSON at column {}: {message}", error.column()));
                problems.push(problem.hint("every line is one whole object"));
            }
        }
    }
    entries
}

fn of_field(line: usize, (key, value): (String, Json)) -> Field {
    Field { key, line, value: of(line, value) }
}

fn of(line: usize, value: Json) -> Value {
    match value {
        Json::Text(text) => Value::Text(text),
        Json::List(items) => Value::List(items.into_iter().map(|item| (line, of(line, item))).collect()),
        Json::Table(fields) => Value::Table(fields.into_iter().map(|field| of_field(line, field)).collect()),
        Json::Nothing => Value::Nothing,
        Json::Other(kind) => Value::Other(kind),
    }
}

/// A JSON value that keeps keys which stand twice: `serde_json`'s own forgets the first of them.
enum Json {
    Text(String),
    List(Vec<Json>),
    Table(Vec<(String, Json)>),
    Nothing,
    Other(&'static str),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other("yes or no"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other("a number"))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            fields.push(pair);
        }
        Ok(Json::Table(fields))
    }
}
