//! Fits the models that score a text against its sources, and prints how well they rank and how well they are calibrated.
//!
//! `cargo run --release -p portavoz-domain --example fit_verification -- DIR [--write | --table | --time]` reads `DIR/claims.jsonl`, a claim
//! a line: `{set, lang, context, question, claim, supported}`. Figures are cross-validated: no context is in both halves.
//! With `questions_es.json` and `questions_en.json` beside it, the same paragraphs in two languages, claims are also
//! put to the paragraph in the other language.
//! With `--table`, the measures are printed instead, with `--time` only what a sentence costs. With `--write`, the models fitted on everything replace `data/verification/coefficients.toml`.
#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "a development tool that prints its measure"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use portavoz_domain::verification::policy::withholds;
use portavoz_domain::verification::{Asked, Source, Sources, measures, verify};
use portavoz_text::language::Language;
use serde::Deserialize;

/// Parts of the cross-validation.
const FOLDS: usize = 10;
/// Rounds in which the time is taken.
const ROUNDS: usize = 20;
/// Strength of the ridge penalty, in units of one labelled claim, on standardised measures.
const RIDGE: f64 = 5.0;
/// Sets on which a model is fitted; the others only show how it carries over. Sentences with one value exchanged are
/// not natural ones, so the model of statements is left to those that people wrote and labelled.
const FITTED_ON: [(&str, &str); 3] =
    [("statement", "dialogue"), ("translated", "swap_sentence_out"), ("bare", "swap_answer_in")];

#[derive(Deserialize)]
struct Row {
    set: String,
    lang: Language,
    context: String,
    question: Option<String>,
    claim: String,
    supported: u8,
}

/// A claim, measured.
struct Case {
    group: String,
    model: &'static str,
    values: Vec<f64>,
    names: Vec<&'static str>,
    fold: usize,
    is_true: bool,
    is_fitted_on: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder that has `claims.jsonl`")?;
    let text = std::fs::read_to_string(Path::new(&folder).join("claims.jsonl"))?;
    let rows: Vec<Row> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let other = other_language(Path::new(&folder));
    let translated = rows.iter().filter_map(|row| {
        let (text, language) = other.get(row.context.trim_start_matches('\u{feff}'))?;
        Some(case(row, (text, *language)))
    });
    if std::env::args().any(|argument| argument == "--time") {
        time(&rows);
        return Ok(());
    }
    let cases: Vec<Case> = rows.iter().map(|row| case(row, (&row.context, row.lang))).chain(translated).collect();
    let mut scores = vec![0.0; cases.len()];
    for fold in 0..FOLDS {
        let models = fit_all(&cases, |case| case.fold != fold);
        for (case, score) in cases.iter().zip(&mut scores).filter(|(case, _)| case.fold == fold) {
            *score = models.get(case.model).map_or(0.5, |model| model.probability(&case.values));
        }
    }
    report(&cases, &scores);
    if std::env::args().any(|argument| argument == "--table") {
        table(&cases);
        return Ok(());
    }
    withheld(&rows);
    time(&rows);
    let models = fit_all(&cases, |_| true);
    let file = written(&models);
    println!("{file}");
    if std::env::args().any(|argument| argument == "--write") {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/verification/coefficients.toml"), file)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Paragraphs {
    paragraphs: Vec<Paragraph>,
}

#[derive(Deserialize)]
struct Paragraph {
    id: serde_json::Value,
    text: String,
}

/// Each paragraph's text in the other language.
fn other_language(folder: &Path) -> BTreeMap<String, (String, Language)> {
    let read = |name: &str| -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let found = serde_json::from_str::<Paragraphs>(&text).map_or_else(|_| Vec::new(), |found| found.paragraphs);
        let bare = |text: String| text.trim_start_matches('\u{feff}').to_owned();
        found.into_iter().map(|paragraph| (paragraph.id.to_string(), bare(paragraph.text))).collect()
    };
    let (spanish, english) = (read("questions_es.json"), read("questions_en.json"));
    let mut other = BTreeMap::new();
    for (id, es) in spanish {
        if let Some(en) = english.get(&id) {
            other.insert(es.clone(), (en.clone(), Language::En));
            other.insert(en.clone(), (es, Language::Es));
        }
    }
    other
}

fn case(row: &Row, (context, language): (&str, Language)) -> Case {
    let source = Source { heading: "", question: None, text: context, language };
    let sources = Sources::of(&[source]);
    let measured = measures(&row.claim, Asked { question: row.question.as_deref(), language: row.lang }, &sources);
    Case {
        group: if language == row.lang {
            format!("{} {language}", row.set)
        } else {
            format!("{} {} on {language}", row.set, row.lang)
        },
        model: measured.model,
        values: measured.values.iter().map(|(_, value)| f64::from(*value)).collect(),
        names: measured.values.iter().map(|(name, _)| *name).collect(),
        // The same paragraph begins alike in every set; sums of bytes spread paragraphs evenly.
        fold: row
            .context
            .to_lowercase()
            .bytes()
            .take(60)
            .fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 9973)
            % FOLDS,
        is_true: row.supported == 1,
        is_fitted_on: FITTED_ON.contains(&(measured.model, row.set.as_str())),
    }
}

/// Coefficients on the measures as they are.
struct Model {
    names: Vec<&'static str>,
    bias: f64,
    weights: Vec<f64>,
}

impl Model {
    fn probability(&self, values: &[f64]) -> f64 {
        let sum: f64 = self.weights.iter().zip(values).map(|(weight, value)| weight * value).sum();
        1.0 / (1.0 + (-(self.bias + sum)).exp())
    }
}

fn fit_all(cases: &[Case], is_taken: impl Fn(&Case) -> bool) -> BTreeMap<&'static str, Model> {
    let mut models = BTreeMap::new();
    for (name, _) in FITTED_ON {
        let taken: Vec<&Case> =
            cases.iter().filter(|case| case.model == name && case.is_fitted_on && is_taken(case)).collect();
        if let Some(model) = fit(&taken) {
            models.insert(name, model);
        }
    }
    models
}

/// Logistic regression with a ridge penalty by Newton's method, on standardised measures.
fn fit(cases: &[&Case]) -> Option<Model> {
    let names = cases.first()?.names.clone();
    let count = cases.len() as f64;
    let column = |at: usize| cases.iter().map(move |case| case.values[at]);
    let means: Vec<f64> = (0..names.len()).map(|at| column(at).sum::<f64>() / count).collect();
    let spreads: Vec<f64> = (0..names.len())
        .map(|at| (column(at).map(|value| (value - means[at]).powi(2)).sum::<f64>() / count).sqrt().max(1e-6))
        .collect();
    let rows: Vec<Vec<f64>> = cases
        .iter()
        .map(|case| {
            let standard = case.values.iter().enumerate().map(|(at, value)| (value - means[at]) / spreads[at]);
            std::iter::once(1.0).chain(standard).collect()
        })
        .collect();
    let size = names.len() + 1;
    let mut weights = vec![0.0; size];
    for _ in 0..25 {
        let mut gradient = vec![0.0; size];
        let mut curvature = vec![vec![0.0; size]; size];
        for (row, case) in rows.iter().zip(cases) {
            let logit: f64 = row.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
            let guess = 1.0 / (1.0 + (-logit).exp());
            let error = guess - if case.is_true { 1.0 } else { 0.0 };
            let bend = (guess * (1.0 - guess)).max(1e-9);
            for one in 0..size {
                gradient[one] += row[one] * error;
                for other in 0..size {
                    curvature[one][other] += bend * row[one] * row[other];
                }
            }
        }
        for at in 1..size {
            gradient[at] += RIDGE * weights[at];
            curvature[at][at] += RIDGE;
        }
        let step = solve(curvature, gradient);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight -= step);
    }
    let raw: Vec<f64> = weights.iter().skip(1).zip(&spreads).map(|(weight, spread)| weight / spread).collect();
    let bias = weights[0] - raw.iter().zip(&means).map(|(weight, mean)| weight * mean).sum::<f64>();
    Some(Model { names, bias, weights: raw })
}

/// Solves a symmetric positive system by Gauss's elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        for row in pivot + 1..size {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            for column in pivot..size {
                matrix[row][column] -= factor * matrix[pivot][column];
            }
            right[row] -= factor * right[pivot];
        }
    }
    for pivot in (0..size).rev() {
        let known: f64 = (pivot + 1..size).map(|column| matrix[pivot][column] * right[column]).sum();
        right[pivot] = (right[pivot] - known) / matrix[pivot][pivot];
    }
    right
}

fn report(cases: &[Case], scores: &[f64]) {
    let mut groups: BTreeMap<&str, Vec<(f64, bool, &str)>> = BTreeMap::new();
    for (case, score) in cases.iter().zip(scores) {
        groups.entry(&case.group).or_default().push((*score, case.is_true, case.model));
    }
    println!("{:24} {:>6} {:>7} {:>7} {:>7}", "set", "claims", "bare", "auroc", "calib");
    for (group, found) in groups {
        let bare = found.iter().filter(|(_, _, model)| *model == "bare").count();
        let pairs: Vec<(f64, bool)> = found.iter().map(|(score, is_true, _)| (*score, *is_true)).collect();
        println!("{group:24} {:6} {bare:7} {:7.4} {:7.3}", found.len(), auroc(&pairs), calibration_error(&pairs));
    }
}

/// The probability that a true claim scores above a false one; ties count half.
fn auroc(pairs: &[(f64, bool)]) -> f64 {
    let of = |wanted: bool| pairs.iter().filter(move |(_, is_true)| *is_true == wanted).map(|(score, _)| *score);
    let mut wins = 0.0;
    for yes in of(true) {
        for no in of(false) {
            wins += if yes > no {
                1.0
            } else if (yes - no).abs() < 1e-12 {
                0.5
            } else {
                0.0
            };
        }
    }
    wins / (of(true).count() * of(false).count()) as f64
}

/// Expected calibration error in ten bins of equal width.
fn calibration_error(pairs: &[(f64, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for (score, is_true) in pairs {
        let bin = &mut bins[((score * 10.0) as usize).min(9)];
        *bin = (bin.0 + score, bin.1 + if *is_true { 1.0 } else { 0.0 }, bin.2 + 1.0);
    }
    bins.iter().map(|(sum, right, _)| (sum - right).abs()).sum::<f64>() / pairs.len() as f64
}

/// Prints the measures themselves, a claim a line, for looking into.
fn table(cases: &[Case]) {
    for (number, case) in cases.iter().enumerate() {
        let values = case.names.iter().zip(&case.values).map(|(name, value)| format!("{name}={value}"));
        let values: Vec<String> = values.collect();
        println!("{number}\t{}\t{}\t{}\t{}", case.group, case.model, u8::from(case.is_true), values.join("\t"));
    }
}

/// Prints how many true and false claims `strict` would keep back for a hard fact of theirs.
fn withheld(rows: &[Row]) {
    let mut counts: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for row in rows {
        let source = Source { heading: "", question: None, text: &row.context, language: row.lang };
        let asked = Asked { question: row.question.as_deref(), language: row.lang };
        let checked = verify(&row.claim, asked, &Sources::of(&[source]));
        let kept = checked.sentences.iter().any(withholds);
        let count = counts.entry(format!("{} {}", row.set, row.lang)).or_default();
        let at = if row.supported == 1 { 0 } else { 2 };
        count[at] += usize::from(kept);
        count[at + 1] += 1;
    }
    for (group, [kept, all, kept_false, all_false]) in counts {
        println!("{group:24} withheld: {kept} of {all} true, {kept_false} of {all_false} false");
    }
}

/// Prints what one sentence costs when the sources are ready.
fn time(rows: &[Row]) {
    let contexts: Vec<Source<'_>> = rows
        .iter()
        .step_by(rows.len() / 8)
        .map(|row| Source { heading: "", question: None, text: &row.context, language: row.lang })
        .collect();
    let sources = Sources::of(&contexts);
    let claims: Vec<&Row> = rows.iter().step_by(7).collect();
    // The quickest of several rounds: what else the machine does is not our cost.
    let mut each = f64::MAX;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let sentences: usize = claims
            .iter()
            .map(|row| {
                let asked = Asked { question: row.question.as_deref(), language: row.lang };
                verify(&row.claim, asked, &sources).sentences.len()
            })
            .sum();
        each = each.min(begin.elapsed().as_secs_f64() * 1e3 / sentences as f64);
    }
    println!("{each:.3} ms a sentence against {} passages", contexts.len());
}

fn written(models: &BTreeMap<&'static str, Model>) -> String {
    let mut text = String::from(
        "# Fitted by `cargo run --release -p portavoz-domain --example fit_verification -- DIR --write`; do not edit.\n\
         # What each measure adds to the logarithm of the odds that a text is supported.\n",
    );
    for (name, model) in models {
        let _ = write!(text, "\n[{name}]\nbias = {:.4}\n", model.bias);
        for (measure, weight) in model.names.iter().zip(&model.weights) {
            let _ = writeln!(text, "{measure} = {weight:.4}");
        }
    }
    text
}
