//! Prints what the ledger of facts draws from a folder, and where its documents disagree.
//!
//! `cargo run -p portavoz-knowledge --example print_facts -- FOLDER [--chunks] [--owner NAME] [--ask QUESTION]...`
//! `--chunks` prints the passages as well; each `--ask` prints what is computed for a question as of 2026-11-22.
#![expect(clippy::print_stdout, reason = "a command that prints what it reads")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use portavoz_domain::chunk::Chunk;
use portavoz_domain::facts::{Asking, answer_from_facts, contradictions, draw};
use portavoz_domain::ids::DocumentId;
use portavoz_domain::question::Understood;
use portavoz_domain::understanding::understand;
use portavoz_knowledge::chunk::{ChunkLimits, chunk};
use portavoz_knowledge::readers::{ReadOptions, read};
use portavoz_text::dates::Date;
use portavoz_text::language::Language;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("give the folder as argument")?;
    let mut paths = Vec::new();
    gather(Path::new(folder), &mut paths)?;
    paths.sort();
    let mut chunks: Vec<Chunk> = Vec::new();
    for path in paths {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        match read(&DocumentId::new(name), &fs::read(&path)?, &ReadOptions::default()) {
            Ok((document, _)) => chunks.extend(chunk(&document, &|text: &str| text.len() / 4, ChunkLimits::default())),
            Err(problem) => println!("`{}` {}", problem.document, problem.cause),
        }
    }
    if arguments.iter().any(|argument| argument == "--chunks") {
        for chunk in &chunks {
            println!(
                "# {} [{} {}] {}{}\n{}\n",
                chunk.id,
                chunk.facet,
                chunk.language,
                chunk.heading(),
                chunk.question.iter().map(|q| format!(" ? {q}")).collect::<String>(),
                chunk.text
            );
        }
    }
    let begun = std::time::Instant::now();
    let facts = draw(&chunks);
    let contradictions = contradictions(&facts);
    let took = begun.elapsed();
    for fact in &facts {
        println!("{:30} {:?}", fact.source.chunk.to_string(), fact.statement);
    }
    for contradiction in &contradictions {
        println!(
            "! {}\n  {}\n  {}",
            contradiction.sentence(),
            contradiction.left.source.quote,
            contradiction.right.source.quote
        );
    }
    let owner = arguments.iter().position(|argument| argument == "--owner").and_then(|at| arguments.get(at + 1));
    let questions = arguments.windows(2).filter_map(|pair| match pair {
        [flag, question] if flag == "--ask" => Some(question),
        _ => None,
    });
    let today = Date { year: 2026, month: Some(11), day: Some(22) };
    for text in questions {
        if let Understood::Question(question) = understand(text, None, &[], Language::Es) {
            let asking =
                Asking { question: &question, owner: owner.map(String::as_str), today, doubts: &contradictions };
            let answer = answer_from_facts(&asking, &facts);
            println!("? [{}] {text}\n  {}", question.language, answer.map_or("-".to_owned(), |answer| answer.text));
        }
    }
    println!(
        "{} facts and {} contradictions of {} passages in {took:?}",
        facts.len(),
        contradictions.len(),
        chunks.len()
    );
    Ok(())
}

/// Every file below `folder`.
fn gather(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { gather(&path, paths)? } else { paths.push(path) }
    }
    Ok(())
}
