//! The walls between the crates: who may depend on whom, and what the pure crates may do.

use std::collections::BTreeSet;

use crate::tree::{File, assert_none, code_of, files, members, root, words};

/// The drawing of ARCHITECTURE.md. Another edge needs a change of the drawing in the same commit.
const EDGES: [(&str, &[&str]); 10] = [
    ("portavoz-text", &[]),
    ("portavoz-stats", &[]),
    ("portavoz-domain", &["text"]),
    ("portavoz-knowledge", &["domain", "text"]),
    ("portavoz-llm", &["domain", "text"]),
    ("portavoz-storage", &["domain", "text"]),
    ("portavoz-app", &["domain", "knowledge", "llm", "stats", "storage", "text"]),
    ("portavoz-server", &["app", "domain", "text"]),
    ("portavoz", &["app", "domain", "knowledge", "llm", "server", "storage", "text"]),
    ("xtask", &["stats"]),
];

/// Crates without IO, async, clock and randomness, and the only packages that they may use.
const PURE: [(&str, &[&str]); 3] = [
    ("text", &["lingua", "rust-stemmers", "serde", "thiserror", "unicode-normalization"]),
    ("domain", &["minijinja", "serde", "serde_json", "thiserror", "time", "toml", "uuid"]),
    ("stats", &["thiserror"]),
];

/// Words that have no place in a pure crate.
const IMPURE_WORDS: [&str; 10] =
    ["async", "await", "env", "fs", "net", "process", "thread", "Instant", "SystemTime", "now_utc"];

/// Dependencies that ship; those of tests and build scripts are free.
fn dependencies(package: &serde_json::Value) -> impl Iterator<Item = &str> {
    let all = package["dependencies"].as_array().into_iter().flatten();
    all.filter(|dependency| dependency["kind"].is_null()).filter_map(|dependency| dependency["name"].as_str())
}

fn undrawn_edges<'a>(from: &str, to: impl Iterator<Item = &'a str>) -> Vec<String> {
    let Some((_, drawn)) = EDGES.iter().find(|(name, _)| *name == from) else {
        return vec![format!("package `{from}` is not drawn: add it to ARCHITECTURE.md and to `EDGES`")];
    };
    to.filter_map(|name| name.strip_prefix("portavoz-"))
        .filter(|name| !drawn.contains(name))
        .map(|name| format!("`{from}` depends on `portavoz-{name}`, which ARCHITECTURE.md does not draw"))
        .collect()
}

#[test]
fn crates_depend_on_each_other_only_as_drawn() {
    let complaints: Vec<String> = members()
        .filter_map(|package| Some((package["name"].as_str()?, package)))
        .flat_map(|(name, package)| undrawn_edges(name, dependencies(package)))
        .collect();
    assert_none(&complaints);
}

#[test]
fn every_crate_of_the_drawing_exists_and_is_described() {
    let names: BTreeSet<&str> = members().filter_map(|package| package["name"].as_str()).collect();
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the house is described");
    let complaints: Vec<String> = EDGES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !names.contains(name) || !text.contains(name.trim_start_matches("portavoz-")))
        .map(|name| format!("`{name}` is missing from the workspace or from ARCHITECTURE.md"))
        .collect();
    assert_none(&complaints);
}

#[test]
fn an_edge_that_is_not_drawn_is_found() {
    let names = ["serde", "portavoz-text", "portavoz-llm"];
    assert_eq!(
        undrawn_edges("portavoz-domain", names.into_iter()),
        ["`portavoz-domain` depends on `portavoz-llm`, which ARCHITECTURE.md does not draw"]
    );
    assert_eq!(undrawn_edges("portavoz-core", std::iter::empty()).len(), 1);
}

#[test]
fn pure_crates_use_only_pure_packages() {
    let complaints: Vec<String> = PURE
        .iter()
        .flat_map(|(name, allowed)| {
            let package = members().find(|package| package["name"] == format!("portavoz-{name}"));
            let package = package.expect("the pure crates exist");
            dependencies(package)
                .filter(|dependency| !dependency.starts_with("portavoz-") && !allowed.contains(dependency))
                .map(move |dependency| format!("`{name}` is pure and depends on `{dependency}`"))
        })
        .collect();
    assert_none(&complaints);
}

/// Words of code that reach outside, with their places.
fn impurities(file: &File) -> Vec<String> {
    file.lines()
        .filter(|(_, line)| !line.contains("include_str!"))
        .flat_map(|(number, line)| {
            let code = code_of(line);
            let found = words(code).filter(|word| IMPURE_WORDS.contains(word) && reaches_out(code, word));
            found.map(move |word| format!("{}:{number}: `{word}` in a pure crate", file.path))
        })
        .collect()
}

/// A module of the standard library counts only as a path (`std::fs`), so that a variable may be called `process`.
fn reaches_out(code: &str, word: &str) -> bool {
    let is_module = word.chars().all(|character| character.is_ascii_lowercase()) && !word.starts_with('a');
    !is_module || code.contains(&format!("std::{word}"))
}

#[test]
fn pure_crates_reach_for_nothing_outside() {
    let is_pure = |file: &&File| PURE.iter().any(|(name, _)| file.path.starts_with(&format!("crates/{name}/src/")));
    let complaints: Vec<String> =
        files().iter().filter(is_pure).filter(|file| file.is(&["rs"])).flat_map(impurities).collect();
    assert_none(&complaints);
}

#[test]
fn reaching_outside_is_found() {
    for (text, expected) in [
        ("let now = std::time::SystemTime::now();", 1),
        ("pub async fn answer() {}", 1),
        ("use std::fs;", 1),
        ("let process = 3; // std::fs in a comment", 0),
        ("let net = price - discount;", 0),
    ] {
        assert_eq!(impurities(&File::new("crates/text/src/a.rs", text)).len(), expected, "{text}");
    }
}
