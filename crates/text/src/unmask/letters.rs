//! Games with letters: spaced out, cut up, written with digits, turned by thirteen.

/// So many single letters in a row are no initials and no list of languages.
const SPACED_LETTERS: usize = 6;

/// `text` with letters that stand apart (`i g n o r e`, `i-g-n-o-r-e`) put together; `None` if none do. Within a run the
/// narrowest gap joins and wider ones part words; where all gaps are alike the words come out as one.
pub(super) fn spaced(text: &str) -> Option<String> {
    let pieces = pieces(text);
    let mut out = String::with_capacity(text.len());
    let mut found = false;
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let run = pieces.get(at..).unwrap_or_default();
        let length = run.iter().take_while(|piece| piece.is_single).count();
        if length >= SPACED_LETTERS {
            found = true;
            join_run(run.get(..length).unwrap_or_default(), &mut out);
            at += length;
        } else {
            out.push_str(piece.word);
            out.push_str(piece.gap);
            at += 1;
        }
    }
    found.then_some(out)
}

/// A word or letter, and what follows it up to the next.
struct Piece<'a> {
    word: &'a str,
    gap: &'a str,
    is_single: bool,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::with_capacity(text.len() / 6);
    let mut rest = text;
    while !rest.is_empty() {
        let word_end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        let gap_end = after.find(char::is_alphanumeric).unwrap_or(after.len());
        let (gap, next) = after.split_at(gap_end);
        let is_single = word.chars().count() == 1 && gap.chars().count() <= 4;
        pieces.push(Piece { word, gap, is_single });
        rest = next;
    }
    pieces
}

fn join_run(run: &[Piece<'_>], out: &mut String) {
    let inner = run.len().saturating_sub(1);
    let narrowest = run.iter().take(inner).map(|piece| piece.gap.chars().count()).min().unwrap_or(0);
    for (place, piece) in run.iter().enumerate() {
        out.push_str(piece.word);
        if place == inner {
            out.push_str(piece.gap);
        } else if piece.gap.chars().count() > narrowest {
            out.push(' ');
        }
    }
}

/// `text` without the signs inside words (`ig-no-re`), if one word has two or more of them; otherwise `None`.
pub(super) fn joined(text: &str) -> Option<String> {
    let is_cut = |c: char| matches!(c, '-' | '.' | '_' | '*' | '~' | '|' | '/' | '\\' | '+' | '^' | '`' | '\'' | '·');
    let is_word = |token: &str| token.chars().filter(|c| c.is_alphabetic()).count() >= 4 && !token.contains("//");
    let is_cut_up = |token: &str| token.trim().chars().filter(|c| is_cut(*c)).count() >= 2 && is_word(token);
    if !text.split_whitespace().any(is_cut_up) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for token in text.split_inclusive(char::is_whitespace) {
        if is_word(token) {
            out.extend(token.chars().filter(|c| !is_cut(*c)));
        } else {
            out.push_str(token);
        }
    }
    Some(out)
}

/// `text` with digits and signs that stand for letters read as letters, in words that also have letters. A `1` may be an
/// `i` or an `l`, so there may be two.
pub(super) fn unleeted(text: &str) -> Vec<String> {
    let mut readings = Vec::new();
    for one in ['i', 'l'] {
        if one == 'l' && !text.contains(['1', '|', '!']) {
            continue;
        }
        let plain: String = text.split_inclusive(char::is_whitespace).flat_map(|token| unleet(token, one)).collect();
        if plain != text {
            readings.push(plain);
        }
    }
    readings
}

fn unleet(token: &str, one: char) -> Vec<char> {
    let core_len = token.trim_end_matches(|c: char| c.is_whitespace() || "!?.,;:".contains(c)).len();
    let has_letters = token.contains(char::is_alphabetic);
    token
        .char_indices()
        .map(|(at, character)| if has_letters && at < core_len { letter_of(character, one) } else { character })
        .collect()
}

fn letter_of(character: char, one: char) -> char {
    match character {
        '0' => 'o',
        '1' | '|' | '!' => one,
        '2' => 'z',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' | '9' => 'g',
        '7' | '+' => 't',
        '8' => 'b',
        other => other,
    }
}

/// `text` with the alphabet turned by thirteen.
pub(super) fn rot13(text: &str) -> String {
    let turn = |character: char, first: u8| {
        let place = (character as u8).wrapping_sub(first);
        char::from(first + (place + 13) % 26)
    };
    text.chars()
        .map(|character| match character {
            'a'..='z' => turn(character, b'a'),
            'A'..='Z' => turn(character, b'A'),
            other => other,
        })
        .collect()
}

/// `text` with each word written backwards in its place.
pub(super) fn words_reversed(text: &str) -> String {
    text.split_inclusive(|c: char| !c.is_alphanumeric())
        .flat_map(|piece| {
            let sign = piece.chars().next_back().filter(|c| !c.is_alphanumeric());
            let word = piece.get(..piece.len() - sign.map_or(0, char::len_utf8)).unwrap_or_default();
            word.chars().rev().chain(sign)
        })
        .collect()
}
