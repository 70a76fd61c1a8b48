//! Ranking: from features to a probability, and back to the reasons.
//!
//! Pure. A passage is judged by itself (`judge`), then beside the others (`compare`), then all passages together
//! (`answerable`). Start at `judge`.

use portavoz_domain::search::Feature;

use super::coefficients::{Coefficient, Model};
use super::features::Features;
use super::query::{Demand, Term};

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

/// A passage with its features, not yet compared with others.
pub(super) fn judge(ordinal: u32, features: Features, speaks_same: bool, covered: u32) -> Judged {
    Judged { ordinal, score: 0.0, relevance: 0.0, features, speaks_same, covered }
}

/// Scores all passages, each beside the others: how its BM25 compares with the best, and how far it stands out. Where
/// the documents speak the question's language, a passage in another one steps back behind those that answer as well,
/// the further the surer they do.
pub(super) fn compare(judged: &mut [Judged], is_native: bool, model: &Model) {
    /// Beyond this many logits a lead says no more.
    const FAR: f32 = 3.0;
    let best = |value: fn(&Features) -> f32| judged.iter().map(|judged| value(&judged.features)).fold(0.0, f32::max);
    let (best, best_wide) = (best(|features| features.bm25), best(|features| features.wide_bm25));
    let share = |value: f32, best: f32| if best > 0.0 { value / best } else { 0.0 };
    for judged in judged.iter_mut() {
        judged.features.bm25_share = share(judged.features.bm25, best);
        judged.features.wide_bm25_share = share(judged.features.wide_bm25, best_wide);
        judged.score(model);
    }
    let own = judged.iter().filter(|judged| judged.speaks_same).map(|judged| judged.relevance).fold(0.0, f32::max);
    if is_native && own > 0.0 {
        for foreign in judged.iter_mut().filter(|judged| !judged.speaks_same) {
            foreign.features.foreign = own;
            foreign.score(model);
        }
    }
    let (mut first, mut second) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
    for score in judged.iter().map(|judged| judged.score) {
        if score > first {
            (first, second) = (score, first);
        } else {
            second = second.max(score);
        }
    }
    // Those behind are none the worse for it: several passages may answer a broad question.
    if let Some(leading) = judged.iter_mut().find(|judged| judged.score >= first).filter(|_| second.is_finite()) {
        leading.features.lead = (first - second).min(FAR);
        leading.score(model);
    }
}

impl Judged {
    fn score(&mut self, model: &Model) {
        let contributions = model.relevance.iter().zip(self.features.to_array());
        self.score = weight(&model.base, self.speaks_same)
            + contributions.map(|(coefficient, value)| weight(coefficient, self.speaks_same) * value).sum::<f32>();
        self.relevance = logistic(self.score);
    }
}

/// Each feature's part in the score, the base first.
pub(super) fn explain(judged: &Judged, model: &Model) -> Vec<Feature> {
    let base = Feature { name: model.base.name, value: 1.0, contribution: weight(&model.base, judged.speaks_same) };
    let others = model.relevance.iter().zip(judged.features.to_array()).map(|(coefficient, value)| Feature {
        name: coefficient.name,
        value,
        contribution: weight(coefficient, judged.speaks_same) * value,
    });
    std::iter::once(base).chain(others).collect()
}

/// How many features [`WholeFeatures`] has.
pub const WHOLE_COUNT: usize = 8;

/// What is known of all passages together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WholeFeatures {
    /// Log-odds of the best passage.
    pub best_score: f32,
    /// Share of the question's weight that the best four passages cover together.
    pub union_coverage: f32,
    /// Share that one sentence covers, of whatever passage has the fittest.
    pub best_sentence: f32,
    /// [`Features::strict_sentence`] of the best passage.
    pub strict_sentence: f32,
    /// [`Features::lacks_names`] of the best passage.
    pub lacks_names: f32,
    /// [`Features::lacks_general`] of the best passage.
    pub lacks_general: f32,
    /// [`Features::proximity`] of the best passage.
    pub proximity: f32,
    /// Share that is words which the index has in no form.
    pub unknown: f32,
}

impl WholeFeatures {
    /// `judged` is sorted, best first.
    pub(super) fn of(judged: &[Judged], demand: &Demand<'_>) -> Self {
        /// Passages that an answer is made of, at most.
        const TOGETHER: usize = 4;
        let best = judged.first();
        let features = best.map(|best| best.features).unwrap_or_default();
        let covered = judged.iter().take(TOGETHER).fold(0, |covered, judged| covered | judged.covered);
        let share = |counts: &dyn Fn(bool, &Term) -> bool, whole: f32| {
            let terms = demand.terms.iter().enumerate();
            let counted = terms.filter(|(place, term)| counts(covered >> place & 1 == 1, term));
            if demand.total > 0.0 { counted.map(|(_, term)| term.weight).sum::<f32>() / demand.total } else { whole }
        };
        Self {
            best_score: best.map_or(0.0, |best| best.score),
            union_coverage: share(&|is_covered, _| is_covered, 1.0),
            best_sentence: judged.iter().map(|judged| judged.features.sentence_coverage).fold(0.0, f32::max),
            strict_sentence: features.strict_sentence,
            lacks_names: features.lacks_names,
            lacks_general: features.lacks_general,
            proximity: features.proximity,
            unknown: share(&|_, term| !term.is_known, 0.0),
        }
    }

    /// In the order of [`Model::answerable`].
    pub const fn to_array(self) -> [f32; WHOLE_COUNT] {
        [
            self.best_score,
            self.union_coverage,
            self.best_sentence,
            self.strict_sentence,
            self.lacks_names,
            self.lacks_general,
            self.proximity,
            self.unknown,
        ]
    }
}

/// How likely the knowledge base answers the question at all.
pub(super) fn answerable(features: &WholeFeatures, is_native: bool, model: &Model) -> f32 {
    let weights = model.answerable.iter().map(|coefficient| weight(coefficient, is_native));
    let weighed = weights.zip(features.to_array()).map(|(weight, value)| weight * value);
    logistic(weight(&model.answerable_base, is_native) + weighed.sum::<f32>())
}

fn weight(coefficient: &Coefficient, speaks_same: bool) -> f32 {
    if speaks_same { coefficient.same } else { coefficient.other }
}

fn logistic(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}
