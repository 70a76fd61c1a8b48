//! Cases as a TOML file that people like to read and to go on writing.

use super::Case;

/// A list that makes its line longer than this is written one item a line, in characters.
const MAX_LINE: usize = 110;

/// The cases as a TOML file, which [`read`](super::read) gives back as they are.
pub fn to_toml(cases: &[Case]) -> String {
    cases.iter().map(table).collect::<Vec<_>>().join("\n")
}

fn table(case: &Case) -> String {
    let mut text = "[[case]]\n".to_owned();
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!("{key} = {value}\n"));
        }
    };
    line("id", (!case.id.is_empty()).then(|| quoted(&case.id)));
    line("question", Some(quoted(&case.question)));
    line("before", list("before", &case.before));
    line("language", case.language.map(|language| quoted(language.code())));
    line("expect", case.expect.map(|outcome| quoted(outcome.name())));
    line("topics", list("topics", &case.topics));
    line("must", list("must", &case.must));
    line("must_not", list("must_not", &case.must_not));
    line("reference", case.reference.as_deref().map(quoted));
    line("sources", list("sources", &case.sources));
    line("without", list("without", &case.without));
    line("tags", list("tags", &case.tags));
    line(
        "origin",
        case.origin.as_ref().map(|origin| match origin.note.as_str() {
            "" => quoted(origin.kind.name()),
            note => format!("{{ kind = {}, note = {} }}", quoted(origin.kind.name()), quoted(note)),
        }),
    );
    text
}

fn list(key: &str, items: &[String]) -> Option<String> {
    if items.is_empty() {
        return None;
    }
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    let row = format!("[{}]", items.join(", "));
    if key.len() + row.chars().count() <= MAX_LINE {
        return Some(row);
    }
    Some(format!("[\n{}]", items.iter().map(|item| format!("  {item},\n")).collect::<String>()))
}

/// In the quotes that make the text easiest to read. Line breaks are written as `\n`, because questions and answers of
/// more than one line are rare and an indent would become part of them.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains(|letter: char| letter == '\'' || letter.is_control()) {
        return format!("'{text}'");
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            _ if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
