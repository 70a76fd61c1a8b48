//! The ranking on a small portfolio: broad questions are answered by their facet, in seven languages, and what the
//! portfolio does not say is not found in it.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests may stop at once")]

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::ids::{ChunkId, DocumentId};
use portavoz_domain::question::{Question, Understood};
use portavoz_domain::search::SearchResult;
use portavoz_domain::understanding::understand;
use portavoz_knowledge::index::Index;
use portavoz_text::language::Language;
use serde::Deserialize;

/// The guide's threshold on relevance.
const THRESHOLD: f32 = 0.75;

#[derive(Deserialize)]
struct Portfolio {
    owner: String,
    #[serde(default = "spanish")]
    lang: String,
    passage: Vec<Passage>,
    question: Vec<Asked>,
}

#[derive(Deserialize)]
struct Small {
    portfolio: Vec<Portfolio>,
}

fn spanish() -> String {
    "es".to_owned()
}

#[derive(Deserialize)]
struct Passage {
    id: String,
    title: String,
    #[serde(default)]
    headings: Vec<String>,
    facet: String,
    text: String,
    question: Option<String>,
}

#[derive(Deserialize)]
struct Asked {
    text: String,
    lang: String,
    #[serde(default)]
    answers: Vec<String>,
}

fn portfolio() -> (Index, Vec<Asked>) {
    indexed(toml::from_str(include_str!("fixtures/portfolio.toml")).unwrap())
}

fn indexed(portfolio: Portfolio) -> (Index, Vec<Asked>) {
    let language = Language::parse(&portfolio.lang).unwrap();
    let chunks = portfolio.passage.into_iter().map(|passage| chunk(passage, language)).collect();
    (Index::in_memory(1, chunks, None).unwrap().with_owner(&portfolio.owner), portfolio.question)
}

fn chunk(passage: Passage, language: Language) -> Chunk {
    Chunk {
        document: DocumentId::new(passage.id.split('#').next().unwrap()),
        id: ChunkId::from_stored(passage.id),
        title: passage.title,
        url: None,
        heading_path: passage.headings,
        facet: Facet::parse(&passage.facet).unwrap(),
        language,
        span: 0..passage.text.len(),
        tokens: 50,
        text: passage.text,
        question: passage.question,
        page: None,
        priority: 1.0,
    }
}

fn question(text: &str, language: Language) -> Question {
    match understand(text, Some(language), &[], language) {
        Understood::Question(question) => question,
        Understood::Smalltalk(..) => panic!("`{text}` is a question"),
    }
}

fn search(index: &Index, asked: &Asked) -> SearchResult {
    index.search(&question(&asked.text, Language::parse(&asked.lang).unwrap()), None, 4).unwrap()
}

#[test]
fn nearly_every_known_thing_is_found_first_and_with_confidence() {
    let (index, questions) = portfolio();
    let known: Vec<&Asked> = questions.iter().filter(|asked| !asked.answers.is_empty()).collect();
    let mut missed = Vec::new();
    for asked in &known {
        let found = search(&index, asked);
        let best = found.hits.first().unwrap();
        if !asked.answers.iter().any(|id| id == best.chunk.id.as_str()) || best.relevance < THRESHOLD {
            missed.push(format!("{} -> {} {:.2}", asked.text, best.chunk.id, best.relevance));
        }
    }
    assert!(missed.len() * 10 <= known.len(), "{} of {}:\n{}", missed.len(), known.len(), missed.join("\n"));
}

#[test]
fn no_unknown_thing_reaches_the_threshold() {
    let (index, questions) = portfolio();
    for asked in questions.iter().filter(|asked| asked.answers.is_empty()) {
        let found = search(&index, asked);
        let best = found.hits.first().unwrap();
        assert!(best.relevance < THRESHOLD, "{} -> {} {:.2}", asked.text, best.chunk.id, best.relevance);
        assert!(found.answerable < THRESHOLD, "{} -> {:.2}", asked.text, found.answerable);
    }
}

#[test]
fn a_broad_question_finds_its_whole_facet() {
    let (index, _) = portfolio();
    for (text, language) in [
        ("¿Qué proyectos ha construido?", Language::Es),
        ("What projects has he built?", Language::En),
        ("Quels projets a-t-il réalisés ?", Language::Fr),
        ("Welche Projekte hat er gebaut?", Language::De),
        ("Quali progetti ha realizzato?", Language::It),
        ("Quins projectes ha fet?", Language::Ca),
        ("Que projetos ele construiu?", Language::Pt),
    ] {
        let found = index.search(&question(text, language), None, 4).unwrap();
        let facets: Vec<Facet> = found.hits.iter().map(|hit| hit.chunk.facet).collect();
        assert_eq!(facets, [Facet::Projects; 4], "{text}");
        assert!(found.hits.iter().all(|hit| hit.relevance >= THRESHOLD), "{text}: {:?}", found.hits);
    }
}

#[test]
fn a_follow_up_is_found_by_what_it_leans_on() {
    let (index, _) = portfolio();
    let mut follow_up = question("¿Y cuántas estrellas tiene?", Language::Es);
    follow_up.carried = Some("¿Qué es Ganbara?".to_owned());
    let found = index.search(&follow_up, None, 1).unwrap();
    assert_eq!(found.hits.first().unwrap().chunk.id.as_str(), "proyectos/ganbara.md#0");
    assert!(found.hits.first().unwrap().relevance >= THRESHOLD, "{:?}", found.hits);
}

#[test]
fn the_owners_name_alone_asks_who_that_is() {
    let (index, _) = portfolio();
    let found = index.search(&question("¿Quién es Iker Landa?", Language::Es), None, 1).unwrap();
    assert_eq!(found.hits.first().unwrap().chunk.id.as_str(), "sobre.md#0");
}

#[test]
fn a_tiny_portfolio_answers_what_it_has_and_nothing_else() {
    let small: Small = toml::from_str(include_str!("fixtures/portfolio_small.toml")).unwrap();
    let mut wrong = Vec::new();
    for (index, questions) in small.portfolio.into_iter().map(indexed) {
        for asked in &questions {
            let found = search(&index, asked);
            let best = found.hits.first().unwrap();
            let is_sure = best.relevance >= THRESHOLD;
            let is_right = asked.answers.iter().any(|id| id == best.chunk.id.as_str());
            if is_sure == asked.answers.is_empty() || is_sure && !is_right {
                wrong.push(format!("{} -> {} {:.2}", asked.text, best.chunk.id, best.relevance));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn portfolios_of_other_trades_and_languages_are_told_apart() {
    let more: Small = toml::from_str(include_str!("fixtures/portfolio_more.toml")).unwrap();
    let (mut known, mut missed, mut invented) = (0, Vec::new(), Vec::new());
    for (index, questions) in more.portfolio.into_iter().map(indexed) {
        for asked in &questions {
            let found = search(&index, asked);
            let best = found.hits.first().unwrap();
            let is_sure = best.relevance >= THRESHOLD;
            let is_right = asked.answers.iter().any(|id| id == best.chunk.id.as_str());
            known += usize::from(!asked.answers.is_empty());
            let seen = format!("{} -> {} {:.2}", asked.text, best.chunk.id, best.relevance);
            match (is_sure, is_right) {
                (true, false) => invented.push(seen),
                (false, _) if !asked.answers.is_empty() => missed.push(seen),
                _ => {}
            }
        }
    }
    assert!(missed.len() * 3 <= known, "{} of {known}:\n{}", missed.len(), missed.join("\n"));
    assert!(invented.len() <= 3, "{}", invented.join("\n"));
}
