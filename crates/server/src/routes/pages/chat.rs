//! `GET /`: the chat page, alone or in the frame of a widget.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Html;
use portavoz_domain::colour::Colour;
use portavoz_domain::contact::ContactCard;
use portavoz_domain::verification::policy::Mode;
use portavoz_text::language::Language;
use serde::Deserialize;

use super::render;
use super::words::{Ui, browser_language, own_name, words};
use crate::error::ApiError;
use crate::routes::assets::version;
use crate::routes::look::{logo_address, theme_address};
use crate::state::AppState;

/// The longest greeting that a page around this one may give, in characters.
const LONGEST_GREETING: usize = 300;

#[derive(Template)]
#[template(path = "chat.html")]
struct ChatPage<'a> {
    lang: &'static str,
    tongues: Vec<(&'static str, &'static str)>,
    wanted: &'a Wanted,
    owner_name: String,
    title: String,
    greeting: String,
    suggestions: Vec<String>,
    version: &'static str,
    logo: Option<String>,
    theme: Option<String>,
    framed: bool,
    contact: Vec<ContactLine>,
    messages: bool,
    feedback: bool,
    hosts: String,
    longest: usize,
    marks: bool,
    ui: Ui,
}

/// A way to reach the owner.
struct ContactLine {
    words: String,
    address: Option<String>,
}

/// How the page is to be. What cannot be read is as if it were not there: a widget with a slip in its attributes answers
/// all the same.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    language: Option<String>,
    #[serde(default, alias = "color")]
    colour: Option<String>,
    #[serde(default)]
    greeting: Option<String>,
    /// Origin of the page around this one.
    #[serde(default)]
    host: Option<String>,
}

/// The chat page, in the language that was chosen or the browser's.
pub(crate) async fn chat(
    State(state): State<AppState>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Html<String>, ApiError> {
    let Query(wanted) = wanted.unwrap_or_default();
    page(&state, &wanted, &headers, false)
}

/// Renders the page.
pub(crate) fn page(
    state: &AppState,
    wanted: &Wanted,
    headers: &HeaderMap,
    framed: bool,
) -> Result<Html<String>, ApiError> {
    let site = state.site();
    let language = wanted.language().or_else(|| browser_language(headers)).unwrap_or(site.language());
    let words = words(language)?;
    let contact = site.contact();
    let owner_name = contact.name.clone().unwrap_or_else(|| words.unnamed.clone());
    let named = |text: &str| text.replace("{name}", &owner_name);
    let settings = site.settings();
    let greeting = wanted.greeting().or_else(|| settings.greeting.clone());
    let colour = wanted.colour().or(settings.face.colour);
    render(&ChatPage {
        lang: language.code(),
        tongues: Language::ALL.into_iter().map(|language| (language.code(), own_name(language))).collect(),
        wanted,
        title: settings.title.clone().unwrap_or_else(|| named(&words.title)),
        greeting: greeting.unwrap_or_else(|| named(&words.greeting)),
        suggestions: site.suggestions(language).into_iter().map(unbroken).collect(),
        marks: settings.verify.mode == Mode::Annotate,
        version: version(),
        logo: logo_address(&settings.face),
        theme: colour.map(theme_address),
        framed,
        contact: contact_lines(&contact),
        messages: site.takes_messages(),
        feedback: site.takes_feedback(),
        hosts: site.link_hosts().join(" "),
        longest: settings.max_message_chars,
        ui: words.ui.of(first_name(&owner_name)),
        owner_name,
    })
}

impl Wanted {
    /// What the page around this one says that its origin is.
    pub(crate) fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    pub(crate) fn language(&self) -> Option<Language> {
        self.language.as_deref().and_then(Language::parse)
    }

    fn colour(&self) -> Option<Colour> {
        self.colour.as_deref()?.parse().ok()
    }

    fn greeting(&self) -> Option<String> {
        greeting_of(self.greeting.as_deref()?)
    }
}

/// What is shown of a greeting that somebody wrote; `None` if nothing is.
pub(crate) fn greeting_of(written: &str) -> Option<String> {
    let greeting: String = written.trim().chars().take(LONGEST_GREETING).collect();
    Some(greeting).filter(|greeting| !greeting.is_empty())
}

/// A question whose mark stays on the line of its last word, where a language writes a space before it.
fn unbroken(question: String) -> String {
    question.replace(" ?", "\u{a0}?")
}

fn contact_lines(contact: &ContactCard) -> Vec<ContactLine> {
    let mut lines = Vec::new();
    if let Some(email) = &contact.email {
        lines.push(ContactLine { words: email.clone(), address: Some(format!("mailto:{email}")) });
    }
    if let Some(phone) = &contact.phone {
        lines.push(ContactLine { words: phone.clone(), address: None });
    }
    for url in contact.url.iter().chain(&contact.links) {
        let Some((scheme, rest)) = url.split_once("://") else { continue };
        if matches!(scheme, "http" | "https") {
            let words = rest.trim_start_matches("www.").trim_end_matches('/').to_owned();
            lines.push(ContactLine { words, address: Some(url.clone()) });
        }
    }
    lines
}

/// What a visitor calls the owner in a sentence: `María`.
pub(crate) fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}
