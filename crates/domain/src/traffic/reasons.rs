//! What the reasons in a ladder mean: which of them say that a model failed.

use crate::answer::{Rung, RungTried};

/// What became of a rung that has a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nobody asked the model: it is switched off, or the budget or the prices do not allow it, or cannot be asked.
    Not,
    /// It did what models are for: it answered, found that the documents are silent, or was listened to until the
    /// visitor left. An answer that the check kept from the visitor counts here too: verification has figures of its own.
    Served,
    /// It brought no answer.
    Failed,
}

/// What the reason of a ladder's step says of the model; `None` on steps that have no model.
pub fn asked(tried: &RungTried) -> Option<Asked> {
    matches!(tried.rung, Rung::Primary | Rung::Fallback).then(|| asked_by_reason(tried.reason.as_deref()))
}

/// The same of the bare reason. Reasons that are not known here, such as codes of errors, are failures.
pub fn asked_by_reason(reason: Option<&str>) -> Asked {
    match reason {
        None | Some("not_known" | "unsupported" | "withheld" | "visitor_left") => Asked::Served,
        Some("shut_down" | "unpriced" | "storage_unavailable") => Asked::Not,
        Some(reason) if reason.starts_with("budget_") => Asked::Not,
        Some(_) => Asked::Failed,
    }
}

/// The reasons that a ladder can have, for whoever must tell them apart in a bounded number of ways.
pub const KNOWN: [&str; 25] = [
    // of models
    "rate_limited",
    "context_too_long",
    "refused",
    "timeout",
    "transient",
    "permanent",
    "unknown_model",
    "circuit_open",
    "out_of_time",
    "prompt",
    "not_known",
    "unsupported",
    "withheld",
    "leaked",
    "visitor_left",
    "shut_down",
    "unpriced",
    "budget_day",
    "budget_month",
    "budget_visitor",
    "storage_unavailable",
    // of other rungs
    "search_failed",
    "no_sentence",
    "attack",
    "off_topic",
];

/// The reason if it is known, otherwise `other`.
pub fn known(reason: &str) -> &'static str {
    KNOWN.into_iter().find(|known| *known == reason).unwrap_or("other")
}
