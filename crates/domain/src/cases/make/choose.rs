//! Choosing among cases: every kind gets its turn, and a seed decides which of a kind.

use std::collections::BTreeMap;

use super::UNANSWERABLE;
use crate::cases::Case;

/// One in so many is unanswerable, if there are enough of them.
const UNANSWERABLE_EVERY: usize = 5;

/// At most `count` of the cases: every kind in turn, one in five unanswerable. The same for the same seed.
pub fn balanced(cases: Vec<Case>, count: usize, seed: u64) -> Vec<Case> {
    let is_unanswerable = |case: &Case| case.tags.iter().any(|tag| tag == UNANSWERABLE);
    let (unanswerable, answerable): (Vec<Case>, Vec<Case>) =
        shuffled(cases, seed).into_iter().partition(is_unanswerable);
    let (mut unanswerable, mut answerable) = (by_kind(unanswerable), by_kind(answerable));
    let mut chosen = Vec::new();
    while chosen.len() < count {
        let is_turn = chosen.len() % UNANSWERABLE_EVERY == UNANSWERABLE_EVERY - 1;
        let (first, second) =
            if is_turn { (&mut unanswerable, &mut answerable) } else { (&mut answerable, &mut unanswerable) };
        match first.next().or_else(|| second.next()) {
            Some(case) => chosen.push(case),
            None => break,
        }
    }
    chosen
}

/// One of each kind, then the second of each, and so on.
fn by_kind(cases: Vec<Case>) -> impl Iterator<Item = Case> {
    let mut rounds: BTreeMap<(usize, String), Case> = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        let kind = case.tags.last().cloned().unwrap_or_default();
        let round = counts.entry(kind.clone()).or_default();
        rounds.insert((*round, kind), case);
        *round += 1;
    }
    rounds.into_values()
}

/// In an order that the seed decides (Fisher and Yates).
pub fn shuffled<T>(mut items: Vec<T>, seed: u64) -> Vec<T> {
    let mut state = seed;
    for place in (1..items.len()).rev() {
        let bound = u64::try_from(place + 1).unwrap_or(u64::MAX);
        // The bias of the remainder is below one in 2^40 for any list that fits in memory.
        let other = usize::try_from(next(&mut state) % bound).unwrap_or(0);
        items.swap(place, other);
    }
    items
}

/// SplitMix64 (Steele, Lea and Flood, 2014): enough to shuffle a list in the same way on every machine.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
