#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use portavoz_text::language::Language;
use portavoz_text::sentences::sentences;
use serde::Deserialize;

use super::*;
use crate::document::Facet;
use crate::ids::{ChunkId, DocumentId};
use crate::question::Understood;
use crate::understanding::understand;
use crate::verification::{Asked, CheckedSentence, Claim, ClaimKind, Source, Sources, Status, verify};

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    language: Language,
    question: String,
    facet: Facet,
    sources: Vec<String>,
    answers: Vec<(String, String)>,
}

fn asked(question: &str, language: Language) -> Question {
    match understand(question, Some(language), &[], language) {
        Understood::Question(question) => question,
        Understood::Smalltalk(..) => unreachable!("cases ask"),
    }
}

fn chunk(number: usize, source: &str, facet: Facet, language: Language) -> Chunk {
    let (heading, text) = source.split_once(" | ").unwrap();
    let mut path = heading.split(" › ").map(str::to_owned);
    let document = DocumentId::new(format!("{number}.md"));
    Chunk {
        id: ChunkId::new(&document, 0),
        document,
        title: path.next().unwrap(),
        url: None,
        heading_path: path.collect(),
        facet,
        language,
        text: text.to_owned(),
        question: None,
        span: 0..text.len(),
        page: None,
        tokens: 0,
        priority: 1.0,
    }
}

/// Most of the words of a portfolio stand in few of its passages; the owner's name stands in most.
fn idf(stem: &str) -> f32 {
    if ["mar", "ada", "mari", "camill", "jana", "giuli", "anna"].contains(&stem) { 0.2 } else { 2.5 }
}

fn judged(case: &Case, answer: &str) -> Quality {
    let question = asked(&case.question, case.language);
    let document_language = if case.sources[0].starts_with("Tecnolog") { Language::Es } else { case.language };
    let chunks: Vec<Chunk> =
        (0..).zip(&case.sources).map(|(number, source)| chunk(number, source, case.facet, document_language)).collect();
    let headings: Vec<String> = chunks.iter().map(Chunk::heading).collect();
    let sources: Vec<Source<'_>> = chunks
        .iter()
        .zip(&headings)
        .map(|(chunk, heading)| Source { heading, question: None, text: &chunk.text, language: chunk.language })
        .collect();
    let asks = Asked { question: Some(&question.text), language: case.language };
    let verification = verify(&crate::markers::unmarked(answer), asks, &Sources::of(&sources));
    let named = |number: usize| answer.contains(&format!("[{}]", number + 1));
    let cited: Vec<Cited<'_>> = chunks
        .iter()
        .enumerate()
        .filter(|(number, _)| named(*number))
        .map(|(number, chunk)| Cited { chunk, said: evidence(&verification, number, chunk) })
        .collect();
    of_answer(&Given { question: &question, answer, verification: Some(&verification), cited: &cited, idf: &idf })
}

fn evidence<'a>(verification: &Verification, source: usize, chunk: &'a Chunk) -> Vec<&'a str> {
    let claims = verification.sentences.iter().flat_map(|sentence| &sentence.claims);
    let spans: Vec<usize> = claims
        .filter_map(|claim| claim.evidence.as_ref())
        .filter(|evidence| evidence.source == source && !evidence.span.is_empty())
        .map(|evidence| evidence.span.start)
        .collect();
    let said = sentences(&chunk.text).into_iter().filter(|span| spans.iter().any(|start| span.contains(start)));
    said.filter_map(|span| chunk.text.get(span)).collect()
}

/// Prints every score with its terms: `cargo nextest run --workspace -E 'test(better_answers)' --no-capture`.
#[test]
fn better_answers_score_more_than_worse_ones() {
    let cases: Cases = toml::from_str(include_str!("../../data/quality/cases.toml")).unwrap();
    let (mut pairs, mut ordered) = (0, 0);
    let mut wrong = Vec::new();
    let mut table = String::new();
    for case in &cases.case {
        let scores: Vec<(&str, Quality)> =
            case.answers.iter().map(|(grade, answer)| (grade.as_str(), judged(case, answer))).collect();
        for (place, (grade, quality)) in scores.iter().enumerate() {
            let [relevance, accuracy, clarity] =
                [&quality.relevance, &quality.accuracy, &quality.clarity].map(|term| term.score);
            let found: Vec<String> = [&quality.relevance, &quality.accuracy, &quality.clarity]
                .into_iter()
                .flat_map(|term| &term.parts)
                .map(|part| format!("{}={:.2}", part.name, part.score))
                .collect();
            table += &format!(
                "{:.2} = {relevance:.2} {accuracy:.2} {clarity:.2} {grade} {} [{}]\n",
                quality.score,
                case.question,
                found.join(" ")
            );
            let is_in_range = match *grade {
                "good" => quality.score >= 0.85,
                "wrong" => quality.score < 0.6,
                _ => quality.score < 0.85,
            };
            if !is_in_range {
                wrong.push(format!("{grade} {:.2}: {}", quality.score, case.question));
            }
            for (_, worse) in scores.iter().skip(place + 1) {
                pairs += 1;
                ordered += usize::from(quality.score > worse.score + 0.02);
            }
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}\n{table}");
    assert_eq!(ordered, pairs, "{table}");
}

#[test]
fn not_known_is_right_exactly_when_the_documents_are_silent() {
    let question = asked("¿Ha trabajado con COBOL?", Language::Es);
    let words = "El portafolio no habla de COBOL. Puede preguntarle a María directamente.";
    let of = |best: f32, is_silent: bool| of_silence(&question, words, Silence { best, threshold: 0.75, is_silent });
    let (right, wrong) = (of(0.41, true), of(0.93, false));
    assert!(right.score >= 0.95 && wrong.score <= 0.3, "{} {}", right.score, wrong.score);
    assert_eq!(right.accuracy.parts[0].finding, "best passage 0.41, threshold 0.75");
}

fn sentence(claims: &[(ClaimKind, Status)]) -> CheckedSentence {
    let claims: Vec<Claim> =
        claims.iter().map(|&(kind, status)| Claim { kind, text: String::new(), status, evidence: None }).collect();
    let status = claims.iter().map(|claim| claim.status).max().unwrap_or(Status::Supported);
    CheckedSentence { text: String::new(), status, score: 1.0, claims }
}

#[test]
fn hard_facts_weigh_double_and_contradicted_claims_double_again() {
    use ClaimKind::{Number, Proposition};
    use Status::{Contradicted, Supported, Unsupported};
    for (claims, expected) in [
        (vec![(Number, Supported), (Proposition, Supported)], 1.0),
        (vec![(Number, Supported), (Proposition, Unsupported)], 2.0 / 3.0),
        (vec![(Number, Unsupported), (Proposition, Supported)], 1.0 / 3.0),
        (vec![(Number, Contradicted), (Proposition, Supported)], 1.0 / 5.0),
        (vec![], 1.0),
    ] {
        let verification = Verification { score: 1.0, sentences: vec![sentence(&claims)] };
        let term = accuracy::accuracy(Some(&verification));
        assert!((term.score - expected).abs() < 1e-6, "{claims:?}: {}", term.score);
    }
}

#[test]
fn clarity_prefers_what_the_question_needs() {
    let score = |question: &str, language: Language, answer: &str| {
        clarity::clarity(&asked(question, language), answer, None).score
    };
    let sentence = "Ada built a search engine for a law library in 2022. ";
    let list = "- Python\n- Rust\n- SQL";
    let long: String = (0..12)
        .map(|number| format!("In 20{number:02} Ada built search engine {number} for library {number}. "))
        .collect();
    for (question, language, better, worse) in [
        ("What is Legajo?", Language::En, sentence, long.as_str()),
        ("Which languages does she use?", Language::En, list, "She uses something that runs on computers."),
        ("When did she build it?", Language::En, "In 2022.", list),
        ("What is Legajo?", Language::En, sentence, &sentence.repeat(3)),
        (
            "What did she build?",
            Language::En,
            sentence,
            "Ada construyó un buscador para la biblioteca de la ciudad en el año 2022.",
        ),
    ] {
        let [better_score, worse_score] = [better, worse].map(|answer| score(question, language, answer));
        assert!(better_score > worse_score + 0.04, "{question}: {better} {better_score}, {worse} {worse_score}");
    }
}

#[test]
fn topics_are_met_by_stems_and_aliases() {
    let topics: Vec<String> =
        ["RAG|recuperación aumentada", "proyecto", "Pinecone", "equipo de cuatro personas"].map(str::to_owned).to_vec();
    let answer = "En sus proyectos usó la recuperación, aumentada con índices. Dirige un equipo de cuatro personas.";
    let term = topics_covered(&topics, answer, Language::Es);
    let found: Vec<&str> = term.parts.iter().map(|part| part.finding.as_str()).collect();
    assert_eq!(
        found,
        [
            "`RAG` covered by `recuperación aumentada`",
            "`proyecto` covered",
            "`Pinecone` not covered",
            "`equipo de cuatro personas` covered"
        ]
    );
    assert!((term.score - 0.75).abs() < 1e-6);
}

#[test]
fn efficiency_is_the_share_of_tokens_that_served() {
    let usage = Usage { prompt_tokens: 900, completion_tokens: 100, ..Usage::default() };
    let served = Served { question: 20, cited: 400, supported: 80 };
    assert_eq!(efficiency(served, &usage), Some(0.5));
    assert_eq!(efficiency(served, &Usage::default()), None, "no call, nothing to be efficient with");
    assert_eq!(efficiency(Served { cited: 5_000, ..served }, &usage), Some(1.0), "never above 1");
    assert_eq!(efficiency(Served::default(), &usage), Some(0.0), "a call that failed served nothing");
}
