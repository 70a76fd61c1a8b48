//! Fits the defence's model and measures it on texts that it was not fitted on.
//!
//! `cargo run -p portavoz-domain --example fit_defence -- FILE...` reads labelled messages (`.jsonl` with `text` and
//! `attack`, or tab-separated `attack|honest|off_topic`, `language`, `text`), prints a five-fold cross-validation whose
//! folds keep near-duplicates together, and writes `data/defence/model.txt`. `--misses` lists what is decided wrongly,
//! `--dry` writes nothing. The fit has no randomness: same files, same coefficients.
#![allow(clippy::print_stdout, clippy::indexing_slicing, reason = "a development tool that prints its measure")]

use std::collections::HashSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use portavoz_domain::defence::{Assessment, all_signs, assess, signs};
use portavoz_text::fold::fold;

const FOLDS: usize = 5;

/// Honest messages turned down are to be at most so many.
const FALSE_ALARMS: f64 = 0.01;

struct Row {
    text: String,
    attack: bool,
    /// Not counted as honest or attack: a request that is off-topic.
    kind: String,
    features: Vec<usize>,
    fold: usize,
    source: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let names = all_signs();
    let mut rows = Vec::new();
    for path in arguments.iter().filter(|argument| !argument.starts_with("--")) {
        rows.extend(read(Path::new(path), &names)?);
    }
    if rows.is_empty() {
        return Err("give the files of labelled messages".into());
    }
    group(&mut rows);
    let mut held_out = vec![0.0; rows.len()];
    for fold in 0..FOLDS {
        let train: Vec<&Row> = rows.iter().filter(|row| row.fold != fold).collect();
        let weights = fit(&train, &names);
        for (score, row) in held_out.iter_mut().zip(&rows).filter(|(_, row)| row.fold == fold) {
            *score = logit(&weights, row);
        }
    }
    println!("{} messages, {} signs; five folds, near-duplicates together:", rows.len(), names.len());
    report(&rows.iter().zip(held_out.iter().copied()).collect::<Vec<_>>());
    let weights = fit(&rows.iter().collect::<Vec<_>>(), &names);
    let scores: Vec<f64> = rows.iter().map(|row| logit(&weights, row)).collect();
    for source in &arguments {
        let of_source: Vec<(&Row, f64)> = rows
            .iter()
            .zip(&held_out)
            .filter(|(row, _)| row.source == *source)
            .map(|(row, score)| (row, *score))
            .collect();
        if !of_source.is_empty() && of_source.len() < rows.len() {
            println!("of them {source}:");
            report(&of_source);
            let others: Vec<&Row> = rows.iter().filter(|row| row.source != *source).collect();
            let weights = fit(&others, &names);
            println!("{source}, fitted on the other files only:");
            report(&of_source.iter().map(|(row, _)| (*row, logit(&weights, row))).collect::<Vec<_>>());
        }
    }
    println!("fitted on all:");
    report(&rows.iter().zip(scores.iter().copied()).collect::<Vec<_>>());
    speed(&rows);
    if arguments.iter().any(|argument| argument == "--misses") {
        misses(&rows, &held_out, &names);
    }
    if !arguments.iter().any(|argument| argument == "--dry") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/defence/model.txt");
        std::fs::write(path, written(&weights, &names))?;
    }
    Ok(())
}

fn read(path: &Path, names: &[&'static str]) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for line in std::fs::read_to_string(path)?.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (text, attack, kind) = if line.starts_with('{') {
            let value: serde_json::Value = serde_json::from_str(line)?;
            let text = value["text"].as_str().ok_or("a row has no `text`")?.to_owned();
            let kind = value["kind"].as_str().unwrap_or("row").to_owned();
            (text, value["attack"].as_u64() == Some(1), kind)
        } else {
            let mut cells = line.splitn(3, '\t');
            let (kind, text) = (cells.next().unwrap_or_default(), cells.nth(1).ok_or("a row has no text")?);
            (unescape(text), kind == "attack", kind.to_owned())
        };
        if kind == "off_topic" {
            continue;
        }
        let present = signs(&text);
        let features = names.iter().enumerate().filter(|(_, name)| present.contains(name)).map(|(at, _)| at).collect();
        rows.push(Row { text, attack, kind, features, fold: 0, source: path.display().to_string() });
    }
    Ok(rows)
}

/// `\n`, `\t` and `\u{...}` of the tab-separated files.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\u{") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end);
        let code = u32::from_str_radix(&rest[at + 3..end], 16).ok().and_then(char::from_u32);
        out.extend(code);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.replace("\\n", "\n").replace("\\t", "\t")
}

/// Puts rows into folds: rows that share half of their word triples, or that one contains the other, share the fold.
fn group(rows: &mut [Row]) {
    let triples: Vec<HashSet<String>> = rows.iter().map(|row| triples(&row.text)).collect();
    let mut group: Vec<usize> = (0..rows.len()).collect();
    for a in 0..rows.len() {
        for b in 0..a {
            let common = triples[a].intersection(&triples[b]).count();
            let least = triples[a].len().min(triples[b].len());
            if least > 0 && common * 2 >= least {
                let (from, to) = (group[a], group[b]);
                group.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            }
        }
    }
    // Groups take turns, the larger ones first, attacks and honest messages apart.
    let mut sizes: Vec<(usize, usize)> = Vec::new();
    for id in 0..rows.len() {
        let size = group.iter().filter(|group| **group == id).count();
        if size > 0 {
            sizes.push((size, id));
        }
    }
    sizes.sort_by(|a, b| b.cmp(a));
    let mut filled = [[0_usize; FOLDS]; 2];
    for (size, id) in sizes {
        let attack = usize::from(rows[id].attack);
        let fold = (0..FOLDS).min_by_key(|fold| filled[attack][*fold]).unwrap_or(0);
        filled[attack][fold] += size;
        rows.iter_mut().zip(&group).filter(|(_, group)| **group == id).for_each(|(row, _)| row.fold = fold);
    }
}

fn triples(text: &str) -> HashSet<String> {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.len() < 3 {
        return HashSet::from([words.join(" ")]);
    }
    words.windows(3).map(|triple| triple.join(" ")).collect()
}

/// Signs that may only lower the score; all others may only raise it.
const HONEST: [&str; 1] = ["owner"];

/// Signs that are enough on their own.
const SUFFICIENT: [&str; 26] = [
    "append",
    "authority",
    "behalf",
    "dictate",
    "encoded",
    "execute",
    "fake_turn",
    "falsehood",
    "forget",
    "harm_how",
    "hidden",
    "homoglyphs",
    "interrupt",
    "keys",
    "override",
    "persona",
    "reveal",
    "roleplay",
    "say_that",
    "sources",
    "spaced",
    "strong",
    "template",
    "turn_label",
    "unbound",
    "unseen",
];

/// Signs that need company: single words, and forms that honest messages have too.
const WEAK: [&str; 15] = [
    "invisible",
    "assistant",
    "decode",
    "false",
    "from_now",
    "harm",
    "make",
    "opinion",
    "secrecy",
    "shouted",
    "verbatim",
    "vulgar",
    "wants",
    "your_orders",
    "owner",
];

/// What a coefficient is pulled towards where the messages say little of its sign.
fn prior(name: &str) -> f64 {
    match name {
        name if HONEST.contains(&name) => -0.7,
        name if SUFFICIENT.contains(&name) => 4.0,
        name if WEAK.contains(&name) => 1.0,
        _ => 2.5,
    }
}

/// A weak sign never suffices alone, whatever the messages at hand suggest.
fn ceiling(name: &str) -> f64 {
    if WEAK.contains(&name) { 1.5 } else { f64::INFINITY }
}

/// How hard it is pulled.
const RIDGE: f64 = 0.02;

/// Logistic regression by gradient descent with sign constraints; the last weight is the intercept.
fn fit(rows: &[&Row], names: &[&str]) -> Vec<f64> {
    let mut weights = vec![0.0; names.len() + 1];
    let attacks = rows.iter().filter(|row| row.attack).count() as f64;
    let honest = rows.len() as f64 - attacks;
    for round in 0..4_000 {
        let rate = 4.0 / (1.0 + f64::from(round) / 400.0);
        let mut slope = vec![0.0; weights.len()];
        for row in rows {
            // Both kinds weigh the same, whatever their numbers are.
            let share = if row.attack { 0.5 / attacks } else { 0.5 / honest };
            let error = (sigmoid(logit(&weights, row)) - f64::from(u8::from(row.attack))) * share;
            row.features.iter().for_each(|feature| slope[*feature] += error);
            slope[names.len()] += error;
        }
        for (at, weight) in weights.iter_mut().enumerate() {
            let pull = names.get(at).map_or(0.0, |name| RIDGE / 10.0 * (*weight - prior(name)));
            *weight -= rate * (slope[at] + pull);
            if at < names.len() {
                let name = names[at];
                *weight = if HONEST.contains(&name) { weight.min(0.0) } else { weight.clamp(0.0, ceiling(name)) };
            }
        }
    }
    // The working point stands at one half: no more honest messages of those fitted on lie above it than may.
    let mut scores: Vec<f64> = rows.iter().filter(|row| !row.attack).map(|row| logit(&weights, row)).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    let allowed = (scores.len() as f64 * FALSE_ALARMS * 0.7) as usize;
    let highest = scores.get(allowed).copied().unwrap_or(0.0);
    weights[names.len()] -= highest.max(-1.0) + MARGIN;
    weights
}

/// The working point lies so far above the honest messages that it is measured on.
const MARGIN: f64 = 0.5;

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

fn logit(weights: &[f64], row: &Row) -> f64 {
    weights[weights.len() - 1] + row.features.iter().map(|feature| weights[*feature]).sum::<f64>()
}

fn report(rows: &[(&Row, f64)]) {
    let of = |attack: bool| -> Vec<f64> {
        rows.iter().filter(|(row, _)| row.attack == attack).map(|(_, score)| *score).collect()
    };
    let (attacks, mut honest) = (of(true), of(false));
    honest.sort_by(|a, b| b.total_cmp(a));
    for rate in [0.0, 0.005, 0.01, 0.02, 0.05] {
        let allowed = (honest.len() as f64 * rate) as usize;
        let threshold = honest.get(allowed).copied().unwrap_or(f64::NEG_INFINITY);
        let found = attacks.iter().filter(|score| **score > threshold).count();
        println!("  recall {:.3} at {:.1} % false alarms", found as f64 / attacks.len() as f64, rate * 100.0);
    }
    let share = |list: &[f64]| list.iter().filter(|score| **score >= 0.0).count() as f64 / list.len() as f64;
    println!("  at the working point: recall {:.3}, false alarms {:.4}", share(&attacks), share(&honest));
    let is_visitor = |row: &Row| !row.attack && (row.kind.starts_with("visitor") || row.kind == "honest");
    let visitors: Vec<f64> = rows.iter().filter(|(row, _)| is_visitor(row)).map(|(_, score)| *score).collect();
    println!(
        "  of {} visitors turned down: {}",
        visitors.len(),
        visitors.iter().filter(|score| **score >= 0.0).count()
    );
    let together = |attack: bool| {
        let all: Vec<bool> = rows
            .iter()
            .filter(|(row, _)| row.attack == attack)
            .map(|(row, score)| *score >= 0.0 || assess(&row.text).off_topic >= Assessment::DECLINES_FROM)
            .collect();
        all.iter().filter(|declined| **declined).count() as f64 / all.len() as f64
    };
    println!("  with off-topic ones: attacks {:.3}, honest {:.4}", together(true), together(false));
}

fn speed(rows: &[Row]) {
    let long: String =
        rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>().join(" ").chars().take(2_000).collect();
    let start = Instant::now();
    let rounds = 200;
    for _ in 0..rounds {
        std::hint::black_box(assess(std::hint::black_box(&long)));
    }
    println!("2,000 characters: {:.0} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds));
}

fn misses(rows: &[Row], scores: &[f64], names: &[&str]) {
    for (row, score) in rows.iter().zip(scores).filter(|(row, score)| row.attack != (**score >= 0.0)) {
        let signs: Vec<&str> = row.features.iter().map(|feature| names[*feature]).collect();
        let start: String = row.text.chars().take(230).collect();
        let what = if row.attack { "MISSED" } else { "ALARM" };
        println!("{what} {score:.1} {signs:?} {:?} off={}", start, assess(&row.text).off_topic);
    }
}

fn written(weights: &[f64], names: &[&str]) -> String {
    let mut text = String::from(
        "# What each sign adds to the score of an attack, in log-odds; written by examples/fit_defence.rs, not by hand.\n",
    );
    // Writing to a string cannot fail.
    let _ = writeln!(text, "intercept {:.2}", weights[names.len()]);
    for (name, weight) in names.iter().zip(weights) {
        let _ = writeln!(text, "{name} {weight:.2}");
    }
    text
}
