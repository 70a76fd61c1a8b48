//! Closeness: how near the question's words stand to each other, and how often for the passage's length.
//!
//! Start at [`nearness`], [`pairs`] and [`bm25`].

use super::super::query::{MAX_TERMS, Query};
use super::Coverage;

/// Terms that stand this close, stop words not counted, are near each other.
const NEAR: usize = 4;

/// BM25's usual constants: how soon repetition stops to count, and how much long passages are held back.
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.75;

/// Notes that `term` stands at `place`; gives the weight of its neighbours in the question if they stand near, and of
/// the one before it if it stands right before.
pub(super) fn nearness(query: &Query, last: &mut [usize; MAX_TERMS], term: usize, place: usize) -> (f32, f32) {
    let weight = |term: usize| query.terms.get(term).map_or(0.0, |term| term.rarity);
    let is_new = last.get(term).is_some_and(|seen| *seen == 0);
    let (mut near, mut ordered) = (0.0, 0.0);
    for neighbour in [term.wrapping_sub(1), term + 1] {
        let seen = last.get(neighbour).copied().unwrap_or(0);
        if is_new && seen > 0 && place - seen <= NEAR {
            let lighter = weight(term).min(weight(neighbour));
            near += lighter;
            if neighbour < term && place - seen == 1 {
                ordered += lighter;
            }
        }
    }
    if let Some(slot) = last.get_mut(term) {
        *slot = place;
    }
    (near, ordered)
}

/// Every pair of terms that stands in a sentence, each as its lighter term weighs, lighter the further apart.
pub(super) fn pairs(query: &Query, last: &[usize; MAX_TERMS]) -> f32 {
    let placed = || query.terms.iter().zip(last).filter(|(_, place)| **place > 0);
    let mut sum = 0.0;
    for (number, (one, place)) in placed().enumerate() {
        for (other, other_place) in placed().skip(number + 1) {
            sum += one.rarity.min(other.rarity) / (1.0 + place.abs_diff(*other_place) as f32).sqrt();
        }
    }
    sum
}

/// BM25, as a share of its own upper bound.
pub(super) fn bm25(query: &Query, frequencies: &Coverage, length: f32) -> f32 {
    let held_back = SATURATION * (1.0 - LENGTH + LENGTH * length);
    let saturated =
        query.terms.iter().zip(frequencies).map(|(term, frequency)| term.rarity * frequency / (frequency + held_back));
    saturated.sum()
}
