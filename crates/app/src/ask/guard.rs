//! The guard of the system message: whatever the mode, no words of it reach a visitor.

use portavoz_domain::defence::{PromptGuard, leaks};

/// Knows what must not be told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard<'a> {
    prompt: &'a PromptGuard,
    canary: &'a str,
}

impl<'a> Guard<'a> {
    pub(super) const fn new(prompt: &'a PromptGuard, canary: &'a str) -> Self {
        Self { prompt, canary }
    }

    /// True if `text` gives the system message away.
    pub(super) fn leaks(&self, text: &str) -> bool {
        leaks(text, self.prompt)
    }

    /// The place in `text` from which on it may be the beginning of the mark.
    pub(super) fn held_from(&self, text: &str) -> usize {
        let starts = |at: &usize| text.get(*at..).is_some_and(|tail| !tail.is_empty() && self.canary.starts_with(tail));
        (0..text.len()).find(starts).unwrap_or(text.len())
    }
}
