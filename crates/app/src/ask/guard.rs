//! The guard of the system message: whatever the mode, no words of it reach a visitor.

use portavoz_text::fold::fold;

/// Knows what must not be told.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    canary: String,
}

impl Guard {
    pub(super) fn new(canary: &str) -> Self {
        Self { canary: canary.to_owned() }
    }

    /// True if `text` gives the system message away.
    pub(super) fn leaks(&self, text: &str) -> bool {
        // Spelled out with spaces or dashes it is still the mark.
        let letters: String = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
        !self.canary.is_empty() && letters.contains(&self.canary)
    }

    /// The place in `text` from which on it may be the beginning of the mark.
    pub(super) fn held_from(&self, text: &str) -> usize {
        let starts = |at: &usize| text.get(*at..).is_some_and(|tail| !tail.is_empty() && self.canary.starts_with(tail));
        (0..text.len()).find(starts).unwrap_or(text.len())
    }
}
