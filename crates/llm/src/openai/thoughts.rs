//! Keeps a model's thoughts from the visitor: local reasoning models write them before the answer, as
//! `<think>...</think>`, where a server does not set them apart.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Takes thoughts off the beginning of an answer. Anywhere else the tags are text like any other.
#[derive(Debug)]
pub(crate) enum Thoughts {
    /// The answer may begin with thoughts: held back until that is known. Blank lines after a thought belong to
    /// neither, so they are dropped.
    Held { text: String, after_thought: bool },
    /// In the middle of thoughts; what may be the beginning of the closing tag.
    Thinking(String),
    /// The answer has begun.
    Over,
}

impl Default for Thoughts {
    fn default() -> Self {
        Self::Held { text: String::new(), after_thought: false }
    }
}

impl Thoughts {
    /// What of `text` is answer.
    pub(crate) fn strip(&mut self, text: String) -> String {
        match std::mem::replace(self, Self::Over) {
            Self::Over => text,
            Self::Thinking(tail) => self.think(&(tail + &text)),
            Self::Held { text: held, after_thought } => self.begin(held + &text, after_thought),
        }
    }

    /// What was held back in vain, when the answer ends.
    pub(crate) fn finish(&mut self) -> String {
        match std::mem::replace(self, Self::Over) {
            Self::Held { text, .. } => text,
            Self::Thinking(_) | Self::Over => String::new(),
        }
    }

    fn begin(&mut self, text: String, after_thought: bool) -> String {
        let begun = text.trim_start();
        if let Some(thought) = begun.strip_prefix(OPEN) {
            return self.think(thought);
        }
        let text = if after_thought { begun.to_owned() } else { text };
        if OPEN.starts_with(text.trim_start()) {
            *self = Self::Held { text, after_thought };
            return String::new();
        }
        *self = Self::Over;
        text
    }

    fn think(&mut self, thought: &str) -> String {
        if let Some((_, after)) = thought.split_once(CLOSE) {
            return self.begin(after.to_owned(), true);
        }
        let tail = thought.ceil_char_boundary(thought.len().saturating_sub(CLOSE.len()));
        *self = Self::Thinking(thought.get(tail..).unwrap_or_default().to_owned());
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thoughts_are_taken_off_the_beginning_only() {
        for (text, answer) in [
            ("Sabe Rust.", "Sabe Rust."),
            ("<think>¿qué?</think>Sabe Rust.", "Sabe Rust."),
            ("\n<think>\n\n</think>\n\nSabe Rust.", "Sabe Rust."),
            ("<think>a</think><think>b</think>Sabe", "Sabe"),
            ("Sabe <think>Rust</think>.", "Sabe <think>Rust</think>."),
            ("<thin", "<thin"),
            ("<b>Sabe</b>", "<b>Sabe</b>"),
            ("<think>sin fin", ""),
            ("  Sabe", "  Sabe"),
            ("", ""),
        ] {
            for width in [1, 2, 3, 5, 100] {
                let mut thoughts = Thoughts::default();
                let characters: Vec<char> = text.chars().collect();
                let mut shown: String =
                    characters.chunks(width).map(|piece| thoughts.strip(piece.iter().collect())).collect();
                shown.push_str(&thoughts.finish());
                assert_eq!(shown, answer, "{text:?} in pieces of {width}");
            }
        }
    }
}
