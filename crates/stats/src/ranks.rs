//! Ranks with ties, for statistics that look only at the order of values.

/// The rank of each value, from 1; equal values share the mean of their ranks.
pub(crate) fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0_usize;
    for equals in order.chunk_by(|one, other| one.1 == other.1) {
        let rank = before as f64 + (equals.len() as f64 + 1.0) / 2.0;
        for (place, _) in equals {
            if let Some(slot) = ranks.get_mut(*place) {
                *slot = rank;
            }
        }
        before += equals.len();
    }
    ranks
}
