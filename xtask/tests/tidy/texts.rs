//! Texts that must not be committed: unfinished work, paths of somebody's machine, addresses of package registries.

use crate::tree::{File, assert_none, files};

/// This file names what it forbids; the lock file names cargo's registry by necessity.
const EXEMPT: [&str; 2] = ["xtask/tests/tidy/texts.rs", "Cargo.lock"];

/// What is forbidden, and what to do about it.
const FORBIDDEN: [(&str, &str); 12] = [
    ("TODO", "do it, or say in words what is left out"),
    ("FIXME", "mend it, or say in words what is left out"),
    ("XXX", "mend it, or say in words what is left out"),
    ("/root/", "a path of one machine"),
    ("/work/main", "a path of one machine"),
    ("/work/shared", "a path of one machine"),
    ("/tmp/helpers", "a path of one machine"),
    ("C:\\Users", "a path of one machine"),
    ("registry.npmjs.org", "the address of a registry; a mirror must do as well"),
    ("pypi.org", "the address of a registry; a mirror must do as well"),
    ("files.pythonhosted.org", "the address of a registry; a mirror must do as well"),
    ("index.crates.io", "the address of a registry; a mirror must do as well"),
];

fn forbidden(file: &File) -> Vec<String> {
    file.lines()
        .flat_map(|(number, line)| {
            let found = FORBIDDEN.iter().filter(|(text, _)| contains_word(line, text));
            found.map(move |(text, advice)| format!("{}:{number}: `{text}`: {advice}", file.path))
        })
        .collect()
}

/// `TODO` is a mark; the Spanish word `TODOS` in a heading is not.
fn contains_word(line: &str, text: &str) -> bool {
    line.match_indices(text).any(|(start, _)| {
        let before = line.get(..start).and_then(|part| part.chars().next_back());
        let after = line.get(start + text.len()..).and_then(|part| part.chars().next());
        let is_letter = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
        let is_mark = text.chars().all(char::is_uppercase);
        !is_mark || (!is_letter(before) && !is_letter(after))
    })
}

#[test]
fn nothing_forbidden_is_committed() {
    let looked_at = files().iter().filter(|file| !EXEMPT.contains(&file.path.as_str()));
    let complaints: Vec<String> = looked_at.flat_map(forbidden).collect();
    assert_none(&complaints);
}

#[test]
fn modules_live_beside_their_folder() {
    let complaints: Vec<String> = files()
        .iter()
        .filter(|file| file.path.ends_with("/mod.rs"))
        .map(|file| format!("{}: call it `foo.rs` beside the folder `foo/`", file.path))
        .collect();
    assert_none(&complaints);
}

#[test]
fn forbidden_texts_are_found() {
    for (text, expected) in [
        ("// TODO: later", 1),
        ("PARA TODOS LOS PÚBLICOS", 0),
        ("\"resolved\": \"https://registry.npmjs.org/openai\"", 1),
        ("let path = \"/root/portavoz\";", 1),
        ("a call to do", 0),
    ] {
        assert_eq!(forbidden(&File::new("a.md", text)).len(), expected, "{text}");
    }
}
