//! Fits the coefficients of the ranking and prints them as rows of `search/coefficients.rs`.

use std::collections::BTreeMap;

use portavoz_knowledge::search::coefficients::{ANSWERABLE, RELEVANCE};

use super::{Gathered, Row};

/// Features whose weights stay as they are compiled in: the sets do not decide them.
const HELD: [&str; 5] = ["faq_similarity", "facet_match", "foreign", "priority", "cosine"];
/// Prints both tables of `search/coefficients.rs`. [`ANSWERABLE`] rests on the scores of the relevances compiled in, so
/// it is right only once those are the fitted ones: paste, and run again.
pub(super) fn print(all: &Gathered) {
    // Names that are missing can only speak against a passage, everything else only for it.
    let signs: Vec<f64> = RELEVANCE.iter().map(|row| if row.name == "names_missing" { -1.0 } else { 1.0 }).collect();
    let relevance = [true, false].map(|speaks_same| {
        let rows: Vec<&Row> = all.rows.iter().filter(|row| row.speaks_same == speaks_same).collect();
        fit_relevance(&rows, speaks_same, &signs)
    });
    print_table("RELEVANCE", RELEVANCE.iter().map(|row| row.name), &relevance);
    let answerable = [true, false].map(|is_native| {
        let outcomes = all.outcomes.iter().filter(|outcome| outcome.is_native == is_native);
        let rows: Vec<_> =
            outcomes.map(|outcome| (outcome.whole.as_slice(), outcome.is_answerable, outcome.weight)).collect();
        logistic_regression(&rows, &vec![0.0; rows.len()], &[1.0, 1.0])
    });
    print_table("ANSWERABLE", ANSWERABLE.iter().map(|row| row.name), &answerable);
}

/// Weights for one column, the base first: a regression over all candidates, then stretched and shifted so that the
/// best passage of each question has the right probability, because that one decides what the visitor is told.
fn fit_relevance(rows: &[&Row], speaks_same: bool, signs: &[f64]) -> Vec<f64> {
    let held: Vec<f64> = RELEVANCE
        .iter()
        .map(|row| {
            if !HELD.contains(&row.name) {
                0.0
            } else if speaks_same {
                row.same.into()
            } else {
                row.other.into()
            }
        })
        .collect();
    let dot = |features: &[f32], weights: &[f64]| -> f64 {
        features.iter().zip(weights).map(|(value, weight)| f64::from(*value) * weight).sum()
    };
    let free: Vec<Vec<f32>> = rows
        .iter()
        .map(|row| {
            row.features.iter().zip(&held).map(|(value, held)| if *held == 0.0 { *value } else { 0.0 }).collect()
        })
        .collect();
    let offsets: Vec<f64> = rows.iter().map(|row| dot(&row.features, &held)).collect();
    let labelled: Vec<_> = rows.iter().zip(&free).map(|(row, free)| (free.as_slice(), row.label, row.weight)).collect();
    let mut weights = logistic_regression(&labelled, &offsets, signs);
    for (weight, held) in weights.iter_mut().skip(1).zip(&held) {
        *weight += held;
    }
    let base = weights.first().copied().unwrap_or(0.0);
    let mut best: BTreeMap<usize, (f64, bool, f64)> = BTreeMap::new();
    for row in rows {
        let score = base + dot(&row.features, weights.get(1..).unwrap_or_default());
        let entry = best.entry(row.question).or_insert((score, row.label, row.weight));
        if score > entry.0 {
            *entry = (score, row.label, row.weight);
        }
    }
    let scores: Vec<[f32; 1]> = best.values().map(|(score, _, _)| [*score as f32]).collect();
    let labelled: Vec<_> = scores
        .iter()
        .zip(best.values())
        .map(|(score, (_, label, weight))| (score.as_slice(), *label, *weight))
        .collect();
    let scale = logistic_regression(&labelled, &vec![0.0; labelled.len()], &[1.0]);
    let (shift, stretch) = (scale.first().copied().unwrap_or(0.0), scale.get(1).copied().unwrap_or(1.0));
    weights.iter_mut().for_each(|weight| *weight *= stretch);
    if let Some(base) = weights.first_mut() {
        *base += shift;
    }
    weights
}

fn print_table<'a>(title: &str, names: impl Iterator<Item = &'a str>, [same, other]: &[Vec<f64>; 2]) {
    println!("{title}");
    for ((name, same), other) in std::iter::once("base").chain(names).zip(same).zip(other) {
        println!("    row(\"{name}\", {same:.2}, {other:.2}),");
    }
}

/// Weights, the base first. Coordinate-wise Newton steps on the weighted log-likelihood with a little ridge; a sign of
/// 1 or -1 keeps a weight from crossing zero, 0 leaves it free.
fn logistic_regression(rows: &[(&[f32], bool, f64)], offsets: &[f64], signs: &[f64]) -> Vec<f64> {
    const ROUNDS: usize = 400;
    const RIDGE: f64 = 1.0;
    let mut weights = vec![0.0_f64; signs.len() + 1];
    let mut scores = offsets.to_vec();
    for _ in 0..ROUNDS {
        for coordinate in 0..weights.len() {
            let value = |features: &[f32]| match coordinate.checked_sub(1) {
                None => 1.0,
                Some(place) => features.get(place).map_or(0.0, |value| f64::from(*value)),
            };
            let old = weights.get(coordinate).copied().unwrap_or(0.0);
            let ridge = if coordinate == 0 { 0.0 } else { RIDGE };
            let (mut slope, mut curve) = (-ridge * old, ridge + 1e-9);
            for ((features, label, weight), score) in rows.iter().zip(&scores) {
                let x = value(features);
                let p = 1.0 / (1.0 + (-score).exp());
                slope += weight * x * (f64::from(u8::from(*label)) - p);
                curve += weight * x * x * p * (1.0 - p);
            }
            let mut new = old + (slope / curve).clamp(-0.5, 0.5);
            match coordinate.checked_sub(1).and_then(|place| signs.get(place)) {
                Some(sign) if *sign > 0.0 => new = new.max(0.0),
                Some(sign) if *sign < 0.0 => new = new.min(0.0),
                _ => {}
            }
            for ((features, _, _), score) in rows.iter().zip(&mut scores) {
                *score += (new - old) * value(features);
            }
            if let Some(weight) = weights.get_mut(coordinate) {
                *weight = new;
            }
        }
    }
    weights
}
