//! Accuracy: the share of what an answer claims that its sources support.

use super::{Part, Term};
use crate::verification::{Claim, Status, Verification};

/// What a hard fact counts beside a sentence as a whole.
const HARD: f32 = 2.0;
/// What a contradicted claim counts beside one on which the sources are silent: it is not only unproven but false.
const FALSE: f32 = 2.0;

/// The term of what the check found; without a check, the words are the owner's own.
pub(super) fn accuracy(verification: Option<&Verification>) -> Term {
    let Some(verification) = verification else {
        return Term { score: 1.0, parts: vec![Part::new("own_words", 1.0, "the owner's own words".to_owned())] };
    };
    let claims: Vec<&Claim> = verification.sentences.iter().flat_map(|sentence| &sentence.claims).collect();
    if claims.is_empty() {
        return Term { score: 1.0, parts: vec![Part::new("claims", 1.0, "nothing is claimed".to_owned())] };
    }
    let all: f32 = claims.iter().map(|claim| weight(claim)).sum();
    // An empty sum of floats is -0.
    let supported = claims.iter().filter(|claim| claim.status == Status::Supported);
    let supported = 0.0 + supported.map(|claim| weight(claim)).sum::<f32>();
    let mut parts = Vec::new();
    for (name, what, hard) in [("hard_facts", "facts", true), ("propositions", "statements", false)] {
        let of_kind = || claims.iter().filter(|claim| claim.kind.is_hard() == hard);
        let good = of_kind().filter(|claim| claim.status == Status::Supported).count();
        let count = of_kind().count();
        if count > 0 {
            parts.push(Part::new(name, good as f32 / count as f32, format!("{good} of {count} {what} supported")));
        }
    }
    let contradicted = claims.iter().filter(|claim| claim.status == Status::Contradicted).count();
    if contradicted > 0 {
        parts.push(Part::new("contradicted", 0.0, format!("{contradicted} contradicted, counted twice")));
    }
    Term { score: supported / all, parts }
}

fn weight(claim: &Claim) -> f32 {
    let hard = if claim.kind.is_hard() { HARD } else { 1.0 };
    hard * if claim.status == Status::Contradicted { FALSE } else { 1.0 }
}
