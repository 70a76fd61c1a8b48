//! Measures, and fits, the ranking on folders of questions: a tool for developers, not part of the program.
//!
//! ```text
//! cargo run --release -p portavoz-knowledge --example retrieval_quality -- FOLDER [--fit] [--odd]
//! ```
//!
//! FOLDER holds `questions_es.json` and `questions_en.json`: parallel paragraphs and questions with answers. The
//! portfolios of the crate's own tests are measured too. Beside ours stands the baseline: BM25 over stems, and plain
//! idf coverage for whether a question can be answered at all. With `--fit`, new coefficients are written between the
//! marks of `search/coefficients.rs`, and figures are printed that are held out: each question is judged by coefficients that
//! were fitted without its article. `--odd` shows the portfolio questions that went wrong.
//!
//! Answerability: the paragraphs are dealt into two indexes, and every question is asked of both, so that half of all
//! questions are unanswerable although the index speaks of their subject.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool reports on its output")]

use std::error::Error;
use std::path::Path;

use portavoz_knowledge::search::coefficients::FITTED;

mod baseline;
mod fit;
mod measures;
#[path = "../shared/questions.rs"]
mod questions;
mod report;
mod sets;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let folder = arguments.iter().find(|argument| !argument.starts_with("--"));
    let mut settings = match folder {
        Some(folder) => sets::of_folder(Path::new(folder))?,
        None => Vec::new(),
    };
    settings.extend(sets::portfolios()?);
    if !has("--fit") {
        return report::print(&settings, &|_| &FITTED, has("--odd"));
    }
    let candidates = fit::candidates(&settings)?;
    fit::write(&fit::fitted(&settings, &candidates, &|_| true)?)?;
    let folds = fit::held_out(&settings, &candidates)?;
    println!("held out:");
    report::print(&settings, &|group| folds.get(group % folds.len()).unwrap_or(&FITTED), has("--odd"))
}
