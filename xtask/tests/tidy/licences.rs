//! Licences of everything that is linked: the allow-list of `deny.toml`, checked without network or further tools.
//!
//! `cargo deny check licenses` reads the same file and says the same; it takes minutes to install, this takes none.

use std::collections::BTreeSet;

use crate::tree::{assert_none, packages, root_toml};

/// True if an SPDX expression can be satisfied with the licences allowed: `A OR B` by one, `A AND B` by both.
/// `A WITH x` is its own licence. The old form `A/B` means `A OR B`.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut tokens = Vec::new();
    for word in spaced.split_whitespace() {
        let after_with = tokens.last().is_some_and(|last: &String| last.ends_with(" WITH"));
        match (word, tokens.last_mut()) {
            ("WITH", Some(last)) => last.push_str(" WITH"),
            (word, Some(last)) if after_with => {
                last.push(' ');
                last.push_str(word);
            }
            _ => tokens.push(word.to_owned()),
        }
    }
    let mut position = 0;
    let verdict = any_of(&tokens, &mut position, allowed);
    verdict && position == tokens.len()
}

/// `term OR term OR ...`
fn any_of(tokens: &[String], position: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut verdict = all_of(tokens, position, allowed);
    while tokens.get(*position).is_some_and(|token| token == "OR") {
        *position += 1;
        verdict |= all_of(tokens, position, allowed);
    }
    verdict
}

/// `licence AND licence AND ...`, which binds closer than OR.
fn all_of(tokens: &[String], position: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut verdict = one(tokens, position, allowed);
    while tokens.get(*position).is_some_and(|token| token == "AND") {
        *position += 1;
        verdict &= one(tokens, position, allowed);
    }
    verdict
}

/// A licence or an expression in parentheses.
fn one(tokens: &[String], position: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let token = tokens.get(*position).map_or("", String::as_str);
    *position += 1;
    if token == "(" {
        let verdict = any_of(tokens, position, allowed);
        *position += 1;
        return verdict;
    }
    allowed.contains(token)
}

/// The licences that `deny.toml` allows everyone.
fn allow_list() -> BTreeSet<String> {
    let deny = root_toml("deny.toml");
    let list = deny["licenses"]["allow"].as_array().expect("deny.toml allows licences");
    list.iter().filter_map(|licence| licence.as_str()).map(str::to_owned).collect()
}

/// The licences that `deny.toml` allows single packages.
fn exceptions() -> Vec<(String, BTreeSet<String>)> {
    let deny = root_toml("deny.toml");
    let entries = deny["licenses"].get("exceptions").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let exception = |entry: &toml::Value| {
        let allowed = entry["allow"].as_array()?.iter().filter_map(|licence| licence.as_str()).map(str::to_owned);
        Some((entry["crate"].as_str()?.to_owned(), allowed.collect()))
    };
    entries.iter().filter_map(exception).collect()
}

#[test]
fn every_package_is_under_an_allowed_licence() {
    let (allowed, exceptions) = (allow_list(), exceptions());
    let complaints: Vec<String> = packages()
        .filter_map(|package| {
            let (name, licence) = (package["name"].as_str()?, package["license"].as_str().unwrap_or("none stated"));
            let excused = exceptions.iter().any(|(excused, more)| excused == name && is_allowed(licence, more));
            let fits = excused || is_allowed(licence, &allowed);
            (!fits).then(|| format!("`{name}` is under `{licence}`, which deny.toml does not allow"))
        })
        .collect();
    assert_none(&complaints);
}

#[test]
fn allowed_licences_are_needed() {
    let used: String =
        packages().filter_map(|package| package["license"].as_str()).map(|text| format!(" {text} ")).collect();
    let needless = allow_list().into_iter().filter(|licence| !used.contains(licence.as_str()));
    assert_none(&needless.map(|licence| format!("deny.toml: nothing is under `{licence}`")).collect::<Vec<_>>());
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0 AND MIT OR Apache-2.0", true),
        ("GPL-3.0 AND (MIT OR Apache-2.0)", false),
        ("(MIT OR GPL-3.0) AND Apache-2.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT WITH LLVM-exception", false),
        ("none stated", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
    }
}
