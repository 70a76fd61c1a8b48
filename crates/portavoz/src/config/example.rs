//! The files made from the types: the commented example and the schema. A test keeps the committed ones up to date.

use std::fmt::Write;

use super::Config;
use super::keys::{self, Key};

/// Widest line of a comment.
const WIDTH: usize = 100;

/// `portavoz.example.toml`: every key with its documentation and default, commented out.
pub fn example() -> String {
    let mut text = String::from(
        "# Every key of portavoz.toml with its default. Copy what you want to change; everything may be left out.\n\
         # Each key can also be set by a variable, PORTAVOZ_SECTION__KEY: PORTAVOZ_RETRIEVAL__MAX_RESULTS=6.\n\
         # Made from the program's own types by `portavoz config example`.\n",
    );
    for (section, names) in Config::sections() {
        text.push('\n');
        push_comment(&mut text, &keys::section_doc(section));
        let _ = writeln!(text, "[{section}]");
        for key in names.iter().filter_map(|name| keys::find(section, name)) {
            push_comment(&mut text, &key.doc);
            let _ = writeln!(text, "# {} = {}", key.name, shown_value(key));
        }
    }
    text
}

/// `docs/config.schema.json`.
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&keys::schema()).unwrap_or_default();
    text.push('\n');
    text
}

/// The default, or an example where there is none.
fn shown_value(key: &Key) -> String {
    match (&key.default, &key.example) {
        (Some(default), _) => default.to_string(),
        (None, Some(example)) => example.to_string(),
        (None, None) => "\"\"".to_owned(),
    }
}

/// Adds a comment, broken between words.
fn push_comment(text: &mut String, comment: &str) {
    let mut width = 0;
    for word in comment.split_whitespace() {
        let word_width = word.chars().count();
        if width == 0 {
            text.push('#');
            width = 1;
        } else if width + 1 + word_width > WIDTH {
            text.push_str("\n#");
            width = 1;
        }
        text.push(' ');
        text.push_str(word);
        width += 1 + word_width;
    }
    if width > 0 {
        text.push('\n');
    }
}
