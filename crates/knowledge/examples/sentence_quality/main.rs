//! Measures, and fits, the choice of sentences behind the real search: a tool for developers, not part of the program.
//!
//! ```text
//! cargo run -p portavoz-knowledge --example sentence_quality -- FOLDER [--fit]
//! ```
//!
//! FOLDER holds `questions_es.json` and `questions_en.json`: parallel paragraphs and questions with the shape of
//! [`Set`]. Every question is put to an index of all paragraphs of one language, and the reply counts if one of the
//! accepted answers stands in it. With `--fit`, weights are fitted in folds of whole articles, measured on the article
//! left out, and those of all articles are printed as rows of `domain`'s `extract/weights.rs`.

#![allow(clippy::print_stdout, reason = "a command-line tool reports on its output")]

use std::error::Error;
use std::path::Path;

use portavoz_domain::extract::weights::{WEIGHTS, Weights};
use portavoz_domain::extract::{ExtractLimits, Sources, extract_from, rank};
use portavoz_domain::question::{Question, Understood, Wants};
use portavoz_domain::search::{Hit, SearchResult};
use portavoz_domain::understanding::understand;
use portavoz_knowledge::chunk::{ChunkLimits, chunk};
use portavoz_knowledge::index::Index;
use portavoz_text::fold::fold;
use portavoz_text::language::Language;

use questions::{Paragraph, Set, document};

mod fit;
#[path = "../shared/questions.rs"]
mod questions;

/// Passages the reply may rest on, as many as the product searches for.
const HITS: usize = 12;
/// Probability from which the product answers.
const THRESHOLD: f32 = 0.75;

/// A question with what was found for it.
struct Case {
    /// The article its paragraph is from: what a fold leaves out as a whole.
    article: String,
    question: Question,
    hits: Vec<Hit>,
    /// How likely the paragraphs answer it at all.
    answerable: f32,
    /// The accepted answers, folded.
    sought: Vec<String>,
    sentences: Vec<Sentence>,
}

/// A sentence of the hits.
struct Sentence {
    features: Vec<f32>,
    /// True if it holds the answer and stands in the paragraph the question was asked about.
    is_right: bool,
}

/// Questions in one language on paragraphs in another, or the same.
struct Run {
    name: &'static str,
    index: Index,
    cases: Vec<Case>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("give the folder that holds questions_es.json and questions_en.json")?;
    let is_fit = arguments.iter().any(|argument| argument == "--fit");
    let read = |name: &str| -> Result<Set, Box<dyn Error>> {
        Ok(serde_json::from_slice(&std::fs::read(Path::new(folder).join(name))?)?)
    };
    let (spanish, english) = (read("questions_es.json")?, read("questions_en.json")?);
    let mut runs = Vec::new();
    for (name, documents, questions, from, to) in [
        ("es on es", &spanish, &spanish, Language::Es, Language::Es),
        ("en on en", &english, &english, Language::En, Language::En),
        ("en on es", &spanish, &english, Language::En, Language::Es),
        ("es on en", &english, &spanish, Language::Es, Language::En),
    ] {
        let run = gather(name, documents, questions, (from, to))?;
        report("as compiled in", &run, &|_| WEIGHTS);
        runs.push(run);
    }
    if is_fit {
        let (same, other) = runs.split_at(2);
        let columns = [fit::column(same, true), fit::column(other, false)];
        for (runs, column) in [same, other].into_iter().zip(&columns) {
            for run in runs {
                report("on articles left out", run, &|article| column.without(article));
            }
        }
        fit::print(&columns);
    }
    Ok(())
}

fn gather(
    name: &'static str,
    documents: &Set,
    set: &Set,
    (from, to): (Language, Language),
) -> Result<Run, Box<dyn Error>> {
    let index = index(&documents.paragraphs, to)?;
    let mut cases = Vec::new();
    for (asked, original) in set.questions.iter().zip(&documents.questions) {
        let question = question(&asked.q, from);
        let SearchResult { hits, answerable } = index.search(&question, None, HITS)?;
        let sought: Vec<String> = original.answers.iter().map(|answer| fold(&answer.text)).collect();
        let wanted = original.pid.to_string();
        let sentences = rank(&question, &hits, &|stem| index.idf(stem))
            .into_iter()
            .filter_map(|sentence| {
                let chunk = &hits.get(sentence.hit)?.chunk;
                let text = chunk.text.get(sentence.span)?;
                let is_right = chunk.document.as_str() == wanted && holds(text, &sought);
                Some(Sentence { features: sentence.features, is_right })
            })
            .collect();
        let article = documents.paragraphs.iter().find(|paragraph| paragraph.id == asked.pid);
        let article = article.map(|paragraph| paragraph.title.clone()).unwrap_or_default();
        cases.push(Case { article, question, hits, answerable, sought, sentences });
    }
    Ok(Run { name, index, cases })
}

fn holds(text: &str, sought: &[String]) -> bool {
    let text = fold(text);
    sought.iter().any(|answer| text.contains(answer.as_str()))
}

/// Prints how often the reply holds the answer, with the weights that `weights` gives for questions on an article.
fn report(how: &str, run: &Run, weights: &dyn Fn(&str) -> Weights) {
    let (mut held, mut held_if_sure, mut lengths) = (0_u32, 0_u32, Vec::new());
    for case in &run.cases {
        let weights = weights(&case.article);
        let text = reply(case, &case.hits, &run.index, &weights);
        held += u32::from(holds(&text, &case.sought));
        held_if_sure += u32::from(case.answerable >= THRESHOLD && holds(&text, &case.sought));
        lengths.push(text.chars().count());
    }
    lengths.sort_unstable();
    let count = f64::from(u32::try_from(run.cases.len().max(1)).unwrap_or(u32::MAX));
    println!(
        "{}, {how}: {:.3} of the replies hold the answer ({:.3} among questions answerable from {THRESHOLD} on), {} \
         characters at the median, {} questions",
        run.name,
        f64::from(held) / count,
        f64::from(held_if_sure) / count,
        lengths.get(lengths.len() / 2).copied().unwrap_or(0),
        run.cases.len(),
    );
}

fn reply(case: &Case, hits: &[Hit], index: &Index, weights: &Weights) -> String {
    let sources = Sources { hits, idf: &|stem| index.idf(stem), told: "", weights };
    let extract = extract_from(&case.question, sources, ExtractLimits::default());
    let quoted = extract.map(|extract| extract.quoted).unwrap_or_default();
    quoted.iter().map(|quoted| quoted.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn index(paragraphs: &[Paragraph], language: Language) -> Result<Index, Box<dyn Error>> {
    let count = |text: &str| text.chars().count().div_ceil(4);
    let chunks = paragraphs.iter().flat_map(|paragraph| {
        let document = document(&paragraph.id.to_string(), "Texto", &paragraph.text, language);
        chunk(&document, &count, ChunkLimits::default())
    });
    Ok(Index::in_memory(1, chunks.collect(), None)?)
}

/// The question as the product understands it.
fn question(text: &str, language: Language) -> Question {
    match understand(text, Some(language), &[], language) {
        Understood::Question(question) => question,
        Understood::Smalltalk(..) => {
            Question { text: text.to_owned(), language, carried: None, facets: Vec::new(), wants: Wants::Open }
        }
    }
}
