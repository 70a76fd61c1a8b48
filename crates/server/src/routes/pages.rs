//! The pages for people: chat, a document at its cited place, the API's documentation.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Html;
use portavoz_domain::ids::DocumentId;
use serde::Deserialize;

use self::passages::Part;
use self::words::words;
use super::assets::version;
use crate::error::ApiError;
use crate::state::AppState;

pub(crate) mod chat;
pub(crate) mod delivery;
mod passages;
pub(crate) mod words;

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

pub(crate) fn render(page: &impl Template) -> Result<Html<String>, ApiError> {
    page.render().map(Html).map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        ApiError::Internal
    })
}
