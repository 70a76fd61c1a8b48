//! Measures the extractive answer on paragraphs with known answers.
//!
//! `cargo run -p portavoz-domain --example extract_quality -- DIR` reads `DIR/questions_es.json` and
//! `DIR/questions_en.json` (`paragraphs[{id,title,text}]`, `questions[{id,q,pid,answers[{text}]}]`) and prints how often
//! the answer stands in the best two sentences of the right paragraph, and in what the visitor would be shown.
#![allow(clippy::print_stdout, reason = "a development tool that prints its measure")]

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::extract::{ExtractLimits, extract, rank};
use portavoz_domain::ids::{ChunkId, DocumentId};
use portavoz_domain::question::{Question, Understood};
use portavoz_domain::search::Hit;
use portavoz_domain::understanding::understand;
use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::terms::terms;
use serde::Deserialize;

#[derive(Deserialize)]
struct Set {
    paragraphs: Vec<Paragraph>,
    questions: Vec<Asked>,
}

#[derive(Deserialize)]
struct Paragraph {
    id: u64,
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct Asked {
    q: String,
    pid: u64,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    text: String,
}

/// A set and the language it is written in.
#[derive(Clone, Copy)]
struct Written<'a> {
    set: &'a Set,
    language: Language,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("give the folder that holds questions_es.json and questions_en.json")?;
    let verbose = std::env::args().nth(2).is_some();
    let read = |name: &str| -> Result<Set, Box<dyn Error>> {
        Ok(serde_json::from_str(&std::fs::read_to_string(Path::new(&folder).join(name))?)?)
    };
    let (spanish, english) = (read("questions_es.json")?, read("questions_en.json")?);
    let spanish = Written { set: &spanish, language: Language::Es };
    let english = Written { set: &english, language: Language::En };
    measure("es on es", spanish, spanish, verbose);
    measure("en on en", english, english, verbose);
    measure("en on es", english, spanish, false);
    measure("es on en", spanish, english, false);
    Ok(())
}

/// Asks the questions of `asked` on the paragraphs of `told`; the answers are those of `told`, in its language.
fn measure(name: &str, asked: Written<'_>, told: Written<'_>, verbose: bool) {
    let (Written { set: asked, language: from }, Written { set: told, language: to }) = (asked, told);
    let stems: Vec<HashSet<String>> =
        told.paragraphs.iter().map(|p| terms(&p.text, to).into_iter().map(|term| term.stem).collect()).collect();
    let mut frequency: HashMap<&str, f32> = HashMap::new();
    stems.iter().flatten().for_each(|stem| *frequency.entry(stem).or_default() += 1.0);
    let total = stems.len() as f32;
    let idf = |stem: &str| (1.0 + (total + 0.5) / (frequency.get(stem).copied().unwrap_or(0.0) + 0.5)).ln();
    let hits: HashMap<u64, Hit> = told.paragraphs.iter().map(|p| (p.id, hit(p, to))).collect();
    let (mut first, mut two, mut shown, mut chars, mut languages, mut nanos) = (0, 0, 0, 0, 0, 0);
    for (question, answers) in asked.questions.iter().zip(&told.questions) {
        let Some(found) = hits.get(&question.pid) else { continue };
        let language = match understand(&question.q, None, &[], Language::De) {
            Understood::Question(understood) => understood.language,
            Understood::Smalltalk(_, language) => language,
        };
        languages += usize::from(language == from);
        let Understood::Question(understood) = understand(&question.q, Some(from), &[], from) else { continue };
        let sought: Vec<String> = answers.answers.iter().map(|answer| fold(&answer.text)).collect();
        let holds = |text: &str| sought.iter().any(|answer| fold(text).contains(answer.as_str()));
        let ranked = rank(&understood, std::slice::from_ref(found), &idf);
        let texts: Vec<&str> = ranked.iter().take(2).filter_map(|s| found.chunk.text.get(s.span.clone())).collect();
        first += usize::from(texts.first().is_some_and(|text| holds(text)));
        let in_two = texts.iter().any(|text| holds(text));
        two += usize::from(in_two);
        if verbose && !in_two {
            print_miss(&understood, &texts, &sought);
        }
        let begun = Instant::now();
        let extracted = extract(&understood, std::slice::from_ref(found), &idf, ExtractLimits::default());
        nanos += begun.elapsed().as_nanos();
        if let Some(extracted) = extracted {
            let text = extracted.quoted.iter().map(|quoted| quoted.text.as_str()).collect::<Vec<_>>().join(" ");
            shown += usize::from(holds(&text));
            chars += text.chars().count();
        }
    }
    let count = asked.questions.len();
    let share = |hits: usize| hits as f32 / count as f32;
    println!(
        "{name}: best sentence {:.3}, best two {:.3}, shown {:.3} in {} characters; language right {:.3}; {} us each",
        share(first),
        share(two),
        share(shown),
        chars / count.max(1),
        share(languages),
        nanos / 1_000 / count.max(1) as u128
    );
}

fn print_miss(question: &Question, texts: &[&str], sought: &[String]) {
    println!(
        "MISS {:?} {}\n   sought {}\n   1 {}\n   2 {}",
        question.wants,
        question.text,
        sought.join(" | "),
        texts.first().unwrap_or(&""),
        texts.get(1).unwrap_or(&"")
    );
}

fn hit(paragraph: &Paragraph, language: Language) -> Hit {
    let document = DocumentId::new(paragraph.title.clone());
    let chunk = Chunk {
        id: ChunkId::new(&document, usize::try_from(paragraph.id).unwrap_or_default()),
        document,
        title: paragraph.title.replace('_', " "),
        url: None,
        heading_path: Vec::new(),
        facet: Facet::About,
        language,
        text: paragraph.text.clone(),
        question: None,
        span: 0..paragraph.text.len(),
        page: None,
        tokens: 0,
        priority: 1.0,
    };
    Hit { chunk: Arc::new(chunk), relevance: 1.0, features: Vec::new() }
}
