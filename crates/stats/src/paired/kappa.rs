//! How far two raters agree beyond chance, such as a judge and a person: Cohen's kappa.

use std::collections::BTreeMap;

use crate::{Confidence, Interval};

/// Agreement beyond chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kappa {
    /// 1 is full agreement, 0 what chance gives, below 0 less than that.
    pub value: f64,
    /// The share of cases on which the raters agree, chance included.
    pub agreement: f64,
    /// The standard error of `value`.
    pub standard_error: f64,
}

impl Kappa {
    /// `value ± z standard_error`, cut to -1..=1; too narrow with fewer than some fifty cases.
    pub fn interval(&self, confidence: Confidence) -> Interval {
        let half_width = confidence.z() * self.standard_error;
        Interval { low: (self.value - half_width).max(-1.0), high: (self.value + half_width).min(1.0) }
    }
}

/// Cohen's kappa of cases that two raters each gave a label. `None` without cases, or if both gave all cases the same
/// label, so that agreement tells nothing.
///
/// `(po - pe) / (1 - pe)` with the observed agreement `po` and `pe = sum p_i q_i`, what raters with these habits would
/// agree on by chance. Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
/// Measurement 20 (1960); standard error of J. L. Fleiss, J. Cohen and B. S. Everitt, Psychological Bulletin 72 (1969),
/// formula 13. Labels have no order: all disagreements count alike. Assumes independent cases and raters.
pub fn kappa<Label: Ord + Copy>(pairs: &[(Label, Label)]) -> Option<Kappa> {
    let each = 1.0 / pairs.len() as f64;
    let (mut cells, mut first, mut second) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (one, other) in pairs {
        *cells.entry((*one, *other)).or_insert(0.0) += each;
        *first.entry(*one).or_insert(0.0) += each;
        *second.entry(*other).or_insert(0.0) += each;
    }
    let share = |shares: &BTreeMap<Label, f64>, label: &Label| shares.get(label).copied().unwrap_or(0.0);
    let agreement: f64 = cells.iter().filter(|((one, other), _)| one == other).map(|(_, share)| share).sum();
    let by_chance: f64 = first.iter().map(|(label, part)| part * share(&second, label)).sum();
    let rest = 1.0 - by_chance;
    if pairs.is_empty() || rest < 1e-12 {
        return None;
    }
    let value = (agreement - by_chance) / rest;
    let spread = |((one, other), part): (&(Label, Label), &f64)| {
        // The marginals are crossed: the second rater's share of the first one's label and the other way round.
        let crossed = (share(&second, one) + share(&first, other)) * (1.0 - value);
        if one == other { part * (1.0 - crossed).powi(2) } else { part * crossed.powi(2) }
    };
    let spread: f64 = cells.iter().map(spread).sum();
    let variance = (spread - (value - by_chance * (1.0 - value)).powi(2)) / (pairs.len() as f64 * rest * rest);
    Some(Kappa { value, agreement, standard_error: variance.max(0.0).sqrt() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(table: &[&[usize]]) -> Vec<(usize, usize)> {
        let rows = table.iter().enumerate();
        let cells = rows.flat_map(|(row, counts)| counts.iter().enumerate().map(move |(column, n)| (row, column, *n)));
        cells.flat_map(|(row, column, count)| std::iter::repeat_n((row, column), count)).collect()
    }

    #[test]
    fn raters_who_never_vary_or_never_rate_are_not_judged() {
        assert_eq!(kappa::<u8>(&[]), None);
        assert_eq!(kappa(&[(1, 1), (1, 1)]), None);
    }

    #[test]
    fn full_agreement_is_one_and_sure() {
        let full = kappa(&pairs(&[&[5, 0], &[0, 7]])).unwrap();
        assert!((full.value - 1.0).abs() < 1e-12 && full.standard_error < 1e-6 && full.agreement > 0.999, "{full:?}");
    }

    proptest! {
        #[test]
        fn who_is_first_does_not_matter(rated in proptest::collection::vec((0_u8..4, 0_u8..4), 2..80)) {
            let turned: Vec<(u8, u8)> = rated.iter().map(|(one, other)| (*other, *one)).collect();
            if let (Some(one), Some(other)) = (kappa(&rated), kappa(&turned)) {
                prop_assert!((one.value - other.value).abs() < 1e-9);
                prop_assert!((one.standard_error - other.standard_error).abs() < 1e-7);
                prop_assert!(one.value <= 1.0 + 1e-12 && one.value >= -1.0 - 1e-12);
            }
        }
    }
}
