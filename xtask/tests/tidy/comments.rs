//! What every file says of itself: modules open with what they own, dependencies with what they are for.

use crate::tree::{File, assert_none, files};

/// Every Rust file opens with `//!`, except the tests of a module, which that module describes.
fn opens_silently(file: &File) -> Option<String> {
    let opens = file.text.starts_with("//! ") || file.path.ends_with("/tests.rs");
    (!opens).then(|| format!("{}: open with `//!`: what it owns, what not, where to start", file.path))
}

#[test]
fn every_module_says_what_it_owns() {
    let complaints: Vec<String> = files().iter().filter(|file| file.is(&["rs"])).filter_map(opens_silently).collect();
    assert_none(&complaints);
}

#[test]
fn a_silent_module_is_found() {
    assert!(opens_silently(&File::new("a.rs", "use std::fs;\n")).is_some());
    assert!(opens_silently(&File::new("a.rs", "")).is_some());
    assert!(opens_silently(&File::new("a.rs", "//! Words.\nuse std::fs;\n")).is_none());
}

/// Every dependency of the root manifest ends with a comment. Crates of ours have their own `//!`.
fn unexplained_dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.split("\n[workspace.dependencies]\n").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let mut complaints = Vec::new();
    let mut open_brackets = 0_i32;
    for line in section.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (declaration, comment) = line.split_once(" # ").unwrap_or((line, ""));
        open_brackets += declaration
            .chars()
            .map(|character| match character {
                '[' | '{' => 1,
                ']' | '}' => -1,
                _ => 0,
            })
            .sum::<i32>();
        if open_brackets == 0 && comment.trim().is_empty() && !declaration.contains("path = ") {
            complaints.push(format!("Cargo.toml: say in a comment on the same line what this is for: {declaration}"));
        }
    }
    complaints
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = files().iter().find(|file| file.path == "Cargo.toml").expect("the workspace has a manifest");
    assert!(manifest.text.contains("\n[workspace.dependencies]\n"), "the section that this rule reads is gone");
    assert_none(&unexplained_dependencies(&manifest.text));
}

#[test]
fn an_unexplained_dependency_is_found() {
    let manifest = "[a]\n[workspace.dependencies]\n# group\na = \"1\" # why\nb = { version = \"1\", features = [\n  \"x\",\n] } # why\nc = \"1\"\nd = { path = \"d\" }\n\n[b]\ne = 1\n";
    assert_eq!(unexplained_dependencies(manifest).len(), 1);
}
