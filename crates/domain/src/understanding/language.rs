//! The language of an answer: what the client asked for, else what the message shows, else what was spoken before,
//! else the site's.

use portavoz_text::language::{Language, detect, weigh};

use crate::question::PastTurn;

/// Evidence this close to the leader's does not speak against staying with the conversation's language.
const STAYS_WITHIN: f32 = 0.34;
/// The same for the site's language, which is a weaker guess than what was spoken.
const DEFAULT_WITHIN: f32 = 0.1;

/// Chooses. A clear switch switches; a short ambiguous message stays with the conversation's language.
pub(super) fn choose(message: &str, told: Option<Language>, history: &[PastTurn], default: Language) -> Language {
    if let Some(told) = told {
        return told;
    }
    let evidence = weigh(message);
    if let Some(language) = evidence.clear() {
        return language;
    }
    let most = evidence.leader().map_or(0.0, |(language, _)| evidence.of(language));
    let expected = history.last().map_or(default, |turn| turn.language);
    let within = if history.is_empty() { DEFAULT_WITHIN } else { STAYS_WITHIN };
    if most - evidence.of(expected) <= within && (most > 0.0 || !history.is_empty()) {
        return expected;
    }
    detect(message).unwrap_or(expected)
}
