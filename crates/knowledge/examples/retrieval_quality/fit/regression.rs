//! Regressions: a conditional logit that puts right passages first, and a logistic one that makes scores probabilities.
//!
//! Deterministic: rows in their order, a fixed number of steps, no random numbers.

use super::{Asked, Row};

/// How much the logistic part counts beside the conditional one: it keeps scores of different questions comparable.
const POINTWISE: f64 = 0.25;
/// Ridge on each weight, for data whose weights sum to about twenty.
const RIDGE: f64 = 0.004;
const STEPS: usize = 300;
const RATE: f64 = 0.08;

/// Weights of both columns (same language, other), the base first.
pub(crate) fn rank(asked: &[&Asked], fixed: &[bool], signs: &[f64]) -> [Vec<f64>; 2] {
    let width = fixed.len() + 1;
    let mut weights = vec![0.0; 2 * width];
    let (mut first, mut second) = (vec![0.0; 2 * width], vec![0.0; 2 * width]);
    for step in 1..=STEPS {
        let slope = slope(asked, &weights, width);
        let rate = RATE * (1.0 - step as f64 / (STEPS as f64 * 1.05)).sqrt();
        for (place, weight) in weights.iter_mut().enumerate() {
            let column = place % width;
            if column.checked_sub(1).is_some_and(|feature| fixed.get(feature).copied().unwrap_or(true)) {
                continue;
            }
            let (Some(one), Some(two)) = (first.get_mut(place), second.get_mut(place)) else { continue };
            let ridge = if column == 0 { 0.0 } else { RIDGE * *weight };
            let gradient = slope.get(place).copied().unwrap_or(0.0) + ridge;
            // Adam (Kingma and Ba, 2015), which needs no tuning for features of different frequency.
            *one = 0.9 * *one + 0.1 * gradient;
            *two = 0.99 * *two + 0.01 * gradient * gradient;
            let corrected = (*one / (1.0 - 0.9_f64.powi(step as i32)), *two / (1.0 - 0.99_f64.powi(step as i32)));
            *weight -= rate * corrected.0 / (corrected.1.sqrt() + 1e-9);
            match column.checked_sub(1).and_then(|feature| signs.get(feature)) {
                Some(sign) if *sign > 0.0 => *weight = weight.max(0.0),
                Some(sign) if *sign < 0.0 => *weight = weight.min(0.0),
                _ => {}
            }
        }
    }
    let other = weights.split_off(width);
    [weights, other]
}

/// The gradient of the loss.
fn slope(asked: &[&Asked], weights: &[f64], width: usize) -> Vec<f64> {
    let mut slope = vec![0.0; weights.len()];
    for one in asked {
        let scores: Vec<f64> = one.rows.iter().map(|row| dot(row, weights, width)).collect();
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
        let all: f64 = powers.iter().sum();
        let right: f64 = one.rows.iter().zip(&powers).filter(|(row, _)| row.is_right).map(|(_, power)| power).sum();
        for ((row, score), power) in one.rows.iter().zip(&scores).zip(&powers) {
            let label = f64::from(u8::from(row.is_right));
            let mut pull = POINTWISE * (sigmoid(*score) - label);
            if right > 0.0 {
                pull += power / all - if row.is_right { power / right } else { 0.0 };
            }
            add(&mut slope, row, pull * one.weight, width);
        }
    }
    slope
}

fn offset(row: &Row, width: usize) -> usize {
    if row.speaks_same { 0 } else { width }
}

fn dot(row: &Row, weights: &[f64], width: usize) -> f64 {
    let own = weights.get(offset(row, width)..).unwrap_or_default();
    let base = own.first().copied().unwrap_or(0.0);
    base + own.iter().skip(1).zip(&row.features).map(|(weight, value)| weight * value).sum::<f64>()
}

fn add(slope: &mut [f64], row: &Row, pull: f64, width: usize) {
    let own = slope.get_mut(offset(row, width)..).unwrap_or_default();
    let values = std::iter::once(&1.0).chain(&row.features);
    own.iter_mut().zip(values).for_each(|(own, value)| *own += pull * value);
}

fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

/// Features, label, weight and offset.
pub(crate) type Labelled = (Vec<f64>, bool, f64, f64);

/// Weights, the base first. Coordinate-wise Newton steps on the weighted
/// log-likelihood with a little ridge; no weight crosses zero against its sign.
pub(crate) fn logistic(rows: &[Labelled], signs: &[f64]) -> Vec<f64> {
    const ROUNDS: usize = 200;
    let mut weights = vec![0.0_f64; signs.len() + 1];
    let mut scores: Vec<f64> = rows.iter().map(|(_, _, _, offset)| *offset).collect();
    for _ in 0..ROUNDS {
        for coordinate in 0..weights.len() {
            let value = |features: &[f64]| match coordinate.checked_sub(1) {
                None => 1.0,
                Some(place) => features.get(place).copied().unwrap_or(0.0),
            };
            let old = weights.get(coordinate).copied().unwrap_or(0.0);
            let ridge = if coordinate == 0 { 0.0 } else { RIDGE };
            let (mut slope, mut curve) = (-ridge * old, ridge + 1e-9);
            for ((features, label, weight, _), score) in rows.iter().zip(&scores) {
                let (x, p) = (value(features), sigmoid(*score));
                slope += weight * x * (f64::from(u8::from(*label)) - p);
                curve += weight * x * x * p * (1.0 - p);
            }
            let mut new = old + (slope / curve).clamp(-0.5, 0.5);
            match coordinate.checked_sub(1).and_then(|place| signs.get(place)) {
                Some(sign) if *sign > 0.0 => new = new.max(0.0),
                Some(sign) if *sign < 0.0 => new = new.min(0.0),
                _ => {}
            }
            for ((features, ..), score) in rows.iter().zip(&mut scores) {
                *score += (new - old) * value(features);
            }
            if let Some(weight) = weights.get_mut(coordinate) {
                *weight = new;
            }
        }
    }
    weights
}
