//! Running headers, footers and page numbers: they stand between two halves of a sentence on every page.

use std::collections::HashMap;

use super::rows::{PagePieces, Piece, by_row};

/// Rows at the top and at the bottom of a page that can be running.
const EDGE_ROWS: usize = 2;

/// Takes out rows that repeat at the edge of pages, the page's own number apart. A header's first appearance stays: it may be the
/// only place where the owner's name stands. Page numbers go everywhere.
pub(super) fn without_repeats(pages: Vec<PagePieces>) -> Vec<PagePieces> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut rows_of: Vec<Vec<Vec<Piece>>> = pages.iter().map(|page| by_row(page.upright.clone())).collect();
    for (number, rows) in (1..).zip(&rows_of) {
        let mut keys: Vec<String> =
            edges(rows.len()).filter_map(|index| rows.get(index)).map(|row| key(row, number)).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    let mut shown: Vec<String> = Vec::new();
    for (number, rows) in (1..).zip(&mut rows_of) {
        let edge: Vec<usize> = edges(rows.len()).collect();
        let mut index = 0;
        rows.retain(|row| {
            let at_edge = edge.contains(&index);
            index += 1;
            if !at_edge {
                return true;
            }
            let key = key(row, number);
            if is_page_number(&key) {
                return false;
            }
            let repeats = counts.get(&key).is_some_and(|count| *count > 1);
            let is_new = !shown.contains(&key);
            if repeats && is_new {
                shown.push(key);
            }
            !repeats || is_new
        });
    }
    pages
        .into_iter()
        .zip(rows_of)
        .map(|(page, rows)| PagePieces { upright: rows.into_iter().flatten().collect(), turned: page.turned })
        .collect()
}

fn edges(rows: usize) -> impl Iterator<Item = usize> {
    (0..rows).filter(move |index| *index < EDGE_ROWS || *index + EDGE_ROWS >= rows)
}

/// The row's text without spaces, the number of its page as `#`.
fn key(row: &[Piece], page: usize) -> String {
    let text = row.iter().map(Piece::text).collect::<String>().to_lowercase().replace(' ', "");
    let mut key = String::with_capacity(text.len());
    for part in text.chars().collect::<Vec<_>>().chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        let part: String = part.iter().collect();
        if part == page.to_string() { key.push('#') } else { key.push_str(&part) }
    }
    key
}

/// "3", "3/5", "- 3 -", "Página 3 de 5" and the like.
fn is_page_number(key: &str) -> bool {
    const WORDS: &[&str] = &[
        "página", "pagina", "pàgina", "page", "seite", "pág.", "pág", "pag.", "p.", "de", "of", "von", "sur", "di",
        "/", "-", "–", "—", "|",
    ];
    if !key.contains('#') || key.chars().count() > 16 {
        return false;
    }
    let mut rest = key.to_owned();
    for word in WORDS {
        rest = rest.replace(word, "");
    }
    // What is left may be the number of pages.
    rest.chars().all(|character| character == '#' || character.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_page_number;

    #[test]
    fn page_numbers_are_known_in_every_language() {
        for (key, expected) in [
            ("#", true),
            ("#/5", true),
            ("2021", false),
            ("experiencia#", false),
            ("página#de12", true),
            ("seite#von3", true),
            ("-#-", true),
            ("python#", false),
            ("de", false),
        ] {
            assert_eq!(is_page_number(key), expected, "{key}");
        }
    }
}
