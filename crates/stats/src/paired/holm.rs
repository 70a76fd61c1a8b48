//! Several metrics or variants looked at together: the more questions, the likelier chance answers one.

/// Holm's adjusted p-values, in the order given: compare each with the alpha of the whole family. The probability of one
/// or more false verdicts among all is then at most that alpha.
///
/// Sorted ascending, the `i`-th of `m` becomes the largest `(m - j + 1) p_j` up to it, at most 1; as R's
/// `p.adjust(method = "holm")`. Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
/// Journal of Statistics 6 (1979). Assumes valid p-values (anytime-valid ones included) and nothing of their dependence.
/// What is no number counts as 1.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let clean = |p: &f64| if p.is_nan() { 1.0 } else { *p };
    let mut order: Vec<(usize, f64)> = p_values.iter().map(clean).enumerate().collect();
    order.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (rank, (place, p)) in order.into_iter().enumerate() {
        largest = largest.max((p_values.len() - rank) as f64 * p).min(1.0);
        if let Some(slot) = adjusted.get_mut(place) {
            *slot = largest;
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By hand: 0.005*4, max(0.02, 0.01*3), max(0.03, 0.03*2), max(0.06, 0.04*1).
    #[test]
    fn the_worked_example_keeps_the_order_of_the_input() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-15, "{adjusted:?}");
        }
    }

    #[test]
    fn a_single_question_costs_nothing_and_what_is_no_number_counts_as_one() {
        assert_eq!(holm(&[0.04]), [0.04]);
        assert_eq!(holm(&[f64::NAN, 0.01]), [1.0, 0.02]);
        assert_eq!(holm(&[]), Vec::<f64>::new());
    }

    proptest! {
        #[test]
        fn adjusting_never_helps_and_never_changes_the_order(p_values in proptest::collection::vec(0.0..=1.0, 1..12)) {
            let adjusted = holm(&p_values);
            for (one, p) in adjusted.iter().zip(&p_values) {
                prop_assert!(p <= one && *one <= 1.0 && *one <= p * p_values.len() as f64 + 1e-12);
                for (other, q) in adjusted.iter().zip(&p_values) {
                    prop_assert!(p > q || one <= other);
                }
            }
        }
    }
}
