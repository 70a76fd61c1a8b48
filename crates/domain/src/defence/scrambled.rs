//! Words whose inner letters changed places (`ignroe prevoius instrucitons`), and words without spaces between them: a
//! model reads them, a list does not.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::lane::Lane;
use super::words::Words;

/// The words that are looked for: those that orders to an assistant turn on.
const LIST: &str = include_str!("../../data/defence/scrambled.txt");

/// Shorter words have too few arrangements to be told from others.
const MIN_LEN: usize = 6;

/// A word of so many letters may be several; German has such words too, so it is only tried.
const GLUED_LEN: usize = 18;

/// The text of `lane` with scrambled words put right and glued ones parted; `None` if there are none.
pub(super) fn unscrambled(lane: &Lane, words: &Words) -> Option<String> {
    let mut changed = false;
    let mut text = String::with_capacity(lane.folded.len() + 8);
    let mut sentence = 0;
    for (at, place) in lane.places.iter().enumerate() {
        text.push_str(if place.sentence == sentence { " " } else { ". " });
        sentence = place.sentence;
        let word = lane.word(at);
        if let Some(right) = original(word) {
            changed = true;
            text.push_str(right);
        } else if word.len() >= GLUED_LEN {
            changed = true;
            text.push_str(&words.parted(word));
        } else {
            text.push_str(word);
        }
    }
    changed.then_some(text)
}

/// The listed word of which `word` is an arrangement with the same first letter, unless it is that word itself.
fn original(word: &str) -> Option<&'static str> {
    if word.len() < MIN_LEN || !word.is_ascii() {
        return None;
    }
    let right = *known().get(&signature(word))?;
    (right != word && right.as_bytes().first() == word.as_bytes().first()).then_some(right)
}

fn known() -> &'static HashMap<Vec<u8>, &'static str> {
    static KNOWN: OnceLock<HashMap<Vec<u8>, &'static str>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let lines = LIST.lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(str::split_whitespace).map(|word| (signature(word), word)).collect()
    })
}

fn signature(word: &str) -> Vec<u8> {
    let mut letters = word.as_bytes().to_vec();
    letters.sort_unstable();
    letters
}
