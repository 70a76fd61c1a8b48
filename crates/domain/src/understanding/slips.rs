//! Slips of the pen in the words that say what a question is about: `experencia`, `proyetos`.

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon::{self, Concept};
use portavoz_text::stem::stem;

/// Shorter words are too easily another word.
const LEAST: usize = 6;

/// The concepts of the lexicon's words that `word` is one slip away from; empty for names.
pub(super) fn concepts(word: &str, language: Language) -> Vec<Concept> {
    if word.chars().count() < LEAST || word.chars().any(|c| c.is_uppercase() || !c.is_alphabetic()) {
        return Vec::new();
    }
    let (folded, stemmed) = (fold(word), stem(word, language));
    let is_meant = |known: &&str| {
        let (other, other_stem) = (fold(known), stem(known, language));
        (other.len() >= LEAST && is_one_slip(&folded, &other))
            || (other_stem.len() >= LEAST - 1 && is_one_slip(&stemmed, &other_stem))
    };
    lexicon::all().filter(|concept| lexicon::words_of(concept, language).iter().any(is_meant)).collect()
}

/// True if one letter too many, too few, wrong or swapped with its neighbour makes one word the other. The first
/// letter is rarely the wrong one.
fn is_one_slip(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len().abs_diff(right.len()) > 1 || left.first() != right.first() {
        return false;
    }
    let same = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
    let rest = |word: &[char], from: usize| word.get(from..).unwrap_or_default().to_vec();
    let (left, right) = (rest(&left, same), rest(&right, same));
    match left.len().cmp(&right.len()) {
        std::cmp::Ordering::Less => left == rest(&right, 1),
        std::cmp::Ordering::Greater => rest(&left, 1) == right,
        std::cmp::Ordering::Equal => {
            let swapped = left.len() >= 2 && left.first() == right.get(1) && left.get(1) == right.first();
            rest(&left, 1) == rest(&right, 1) || (swapped && rest(&left, 2) == rest(&right, 2))
        }
    }
}
