//! Answers without a model: does what the visitor is told contain the answer, and how long is it?
//!
//! Twice: by a whole site, as a visitor meets it (a search that is not sure enough ends in `not_known`), and by quoting
//! from the best passages whatever their relevance, which shows what the choice of sentences alone can do.

use std::error::Error;

use portavoz_domain::answer::Outcome;
use portavoz_domain::extract::{ExtractLimits, extract};
use portavoz_domain::markers::unmarked;
use portavoz_text::sentences::sentences;

use super::baseline::Bm25;
use super::embedding::Embedding;
use super::figure::{Figure, Mark, Unit};
use super::folder::{Folder, QuestionSet};
use super::ours::{Ours, holds, understood};
use super::report::Report;
use super::site::WholeSite;

/// Sentences that the baseline quotes.
const QUOTED: usize = 2;
/// Passages that are quoted from, as by default in the program.
const PASSAGES: usize = 4;
/// Characters of an answer at the median.
const LENGTH: f64 = 400.0;

/// What must be reached by language: English has the tools of more people behind it.
fn mark(set: &QuestionSet) -> Mark {
    Mark::AtLeast(if set.language == portavoz_text::language::Language::En { 0.92 } else { 0.90 })
}

/// Every corpus, asked in its own language and in the others.
pub async fn measure(folder: &Folder, with: Option<&Embedding>, report: &mut Report) -> Result<(), Box<dyn Error>> {
    for set in folder.corpora() {
        let bm25 = best_two(set)?;
        let told = told(set, set, with, report, &set.name).await?;
        let figure = Figure::share("answer in the extractive reply", &set.name, &told.contained);
        report.add(figure.beside_share(&told.contained, &bm25).reaching(mark(set)));
        let not_known = told.contained.len() - told.lengths.len();
        report.note(&format!("{}: {not_known} of {} questions are not answered", set.name, told.contained.len()));
        let length = Figure::median("characters of the reply", &set.name, told.lengths, Unit::Characters);
        report.add(length.reaching(Mark::AtMost(LENGTH)));
        report.add(Figure::share("answer in what is quoted, sure or not", &set.name, &quoted(set, with)?));
    }
    for (asked, other) in folder.foreign_pairs() {
        let name = format!("{} on {}", asked.name, other.name);
        let told = told(asked, other, with, report, &name).await?;
        report.add(Figure::share("answer in the extractive reply", &name, &told.contained));
    }
    Ok(())
}

/// What visitors were told.
struct Told {
    /// One a question.
    contained: Vec<bool>,
    /// Characters of the answers that were given.
    lengths: Vec<f64>,
}

async fn told(
    asked: &QuestionSet,
    on: &QuestionSet,
    with: Option<&Embedding>,
    report: &Report,
    name: &str,
) -> Result<Told, Box<dyn Error>> {
    let site = WholeSite::open(on, with.map(Embedding::embedder)).await?;
    let answers = on.answers();
    let mut told = Told { contained: Vec::new(), lengths: Vec::new() };
    let mut declined = 0_usize;
    for question in asked.questions.iter().filter(|question| !question.impossible) {
        let answer = site.ask(&question.q).await?;
        let text = unmarked(&answer.text);
        let is_answered = answer.done.outcome == Outcome::Answered;
        declined += usize::from(answer.done.outcome == Outcome::Declined);
        let words = answers.get(question.id.as_str()).copied().unwrap_or_default();
        told.contained.push(is_answered && holds(&text, words));
        if is_answered {
            told.lengths.push(text.chars().count() as f64);
        }
    }
    if declined > 0 {
        report.note(&format!("{name}: {declined} honest questions were declined"));
    }
    Ok(told)
}

/// Whether the quotation from the best passages holds the answer, however unsure the search is of them.
fn quoted(set: &QuestionSet, with: Option<&Embedding>) -> Result<Vec<bool>, Box<dyn Error>> {
    let index = Ours::of_paragraphs(set.paragraphs.iter(), set.language, with)?;
    let mut contained = Vec::new();
    for asked in set.questions.iter().filter(|question| !question.impossible) {
        let question = understood(&asked.q, set.language);
        let found = index.search(&question, PASSAGES)?;
        let chosen = extract(&question, &found.hits, &|stem| index.idf(stem), ExtractLimits::default());
        let texts = chosen.iter().flat_map(|extract| &extract.quoted).map(|quoted| quoted.text.as_str());
        contained.push(holds(&texts.collect::<Vec<_>>().join(" "), &asked.answers));
    }
    Ok(contained)
}

/// Whether the two sentences that BM25 likes best hold the answer.
fn best_two(set: &QuestionSet) -> Result<Vec<bool>, Box<dyn Error>> {
    let texts: Vec<&str> = set
        .paragraphs
        .iter()
        .flat_map(|told| sentences(&told.text).into_iter().filter_map(|span| told.text.get(span)))
        .collect();
    let bm25 = Bm25::of(texts.iter().copied(), set.language)?;
    let mut contained = Vec::new();
    for question in set.questions.iter().filter(|question| !question.impossible) {
        let places = bm25.best(&question.q, QUOTED)?;
        let quoted: Vec<&str> = places.iter().filter_map(|place| texts.get(*place).copied()).collect();
        contained.push(holds(&quoted.join(" "), &question.answers));
    }
    Ok(contained)
}
