//! Answerable or not, and whether relevance is the probability it claims to be.
//!
//! The paragraphs are dealt into two halves by turns, and every question is asked of both: so half of all questions are
//! unanswerable although the half speaks of their subject. Of the best hit it is known whether it holds the answer.

use std::error::Error;

use portavoz_stats::reliability;

use super::baseline::Coverage;
use super::embedding::Embedding;
use super::figure::{BINS, Figure, Mark};
use super::folder::{Folder, Paragraph, QuestionSet};
use super::ours::{Ours, holds, is_of, understood};
use super::report::Report;

/// The share of idf coverage's error that must go.
const ERROR_CUT: f64 = 0.40;
/// The largest calibration error.
const CALIBRATION: f64 = 0.05;
/// The threshold of the guide: what lies above it is told.
const THRESHOLD: f64 = 0.75;

/// Scores of every question on every half, each with what was true.
#[derive(Default)]
struct Scores {
    answerable: Vec<(f64, bool)>,
    coverage: Vec<(f64, bool)>,
    /// Relevance of the best hit, and whether it holds the answer.
    relevance: Vec<(f64, bool)>,
}

impl Scores {
    fn extend(&mut self, other: Self) {
        self.answerable.extend(other.answerable);
        self.coverage.extend(other.coverage);
        self.relevance.extend(other.relevance);
    }
}

/// All corpora, asked in their own language and in others.
pub fn measure(folder: &Folder, with: Option<&Embedding>, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let (mut native, mut foreign) = (Scores::default(), Scores::default());
    for set in folder.corpora() {
        let scores = asked_of_halves(set, set, with)?;
        let figure = Figure::area("answerable or not, AUROC", &set.name, &scores.answerable);
        let figure = figure.beside_area(&scores.answerable, &scores.coverage);
        report.add(figure.reaching(Mark::ErrorCut(ERROR_CUT)));
        calibration(&set.name, &scores, report);
        native.extend(scores);
    }
    for (asked, told) in folder.foreign_pairs() {
        let scores = asked_of_halves(asked, told, with)?;
        let set = format!("{} on {}", asked.name, told.name);
        let figure = Figure::area("answerable or not, AUROC", &set, &scores.answerable);
        report.add(figure.beside_area(&scores.answerable, &scores.coverage));
        foreign.extend(scores);
    }
    for (set, scores) in [("own language", native), ("foreign", foreign)] {
        if scores.relevance.is_empty() {
            continue;
        }
        calibration(set, &scores, report);
        report.curve(&format!("relevance, {set}"), &reliability(&scores.relevance, BINS));
    }
    Ok(())
}

fn calibration(set: &str, scores: &Scores, report: &mut Report) {
    let error = |measure, predictions: &[(f64, bool)]| Figure::calibration_error(measure, set, predictions);
    report.add(error("relevance, calibration error", &scores.relevance).reaching(Mark::AtMost(CALIBRATION)));
    report.add(error("answerable, calibration error", &scores.answerable));
    let told: Vec<bool> =
        scores.relevance.iter().filter(|(relevance, _)| *relevance >= THRESHOLD).map(|(_, right)| *right).collect();
    report.add(Figure::share("right among relevance >= 0.75", set, &told));
    let told_of_answerable: Vec<bool> = scores
        .relevance
        .iter()
        .zip(&scores.answerable)
        .filter(|(_, (_, is_answerable))| *is_answerable)
        .map(|((relevance, _), _)| *relevance >= THRESHOLD)
        .collect();
    report.add(Figure::share("answerable told (>= 0.75)", set, &told_of_answerable));
}

fn asked_of_halves(
    asked: &QuestionSet,
    told: &QuestionSet,
    with: Option<&Embedding>,
) -> Result<Scores, Box<dyn Error>> {
    let mut scores = Scores::default();
    let answers = told.answers();
    for half in [0, 1] {
        let dealt: Vec<&Paragraph> = told.paragraphs.iter().skip(half).step_by(2).collect();
        let index = Ours::of_paragraphs(dealt.iter().copied(), told.language, with)?;
        let coverage = Coverage::of(dealt.iter().map(|paragraph| paragraph.text.as_str()), told.language);
        for question in &asked.questions {
            let is_here = dealt.iter().any(|paragraph| paragraph.id == question.pid) && !question.impossible;
            let found = index.search(&understood(&question.q, asked.language), 1)?;
            scores.answerable.push((f64::from(found.answerable), is_here));
            scores.coverage.push((coverage.best(&question.q), is_here));
            let words = answers.get(question.id.as_str()).copied().unwrap_or_default();
            let best = found.hits.first();
            let is_right = best.is_some_and(|hit| is_of(&hit.chunk, question.pid) && holds(&hit.chunk.text, words));
            scores.relevance.push((best.map_or(0.0, |hit| f64::from(hit.relevance)), is_here && is_right));
        }
    }
    Ok(scores)
}
