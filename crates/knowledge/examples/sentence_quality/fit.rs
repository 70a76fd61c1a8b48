//! Fits the weights of the sentences' features and prints them as rows of `domain`'s `extract/weights.rs`.
//!
//! The model is a conditional logit: of the sentences found for a question, one holds the answer, and the probability
//! of each is the softmax of its weighted features. Coordinate-wise Newton steps with a little ridge.

use std::collections::BTreeSet;

use portavoz_domain::extract::weights::{WEIGHTS, Weights};

use super::Run;

/// Articles are dealt into this many folds.
const FOLDS: usize = 6;
const ROUNDS: usize = 25;
const RIDGE: f64 = 2.0;
/// Sentences of a question that a fit looks at, best first by the weights compiled in, besides the right ones.
const CANDIDATES: usize = 24;

/// The weights of one column: of all questions, and of those outside each fold.
pub(super) struct Column {
    speaks_same: bool,
    articles: Vec<String>,
    all: Vec<f64>,
    without: Vec<Vec<f64>>,
}

impl Column {
    /// The weights that were fitted without the questions on `article`.
    pub(super) fn without(&self, article: &str) -> Weights {
        let fold = fold_of(&self.articles, article);
        let fitted = self.without.get(fold).unwrap_or(&self.all);
        let mut weights = WEIGHTS;
        for (weight, value) in weights.iter_mut().zip(fitted) {
            *(if self.speaks_same { &mut weight.same } else { &mut weight.other }) = *value as f32;
        }
        weights
    }
}

fn fold_of(articles: &[String], article: &str) -> usize {
    articles.iter().position(|known| known == article).unwrap_or_default() % FOLDS
}

/// Fits one column on `runs`.
pub(super) fn column(runs: &[Run], speaks_same: bool) -> Column {
    let cases = || runs.iter().flat_map(|run| &run.cases);
    let articles: BTreeSet<&String> = cases().map(|case| &case.article).collect();
    let articles: Vec<String> = articles.into_iter().cloned().collect();
    let fitted = |left_out: Option<usize>| {
        let questions: Vec<Question> = cases()
            .filter(|case| left_out.is_none_or(|fold| fold_of(&articles, &case.article) != fold))
            .filter(|case| case.sentences.iter().any(|sentence| sentence.is_right))
            .map(Question::of)
            .collect();
        fit(questions, speaks_same)
    };
    let (all, without) = (fitted(None), (0..FOLDS).map(|fold| fitted(Some(fold))).collect());
    Column { speaks_same, articles, all, without }
}

/// Prints the rows.
pub(super) fn print([same, other]: &[Column; 2]) {
    for ((weight, same), other) in WEIGHTS.iter().zip(&same.all).zip(&other.all) {
        if weight.held {
            println!("    held(\"{}\", {:.2}),", weight.name, weight.same);
        } else {
            println!("    fitted(\"{}\", {same:.2}, {other:.2}),", weight.name);
        }
    }
}

/// The sentences of one question, with their scores under the weights reached so far.
struct Question {
    features: Vec<Vec<f64>>,
    is_right: Vec<bool>,
    scores: Vec<f64>,
}

impl Question {
    fn of(case: &super::Case) -> Self {
        let looked_at = case.sentences.iter().enumerate();
        let kept = looked_at.filter(|(place, sentence)| *place < CANDIDATES || sentence.is_right).map(|(_, s)| s);
        let (features, is_right): (Vec<Vec<f64>>, Vec<bool>) = kept
            .map(|sentence| (sentence.features.iter().map(|value| f64::from(*value)).collect(), sentence.is_right))
            .unzip();
        let scores = vec![0.0; features.len()];
        Self { features, is_right, scores }
    }

    /// Slope and curvature of the log-likelihood along one feature.
    fn slope(&self, feature: usize) -> (f64, f64) {
        let most = self.scores.iter().copied().fold(f64::MIN, f64::max);
        let (mut all, mut right) = ([0.0_f64; 3], [0.0_f64; 2]);
        for ((features, score), is_right) in self.features.iter().zip(&self.scores).zip(&self.is_right) {
            let odds = (score - most).exp();
            let value = features.get(feature).copied().unwrap_or_default();
            all = [all[0] + odds, all[1] + odds * value, all[2] + odds * value * value];
            if *is_right {
                right = [right[0] + odds, right[1] + odds * value];
            }
        }
        let mean = all[1] / all[0];
        (right[1] / right[0].max(f64::MIN_POSITIVE) - mean, all[2] / all[0] - mean * mean)
    }

    fn step(&mut self, feature: usize, by: f64) {
        for (score, features) in self.scores.iter_mut().zip(&self.features) {
            *score += by * features.get(feature).copied().unwrap_or_default();
        }
    }
}

fn fit(mut questions: Vec<Question>, speaks_same: bool) -> Vec<f64> {
    let compiled = |weight: &portavoz_domain::extract::weights::Weight| {
        f64::from(if speaks_same { weight.same } else { weight.other })
    };
    let mut weights: Vec<f64> = WEIGHTS.iter().map(|weight| if weight.held { compiled(weight) } else { 0.0 }).collect();
    for (feature, weight) in weights.iter().enumerate() {
        questions.iter_mut().for_each(|question| question.step(feature, *weight));
    }
    for _ in 0..ROUNDS {
        for (feature, _) in WEIGHTS.iter().enumerate().filter(|(_, row)| !row.held) {
            let old = weights.get(feature).copied().unwrap_or_default();
            let (mut slope, mut curve) = (-RIDGE * old, RIDGE);
            for question in &questions {
                let (own_slope, own_curve) = question.slope(feature);
                slope += own_slope;
                curve += own_curve;
            }
            let by = (slope / curve).clamp(-1.0, 1.0);
            questions.iter_mut().for_each(|question| question.step(feature, by));
            if let Some(weight) = weights.get_mut(feature) {
                *weight += by;
            }
        }
    }
    weights
}
