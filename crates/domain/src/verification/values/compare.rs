//! Whether a value of the sources bears out a claimed one, leaving aside what either is told of.

use portavoz_text::quantities::Bound;

use crate::verification::facts::Value;

/// `None` for values that cannot be compared, otherwise whether the source's value bears out the claimed one.
pub(super) fn compare(claimed: &Value, given: &Value) -> Option<bool> {
    match (claimed, given) {
        (Value::Date(claimed), Value::Date(given)) => {
            let is_finer =
                claimed.month.is_some() && given.month.is_none() || claimed.day.is_some() && given.day.is_none();
            // A coarser date that agrees neither bears out nor contradicts.
            let agrees = claimed.agrees_with(*given);
            (!(agrees && is_finer)).then_some(agrees)
        }
        (
            Value::Quantity { value: claimed, measure: left, bound: claimed_bound },
            Value::Quantity { value: given, measure: right, bound: given_bound },
        ) => (left == right).then(|| bears_out((*claimed, *claimed_bound), (*given, *given_bound))),
        _ => None,
    }
}

/// True if the two may be one value, told more or less exactly.
pub(super) fn agrees(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Date(one), Value::Date(other)) => one.agrees_with(*other),
        (Value::Quantity { value: one, measure: left, .. }, Value::Quantity { value: other, measure: right, .. }) => {
            left == right && (one - other).abs() <= 1e-6 * other.abs().max(1.0)
        }
        _ => false,
    }
}

/// True if a source that gives `given` bears out `claimed`: the same number, not told more strongly than there.
fn bears_out((claimed, claimed_bound): (f64, Bound), (given, given_bound): (f64, Bound)) -> bool {
    let is_equal = (claimed - given).abs() <= 1e-6 * given.abs().max(1.0);
    match (claimed_bound, given_bound) {
        (Bound::About, Bound::Exact | Bound::About) => (claimed - given).abs() <= 0.1 * given.abs(),
        (Bound::Exact | Bound::About, _) => is_equal,
        (Bound::AtLeast, Bound::AtLeast) | (Bound::AtMost, Bound::AtMost) => is_equal,
        // 1,150 are more than 1,000, but nobody says that they are more than ten.
        (Bound::AtLeast, Bound::Exact) => given > claimed && given <= claimed * 1.5,
        (Bound::AtMost, Bound::Exact) => given < claimed && given * 1.5 >= claimed,
        (Bound::AtLeast | Bound::AtMost, _) => false,
    }
}
