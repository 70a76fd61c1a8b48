//! The words of visitors' pages, in every language (`templates/ui.json`).

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use portavoz_text::language::Language;
use serde::Deserialize;

use crate::error::ApiError;

/// The pages' words, by language.
static WORDS: LazyLock<HashMap<Language, Words>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../templates/ui.json")).expect("the pages' words are checked by a test")
});

/// All words of a language; `{name}` stands for the owner's.
#[derive(Debug, Deserialize)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) greeting: String,
    pub(super) back: String,
    pub(super) original: String,
    pub(super) unnamed: String,
    #[serde(flatten)]
    pub(super) ui: Ui,
}

/// The strings of the chat page.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Ui {
    pub(super) subtitle: String,
    pub(super) log_label: String,
    pub(super) input_label: String,
    pub(super) placeholder: String,
    pub(super) send: String,
    pub(super) stop: String,
    pub(super) close: String,
    pub(super) cancel: String,
    pub(super) menu: String,
    pub(super) language: String,
    pub(super) new_conversation: String,
    pub(super) suggestions_label: String,
    pub(super) sources: String,
    pub(super) open_source: String,
    pub(super) page: String,
    pub(super) you: String,
    pub(super) assistant: String,
    pub(super) thinking: String,
    pub(super) stopped: String,
    pub(super) retry: String,
    pub(super) opinion: String,
    pub(super) helpful: String,
    pub(super) unhelpful: String,
    pub(super) copy: String,
    pub(super) copied: String,
    pub(super) thanks: String,
    pub(super) why: String,
    reason_wrong: String,
    reason_incomplete: String,
    reason_off_target: String,
    reason_unclear: String,
    reason_other: String,
    pub(super) comment: String,
    pub(super) contact: String,
    pub(super) write: String,
    pub(super) leave_question: String,
    pub(super) letter_only: String,
    pub(super) letter_text: String,
    pub(super) letter_name: String,
    pub(super) letter_email: String,
    pub(super) letter_sent: String,
    pub(super) forget: String,
    pub(super) sure: String,
    pub(super) forget_yes: String,
    pub(super) forgotten: String,
    pub(super) error_offline: String,
    pub(super) error_generic: String,
    pub(super) error_busy: String,
    pub(super) error_email: String,
    pub(super) error_too_long: String,
    pub(super) history_lost: String,
    pub(super) unsupported: String,
    pub(super) contradicted: String,
    pub(super) ai_notice: String,
    pub(super) no_script: String,
}

impl Ui {
    /// What may have been wrong with an answer: the stable name of `POST /api/feedback`, and the words.
    pub(super) fn reasons(&self) -> [(&'static str, &str); 5] {
        [
            ("wrong", &self.reason_wrong),
            ("incomplete", &self.reason_incomplete),
            ("off_target", &self.reason_off_target),
            ("unclear", &self.reason_unclear),
            ("other", &self.reason_other),
        ]
    }

    /// The words with the owner's name in them.
    pub(super) fn of(&self, owner: &str) -> Self {
        let mut named = self.clone();
        for words in [&mut named.write, &mut named.leave_question, &mut named.letter_only, &mut named.letter_sent] {
            *words = words.replace("{name}", owner);
        }
        named
    }
}

/// The words of a language.
pub(super) fn words(language: Language) -> Result<&'static Words, ApiError> {
    WORDS.get(&language).ok_or(ApiError::Internal)
}

/// What each language calls itself.
pub(crate) const fn own_name(language: Language) -> &'static str {
    match language {
        Language::Es => "Español",
        Language::En => "English",
        Language::Pt => "Português",
        Language::Fr => "Français",
        Language::De => "Deutsch",
        Language::It => "Italiano",
        Language::Ca => "Català",
    }
}

/// The first of the browser's languages that portavoz speaks, by its weights.
pub(crate) fn browser_language(headers: &HeaderMap) -> Option<Language> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut weighted: Vec<(f32, Language)> = accepted
        .split(',')
        .filter_map(|part| {
            let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
            Some((weight.trim().parse().unwrap_or(0.0), Language::parse(tag.trim())?))
        })
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    weighted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    weighted.first().map(|(_, language)| *language)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    #[test]
    fn every_language_has_the_pages_words() {
        for language in Language::ALL {
            assert!(WORDS.contains_key(&language), "{language}");
        }
    }

    #[test]
    fn the_page_speaks_the_first_language_that_both_know() {
        for (accepted, expected) in [
            ("es-ES,es;q=0.9,en;q=0.8", Some(Language::Es)),
            ("ja, de;q=0.5, fr;q=0.7", Some(Language::Fr)),
            ("en;q=0, pt-BR;q=0.1", Some(Language::Pt)),
            ("ja", None),
            ("*", None),
            ("ca", Some(Language::Ca)),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, accepted.parse().unwrap())]);
            assert_eq!(browser_language(&headers), expected, "{accepted}");
        }
    }
}
