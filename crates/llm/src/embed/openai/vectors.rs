//! Reads the response of an embeddings call: decimals or base64, in any order, and nothing is taken on trust.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portavoz_domain::usage::Usage;
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde_json::Value;

use crate::openai::{Failure, Redactor, from_error_object};

#[derive(Deserialize)]
struct WireResponse {
    #[serde(default)]
    data: Vec<WireVector>,
    #[serde(default)]
    usage: Option<WireUsage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct WireVector {
    #[serde(default)]
    index: Option<usize>,
    embedding: Numbers,
}

#[derive(Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    total_tokens: Option<u64>,
}

/// `expected` vectors of `dimensions` numbers (0: of any one length), in the order of the inputs, each of length 1.
pub(super) fn read(
    body: &[u8],
    expected: usize,
    dimensions: u32,
    redactor: &Redactor,
) -> Result<(Vec<Vec<f32>>, Option<Usage>), Failure> {
    let response: WireResponse = serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() {
            Failure::transient("the vectors were cut in the middle")
        } else {
            Failure::permanent("the provider's answer holds no vectors: check model and base URL")
        }
    })?;
    if let Some(error) = response.error.filter(|error| !error.is_null()) {
        return Err(from_error_object(&error, redactor));
    }
    if response.data.len() != expected {
        let given = response.data.len();
        return Err(Failure::permanent(format!("the provider gave {given} vectors for {expected} texts")));
    }
    let mut vectors: Vec<Vec<f32>> = vec![Vec::new(); expected];
    for (place, vector) in response.data.into_iter().enumerate() {
        let slot = vectors.get_mut(vector.index.unwrap_or(place)).filter(|slot| slot.is_empty());
        let slot = slot.ok_or_else(|| Failure::permanent("the provider numbered its vectors wrongly"))?;
        *slot = normalised(vector.embedding.0)?;
    }
    let length = if dimensions == 0 { vectors.first().map_or(0, Vec::len) } else { dimensions as usize };
    if let Some(other) = vectors.iter().map(Vec::len).find(|given| *given != length) {
        return Err(Failure::permanent(format!(
            "the provider gave vectors of {other} numbers where {length} were expected"
        )));
    }
    let tokens = response.usage.and_then(|usage| usage.prompt_tokens.or(usage.total_tokens));
    Ok((vectors, tokens.map(|prompt_tokens| Usage { prompt_tokens, ..Usage::default() })))
}

/// The vector at length 1, so that a dot product is the cosine.
fn normalised(mut vector: Vec<f32>) -> Result<Vec<f32>, Failure> {
    let square: f64 = vector.iter().map(|number| f64::from(*number) * f64::from(*number)).sum();
    if !square.is_finite() || square <= 0.0 {
        return Err(Failure::permanent(
            "the provider gave a vector without direction (zeros, or numbers that are none)",
        ));
    }
    let length = square.sqrt();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the result is between -1 and 1, and single precision is what is kept"
    )]
    for number in &mut vector {
        *number = (f64::from(*number) / length) as f32;
    }
    Ok(vector)
}

/// A list of numbers, a list holding that list, or base64 of little-endian single-precision numbers.
struct Numbers(Vec<f32>);

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Numbers;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("numbers or base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Numbers, E> {
                let bytes = STANDARD.decode(text).map_err(E::custom)?;
                let (numbers, rest) = bytes.as_chunks::<4>();
                if !rest.is_empty() {
                    return Err(E::custom("base64 that ends inside a number"));
                }
                Ok(Numbers(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Numbers, A::Error> {
                let mut numbers = Vec::with_capacity(list.size_hint().unwrap_or(1_536));
                while let Some(item) = list.next_element::<Item>()? {
                    match item {
                        Item::Number(number) => numbers.push(number),
                        Item::List(inner) => numbers.extend(inner),
                    }
                }
                Ok(Numbers(numbers))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Number(f32),
    List(Vec<f32>),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use crate::openai::{Connection, Timeouts, http_client};

    fn redactor() -> Redactor {
        Redactor::new(&Connection::new(http_client(&Timeouts::default()).unwrap(), "http://localhost"))
    }

    #[test]
    fn vectors_are_read_in_every_notation_and_put_in_order() {
        // 3 and 4 as little-endian single-precision numbers.
        for second in ["[3, 4]", "[[3.0, 4.0]]", "\"AABAQAAAgEA=\""] {
            let body = format!(
                r#"{{"data":[{{"index":1,"embedding":{second}}},{{"index":0,"embedding":[0, -2]}}],"usage":{{"prompt_tokens":7}}}}"#
            );
            let (vectors, usage) = read(body.as_bytes(), 2, 2, &redactor()).unwrap();
            assert_eq!(vectors, [[0.0, -1.0], [0.6, 0.8]], "{second}");
            assert_eq!(usage.unwrap().prompt_tokens, 7);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (body, words) in [
            (r#"{"data":[{"embedding":[1]}]}"#, "1 vectors for 2 texts"),
            (r#"{"data":[{"embedding":[1,0]},{"embedding":[1,0,0]}]}"#, "of 3 numbers where 2"),
            (r#"{"data":[{"index":0,"embedding":[1,0]},{"index":0,"embedding":[1,0]}]}"#, "numbered"),
            (r#"{"data":[{"index":9,"embedding":[1,0]},{"index":0,"embedding":[1,0]}]}"#, "numbered"),
            (r#"{"data":[{"embedding":[0,0]},{"embedding":[1,0]}]}"#, "without direction"),
            (r#"{"data":[{"embedding":"AAA="},{"embedding":[1,0]}]}"#, "no vectors"),
            (r#"{"data":[{"embedding":[1,0"#, "cut"),
            ("<html>", "no vectors"),
            (r#"{"error":{"message":"no such model"}}"#, "no such model"),
        ] {
            let error = read(body.as_bytes(), 2, 2, &redactor()).unwrap_err().error.to_string();
            assert!(error.contains(words), "{body}: {error}");
        }
    }
}
