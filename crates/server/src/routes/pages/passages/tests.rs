#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use portavoz_domain::document::Format;
use portavoz_domain::ids::DocumentId;
use portavoz_text::language::Language;

use super::*;

/// A document whose blocks are given with the source that each was read from.
fn document(title: &str, text: &str, blocks: &[(BlockKind, &str, &str)]) -> Document {
    let mut read_to = 0;
    let blocks = blocks
        .iter()
        .map(|(kind, source, plain)| {
            let start = read_to + text[read_to..].find(source).unwrap();
            read_to = start + source.len();
            Block { kind: *kind, text: (*plain).to_owned(), span: start..read_to, page: None, facet: None }
        })
        .collect();
    Document {
        id: DocumentId::new("a.md"),
        title: title.to_owned(),
        url: None,
        language: Language::Es,
        facet: None,
        tags: Vec::new(),
        priority: 1.0,
        format: Format::Markdown,
        text: text.to_owned(),
        blocks,
    }
}

fn project() -> Document {
    document(
        "Legajo",
        "---\ntitle: Legajo\n---\n# Legajo\n\nUn sistema **RAG** para abogadas. Lo usan todas.\n\n### Resultado\n\n- 40 % más\n- 25 min\n\n```\nx = 1\n```\n",
        &[
            (BlockKind::Heading { level: 1 }, "# Legajo", "Legajo"),
            (
                BlockKind::Paragraph,
                "Un sistema **RAG** para abogadas. Lo usan todas.",
                "Un sistema RAG para abogadas. Lo usan todas.",
            ),
            (BlockKind::Heading { level: 3 }, "### Resultado", "Resultado"),
            (BlockKind::ListItem, "- 40 % más", "40 % más"),
            (BlockKind::ListItem, "- 25 min", "25 min"),
            (BlockKind::Code, "```\nx = 1\n```", "x = 1"),
        ],
    )
}

/// The page in a few signs: `h2 Resultado / li 40 % más`, with the mark in `[ ]` and the place of the citation in `[* ]`.
fn sketch(document: &Document, marked: &str) -> String {
    let start = if marked.is_empty() { 0 } else { document.text.find(marked).unwrap() };
    let line = |name: &str, pieces: &[Piece]| {
        let text = pieces.iter().map(|piece| match (piece.marked, piece.is_place) {
            (true, true) => format!("[*{}]", piece.text),
            (true, false) => format!("[{}]", piece.text),
            _ => piece.text.clone(),
        });
        format!("{name} {}", text.collect::<String>())
    };
    parts(document, &(start..start + marked.len()))
        .iter()
        .map(|part| match part {
            Part::Heading { level, pieces } => line(&format!("h{level}"), pieces),
            Part::Paragraph(pieces) => line("p", pieces),
            Part::List(items) => items.iter().map(|pieces| line("li", pieces)).collect::<Vec<_>>().join(" / "),
            Part::AsWritten(pieces) => line("pre", pieces),
            Part::Page(number) => format!("page {number}"),
        })
        .collect::<Vec<_>>()
        .join(" / ")
}

#[test]
fn markup_and_front_matter_and_a_heading_that_repeats_the_title_are_not_shown() {
    assert_eq!(
        sketch(&project(), ""),
        "p Un sistema RAG para abogadas. Lo usan todas. / h2 Resultado / li 40 % más / li 25 min / pre x = 1"
    );
}

#[test]
fn the_cited_place_is_marked_to_the_letter() {
    for (marked, expected) in [
        ("- 40 % más", "li [*40 % más] / li 25 min"),
        ("40 % más", "li [*40 % más] / li 25 min"),
        ("40 %", "li [*40 %] más / li 25 min"),
        ("40 % más\n- 25 min", "li [*40 % más] / li [25 min]"),
        ("### Resultado\n\n- 40", "h2 [*Resultado] / li [40] % más / li 25 min"),
        ("Un sistema **RAG** para abogadas. Lo usan todas.", "p [*Un sistema RAG para abogadas. Lo usan todas.]"),
        // Within the block the plain text has other places than the source, so the source is shown.
        ("Lo usan todas.", "p Un sistema **RAG** para abogadas. [*Lo usan todas.]"),
        ("# Legajo", "h2 [*Legajo]"),
        ("x = 1", "pre [*x = 1]"),
    ] {
        let page = sketch(&project(), marked);
        assert!(page.contains(expected), "{marked}: {page}");
        assert_eq!(page.matches("[*").count(), 1, "{marked}: {page}");
    }
}

#[test]
fn a_place_outside_all_blocks_is_shown_in_the_text_as_written() {
    let page = sketch(&project(), "title: Legajo");
    assert!(page.starts_with("pre ---\n[*title: Legajo]\n---\n# Legajo"), "{page}");
    let unread = document("Nota", "Una nota.", &[]);
    assert_eq!(sketch(&unread, "nota"), "pre Una [*nota].");
    assert_eq!(sketch(&unread, ""), "pre Una nota.");
}

#[test]
fn headings_of_one_level_stay_on_one_level_and_none_is_left_out() {
    let levels = [1, 3, 3, 2, 6, 6, 1];
    let blocks: Vec<(BlockKind, &str, &str)> =
        levels.iter().map(|level| (BlockKind::Heading { level: *level }, "a", "a")).collect();
    let outline = document("Título", &"a".repeat(levels.len()), &blocks);
    assert_eq!(sketch(&outline, ""), "h2 a / h3 a / h3 a / h3 a / h4 a / h4 a / h2 a");
}

#[test]
fn pages_begin_with_their_number() {
    let mut cv = document(
        "CV",
        "uno dos tres",
        &[
            (BlockKind::Paragraph, "uno", "uno"),
            (BlockKind::Paragraph, "dos", "dos"),
            (BlockKind::Paragraph, "tres", "tres"),
        ],
    );
    for (block, page) in cv.blocks.iter_mut().zip([1, 1, 2]) {
        block.page = Some(page);
    }
    assert_eq!(sketch(&cv, "tres"), "page 1 / p uno / p dos / page 2 / p [*tres]");
}
