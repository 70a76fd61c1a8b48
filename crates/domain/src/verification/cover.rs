//! Cover: how much of a sentence one sentence of the sources says.

use super::index::Index;
use super::said::{Said, worth_in};

/// What a word is worth that only the heading or the sentence before says.
const SCOPED: f32 = 0.8;

/// The unit that says most of the sentence, and how much, 0..=1. Words known to be silent do not count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cover {
    pub(super) unit: usize,
    pub(super) share: f32,
}

/// How much each unit covers, best first.
pub(super) fn covers(said: &Said, silent: &[bool], index: &Index) -> Vec<Cover> {
    let weight =
        |at: usize| if silent.get(at) == Some(&true) { 0.0 } else { said.weights.get(at).copied().unwrap_or(0.0) };
    let all: f32 = (0..said.hits.len()).map(weight).sum();
    if all <= 0.0 {
        return Vec::new();
    }
    let mut covers: Vec<Cover> = (0..index.units.len())
        .map(|unit| {
            let found: f32 = said
                .hits
                .iter()
                .enumerate()
                .map(|(at, hits)| {
                    let (direct, scoped) = worth_in(hits, unit, index);
                    weight(at) * direct.max(scoped * SCOPED)
                })
                .sum();
            Cover { unit, share: found / all }
        })
        .collect();
    covers.sort_by(|one, other| other.share.total_cmp(&one.share).then(one.unit.cmp(&other.unit)));
    covers
}
