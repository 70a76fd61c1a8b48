//! What holds for every input: readers never panic, and spans are ordered slices of the text.
#![allow(clippy::unwrap_used, reason = "tests")]

use portavoz_domain::document::{BlockKind, Document, Format};
use portavoz_domain::ids::DocumentId;
use portavoz_knowledge::readers::{ReadOptions, read};
use proptest::prelude::*;

const NAMES: [&str; 9] = ["a.md", "a.txt", "a.html", "a.json", "faq.md", "a.faq.yaml", "a.faq.toml", "a.pdf", "a.docx"];

/// Pieces of every syntax, so that random text meets the readers' branches.
const PIECES: [&str; 48] = [
    "# ",
    "## ¿Qué?\n",
    "- ",
    "  - ",
    "\n\n",
    "\n",
    "| a | b |\n|---|---|\n| c | d |\n",
    "**",
    "*",
    "`",
    "```\n",
    "---\n",
    "+++\n",
    "title: x\n",
    "tags: [a, b\n",
    "<p>",
    "</p>",
    "<div>",
    "<table><tr><td>",
    "<li>",
    "<!-- ",
    " -->",
    "<script>",
    "<a href=\"https://x.example\">",
    "</a>",
    "[x](https://y.example)",
    "![alt de imagen](z)",
    "¿",
    "?",
    "ñ",
    "é",
    "e\u{301}",
    "🙂",
    "\u{ad}",
    "\u{200b}",
    "\r\n",
    "EXPERIENCIA\n",
    "====\n",
    "- question: a\n  answer: b\n",
    "[[faq]]\nq=\"a\"\na=\"b\"\n",
    "{\"basics\":{\"name\":\"",
    "\"}}",
    "[1,",
    "https://a.example/",
    "maria@example.org",
    "palabra ",
    "una frase entera. ",
    "\t",
];

fn check(document: &Document) {
    let mut end = 0;
    for block in &document.blocks {
        assert!(block.span.start >= end && block.span.start < block.span.end, "{block:?} overlaps or is empty");
        end = block.span.end;
        let slice = document.text.get(block.span.clone()).expect("a span is a slice of the text");
        assert!(block.text.chars().any(char::is_alphanumeric));
        if block.kind != BlockKind::Code {
            assert!(
                !block.text.contains(['\n', '\t']) && !block.text.contains("  ") && block.text.trim() == block.text
            );
        }
        if !matches!(document.format, Format::Markdown | Format::Text) && document.format != Format::Faq {
            assert_eq!(slice, block.text);
        }
    }
    assert!(!document.title.trim().is_empty());
    assert!(!document.blocks.is_empty());
}

fn read_all(bytes: &[u8]) {
    for name in NAMES {
        match read(&DocumentId::new(name), bytes, &ReadOptions::default()) {
            Ok((document, problems)) => {
                check(&document);
                assert!(problems.iter().all(|problem| !problem.skipped && problem.document == document.id));
            }
            Err(problem) => {
                assert!(problem.skipped && !problem.cause.is_empty());
                assert_ne!(problem.cause, "broke its reader; save it anew or in another format", "{name}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read_all(&bytes);
    }

    #[test]
    fn arbitrary_markup_gives_ordered_slices(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40)) {
        read_all(pieces.concat().as_bytes());
    }

    #[test]
    fn a_damaged_pdf_never_panics(hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30)) {
        let mut bytes = include_bytes!("fixtures/cv_sidebar.pdf").to_vec();
        for (index, byte) in hits {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok((document, _)) = read(&DocumentId::new("a.pdf"), &bytes, &ReadOptions::default()) {
            check(&document);
        }
    }
}
