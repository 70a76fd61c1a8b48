//! Plain sentences: those that claim nothing of the owner, because they say that the documents are silent, or what the
//! visitor may do.

use portavoz_text::language::Language;
use portavoz_text::words::slice;

use super::lists;
use super::reading::Reading;

/// Per word: true where the sentence only says what the documents do not say.
pub(super) fn silences(text: &str, reading: &Reading, language: Language) -> Vec<bool> {
    let list = lists::words(language);
    let words: Vec<&str> = reading.tokens.iter().map(|token| token.folded.as_str()).collect();
    let speaks_of_documents = words.iter().any(|word| list.subject.contains(word));
    let mut silent = vec![false; words.len()];
    let mut start = 0;
    for end in stretch_ends(text, reading, language) {
        let phrases = || list.silent.iter().chain(list.mute.iter().filter(|_| speaks_of_documents));
        let is_silent = (start..end).any(|at| {
            // `says "not mentioned"` quotes the words and does not say them.
            let quoted = reading
                .tokens
                .get(at)
                .is_some_and(|token| slice(text, 0..token.span.start).trim_end().ends_with(['«', '"', '“', '„', '‘']));
            !quoted && phrases().any(|phrase| phrase.end(&words, at).is_some_and(|last| last <= end))
        });
        if is_silent {
            silent.iter_mut().take(end).skip(start).for_each(|word| *word = true);
        }
        start = end;
    }
    silent
}

/// Where the stretches of a sentence end that say one thing each: at `but` and its like, and at semicolons.
fn stretch_ends(text: &str, reading: &Reading, language: Language) -> Vec<usize> {
    let turn = &lists::words(language).turn;
    let mut ends = Vec::new();
    let mut before = 0;
    for (at, token) in reading.tokens.iter().enumerate() {
        let gap = slice(text, before..token.span.start);
        let parts = gap.contains([';', '.', '!', '?']) || gap.contains(',') && is_new_clause(reading, at, language);
        if at > 0 && (parts || turn.contains(token.folded.as_str())) {
            ends.push(at);
        }
        before = token.span.end;
    }
    ends.push(reading.tokens.len());
    ends
}

/// True if `turn` stands within two words of a comma: `, and yet`.
fn is_new_clause(reading: &Reading, at: usize, language: Language) -> bool {
    let turn = &lists::words(language).turn;
    reading.tokens.iter().skip(at).take(2).any(|token| turn.contains(token.folded.as_str()))
}

/// True if the sentence tells the visitor what to do or what follows.
pub(super) fn is_offer(reading: &Reading, language: Language) -> bool {
    let list = lists::words(language);
    let words: Vec<&str> = reading.tokens.iter().map(|token| token.folded.as_str()).collect();
    (0..words.len()).any(|at| list.offer.iter().any(|phrase| phrase.end(&words, at).is_some()))
}
