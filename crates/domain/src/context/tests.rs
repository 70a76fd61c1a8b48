#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::chunk::Chunk;
use crate::ids::{ChunkId, DocumentId};

/// One token a word: enough to test the arithmetic.
fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn hit(document: &str, ordinal: usize, facet: Facet, text: &str) -> Hit {
    let document = DocumentId::new(document);
    Hit {
        chunk: Arc::new(Chunk {
            id: ChunkId::new(&document, ordinal),
            title: document.as_str().to_owned(),
            document,
            url: None,
            heading_path: Vec::new(),
            facet,
            language: Language::Es,
            text: text.to_owned(),
            question: None,
            span: 0..text.len(),
            page: None,
            tokens: 0,
            priority: 1.0,
        }),
        relevance: 0.9,
        features: Vec::new(),
    }
}

#[test]
fn passages_stand_under_their_facet_and_keep_their_numbers() {
    let hits = [
        hit("rag.md", 0, Facet::Projects, "Construyó un sistema RAG."),
        hit("cv.pdf", 0, Facet::Experience, "Trabaja desde 2021."),
        hit("panel.md", 0, Facet::Projects, "Hizo un panel de IA:\n- con React\n- con FastAPI"),
        hit("rag.md", 1, Facet::Projects, "La precisión subió un 40 %."),
    ];
    let context = pack(&hits, Language::En, ContextLimits::default(), &words);
    insta::assert_snapshot!(context.text, @r"
    ## Projects
    ### rag.md
    - [1] Construyó un sistema RAG.
    - [2] La precisión subió un 40 %.
    ### panel.md
    - [3] Hizo un panel de IA:
      - con React
      - con FastAPI
    ## Experience
    ### cv.pdf
    - [4] Trabaja desde 2021.
    ");
    assert_eq!(context.passages, [0, 3, 2, 1]);
    assert_eq!(context.tokens, words(&context.text));
}

#[test]
fn a_near_duplicate_gives_its_place_to_the_next_passage() {
    let text = "Diseñó un sistema RAG que mejoró la precisión de las respuestas un 40 % en producción.";
    let hits = [
        hit("a.md", 0, Facet::Projects, text),
        hit("b.md", 0, Facet::Projects, &text.replace("Diseñó", "diseñó")),
        hit("c.md", 0, Facet::Projects, "Otra cosa muy distinta que no se parece."),
    ];
    let limits = ContextLimits { max_passages: 2, ..ContextLimits::default() };
    assert_eq!(pack(&hits, Language::Es, limits, &words).passages, [0, 2]);
}

#[test]
fn a_passage_that_does_not_fit_is_cut_at_a_sentence() {
    let sentence = "Esta frase tiene exactamente ocho palabras en total. ".repeat(10);
    let hits = [hit("a.md", 0, Facet::About, sentence.trim())];
    let limits = ContextLimits { max_passages: 4, max_tokens: 40, hard_max_tokens: 3_000 };
    let context = pack(&hits, Language::Es, limits, &words);
    assert!(context.tokens <= 40, "{}", context.tokens);
    assert!(context.text.trim_end().ends_with("en total."), "{}", context.text);
    assert_eq!(context.passages, [0]);
}

proptest! {
    #[test]
    fn no_context_exceeds_its_limits(
        texts in proptest::collection::vec("[a-zñ .,\\n-]{0,400}", 0..8),
        max_tokens in 0usize..200,
        hard in 0usize..200,
        most in 0usize..6,
    ) {
        let hits: Vec<Hit> = texts
            .iter()
            .enumerate()
            .map(|(n, text)| hit(&format!("d{}.md", n % 3), n, Facet::ALL[n % 7], text))
            .collect();
        let limits = ContextLimits { max_passages: most, max_tokens, hard_max_tokens: hard };
        let context = pack(&hits, Language::Es, limits, &words);
        prop_assert!(context.tokens <= max_tokens.min(hard));
        prop_assert!(context.passages.len() <= most);
        prop_assert_eq!(context.tokens, words(&context.text));
    }
}
