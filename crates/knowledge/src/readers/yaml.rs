//! The small part of YAML that people write in front matter and FAQ files.
//!
//! Flat mappings of `key: value`, quoted or not; lists as `[a, b]` or as `- a` lines; `|` and `>` blocks; comments.
//! Nested mappings are skipped, since no key we know is inside one. It never fails: what it cannot read is left out.

/// The value of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// One scalar, unquoted.
    Text(String),
    /// A list of scalars.
    List(Vec<String>),
}

impl Value {
    /// The scalar, or the parts of a list joined by a comma.
    pub fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::List(parts) => parts.join(", "),
        }
    }

    /// The list, or a scalar taken as a list separated by commas.
    pub fn into_list(self) -> Vec<String> {
        match self {
            Self::List(parts) => parts,
            Self::Text(text) => split_commas(&text),
        }
    }
}

/// Reads a flat mapping, in order. The keys are those of the least indented lines.
pub(super) fn mapping(text: &str) -> Vec<(String, Value)> {
    let lines: Vec<&str> = text.lines().collect();
    let base = lines.iter().filter(|line| is_content(line)).map(|line| indent(line)).min().unwrap_or(0);
    let mut pairs = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if !is_content(line) || indent(line) != base {
            continue;
        }
        let Some((key, rest)) = key_and_rest(line.trim()) else { continue };
        let body_end = lines
            .iter()
            .enumerate()
            .skip(at)
            .find(|(_, line)| !line.trim().is_empty() && !belongs(line, base))
            .map_or(lines.len(), |(index, _)| index);
        let body = lines.get(at..body_end).unwrap_or_default();
        at = body_end;
        pairs.push((key, value(rest, body)));
    }
    pairs
}

/// Reads a list of flat mappings: each item begins with `- ` at the least indented level.
pub(super) fn mappings(text: &str) -> Vec<Vec<(String, Value)>> {
    let base = text.lines().filter(|line| is_content(line) && line.trim_start().starts_with("- ")).map(indent).min();
    let Some(base) = base else { return Vec::new() };
    let mut items: Vec<String> = Vec::new();
    for line in text.lines() {
        if is_content(line) && indent(line) == base && line.trim_start().starts_with("- ") {
            // The dash counts as indentation, so that the first key lines up with the others.
            items.push(format!("{}  {}", " ".repeat(base), line.trim_start().get(2..).unwrap_or_default()));
        } else if let Some(item) = items.last_mut() {
            item.push('\n');
            item.push_str(line);
        }
    }
    items.iter().map(|item| mapping(item)).collect()
}

/// Lines below a key belong to it when they are indented, or are items of its list.
fn belongs(line: &str, base: usize) -> bool {
    indent(line) > base || (indent(line) == base && (line.trim_start().starts_with("- ") || line.trim() == "-"))
}

fn value(rest: &str, body: &[&str]) -> Value {
    let rest = without_comment(rest);
    if rest.starts_with('|') || rest.starts_with('>') {
        let lines: Vec<&str> = body.iter().map(|line| line.trim()).collect();
        let glue = if rest.starts_with('|') { "\n" } else { " " };
        return Value::Text(lines.join(glue).trim().to_owned());
    }
    if let Some(inner) = rest.strip_prefix('[') {
        let whole = [inner].into_iter().chain(body.iter().map(|line| line.trim())).collect::<Vec<_>>().join(" ");
        return Value::List(split_commas(whole.trim_end().trim_end_matches(']')));
    }
    if rest.is_empty() {
        let items = body.iter().map(|line| without_comment(line.trim())).filter_map(|line| line.strip_prefix('-'));
        return Value::List(items.map(|item| unquote(item.trim())).filter(|item| !item.is_empty()).collect());
    }
    // A long scalar may run on over indented lines.
    let whole = [rest].into_iter().chain(body.iter().map(|line| line.trim())).collect::<Vec<_>>().join(" ");
    Value::Text(unquote(whole.trim()))
}

/// `key: value`; a colon inside a word (a URL, an hour) ends no key.
fn key_and_rest(line: &str) -> Option<(String, &str)> {
    let (key, rest) = line.split_once(':')?;
    let key = unquote(key.trim()).to_lowercase();
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c));
    (is_key && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some((key, rest.trim()))
}

/// Takes the quotes off a scalar, and their escapes with them.
fn unquote(text: &str) -> String {
    let inner = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if let Some(inner) = inner('"') {
        inner.replace("\\n", "\n").replace("\\t", " ").replace("\\\"", "\"").replace("\\\\", "\\")
    } else if let Some(inner) = inner('\'') {
        inner.replace("''", "'")
    } else {
        text.to_owned()
    }
}

/// Splits at commas outside quotes.
fn split_commas(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote: Option<char> = None;
    for character in text.chars() {
        match quote {
            None if character == ',' => parts.push(String::new()),
            _ => {
                if quote == Some(character) {
                    quote = None;
                } else if quote.is_none()
                    && matches!(character, '"' | '\'')
                    && parts.last().is_none_or(|p| p.trim().is_empty())
                {
                    quote = Some(character);
                }
                if let Some(part) = parts.last_mut() {
                    part.push(character);
                }
            }
        }
    }
    parts.iter().map(|part| unquote(part.trim())).filter(|part| !part.is_empty()).collect()
}

/// A `#` begins a comment at the beginning or behind white space, outside quotes.
fn without_comment(text: &str) -> &str {
    if text.starts_with(['"', '\'']) || !text.contains('#') {
        return text.trim();
    }
    let mut before = ' ';
    for (index, character) in text.char_indices() {
        if character == '#' && before.is_whitespace() {
            return text.get(..index).unwrap_or_default().trim();
        }
        before = character;
    }
    text.trim()
}

fn is_content(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    fn list(parts: &[&str]) -> Value {
        Value::List(parts.iter().map(|part| (*part).to_owned()).collect())
    }

    #[test]
    fn flat_values_are_read_as_people_write_them() {
        for (line, expected) in [
            ("k: plain words", text("plain words")),
            ("k: \"quoted: # \\\"so\\\"\"", text("quoted: # \"so\"")),
            ("k: 'it''s'", text("it's")),
            ("k: value # comment", text("value")),
            ("k: https://a.example/x#y", text("https://a.example/x#y")),
            ("k: [a, \"b, c\", d]", list(&["a", "b, c", "d"])),
            ("k:\n  - a\n  - 'b'\n", list(&["a", "b"])),
            ("k:\n- a\n- b\n", list(&["a", "b"])),
            ("k: |\n  one\n  two\n", text("one\ntwo")),
            ("k: >-\n  one\n  two\n", text("one two")),
            ("k: one\n  two\n", text("one two")),
            ("K : v", text("v")),
            ("k:", list(&[])),
        ] {
            assert_eq!(mapping(line), [("k".to_owned(), expected)], "{line}");
        }
    }

    #[test]
    fn nested_and_broken_lines_do_not_disturb_their_neighbours() {
        let pairs = mapping("# top\nmenu:\n  main:\n    weight: 3\n::\nnot a pair\ntitle: X\n");
        assert_eq!(pairs.last(), Some(&("title".to_owned(), text("X"))));
    }

    #[test]
    fn a_list_of_mappings_is_read() {
        let items = mappings(
            "# faq\n- question: ¿Uno?\n  answer: |\n    Sí.\n    Y más.\n-   question: ¿Dos?\n    answer: No\n",
        );
        assert_eq!(items.len(), 2);
        assert_eq!(items.first().and_then(|item| item.last()), Some(&("answer".to_owned(), text("Sí.\nY más."))));
        assert_eq!(items.last().and_then(|item| item.first()), Some(&("question".to_owned(), text("¿Dos?"))));
    }
}
