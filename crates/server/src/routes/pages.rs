//! The pages for people: chat, a document at its cited place, the API's documentation.

use std::collections::HashMap;
use std::sync::LazyLock;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Html;
use portavoz_domain::ids::DocumentId;
use portavoz_domain::verification::policy::Mode;
use portavoz_text::language::Language;
use serde::Deserialize;

use self::passages::Part;
use super::assets::version;
use crate::error::ApiError;
use crate::state::AppState;

mod passages;

/// The pages' words, by language.
static WORDS: LazyLock<HashMap<Language, Words>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../templates/ui.json")).expect("the pages' words are checked by a test")
});

#[derive(Debug, Deserialize)]
struct Words {
    title: String,
    greeting: String,
    back: String,
    original: String,
    unnamed: String,
    #[serde(flatten)]
    ui: Ui,
}

/// The strings of the chat page.
#[derive(Debug, Deserialize)]
struct Ui {
    subtitle: String,
    log_label: String,
    input_label: String,
    placeholder: String,
    send: String,
    stop: String,
    new_conversation: String,
    suggestions_label: String,
    sources: String,
    open_source: String,
    page: String,
    you: String,
    assistant: String,
    thinking: String,
    stopped: String,
    no_model: String,
    unpriced: String,
    estimated: String,
    retry: String,
    error_offline: String,
    error_generic: String,
    error_busy: String,
    error_too_long: String,
    history_lost: String,
    unsupported: String,
    contradicted: String,
    ai_notice: String,
    no_script: String,
}

#[derive(Template)]
#[template(path = "chat.html")]
struct ChatPage<'a> {
    lang: &'static str,
    owner_name: String,
    title: String,
    greeting: String,
    suggestions: Vec<String>,
    marks: bool,
    version: &'static str,
    ui: &'a Ui,
}

#[derive(Template)]
#[template(path = "source.html")]
struct SourcePage<'a> {
    lang: &'static str,
    title: String,
    url: Option<String>,
    parts: Vec<Part>,
    page: &'a str,
    back: &'a str,
    original: &'a str,
    version: &'static str,
}

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    version: &'static str,
}

/// The chat page, in the browser's language.
pub(crate) async fn chat(State(state): State<AppState>, headers: HeaderMap) -> Result<Html<String>, ApiError> {
    let site = state.site();
    let language = browser_language(&headers).unwrap_or(site.language());
    let words = words(language)?;
    let owner_name = site.contact().name.unwrap_or_else(|| words.unnamed.clone());
    let named = |text: &str| text.replace("{name}", &owner_name);
    let settings = site.settings();
    render(&ChatPage {
        lang: language.code(),
        title: settings.title.clone().unwrap_or_else(|| named(&words.title)),
        greeting: settings.greeting.clone().unwrap_or_else(|| named(&words.greeting)),
        suggestions: site.suggestions(language),
        marks: settings.verify.mode == Mode::Annotate,
        version: version(),
        ui: &words.ui,
        owner_name,
    })
}

/// Which document, and where in it.
#[derive(Debug, Deserialize)]
pub(crate) struct SourcePlace {
    document: String,
    #[serde(default)]
    from: usize,
    #[serde(default)]
    to: usize,
}

/// A document's text with the cited place marked.
pub(crate) async fn source(
    State(state): State<AppState>,
    place: Result<Query<SourcePlace>, QueryRejection>,
) -> Result<Html<String>, ApiError> {
    let Query(place) = place.map_err(|rejection| ApiError::BadRequest(rejection.body_text()))?;
    let document = state.site().document(&DocumentId::new(place.document)).await?;
    let document = document.ok_or(ApiError::DocumentNotFound)?;
    let words = words(document.language)?;
    let from = document.text.floor_char_boundary(place.from);
    let to = document.text.floor_char_boundary(place.to.max(from));
    render(&SourcePage {
        lang: document.language.code(),
        title: document.title.clone(),
        url: document.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        parts: passages::parts(&document, &(from..to)),
        page: &words.ui.page,
        back: &words.back,
        original: &words.original,
        version: version(),
    })
}

/// The documentation of the API.
pub(crate) async fn docs() -> Result<Html<String>, ApiError> {
    render(&DocsPage { version: version() })
}

fn words(language: Language) -> Result<&'static Words, ApiError> {
    WORDS.get(&language).ok_or(ApiError::Internal)
}

fn render(page: &impl Template) -> Result<Html<String>, ApiError> {
    page.render().map(Html).map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        ApiError::Internal
    })
}

/// The first of the browser's languages that portavoz speaks, by its weights.
fn browser_language(headers: &HeaderMap) -> Option<Language> {
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
