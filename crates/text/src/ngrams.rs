//! Character n-grams: how alike two words look, which bridges spellings, slips and sister languages.
//!
//! Start at [`overlap`]; [`Trigrams`] is the same with the work on one word done once.

use std::cmp::Ordering;

use crate::fold::fold;

/// A word's trigrams of folded characters, its beginning and end marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigrams(Vec<u64>);

impl Trigrams {
    /// The trigrams of `word`.
    pub fn of(word: &str) -> Self {
        let marked = std::iter::once('^').chain(fold(word).chars().collect::<Vec<_>>()).chain(std::iter::once('$'));
        let mut grams = Vec::with_capacity(word.len());
        // Unicode characters fit in 21 bits, so three make one number.
        let mut window = 0_u64;
        for (count, character) in marked.enumerate() {
            window = (window << 21 | u64::from(u32::from(character))) & ((1 << 63) - 1);
            if count >= 2 {
                grams.push(window);
            }
        }
        grams.sort_unstable();
        grams.dedup();
        Self(grams)
    }

    /// Dice's coefficient of the two sets, 0..=1.
    pub fn overlap(&self, other: &Self) -> f32 {
        let total = self.0.len() + other.0.len();
        if total == 0 {
            return 0.0;
        }
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = 0;
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            match a.cmp(b) {
                Ordering::Less => left.next(),
                Ordering::Greater => right.next(),
                Ordering::Equal => {
                    shared += 1;
                    left.next();
                    right.next()
                }
            };
        }
        2.0 * shared as f32 / total as f32
    }
}

/// How alike two words look, 0..=1: *experience* and *experiencia* share most of their trigrams.
pub fn overlap(left: &str, right: &str) -> f32 {
    Trigrams::of(left).overlap(&Trigrams::of(right))
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn words_of_sister_languages_look_alike() {
        for (left, right) in [
            ("experience", "experiencia"),
            ("technology", "tecnología"),
            ("certificate", "certificado"),
            ("optimización", "optimization"),
            ("kubernets", "Kubernetes"),
        ] {
            assert!(overlap(left, right) >= 0.5, "{left} {right} {}", overlap(left, right));
        }
        for (left, right) in [("experience", "project"), ("award", "premio"), ("", "x")] {
            assert!(overlap(left, right) < 0.2, "{left} {right} {}", overlap(left, right));
        }
    }

    #[test]
    fn a_word_is_itself() {
        for word in ["a", "él", "RAG"] {
            assert!((overlap(word, word) - 1.0).abs() < f32::EPSILON, "{word}");
        }
    }
}
