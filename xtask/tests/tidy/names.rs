//! Names that say nothing about what a thing is. Find the field's word instead (`docs/glossary.md`).

use crate::tree::{File, assert_none, code_of, files, words};

/// Parts of a name that are not allowed in types, functions, modules and files.
const BANNED: [&str; 10] =
    ["manager", "helper", "helpers", "util", "utils", "data", "info", "processor", "handler", "handlers"];

/// Names that contain a banned part and are right: name, and why.
const ALLOWED: [(&str, &str); 2] = [
    ("make_data_folder", "the folder that the flag `--data` names"),
    ("user_data_folder", "the folder that the flag `--data` names, where the system keeps users' data"),
];

/// This file shows the rule what it forbids.
const EXEMPT: &str = "xtask/tests/tidy/names.rs";

/// Keywords that are followed by the name of an item.
const ITEMS: [&str; 7] = ["struct", "enum", "trait", "type", "fn", "mod", "union"];

/// The parts of a name: `SiteDataManager` and `site_data_manager` alike.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut previous_is_lower = false;
    for character in name.chars() {
        if character == '_' || (character.is_uppercase() && previous_is_lower) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| character != '_') {
            part.extend(character.to_lowercase());
        }
        previous_is_lower = character.is_lowercase() || character.is_numeric();
    }
    parts
}

/// HTTP's own word is right where HTTP is spoken.
fn is_banned(name: &str, path: &str) -> bool {
    let speaks_http = path.starts_with("crates/server/");
    parts(name).iter().any(|part| BANNED.contains(&part.as_str()) && !(speaks_http && part.starts_with("handler")))
}

/// Names of the items that a line declares.
fn declared(line: &str) -> impl Iterator<Item = &str> {
    let all: Vec<&str> = words(code_of(line)).collect();
    let pairs: Vec<&str> = all.windows(2).filter(|pair| ITEMS.contains(&pair[0])).map(|pair| pair[1]).collect();
    pairs.into_iter()
}

fn banned_names(file: &File, allowed: &[(&str, &str)]) -> Vec<String> {
    let stem = file.path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
    let file_name = is_banned(stem, &file.path).then(|| format!("{}: rename the file", file.path));
    let items = file.lines().flat_map(|(number, line)| {
        let names = declared(line).filter(|name| !allowed.iter().any(|(right, _)| right == name));
        let banned = names.filter(|name| is_banned(name, &file.path));
        banned.map(move |name| format!("{}:{number}: `{name}` says nothing; find the field's word", file.path))
    });
    file_name.into_iter().chain(items).collect()
}

#[test]
fn names_say_what_things_are() {
    let complaints: Vec<String> = files()
        .iter()
        .filter(|file| file.is(&["rs"]) && file.path != EXEMPT)
        .flat_map(|file| banned_names(file, &ALLOWED))
        .collect();
    assert_none(&complaints);
}

#[test]
fn exceptions_are_needed() {
    let declares =
        |right: &str| files().iter().flat_map(File::lines).any(|(_, line)| declared(line).any(|name| name == right));
    let needless = ALLOWED.iter().filter(|(right, _)| !declares(right));
    assert_none(&needless.map(|(right, _)| format!("`{right}` needs no exception any more")).collect::<Vec<_>>());
}

#[test]
fn names_that_say_nothing_are_found() {
    for (path, text, expected) in [
        ("crates/app/src/a.rs", "pub struct TurnManager;", 1),
        ("crates/app/src/a.rs", "pub fn site_data() {}", 1),
        ("crates/app/src/a.rs", "fn update_metadata() {} // fn data()", 0),
        ("crates/app/src/utils.rs", "fn ask() {}", 1),
        ("crates/server/src/a.rs", "fn handler() {}", 0),
        ("crates/app/src/a.rs", "type Handler = u8; let data = 1;", 1),
    ] {
        assert_eq!(banned_names(&File::new(path, text), &[]).len(), expected, "{path}: {text}");
    }
}
