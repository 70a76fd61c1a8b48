//! Differences between two answers, word by word, for people who compare them.
//!
//! The longest common subsequence of words, by the textbook table (R. A. Wagner and M. J. Fischer, "The string-to-string
//! correction problem", JACM 21, 1974). Start at [`differences`].

use serde::Serialize;

/// Longer texts, in words after what is the same at both ends, are not compared word by word: the table grows with the
/// product of their lengths.
const MOST_WORDS: usize = 1_500;

/// Whose words these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Both say it.
    Both,
    /// Only the first one says it.
    First,
    /// Only the second one says it.
    Second,
}

/// A run of words, parted by single blanks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// Whose words.
    pub side: Side,
    /// The words.
    pub text: String,
}

/// The words of both texts in order, what only the first says before what only the second says. An end of a line is a word
/// (`\n`), other white space is not compared. No words are lost: the pieces of [`Side::Both`] and [`Side::First`] are the first text, those of
/// `Both` and `Second` the second.
pub fn differences(first: &str, second: &str) -> Vec<Piece> {
    let (one, two) = (words(first), words(second));
    let head = one.iter().zip(&two).take_while(|(one, two)| one == two).count();
    let (one_rest, two_rest) = (one.get(head..).unwrap_or_default(), two.get(head..).unwrap_or_default());
    let tail = one_rest.iter().rev().zip(two_rest.iter().rev()).take_while(|(one, two)| one == two).count();
    let middle = |words: &'_ [&'_ str]| words.len().saturating_sub(tail);
    let one_middle = one_rest.get(..middle(one_rest)).unwrap_or_default();
    let two_middle = two_rest.get(..middle(two_rest)).unwrap_or_default();
    let mut pieces = Pieces::default();
    one.iter().take(head).for_each(|word| pieces.push(Side::Both, word));
    if one_middle.len().max(two_middle.len()) > MOST_WORDS {
        one_middle.iter().for_each(|word| pieces.push(Side::First, word));
        two_middle.iter().for_each(|word| pieces.push(Side::Second, word));
    } else {
        compare(one_middle, two_middle, &mut pieces);
    }
    one_rest.iter().skip(one_middle.len()).for_each(|word| pieces.push(Side::Both, word));
    pieces.finish()
}

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for (place, line) in text.lines().enumerate() {
        if place > 0 {
            words.push("\n");
        }
        words.extend(line.split_whitespace());
    }
    words
}

fn compare(one: &[&str], two: &[&str], pieces: &mut Pieces) {
    let width = two.len() + 1;
    // lengths[i * width + j]: words that one[i..] and two[j..] have in common, in order.
    let mut lengths = vec![0_u16; (one.len() + 1) * width];
    let at = |lengths: &[u16], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, first) in one.iter().enumerate().rev() {
        for (j, second) in two.iter().enumerate().rev() {
            let common = if first == second {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = common;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    loop {
        match (one.get(i), two.get(j)) {
            (Some(first), Some(second)) if first == second => {
                pieces.push(Side::Both, first);
                (i, j) = (i + 1, j + 1);
            }
            (Some(first), Some(_)) if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) => {
                pieces.push(Side::First, first);
                i += 1;
            }
            (Some(_) | None, Some(second)) => {
                pieces.push(Side::Second, second);
                j += 1;
            }
            (Some(first), None) => {
                pieces.push(Side::First, first);
                i += 1;
            }
            (None, None) => break,
        }
    }
}

/// Words on their way to become pieces: between two common words, all of the first text stand before all of the second.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    first: Vec<String>,
    second: Vec<String>,
}

impl Pieces {
    fn push(&mut self, side: Side, word: &str) {
        match side {
            Side::First => self.first.push(word.to_owned()),
            Side::Second => self.second.push(word.to_owned()),
            Side::Both => {
                self.flush();
                match self.done.last_mut() {
                    Some(Piece { side: Side::Both, text }) => {
                        text.push(' ');
                        text.push_str(word);
                    }
                    _ => self.done.push(Piece { side, text: word.to_owned() }),
                }
            }
        }
    }

    fn flush(&mut self) {
        for (side, words) in [(Side::First, &mut self.first), (Side::Second, &mut self.second)] {
            if !words.is_empty() {
                self.done.push(Piece { side, text: std::mem::take(words).join(" ") });
            }
        }
    }

    fn finish(mut self) -> Vec<Piece> {
        self.flush();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(first: &str, second: &str) -> String {
        let sign = |side| match side {
            Side::Both => "",
            Side::First => "-",
            Side::Second => "+",
        };
        let pieces: Vec<String> =
            differences(first, second).iter().map(|piece| format!("{}{}", sign(piece.side), piece.text)).collect();
        pieces.join(" | ")
    }

    #[test]
    fn words_that_differ_are_marked() {
        for (first, second, expected) in [
            ("", "", ""),
            ("a b", "a  b", "a b"),
            ("", "a b", "+a b"),
            ("a b", "", "-a b"),
            ("precision rose by 40 %", "precision fell by 4 %", "precision | -rose | +fell | by | -40 | +4 | %"),
            ("a b c d", "b c x d", "-a | b c | +x | d"),
            ("a\n\nb", "a b", "a | -\n \n | b"),
            ("one two", "three four", "-one two | +three four"),
        ] {
            assert_eq!(shown(first, second), expected);
        }
    }

    #[test]
    fn texts_of_any_length_are_compared() {
        let (long, other) = ("word ".repeat(20_000), "other ".repeat(20_000));
        assert_eq!(differences(&long, &other).len(), 2);
        assert_eq!(differences(&long, &long).len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_word_is_lost(first in "[abc ]{0,40}", second in "[abc ]{0,40}") {
            let pieces = differences(&first, &second);
            for (text, not) in [(&first, Side::Second), (&second, Side::First)] {
                let kept: Vec<&str> =
                    pieces.iter().filter(|piece| piece.side != not).flat_map(|piece| piece.text.split(' ')).collect();
                proptest::prop_assert_eq!(kept, text.split_whitespace().collect::<Vec<_>>());
            }
        }
    }
}
