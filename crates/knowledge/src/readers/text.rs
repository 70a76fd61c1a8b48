//! Plain text: paragraphs, lists and headings as people type them without markup.
//!
//! Start at [`read`]. A line is taken for a heading only when its neighbours agree, since a false heading would stand
//! above everything that follows.

use std::ops::Range;

use portavoz_domain::document::{BlockKind, Format};

use super::draft::Draft;

/// Longest line that can be a heading.
const HEADING_CHARS: usize = 60;
/// Lines up to this length were ended by their writer, not by the margin.
const FREE_LINE_CHARS: usize = 55;

/// Reads a text file.
pub(super) fn read(text: String) -> Draft {
    let mut parts = Vec::new();
    let groups = groups(&text);
    for (index, group) in groups.iter().enumerate() {
        split_group(group, groups.get(index + 1), index == 0, &mut parts);
    }
    let mut draft = Draft::of_text(Format::Text, text);
    for (kind, words, span) in parts {
        draft.mark(kind, &words, span);
    }
    draft
}

/// A line with its place in the text.
type Line<'a> = (&'a str, Range<usize>);
/// A block as it is found.
type Part = (BlockKind, String, Range<usize>);

/// Lines between blank lines.
fn groups(text: &str) -> Vec<Vec<Line<'_>>> {
    let mut groups: Vec<Vec<Line<'_>>> = vec![Vec::new()];
    let mut at = 0;
    for line in text.split_inclusive(['\n', '\r', '\u{c}']) {
        let range = at..at + line.len();
        at = range.end;
        // The half of a `\r\n` that is left over is no blank line.
        if line == "\n" && text.get(..range.start).is_some_and(|before| before.ends_with('\r')) {
            continue;
        }
        if line.trim().is_empty() {
            groups.push(Vec::new());
        } else if let Some(group) = groups.last_mut() {
            group.push((line, range));
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Cuts one group into headings, list items and paragraphs.
fn split_group(group: &[Line<'_>], next: Option<&Vec<Line<'_>>>, is_first: bool, parts: &mut Vec<Part>) {
    let mut rest = group;
    while let Some(((line, span), tail)) = rest.split_first() {
        if let Some(level) = tail.first().and_then(|(below, _)| underline(below)) {
            let end = tail.first().map_or(span.end, |(_, below)| below.end);
            parts.push((BlockKind::Heading { level }, (*line).to_owned(), span.start..end));
            rest = tail.get(1..).unwrap_or_default();
        } else if let Some(words) = bullet(line) {
            let own_indent = line.len() - line.trim_start().len();
            let more = tail.iter().take_while(|(line, _)| {
                bullet(line).is_none() && (line.len() - line.trim_start().len() > own_indent || !is_free(line))
            });
            let count = more.clone().count();
            let words = std::iter::once(words).chain(more.map(|(line, _)| *line)).collect::<String>();
            parts.push((BlockKind::ListItem, words, span.start..end_of(span, tail, count)));
            rest = tail.get(count..).unwrap_or_default();
        } else if let Some(level) = heading_level(line, tail, next, is_first && parts.is_empty()) {
            parts.push((BlockKind::Heading { level }, line.trim().trim_end_matches(':').to_owned(), span.clone()));
            rest = tail;
        } else {
            let count =
                if is_separate(rest) { 0 } else { tail.iter().take_while(|(line, _)| bullet(line).is_none()).count() };
            let words = rest.iter().take(count + 1).map(|(line, _)| *line).collect::<String>();
            parts.push((BlockKind::Paragraph, words, span.start..end_of(span, tail, count)));
            rest = tail.get(count..).unwrap_or_default();
        }
    }
}

fn end_of(first: &Range<usize>, tail: &[Line<'_>], count: usize) -> usize {
    tail.get(..count).and_then(<[_]>::last).map_or(first.end, |(_, span)| span.end)
}

/// Level of the heading that a line of `===` or `---` makes of the line above it.
fn underline(line: &str) -> Option<u8> {
    let line = line.trim();
    let all = |mark: char| line.len() >= 3 && line.chars().all(|c| c == mark);
    if all('=') { Some(1) } else { all('-').then_some(2) }
}

/// The words of a list item, without its mark.
fn bullet(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|c| "-*•‣▪·–—◦".contains(*c))?;
    let words = line.get(mark.len_utf8()..)?;
    (words.starts_with([' ', '\t']) && !words.trim().is_empty()).then_some(words)
}

/// The level of a line that stands as a heading: capitals, or a short line alone above longer text or a list.
fn heading_level(line: &str, tail: &[Line<'_>], next: Option<&Vec<Line<'_>>>, is_first: bool) -> Option<u8> {
    let line = line.trim();
    let is_short = line.chars().count() <= HEADING_CHARS;
    let ends_open = line.ends_with(['.', ',', ';', '!']) || line.contains('@') || line.contains("://");
    let starts_well = line.chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric() || "¿¡".contains(c));
    if !is_short || ends_open || !starts_well {
        return None;
    }
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    if letters >= 3 && !line.chars().any(char::is_lowercase) {
        return Some(if is_first { 1 } else { 2 });
    }
    let follows = |lines: &[Line<'_>]| lines.first().is_some_and(|(line, _)| bullet(line).is_some() || !is_free(line));
    if !tail.is_empty() {
        // Directly above a list, only a colon tells a heading from a sentence.
        return (line.ends_with(':') && tail.first().is_some_and(|(line, _)| bullet(line).is_some())).then_some(3);
    }
    let is_above_text = next.is_some_and(|next| follows(next) || next.len() > 1);
    match (is_above_text || (is_first && next.is_some()), is_first) {
        (true, true) => Some(1),
        (true, false) => Some(3),
        (false, _) => None,
    }
}

/// True if the lines stand for themselves (an address, a list of facts) and are not one paragraph cut by a margin.
fn is_separate(lines: &[Line<'_>]) -> bool {
    lines.len() > 1
        && lines.iter().all(|(line, _)| {
            is_free(line)
                && line.trim_start().starts_with(|c: char| c.is_uppercase() || c.is_numeric() || "+(@".contains(c))
        })
}

fn is_free(line: &str) -> bool {
    line.trim().chars().count() <= FREE_LINE_CHARS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let draft = read(text.to_owned());
        let lines = draft.blocks().iter().map(|block| format!("{:?}|{}", block.kind, block.text));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn headings_lists_and_paragraphs_are_told_apart() {
        let text = "Marta Gil\n\nIngeniera de software con diez años de experiencia en sistemas de pago y\nen equipos repartidos por tres países.\n\nEXPERIENCIA\n\nBanco Azul\n==========\n- Migré el núcleo a Rust, con\n  cero cortes.\n- Dirigí un equipo.\n\nContacto:\n* marta@example.org\n\nTeléfono: 600\nCiudad: Vigo\n";
        insta::assert_snapshot!(shown(text), @r"
        Heading { level: 1 }|Marta Gil
        Paragraph|Ingeniera de software con diez años de experiencia en sistemas de pago y en equipos repartidos por tres países.
        Heading { level: 2 }|EXPERIENCIA
        Heading { level: 1 }|Banco Azul
        ListItem|Migré el núcleo a Rust, con cero cortes.
        ListItem|Dirigí un equipo.
        Heading { level: 3 }|Contacto
        ListItem|marta@example.org
        Paragraph|Teléfono: 600
        Paragraph|Ciudad: Vigo
        ");
    }

    #[test]
    fn windows_line_ends_make_no_extra_paragraphs() {
        assert_eq!(
            shown("una línea que sigue en la siguiente porque no cabe entera\r\naquí acaba.\r\n"),
            "Paragraph|una línea que sigue en la siguiente porque no cabe entera aquí acaba."
        );
    }
}
