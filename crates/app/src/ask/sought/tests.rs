use std::sync::Arc;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::ids::{ChunkId, DocumentId};
use portavoz_text::language::Language;

use super::*;
use crate::search::bare_question;

const THRESHOLD: f32 = 0.75;

fn hit(text: &str, relevance: f32) -> Hit {
    let document = DocumentId::new(text);
    let chunk = Chunk {
        id: ChunkId::new(&document, 0),
        document,
        title: "CV".to_owned(),
        url: None,
        heading_path: Vec::new(),
        facet: Facet::Experience,
        language: Language::En,
        text: text.to_owned(),
        question: None,
        span: 0..text.len(),
        page: None,
        tokens: 1,
        priority: 0.0,
    };
    Hit { chunk: Arc::new(chunk), relevance, features: Vec::new() }
}

/// How many of the passages, so relevant, pass.
fn passes(answerable: f32, relevances: &[f32]) -> usize {
    let hits = relevances.iter().map(|relevance| hit("Ada ran an archive.", *relevance)).collect();
    let question = bare_question("What did Ada run?", Language::En);
    passing(&question, SearchResult { hits, answerable }, THRESHOLD).len()
}

#[test]
fn passages_pass_together_once_the_knowledge_base_answers() {
    for (answerable, relevances, expected) in [
        (0.1, &[0.8, 0.5, 0.1][..], 2),
        (0.8, &[0.6, 0.5, 0.1], 2),
        (0.7, &[0.7, 0.7, 0.7], 0),
        (0.9, &[0.2], 0),
        (0.9, &[], 0),
    ] {
        assert_eq!(passes(answerable, relevances), expected, "{answerable}, {relevances:?}");
    }
}

#[test]
fn a_threshold_below_the_floor_lets_all_above_it_pass() {
    let hits = vec![hit("Ada ran an archive.", 0.2)];
    let question = bare_question("What did Ada run?", Language::En);
    assert_eq!(passing(&question, SearchResult { hits, answerable: 0.0 }, 0.1).len(), 1);
}

#[test]
fn a_promise_passes_only_with_what_speaks_of_it() {
    let hits = vec![hit("Ada ran an archive.", 0.9), hit("Her salary is public.", 0.8)];
    let question = bare_question("What salary does Ada expect?", Language::En);
    let passing = passing(&question, SearchResult { hits, answerable: 0.9 }, THRESHOLD);
    assert_eq!(passing.iter().map(|hit| hit.chunk.text.as_str()).collect::<Vec<_>>(), ["Her salary is public."]);
}
