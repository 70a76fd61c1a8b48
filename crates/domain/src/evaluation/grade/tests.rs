#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use crate::chunk::Chunk;
use crate::document::Facet;
use crate::evaluation::FoundPassage;
use crate::ids::{ChunkId, DocumentId};
use crate::quality::{Cited, Given, of_answer};
use crate::usage::Usage;
use crate::verification::{Asked, Source, Sources, verify};

use super::*;

const QUESTION: &str = "What did Ada build for the law library?";
const PASSAGE: &str = "In 2022 Ada built a RAG search engine for a law library. It raised precision by 40 % over the \
                       search engine before. It is written in Python.";
const GOOD: &str = "Ada built a RAG search engine for a law library in 2022 [1]. It raised precision by 40 % [1].";

fn chunk() -> Chunk {
    let document = DocumentId::new("rag.md");
    Chunk {
        id: ChunkId::new(&document, 0),
        document,
        span: 0..PASSAGE.len(),
        text: PASSAGE.to_owned(),
        title: "RAG search".to_owned(),
        heading_path: vec!["Results".to_owned()],
        language: Language::En,
        facet: Facet::Projects,
        page: None,
        url: None,
        question: None,
        tokens: 40,
        priority: 0.0,
    }
}

fn case() -> Case {
    Case {
        question: QUESTION.to_owned(),
        topics: vec!["RAG|retrieval-augmented".to_owned(), "precision".to_owned()],
        must: vec!["40 %|forty per cent".to_owned()],
        must_not: vec!["2019".to_owned()],
        sources: vec!["rag.md#results".to_owned(), "cv.pdf".to_owned()],
        ..Case::default()
    }
}

/// A reply as the pipeline gives it: checked against the passage and scored.
fn reply(text: &str) -> Reply {
    let chunk = chunk();
    let heading = chunk.heading();
    let source = Source { heading: &heading, question: None, text: &chunk.text, language: Language::En };
    let asked = Asked { question: Some(QUESTION), language: Language::En };
    let words = unmarked(text);
    let verification = verify(&words, asked, &Sources::of(&[source]));
    let question = Question {
        text: QUESTION.to_owned(),
        language: Language::En,
        carried: None,
        facets: vec![Facet::Projects],
        wants: Wants::Open,
    };
    let cited = [Cited { chunk: &chunk, said: Vec::new() }];
    let given =
        Given { question: &question, answer: text, verification: Some(&verification), cited: &cited, idf: &|_| 1.0 };
    let citation = Citation {
        index: 1,
        document: chunk.document.clone(),
        title: heading.clone(),
        url: String::new(),
        quote: String::new(),
        span: chunk.span.clone(),
        page: None,
    };
    let found = FoundPassage {
        document: chunk.document.clone(),
        chunk: chunk.id.clone(),
        span: chunk.span.clone(),
        headings: chunk.heading_path.clone(),
        relevance: 0.9,
    };
    Reply {
        outcome: Some(Outcome::Answered),
        text: text.to_owned(),
        language: Language::En,
        citations: if text.contains("[1]") { vec![citation] } else { Vec::new() },
        found: vec![found],
        quality: Some(of_answer(&given)),
        verification: Some(verification),
        withheld: 0,
        model: Some("m".to_owned()),
        served_model: None,
        service_tier: None,
        ladder: Vec::new(),
        usage: Usage::default(),
        cost_usd_micros: Some(0),
        first_token_ms: None,
        took_ms: None,
        prompt_hash: None,
    }
}

fn graded(text: &str) -> Grade {
    grade(&case(), &reply(text), Language::En)
}

fn score(grade: &Grade) -> f32 {
    grade.quality.as_ref().unwrap().score
}

#[test]
fn a_good_answer_passes_with_all_its_parts() {
    let grade = graded(GOOD);
    assert!(grade.passed && grade.missing.is_empty() && grade.forbidden.is_empty(), "{grade:?}");
    assert_eq!((grade.recall, grade.citations_right, grade.supported), (Some(1.0), Some(1.0), Some(1.0)));
    let quality = grade.quality.as_ref().unwrap();
    assert_eq!((quality.relevance.score, quality.accuracy.score), (1.0, 1.0));
    assert!(quality.score > 0.95, "{quality:?}");
    assert!(faults(&case(), &reply(GOOD), &grade).is_empty());
}

#[test]
fn a_longer_answer_is_not_better_for_being_longer() {
    let padding = " It is a pleasure to tell you about this. There is so much more that could be said about it. Please do \
                   not hesitate to ask anything else that you would like to know about this project.";
    assert!(score(&graded(&format!("{GOOD}{padding}"))) < score(&graded(GOOD)));
    assert!(score(&graded(&format!("{GOOD} {GOOD} {GOOD}"))) < score(&graded(GOOD)));
}

#[test]
fn a_padded_answer_that_also_says_something_false_loses() {
    let plain = graded(GOOD);
    for lie in ["It has 9,000 users at Google [1].", "It was built in 2019 [1].", "It raised precision by 90 % [1]."] {
        let padded = graded(&format!("{GOOD} The project covers retrieval, precision and RAG in depth. {lie}"));
        assert!(score(&padded) < score(&plain) - 0.03, "{lie}: {} against {}", score(&padded), score(&plain));
    }
    let forbidden = graded(&format!("{GOOD} It began in 2019."));
    assert_eq!((forbidden.forbidden.as_slice(), forbidden.passed), (["2019".to_owned()].as_slice(), false));
    assert_eq!(forbidden.quality.unwrap().accuracy.score, 0.0);
}

#[test]
fn a_perfect_answer_in_the_wrong_language_fails() {
    let spanish =
        "Ada construyó un buscador RAG para una biblioteca jurídica en 2022 y subió la precisión un 40 % [1].";
    let grade = graded(spanish);
    assert_eq!((grade.language_right, grade.passed), (Some(false), false));
    assert!(faults(&case(), &reply(spanish), &grade).contains(&"in the wrong language".to_owned()));
    let told = Case { language: Some(Language::Es), topics: vec!["RAG".to_owned()], ..case() };
    assert!(super::grade(&told, &reply(spanish), Language::En).passed, "the case may ask for it");
}

#[test]
fn what_must_be_said_caps_relevance_whatever_else_is_said() {
    let without = graded("Ada built a RAG search engine for a law library, and its precision rose a lot [1].");
    assert_eq!(without.missing, ["40 %"]);
    assert!(!without.passed);
    assert_eq!(without.quality.unwrap().relevance.score, 0.0);
    assert!(graded("Ada built a RAG search engine; precision rose by forty per cent [1].").missing.is_empty());
}

#[test]
fn not_known_is_right_exactly_when_it_is_expected() {
    let silent = Reply {
        outcome: Some(Outcome::NotKnown),
        citations: Vec::new(),
        verification: None,
        quality: None,
        ..reply("The documents do not say this.")
    };
    let wrong = grade(&case(), &silent, Language::En);
    assert_eq!((wrong.outcome_right, wrong.passed), (Some(false), false));
    let quality = wrong.quality.unwrap();
    assert_eq!((quality.relevance.score, quality.accuracy.score), (0.0, 0.0));
    assert!(quality.relevance.parts[0].finding.contains("expected answered"), "{quality:?}");
    let unanswerable = Case { question: QUESTION.to_owned(), expect: Some(Outcome::NotKnown), ..Case::default() };
    let right = grade(&unanswerable, &silent, Language::En);
    assert!(right.passed && score(&right) > 0.9, "{right:?}");
    let invented = grade(&unanswerable, &reply(GOOD), Language::En);
    assert!(!invented.passed && score(&invented) <= 0.3, "{invented:?}");
    assert_eq!(
        faults(&unanswerable, &reply(GOOD), &invented),
        ["`answered` instead of `not_known`"],
        "however good it reads"
    );
}

#[test]
fn one_expected_source_is_enough_and_headings_count() {
    let elsewhere = Case { sources: vec!["rag.md#Team".to_owned()], ..case() };
    let grade = grade(&elsewhere, &reply(GOOD), Language::En);
    assert_eq!((grade.recall, grade.citations_right), (Some(0.0), Some(0.0)));
    let none = super::grade(&Case { sources: Vec::new(), ..case() }, &reply(GOOD), Language::En);
    assert_eq!((none.recall, none.citations_right), (None, None));
    let uncited = graded("Ada built a RAG search engine; it raised precision by 40 %.");
    assert_eq!((uncited.recall, uncited.citations_right), (Some(1.0), None));
}

#[test]
fn a_case_that_demands_nothing_is_scored_as_a_visitors_turn() {
    let bare = Case { question: QUESTION.to_owned(), ..Case::default() };
    let given = reply(GOOD);
    let grade = grade(&bare, &given, Language::En);
    assert_eq!((grade.outcome_right, grade.passed), (None, true));
    assert_eq!(grade.quality, given.quality);
    let failed = super::grade(&bare, &Reply { outcome: None, ..reply("") }, Language::En);
    assert!(!failed.passed && score(&failed) == 0.0);
}

#[test]
fn covering_few_topics_does_not_pass() {
    let many =
        Case { topics: ["RAG", "budget", "team", "customers"].map(str::to_owned).to_vec(), must: Vec::new(), ..case() };
    let reply = reply(GOOD);
    let grade = grade(&many, &reply, Language::En);
    assert!(!grade.passed);
    assert_eq!(faults(&many, &reply, &grade), ["covers too few of its topics"]);
}

#[test]
fn hostile_replies_are_graded_like_others() {
    for text in ["", "\u{0}\u{202e}", "[1][1][1]", "<script>alert(1)</script>", &"ñ".repeat(5_000), "40 % 40 % 40 %"] {
        let grade = graded(text);
        assert!((0.0..=1.0).contains(&score(&grade)), "{text:.20}");
    }
}
