//! Paragraphs and sentences: is the right one among the first that are found?
//!
//! A paragraph is found if a chunk of it is; a sentence if it belongs to the right paragraph and holds the answer. Each
//! sentence of our own splitter is then a text of its own.

use std::error::Error;

use portavoz_text::sentences::sentences;

use super::baseline::Bm25;
use super::embedding::Embedding;
use super::figure::{Figure, Mark};
use super::folder::{AnswerText, Asked, Folder, QuestionSet};
use super::ours::{Ours, holds, is_of, understood};
use super::report::Report;

/// Hits that are looked at before those of one paragraph count as one.
const HITS: usize = 16;
/// The share of the baseline's misses that must be found: paragraphs first, and sentences among four.
const PARAGRAPH_CUT: f64 = 0.30;
const SENTENCE_CUT: f64 = 0.40;
/// What an English question on Spanish paragraphs must reach among four; every pair is measured against it.
const FOREIGN_RECALL: f64 = 0.90;
/// From so many paragraphs on, recall among four has a mark of its own.
const MANY: usize = 1_000;
const RECALL_AMONG_MANY: f64 = 0.93;

/// Paragraphs and sentences of each corpus, asked in its own language.
pub fn native(folder: &Folder, with: Option<&Embedding>, report: &mut Report) -> Result<(), Box<dyn Error>> {
    for set in folder.corpora() {
        paragraphs(set, set, with, report)?;
        sentences_of(set, with, report)?;
    }
    Ok(())
}

/// Paragraphs of each corpus, asked in the other languages.
pub fn foreign(folder: &Folder, with: Option<&Embedding>, report: &mut Report) -> Result<(), Box<dyn Error>> {
    for (asked, told) in folder.foreign_pairs() {
        paragraphs(asked, told, with, report)?;
    }
    Ok(())
}

/// Ranks of the right paragraph, ours and the baseline's, one entry a question.
#[derive(Default)]
struct Ranks {
    ours: Vec<Option<usize>>,
    baseline: Vec<Option<usize>>,
}

impl Ranks {
    fn within(ranks: &[Option<usize>], limit: usize) -> Vec<bool> {
        ranks.iter().map(|rank| rank.is_some_and(|rank| rank < limit)).collect()
    }

    fn figure(&self, measure: &str, set: &str, limit: usize, mark: Mark) -> Figure {
        let (ours, baseline) = (Self::within(&self.ours, limit), Self::within(&self.baseline, limit));
        Figure::share(measure, set, &ours).beside_share(&ours, &baseline).reaching(mark)
    }
}

fn paragraphs(
    asked: &QuestionSet,
    told: &QuestionSet,
    with: Option<&Embedding>,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let index = Ours::of_paragraphs(told.paragraphs.iter(), told.language, with)?;
    let bm25 = Bm25::of(told.paragraphs.iter().map(|paragraph| paragraph.text.as_str()), told.language)?;
    let mut ranks = Ranks::default();
    for question in possible(asked) {
        let found = index.search(&understood(&question.q, asked.language), HITS)?;
        let mut documents: Vec<&str> = found.hits.iter().map(|hit| hit.chunk.document.as_str()).collect();
        let mut seen = std::collections::HashSet::new();
        documents.retain(|document| seen.insert(*document));
        let wanted = question.pid.to_string();
        ranks.ours.push(documents.iter().position(|document| *document == wanted));
        let places = bm25.best(&question.q, HITS)?;
        let is_right = |place: &usize| told.paragraphs.get(*place).is_some_and(|told| told.id == question.pid);
        ranks.baseline.push(places.iter().position(is_right));
    }
    let is_native = asked.language == told.language;
    let set = if is_native { told.name.clone() } else { format!("{} on {}", asked.name, told.name) };
    let (first, four) = match (is_native, told.paragraphs.len() >= MANY) {
        (false, _) => (Mark::Free, Mark::AtLeast(FOREIGN_RECALL)),
        (true, true) => (Mark::ErrorCut(PARAGRAPH_CUT), Mark::AtLeast(RECALL_AMONG_MANY)),
        (true, false) => (Mark::ErrorCut(PARAGRAPH_CUT), Mark::Free),
    };
    report.add(ranks.figure("paragraphs, recall@1", &set, 1, first));
    report.add(ranks.figure("paragraphs, recall@4", &set, 4, four));
    Ok(())
}

fn sentences_of(set: &QuestionSet, with: Option<&Embedding>, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let texts: Vec<(usize, &str)> = set
        .paragraphs
        .iter()
        .flat_map(|told| sentences(&told.text).into_iter().filter_map(|span| Some((told.id, told.text.get(span)?))))
        .collect();
    let index = Ours::of_texts(texts.iter().copied(), set.language, with)?;
    let bm25 = Bm25::of(texts.iter().map(|(_, text)| *text), set.language)?;
    let mut ranks = Ranks::default();
    for question in possible(set) {
        let answers: &[AnswerText] = &question.answers;
        let found = index.search(&understood(&question.q, set.language), HITS)?;
        let is_right = |chunk: &_| is_of(chunk, question.pid) && holds(&chunk.text, answers);
        ranks.ours.push(found.hits.iter().position(|hit| is_right(&hit.chunk)));
        let places = bm25.best(&question.q, HITS)?;
        let is_right = |(id, text): &(usize, &str)| *id == question.pid && holds(text, answers);
        ranks.baseline.push(places.iter().position(|place| texts.get(*place).is_some_and(is_right)));
    }
    report.add(ranks.figure("sentences, recall@1", &set.name, 1, Mark::Free));
    report.add(ranks.figure("sentences, recall@4", &set.name, 4, Mark::ErrorCut(SENTENCE_CUT)));
    Ok(())
}

/// Questions that some paragraph answers.
fn possible(set: &QuestionSet) -> impl Iterator<Item = &Asked> {
    set.questions.iter().filter(|asked| !asked.impossible)
}
