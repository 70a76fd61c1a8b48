#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at once")]

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::ids::{ChunkId, DocumentId};
use portavoz_domain::question::Wants;

use super::*;
use crate::vectors::VectorSet;

fn chunk(ordinal: usize, facet: Facet, text: &str) -> Chunk {
    let document = DocumentId::new("d.md");
    Chunk {
        id: ChunkId::new(&document, ordinal),
        title: "Notas".to_owned(),
        document,
        url: None,
        heading_path: Vec::new(),
        facet,
        language: Language::Es,
        text: text.to_owned(),
        question: None,
        span: 0..text.len(),
        page: None,
        tokens: 10,
        priority: 1.0,
    }
}

fn question(text: &str, language: Language) -> Question {
    Question { text: text.to_owned(), language, carried: None, facets: Vec::new(), wants: Wants::Open }
}

fn three() -> Vec<Chunk> {
    vec![
        chunk(0, Facet::About, "Le gusta el senderismo."),
        chunk(1, Facet::About, "Le gusta la cocina."),
        chunk(2, Facet::About, "Le gusta la cocina."),
    ]
}

fn toy_vectors(rows: &[[f32; 2]]) -> VectorSet {
    VectorSet {
        embedder: "toy".to_owned(),
        dimensions: 2,
        vectors: rows.iter().map(|row| Some(row.to_vec())).collect(),
        probes: Vec::new(),
    }
}

#[test]
fn a_tie_is_broken_by_chunk_id() {
    let index = Index::in_memory(1, three(), None).unwrap();
    let found = index.search(&question("¿Le gusta la cocina?", Language::Es), None, 3).unwrap();
    let ids: Vec<&str> = found.hits.iter().map(|hit| hit.chunk.id.as_str()).collect();
    assert_eq!(ids, ["d.md#1", "d.md#2", "d.md#0"]);
}

#[test]
fn contributions_add_up_to_the_relevance() {
    let index = Index::in_memory(1, three(), Some(toy_vectors(&[[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]))).unwrap();
    let vector = QueryVector { embedder: "toy", values: &[0.0, 2.0] };
    let found = index.search(&question("¿Cocina paella?", Language::Es), Some(vector), 3).unwrap();
    for hit in &found.hits {
        let score: f32 = hit.features.iter().map(|feature| feature.contribution).sum();
        assert!((1.0 / (1.0 + (-score).exp()) - hit.relevance).abs() < 1e-4, "{hit:?}");
    }
    assert_eq!(found.hits.first().unwrap().chunk.id.as_str(), "d.md#1", "the nearest of two equals");
}

#[test]
fn vectors_of_another_embedder_are_refused() {
    let with = Index::in_memory(1, three(), Some(toy_vectors(&[[1.0, 0.0]; 3]))).unwrap();
    let without = Index::in_memory(1, three(), None).unwrap();
    for (index, embedder, values) in
        [(&with, "toy", vec![1.0]), (&with, "other", vec![1.0, 0.0]), (&without, "toy", vec![1.0])]
    {
        let vector = QueryVector { embedder, values: &values };
        let error = index.search(&question("¿Cocina?", Language::Es), Some(vector), 3).unwrap_err();
        assert!(matches!(error, IndexError::EmbedderMismatch { .. }), "{error}");
        assert!(error.to_string().contains(embedder), "{error}");
    }
}

#[test]
fn a_large_index_finds_the_needle_by_words_by_vector_and_by_facet() {
    let mut chunks: Vec<Chunk> = (0..500)
        .map(|ordinal| chunk(ordinal, Facet::About, &format!("Nota número {ordinal} sobre jardines y paseos.")))
        .collect();
    *chunks.get_mut(400).unwrap() = chunk(400, Facet::Projects, "Construyó un telescopio.");
    let mut rows = vec![[1.0, 0.0]; 500];
    *rows.get_mut(300).unwrap() = [0.0, 1.0];
    let index = Index::in_memory(1, chunks, Some(toy_vectors(&rows))).unwrap();
    for text in ["¿Hizo un telescopio?", "¿Qué proyectos tiene?"] {
        let found = index.search(&question(text, Language::Es), None, 1).unwrap();
        assert_eq!(found.hits.first().unwrap().chunk.id.as_str(), "d.md#400", "{text}");
    }
    let vector = QueryVector { embedder: "toy", values: &[0.0, 1.0] };
    let found = index.search(&question("¿Y eso?", Language::Es), Some(vector), 1).unwrap();
    assert_eq!(found.hits.first().unwrap().chunk.id.as_str(), "d.md#300");
}

#[test]
fn the_owners_name_says_nothing_about_which_passage_answers() {
    let chunks =
        vec![chunk(0, Facet::About, "María Soler vive en Gijón."), chunk(1, Facet::About, "Toca el violonchelo.")];
    let index = Index::in_memory(1, chunks, None).unwrap().with_owner("María Soler");
    let found = index.search(&question("¿María Soler toca el violonchelo?", Language::Es), None, 2).unwrap();
    assert_eq!(found.hits.first().unwrap().chunk.id.as_str(), "d.md#1");
    let ratio = found.hits.first().unwrap().relevance / found.hits.get(1).unwrap().relevance;
    assert!(ratio > 3.0, "{found:?}");
}

#[test]
fn odd_questions_are_no_trouble() {
    let index = Index::in_memory(1, three(), None).unwrap();
    let long = "palabra ".repeat(400) + &(0..200).map(|number| format!("cosa{number} ")).collect::<String>();
    for text in ["", "¿?", "   ", "🙂", "de la el", long.as_str(), "a".repeat(2000).as_str(), "\u{0} \u{feff}"] {
        for language in Language::ALL {
            let found = index.search(&question(text, language), None, 3).unwrap();
            assert!(found.hits.iter().all(|hit| (0.0..=1.0).contains(&hit.relevance)), "{text}");
            assert!((0.0..=1.0).contains(&found.answerable), "{text}");
        }
    }
    assert!(index.search(&question("¿Cocina?", Language::Es), None, 0).unwrap().hits.is_empty());
}
