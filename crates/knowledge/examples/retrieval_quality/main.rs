//! Measures, and fits, the ranking on folders of questions: a tool for developers, not part of the program.
//!
//! ```text
//! cargo run -p portavoz-knowledge --example retrieval_quality -- FOLDER [--fit]
//! ```
//!
//! FOLDER holds `questions_es.json` and `questions_en.json`: parallel paragraphs and questions with the shape of
//! [`Set`]. The portfolio of the crate's own tests is measured too. Every number is printed with its count. With
//! `--fit`, new coefficients are printed as rows for `search/coefficients.rs`.
//!
//! Answerability: the paragraphs are dealt into two indexes, and every question is asked of both, so that half of all
//! questions are unanswerable although the index speaks of their subject.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool reports on its output")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::{Block, BlockKind, Document, Facet, Format};
use portavoz_domain::ids::{ChunkId, DocumentId};
use portavoz_domain::question::{Question, Understood, Wants};
use portavoz_domain::search::SearchResult;
use portavoz_domain::understanding::understand;
use portavoz_knowledge::chunk::{ChunkLimits, chunk};
use portavoz_knowledge::index::Index;
use portavoz_text::language::Language;
use serde::Deserialize;

mod fit;

/// A file of questions over paragraphs.
#[derive(Debug, Deserialize)]
struct Set {
    paragraphs: Vec<Paragraph>,
    questions: Vec<Asked>,
}

#[derive(Debug, Deserialize)]
struct Paragraph {
    id: usize,
    text: String,
}

#[derive(Debug, Deserialize)]
struct Asked {
    q: String,
    pid: usize,
    answers: Vec<Answer>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    text: String,
}

/// The portfolio of the tests.
#[derive(Debug, Deserialize)]
struct Portfolio {
    owner: String,
    passage: Vec<PortfolioPassage>,
    question: Vec<PortfolioQuestion>,
}

#[derive(Debug, Deserialize)]
struct PortfolioPassage {
    id: String,
    title: String,
    #[serde(default)]
    headings: Vec<String>,
    facet: String,
    text: String,
    question: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PortfolioQuestion {
    text: String,
    lang: String,
    #[serde(default)]
    answers: Vec<String>,
}

/// One candidate passage of one question, for fitting.
struct Row {
    question: usize,
    features: Vec<f32>,
    label: bool,
    weight: f64,
    speaks_same: bool,
}

/// What one question came to.
struct Outcome {
    answerable: f32,
    is_answerable: bool,
    best_relevance: f32,
    best_is_right: bool,
    whole: Vec<f32>,
    is_native: bool,
    weight: f64,
}

/// What is known of the right answer to a question.
#[derive(Clone, Copy)]
struct Expected<'a> {
    is_answerable: bool,
    is_right: &'a dyn Fn(&Chunk) -> bool,
    weight: f64,
}

#[derive(Default)]
struct Gathered {
    rows: Vec<Row>,
    outcomes: Vec<Outcome>,
}

/// Candidates of each question that a fit looks at.
const FITTED_CANDIDATES: usize = 12;
/// One portfolio question weighs as much as this many others: that is what the product is for.
const PORTFOLIO_WEIGHT: f64 = 25.0;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_fit = arguments.iter().any(|argument| argument == "--fit");
    let folder = arguments.iter().find(|argument| !argument.starts_with("--"));
    let mut all = Gathered::default();
    if let Some(folder) = folder {
        let read = |name: &str| -> Result<Set, Box<dyn Error>> {
            Ok(serde_json::from_slice(&std::fs::read(Path::new(folder).join(name))?)?)
        };
        let (spanish, english) = (read("questions_es.json")?, read("questions_en.json")?);
        for (name, documents, questions, from, to) in [
            ("es on es", &spanish, &spanish, Language::Es, Language::Es),
            ("en on en", &english, &english, Language::En, Language::En),
            ("en on es", &spanish, &english, Language::En, Language::Es),
            ("es on en", &english, &spanish, Language::Es, Language::En),
        ] {
            measure_recall(name, documents, questions, from, to)?;
            let gathered = measure_answerability(documents, questions, from, to)?;
            report(name, &gathered.outcomes);
            all.extend(gathered);
        }
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/portfolio.toml");
    let portfolio: Portfolio = toml::from_str(&std::fs::read_to_string(path)?)?;
    let gathered = measure_portfolio(&portfolio)?;
    all.extend(gathered);
    if is_fit {
        fit::print(&all);
    }
    Ok(())
}

fn measure_recall(name: &str, documents: &Set, set: &Set, from: Language, to: Language) -> Result<(), Box<dyn Error>> {
    let index = index(documents.paragraphs.iter(), to)?;
    let (mut first, mut four) = (0, 0);
    let started = Instant::now();
    for asked in &set.questions {
        let found = index.search(&question(&asked.q, from), None, 12)?;
        let mut documents: Vec<&str> = found.hits.iter().map(|hit| hit.chunk.document.as_str()).collect();
        documents.dedup();
        let wanted = asked.pid.to_string();
        first += usize::from(documents.first() == Some(&wanted.as_str()));
        four += usize::from(documents.iter().take(4).any(|document| *document == wanted));
    }
    let (count, took) = (set.questions.len(), started.elapsed());
    println!(
        "{name}: recall@1 {:.3}  recall@4 {:.3}  ({count} questions, {} chunks, {:.0} us a search)",
        share(first, count),
        share(four, count),
        index.len(),
        took.as_secs_f64() * 1e6 / count as f64,
    );
    Ok(())
}

fn measure_answerability(documents: &Set, set: &Set, from: Language, to: Language) -> Result<Gathered, Box<dyn Error>> {
    let mut gathered = Gathered::default();
    for half in [0, 1] {
        let index = index(documents.paragraphs.iter().filter(|paragraph| paragraph.id % 2 == half), to)?;
        for asked in &set.questions {
            // The answer as the documents' language words it.
            let answers: Vec<&str> = documents
                .questions
                .iter()
                .zip(&set.questions)
                .filter(|(_, other)| std::ptr::eq(*other, asked))
                .flat_map(|(original, _)| original.answers.iter().map(|answer| answer.text.as_str()))
                .collect();
            let wanted = asked.pid.to_string();
            let is_right = |chunk: &Chunk| {
                chunk.document.as_str() == wanted && answers.iter().any(|answer| chunk.text.contains(answer))
            };
            let expected = Expected { is_answerable: asked.pid % 2 == half, is_right: &is_right, weight: 1.0 };
            gathered.ask(&index, &question(&asked.q, from), expected)?;
        }
    }
    Ok(gathered)
}

fn measure_portfolio(portfolio: &Portfolio) -> Result<Gathered, Box<dyn Error>> {
    let chunks = portfolio.passage.iter().map(portfolio_chunk).collect::<Result<Vec<_>, _>>()?;
    let index = Index::in_memory(1, chunks, None)?.with_owner(&portfolio.owner);
    let mut gathered = Gathered::default();
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, asked) in portfolio.question.iter().enumerate() {
        let language = Language::parse(&asked.lang).ok_or("unknown language")?;
        let question = question(&asked.text, language);
        let is_right = |chunk: &Chunk| asked.answers.iter().any(|answer| answer == chunk.id.as_str());
        let expected =
            Expected { is_answerable: !asked.answers.is_empty(), is_right: &is_right, weight: PORTFOLIO_WEIGHT };
        let found = gathered.ask(&index, &question, expected)?;
        groups.entry(if asked.lang == "es" { "portfolio es" } else { "portfolio foreign" }).or_default().push(place);
        show_odd(asked, &found, &is_right);
    }
    for (name, places) in groups {
        let outcomes: Vec<&Outcome> = places.iter().filter_map(|place| gathered.outcomes.get(*place)).collect();
        let known: Vec<&&Outcome> = outcomes.iter().filter(|outcome| outcome.is_answerable).collect();
        let right = known.iter().filter(|outcome| outcome.best_is_right).count();
        let confident = known.iter().filter(|outcome| outcome.best_relevance >= 0.75).count();
        let silent = outcomes.iter().filter(|outcome| !outcome.is_answerable);
        let false_alarms = silent.filter(|outcome| outcome.best_relevance >= 0.75).count();
        println!(
            "{name}: best passage right {right}/{}, relevance >= 0.75 {confident}/{}; unanswerable but >= 0.75: {false_alarms}/{}",
            known.len(),
            known.len(),
            outcomes.len() - known.len(),
        );
    }
    report("portfolio", &gathered.outcomes);
    Ok(gathered)
}

/// Prints the questions that went wrong.
fn show_odd(asked: &PortfolioQuestion, found: &SearchResult, is_right: &dyn Fn(&Chunk) -> bool) {
    let Some(best) = found.hits.first() else { return };
    let is_known = !asked.answers.is_empty();
    let is_fine = if is_known { is_right(&best.chunk) && best.relevance >= 0.6 } else { best.relevance < 0.6 };
    if !is_fine {
        let reasons: Vec<String> = best
            .features
            .iter()
            .filter(|feature| feature.value != 0.0)
            .map(|feature| format!("{} {:.2}", feature.name, feature.value))
            .collect();
        println!(
            "  {} -> {} {:.2}/{:.2} [{}]",
            asked.text,
            best.chunk.id,
            best.relevance,
            found.answerable,
            reasons.join(", ")
        );
    }
}

impl Gathered {
    fn extend(&mut self, other: Self) {
        let before = self.outcomes.len();
        self.rows.extend(other.rows.into_iter().map(|row| Row { question: row.question + before, ..row }));
        self.outcomes.extend(other.outcomes);
    }

    fn ask(
        &mut self,
        index: &Index,
        question: &Question,
        expected: Expected<'_>,
    ) -> Result<SearchResult, Box<dyn Error>> {
        let Expected { is_answerable, is_right, weight } = expected;
        let (found, whole) = index.examine(question, None, FITTED_CANDIDATES)?;
        for hit in &found.hits {
            self.rows.push(Row {
                question: self.outcomes.len(),
                features: hit.features.iter().skip(1).map(|feature| feature.value).collect(),
                label: is_right(&hit.chunk),
                weight,
                speaks_same: hit.chunk.language == question.language,
            });
        }
        let best = found.hits.first();
        self.outcomes.push(Outcome {
            answerable: found.answerable,
            is_answerable,
            best_relevance: best.map_or(0.0, |hit| hit.relevance),
            best_is_right: best.is_some_and(|hit| is_right(&hit.chunk)),
            whole: whole.to_array().to_vec(),
            is_native: index.counts().languages.iter().any(|(language, _)| *language == question.language),
            weight,
        });
        Ok(found)
    }
}

fn report(name: &str, outcomes: &[Outcome]) {
    let answerable: Vec<(f32, bool)> =
        outcomes.iter().map(|outcome| (outcome.answerable, outcome.is_answerable)).collect();
    let best: Vec<(f32, bool)> =
        outcomes.iter().map(|outcome| (outcome.best_relevance, outcome.best_is_right)).collect();
    let confident: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.best_relevance >= 0.75).collect();
    let right = confident.iter().filter(|outcome| outcome.best_is_right).count();
    let possible = outcomes.iter().filter(|outcome| outcome.is_answerable).count();
    println!(
        "{name}: answerable AUROC {:.3} ECE {:.3}; best relevance AUROC {:.3} ECE {:.3}; at 0.75: precision {:.3}, \
         {:.3} of the answerable kept ({} asked)",
        auroc(&answerable),
        calibration_error(&answerable),
        auroc(&outcomes.iter().map(|outcome| (outcome.best_relevance, outcome.is_answerable)).collect::<Vec<_>>()),
        calibration_error(&best),
        share(right, confident.len()),
        share(right, possible),
        outcomes.len(),
    );
}

/// Area under the curve: how often a true case scores above a false one, ties half.
fn auroc(scored: &[(f32, bool)]) -> f64 {
    let mut sorted: Vec<&(f32, bool)> = scored.iter().collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut false_below, mut wins) = (0.0, 0.0);
    for group in sorted.chunk_by(|one, other| one.0 == other.0) {
        let positives = group.iter().filter(|(_, label)| *label).count() as f64;
        let negatives = group.len() as f64 - positives;
        wins += positives * (false_below + negatives / 2.0);
        false_below += negatives;
    }
    let positives = scored.iter().filter(|(_, label)| *label).count() as f64;
    wins / (positives * (scored.len() as f64 - positives)).max(1.0)
}

/// Expected calibration error over ten bins of equal width.
fn calibration_error(scored: &[(f32, bool)]) -> f64 {
    let mut bins = [(0.0_f64, 0.0_f64); 10];
    for (score, label) in scored {
        let place = ((score * 10.0) as usize).min(9);
        if let Some((scores, labels)) = bins.get_mut(place) {
            *scores += f64::from(*score);
            *labels += f64::from(u8::from(*label));
        }
    }
    bins.iter().map(|(scores, labels)| (scores - labels).abs()).sum::<f64>() / scored.len().max(1) as f64
}

fn index<'a>(paragraphs: impl Iterator<Item = &'a Paragraph>, language: Language) -> Result<Index, Box<dyn Error>> {
    let count = |text: &str| text.chars().count().div_ceil(4);
    let chunks = paragraphs.flat_map(|paragraph| {
        let document = document(&paragraph.id.to_string(), &paragraph.text, language);
        chunk(&document, &count, ChunkLimits::default())
    });
    Ok(Index::in_memory(1, chunks.collect(), None)?)
}

fn document(id: &str, text: &str, language: Language) -> Document {
    let block =
        Block { kind: BlockKind::Paragraph, text: text.to_owned(), span: 0..text.len(), page: None, facet: None };
    Document {
        id: DocumentId::new(id),
        title: "Texto".to_owned(),
        url: None,
        language,
        facet: None,
        tags: Vec::new(),
        priority: 1.0,
        format: Format::Text,
        text: text.to_owned(),
        blocks: vec![block],
    }
}

fn portfolio_chunk(passage: &PortfolioPassage) -> Result<Chunk, Box<dyn Error>> {
    let (document, _) = passage.id.split_once('#').ok_or("a passage id needs a `#`")?;
    Ok(Chunk {
        id: ChunkId::from_stored(passage.id.clone()),
        document: DocumentId::new(document),
        title: passage.title.clone(),
        url: None,
        heading_path: passage.headings.clone(),
        facet: Facet::parse(&passage.facet).ok_or("unknown facet")?,
        language: Language::Es,
        text: passage.text.clone(),
        question: passage.question.clone(),
        span: 0..passage.text.len(),
        page: None,
        tokens: u32::try_from(passage.text.len() / 4)?,
        priority: 1.0,
    })
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

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
