//! Reciprocal rank fusion: one list of candidates from several rankings whose scores cannot be compared.
//!
//! Cormack, Clarke, Buettcher: Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods,
//! SIGIR 2009: `score(d) = sum over rankings of 1 / (60 + rank)`, ranks from 1. Start at [`fuse`].

use std::collections::HashMap;

/// Dampens the lead of the first ranks; the paper's value.
const DAMPING: f32 = 60.0;

/// All candidates of `rankings`, each of which is best first and without repetition, in fused order. Ties go to the
/// lower id.
pub fn fuse<'a>(rankings: &[&[u32]], id: impl Fn(u32) -> &'a str) -> Vec<u32> {
    let mut scores: HashMap<u32, f32> = HashMap::new();
    for ranking in rankings {
        for (rank, candidate) in ranking.iter().enumerate() {
            *scores.entry(*candidate).or_default() += 1.0 / (DAMPING + 1.0 + rank as f32);
        }
    }
    let mut fused: Vec<(u32, f32)> = scores.into_iter().collect();
    fused.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| id(one.0).cmp(id(other.0))));
    fused.into_iter().map(|(candidate, _)| candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::fuse;

    const IDS: [&str; 5] = ["e", "d", "c", "b", "a"];

    fn id(candidate: u32) -> &'static str {
        usize::try_from(candidate).ok().and_then(|place| IDS.get(place)).copied().unwrap_or("")
    }

    #[test]
    fn agreement_beats_a_single_first_place() {
        // 3 is second twice (2/62); 0 and 1 are first once (1/61).
        assert_eq!(fuse(&[&[0, 3], &[1, 3]], id), [3, 1, 0]);
    }

    #[test]
    fn a_tie_is_broken_by_chunk_id() {
        assert_eq!(fuse(&[&[0], &[1], &[2]], id), [2, 1, 0]);
    }

    #[test]
    fn one_ranking_is_kept_and_none_gives_nothing() {
        assert_eq!(fuse(&[&[4, 0, 2]], id), [4, 0, 2]);
        assert!(fuse(&[], id).is_empty());
    }
}
