//! Ranking: from features to a probability, and back to the reasons.
//!
//! Pure. A re-ranker that knows more replaces `judge`: features in, score and relevance out. Start there.

use portavoz_domain::search::Feature;

use super::coefficients::{ANSWERABLE, ANSWERABLE_BASE, BASE, Coefficient, RELEVANCE};
use super::features::Features;
use super::query::Demand;

/// A passage, judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judged {
    /// The chunk's place in the index.
    pub ordinal: u32,
    /// Log-odds that it answers the question.
    pub score: f32,
    /// The same as a probability.
    pub relevance: f32,
    features: Features,
    speaks_same: bool,
    /// Terms of the question that stand in it, one bit each.
    covered: u32,
}

/// How likely a passage with these features answers the question.
pub(super) fn judge(ordinal: u32, features: Features, speaks_same: bool, covered: u32) -> Judged {
    let contributions = RELEVANCE.iter().zip(features.to_array());
    let score = weight(&BASE, speaks_same)
        + contributions.map(|(coefficient, value)| weight(coefficient, speaks_same) * value).sum::<f32>();
    Judged { ordinal, score, relevance: logistic(score), features, speaks_same, covered }
}

/// Where the documents speak the question's language, a passage in another one steps back behind those that answer
/// as well, the further the surer they do.
pub(super) fn prefer_own_language(judged: &mut [Judged], is_native: bool) {
    let own = judged.iter().filter(|judged| judged.speaks_same).map(|judged| judged.relevance).fold(0.0, f32::max);
    if !is_native || own == 0.0 {
        return;
    }
    for foreign in judged.iter_mut().filter(|judged| !judged.speaks_same) {
        let features = Features { foreign: own, ..foreign.features };
        *foreign = judge(foreign.ordinal, features, false, foreign.covered);
    }
}

/// Each feature's part in the score, the base first.
pub(super) fn explain(judged: &Judged) -> Vec<Feature> {
    let base = Feature { name: BASE.name, value: 1.0, contribution: weight(&BASE, judged.speaks_same) };
    let others = RELEVANCE.iter().zip(judged.features.to_array()).map(|(coefficient, value)| Feature {
        name: coefficient.name,
        value,
        contribution: weight(coefficient, judged.speaks_same) * value,
    });
    std::iter::once(base).chain(others).collect()
}

/// How many features [`WholeFeatures`] has.
pub const WHOLE_COUNT: usize = 2;

/// What is known of all passages together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WholeFeatures {
    /// Log-odds of the best passage.
    pub best_score: f32,
    /// Share of the question's weight that the best four passages cover together.
    pub union_coverage: f32,
}

impl WholeFeatures {
    /// `judged` is sorted, best first.
    pub(super) fn of(judged: &[Judged], demand: &Demand<'_>) -> Self {
        /// Passages that an answer is made of, at most.
        const TOGETHER: usize = 4;
        let best_score = judged.first().map_or(0.0, |best| best.score);
        let covered = judged.iter().take(TOGETHER).fold(0, |covered, judged| covered | judged.covered);
        let terms = demand.terms.iter().enumerate();
        let together: f32 = terms.filter(|(place, _)| covered >> place & 1 == 1).map(|(_, term)| term.weight).sum();
        Self { best_score, union_coverage: if demand.total > 0.0 { together / demand.total } else { 1.0 } }
    }

    /// In the order of [`ANSWERABLE`].
    pub const fn to_array(self) -> [f32; WHOLE_COUNT] {
        [self.best_score, self.union_coverage]
    }
}

/// How likely the knowledge base answers the question at all.
pub(super) fn answerable(features: &WholeFeatures, is_native: bool) -> f32 {
    let weights = ANSWERABLE.iter().map(|coefficient| weight(coefficient, is_native));
    let weighed = weights.zip(features.to_array()).map(|(weight, value)| weight * value);
    logistic(weight(&ANSWERABLE_BASE, is_native) + weighed.sum::<f32>())
}

fn weight(coefficient: &Coefficient, speaks_same: bool) -> f32 {
    if speaks_same { coefficient.same } else { coefficient.other }
}

fn logistic(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}
