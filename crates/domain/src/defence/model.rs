//! The fitted part of the defence: what each sign adds, and how the sum becomes a probability.
//!
//! A logistic model whose coefficients are lines of `data/defence/model.txt`; `examples/fit_defence.rs` writes them.

use std::sync::OnceLock;

/// The coefficients, read at first use.
pub(super) fn model() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| Model::read(include_str!("../../data/defence/model.txt")))
}

#[derive(Debug)]
pub(super) struct Model {
    intercept: f32,
    weights: Vec<(&'static str, f32)>,
}

impl Model {
    fn read(list: &'static str) -> Self {
        let mut model = Self { intercept: 0.0, weights: Vec::new() };
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, weight)) = line.split_once(' ') else { continue };
            let Ok(weight) = weight.trim().parse() else { continue };
            match name {
                "intercept" => model.intercept = weight,
                _ => model.weights.push((name, weight)),
            }
        }
        model
    }

    /// What the sign called `name` adds.
    pub(super) fn weight(&self, name: &str) -> f32 {
        self.weights.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, weight)| *weight)
    }

    /// True if there is a coefficient for the sign called `name`.
    #[cfg(test)]
    pub(super) fn knows(&self, name: &str) -> bool {
        self.weights.iter().any(|(known, _)| *known == name)
    }

    /// The probability of a text whose signs add up to `sum`.
    pub(super) fn probability(&self, sum: f32) -> f32 {
        1.0 / (1.0 + (-(self.intercept + sum)).exp())
    }
}
