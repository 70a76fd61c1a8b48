//! The form of a cassette.

use std::path::PathBuf;

use serde::Deserialize;

/// A scripted conversation with a server, and what it must come to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    /// Which fault or dialect this is, and where it was seen.
    #[allow(dead_code, reason = "read by people")]
    pub about: String,
    /// The model that is asked.
    #[serde(default = "mini")]
    pub model: String,
    /// Whether a stream is asked for.
    #[serde(default = "yes")]
    pub stream: bool,
    /// Appended to the server's address to make the base URL.
    #[serde(default)]
    pub base_path: String,
    /// Requests in order, each with its response.
    pub exchange: Vec<Exchange>,
    pub outcome: Expected,
}

/// One request and its response.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    #[serde(default = "completions")]
    pub path: String,
    #[serde(default = "post")]
    pub method: String,
    /// Fields that the body must have, with these values.
    #[serde(default)]
    pub has: toml::Table,
    /// Fields that the body must not have.
    #[serde(default)]
    pub lacks: Vec<String>,
    #[serde(default = "ok")]
    pub status: u16,
    #[serde(default)]
    pub headers: toml::Table,
    /// How the end of the body is told: `chunked`, `length` (of `body`), `close`.
    #[serde(default = "chunked")]
    pub framing: String,
    #[serde(default)]
    pub body: Vec<Step>,
}

/// A step of sending a body.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "the form wants a value where the name says all")]
pub enum Step {
    /// Bytes, as text.
    Send(String),
    /// The same, one byte at a time.
    Dribble(String),
    /// Bytes, as hexadecimal digits.
    Hex(String),
    /// Nothing, for so long.
    PauseMs(u64),
    /// The connection is closed here, whatever the framing promised.
    Cut(bool),
    /// Nothing more ever comes, and the connection stays open.
    Hang(bool),
}

/// What the calls must come to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    #[serde(default)]
    pub text: String,
    /// The code of the error; nothing for success.
    pub error: Option<String>,
    /// Words of the error's text.
    #[serde(default)]
    pub says: Vec<String>,
    /// True if text was given out before the error.
    #[serde(default)]
    pub late: bool,
    pub finish_reason: Option<String>,
    pub response_model: Option<String>,
    pub service_tier: Option<String>,
    /// prompt, cached, cache-write, completion, reasoning; nothing if the provider did not say.
    pub usage: Option<[u64; 5]>,
    /// Paused time that must have passed, in milliseconds.
    pub took_ms: Option<u64>,
}

fn mini() -> String {
    "gpt-4o-mini".to_owned()
}

const fn yes() -> bool {
    true
}

const fn ok() -> u16 {
    200
}

fn post() -> String {
    "POST".to_owned()
}

fn completions() -> String {
    "/v1/chat/completions".to_owned()
}

fn chunked() -> String {
    "chunked".to_owned()
}

/// Where cassettes are kept.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cassettes")
}

/// The names of all cassettes.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Reads the cassette `name`.
pub fn read(name: &str) -> Cassette {
    let path = folder().join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}
