//! What the reasons in a ladder mean: which of them say that a model failed.

use crate::answer::{Rung, RungTried};

/// What became of a rung that has a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nobody asked the model: it is switched off, or the budget or the prices do not allow it.
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
        Some("shut_down" | "unpriced") => Asked::Not,
        Some(reason) if reason.starts_with("budget_") => Asked::Not,
        Some(_) => Asked::Failed,
    }
}
