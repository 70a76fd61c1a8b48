//! Counting tokens, which only a model's tokenizer can do; the rules here take it as an argument.

/// Counts the tokens of a text as one model sees them.
pub trait CountTokens: Send + Sync {
    /// Number of tokens of `text`.
    fn count(&self, text: &str) -> usize;
}

impl<F: Fn(&str) -> usize + Send + Sync> CountTokens for F {
    fn count(&self, text: &str) -> usize {
        self(text)
    }
}
