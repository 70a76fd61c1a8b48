//! Greetings, thanks, goodbyes and questions about the assistant itself: only when nothing else is in the message.

use std::sync::OnceLock;

use portavoz_text::language::Language;

use super::lists::{self, FoldedWord, Line};
use crate::question::Smalltalk;

/// Longer messages say something.
const MAX_WORDS: usize = 14;

/// The kind of smalltalk, and the languages in which it is said so; `None` if the message says anything else.
pub(super) fn recognise(message: &str, words: &[FoldedWord]) -> Option<(Smalltalk, Vec<Language>)> {
    if words.is_empty() {
        return Some((without_words(message), Vec::new()));
    }
    if words.len() > MAX_WORDS {
        return None;
    }
    let mut said: Option<(Smalltalk, Vec<Language>)> = None;
    let mut rest = words;
    while !rest.is_empty() {
        let (len, kind, languages) = longest(rest)?;
        if let Some(kind) = kind {
            said = Some(match said {
                None => (kind, languages),
                Some((earlier, spoken)) => (stronger(earlier, kind), shared(&spoken, languages)),
            });
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    said
}

/// Signs alone: thumbs and folded hands thank, everything else is taken for a greeting, whose reply says what to ask.
fn without_words(message: &str) -> Smalltalk {
    if message.contains(['👍', '🙏', '❤', '👏', '😊', '💯']) {
        Smalltalk::Thanks
    } else {
        Smalltalk::Greeting
    }
}

/// The longest phrase or filler that begins `words`: its length, its kind (`None` for fillers), its languages.
fn longest(words: &[FoldedWord]) -> Option<(usize, Option<Smalltalk>, Vec<Language>)> {
    let mut best: Option<(usize, Option<Smalltalk>, Vec<Language>)> = None;
    for line in lines() {
        let kind = match line.kind {
            "greeting" => Some(Smalltalk::Greeting),
            "identity" => Some(Smalltalk::Identity),
            "thanks" => Some(Smalltalk::Thanks),
            "farewell" => Some(Smalltalk::Farewell),
            _ => None,
        };
        let Some(len) = line.phrases.iter().filter(|phrase| phrase.begins(words)).map(lists::Phrase::len).max() else {
            continue;
        };
        match &mut best {
            Some((most, said, languages)) if *most == len && *said == kind => languages.push(line.language),
            // Among phrases of one length, those that say something come first.
            Some((most, said, _)) if *most > len || (*most == len && (said.is_some() || kind.is_none())) => {}
            _ => best = Some((len, kind, vec![line.language])),
        }
    }
    best
}

/// A goodbye outweighs thanks, thanks outweigh a question about the assistant, and that outweighs a greeting.
fn stronger(left: Smalltalk, right: Smalltalk) -> Smalltalk {
    let rank = |kind| match kind {
        Smalltalk::Greeting => 0,
        Smalltalk::Identity => 1,
        Smalltalk::Thanks => 2,
        Smalltalk::Farewell => 3,
    };
    if rank(right) > rank(left) { right } else { left }
}

fn shared(left: &[Language], right: Vec<Language>) -> Vec<Language> {
    let both: Vec<Language> = left.iter().copied().filter(|language| right.contains(language)).collect();
    if both.is_empty() { right } else { both }
}

/// True if the folded word is a greeting or thanks by itself.
pub(crate) fn is_courtesy(folded: &str, language: Language) -> bool {
    ["greeting", "thanks"]
        .iter()
        .flat_map(|kind| lists::of(lines(), kind, language))
        .any(|phrase| phrase.words() == [folded])
}

fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| lists::read(include_str!("../../data/understanding/smalltalk.txt")))
}
