//! Names of cases whose file gives them none: made from the case alone, so that moving it in its file changes nothing.

use portavoz_text::fold::fold;

use super::{Case, fingerprint};

/// The longest part of a name that is the question's words, in characters.
const MAX_WORDS: usize = 56;

/// A name for a case: the words of its question with hyphens (`what-projects-has-she-built`). Where these do not tell it
/// from others (it is a follow-up, documents are left out, the language is given, the question is long or without
/// letters), six hexadecimal digits of its [`fingerprint`] follow.
pub fn name_of(case: &Case) -> String {
    let mut words = String::new();
    let mut is_cut = false;
    for word in
        fold(&case.question).split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
    {
        if words.len() + 1 + word.len() > MAX_WORDS {
            is_cut = true;
            break;
        }
        if !words.is_empty() {
            words.push('-');
        }
        words.push_str(word);
    }
    let is_plain = case.before.is_empty() && case.without.is_empty() && case.language.is_none();
    if is_plain && !is_cut && !words.is_empty() {
        return words;
    }
    let asked = Case {
        question: case.question.clone(),
        before: case.before.clone(),
        without: case.without.clone(),
        language: case.language,
        ..Case::default()
    };
    let kind = if words.is_empty() { "case" } else { &words };
    format!("{kind}-{:06x}", fnv(&fingerprint(&asked)) & 0xff_ffff)
}

/// FNV-1a of 64 bits (Fowler, Noll and Vo, 1991): tells texts apart, keeps no secrets, and is the same everywhere.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
