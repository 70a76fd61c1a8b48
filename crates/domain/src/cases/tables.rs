//! Cases as TOML: `[[case]]` and its keys. After a mistake of syntax the rest of the file is read all the same.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use super::entry::{Entry, Field, Value};

/// The cases of a text, in their order; those with a mistake of syntax are left out.
pub(super) fn written(text: &str, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let lines = Lines::of(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let broken: Vec<usize> = errors.iter().map(|error| lines.of_span(error.span().unwrap_or(0..0))).collect();
    for (error, line) in errors.iter().zip(&broken) {
        // One mistake often makes several errors in its line; the first says what it is.
        if problems.iter().all(|known| known.line != *line) {
            problems.push(Problem::new(*line, error.message().replace('\n', ", ")));
        }
    }
    let mut entries = Vec::new();
    for (key, value) in table.get_ref() {
        let line = lines.of_span(key.span());
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("case", DeValue::Array(cases)) => {
                for case in cases.iter() {
                    match case.get_ref() {
                        DeValue::Table(fields) => entries.push(entry(&lines, case.span(), fields)),
                        _ => problems.push(Problem::new(lines.of_span(case.span()), "a case is a table of keys")),
                    }
                }
            }
            ("case", _) if broken.is_empty() => {
                problems.push(Problem::new(line, "`case` is not a list").hint("write `[[case]]` with two brackets"));
            }
            _ if broken.contains(&line) => {}
            ("case", _) => {}
            (other, _) => {
                let problem = Problem::new(line, format!("unknown key `{other}` outside of a case"));
                problems.push(problem.hint("every case begins with `[[case]]`, and its keys stand below"));
            }
        }
    }
    entries.sort_by_key(|entry| entry.line);
    let ends: Vec<usize> = entries.iter().skip(1).map(|entry| entry.line).chain([usize::MAX]).collect();
    let is_whole = |range: Range<usize>| !broken.iter().any(|line| range.contains(line));
    entries.into_iter().zip(ends).filter(|(entry, end)| is_whole(entry.line..*end)).map(|(entry, _)| entry).collect()
}

fn entry(lines: &Lines, span: Range<usize>, table: &DeTable<'_>) -> Entry {
    let mut fields = fields(lines, table);
    fields.sort_by_key(|field| field.line);
    Entry { line: lines.of_span(span), fields }
}

fn fields(lines: &Lines, table: &DeTable<'_>) -> Vec<Field> {
    let field = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let key: &Spanned<std::borrow::Cow<'_, str>> = key;
        Field { key: key.get_ref().to_string(), line: lines.of_span(key.span()), value: of(lines, value.get_ref()) }
    };
    table.iter().map(field).collect()
}

fn of(lines: &Lines, value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(_) | DeValue::Float(_) => Value::Other("a number"),
        DeValue::Boolean(_) => Value::Other("yes or no"),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| (lines.of_span(item.span()), of(lines, item.get_ref()))).collect())
        }
        DeValue::Table(table) => Value::Table(fields(lines, table)),
    }
}

/// Where the lines of a text end, in bytes.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(place, _)| place).collect())
    }

    /// The line on which a span begins, from 1.
    fn of_span(&self, span: Range<usize>) -> usize {
        self.0.partition_point(|end| *end < span.start) + 1
    }
}
