//! `GET /widget.js` and `GET /widget`: the chat on other people's pages.
//!
//! The first is the loader that a page names in its `<script>`, the second what the loader puts into a frame: the chat
//! page, or, on a site that its owner did not allow, a page that tells the owner what to write. The list of who may
//! frame is enforced by the browser (`frame-ancestors`); what the loader says of its host only chooses between the two.

use std::collections::HashMap;
use std::sync::LazyLock;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use portavoz_text::language::Language;
use serde::Deserialize;

use super::assets::{published_with, version};
use super::look::OWN_COLOUR;
use super::pages::chat::{Wanted, page};
use super::pages::render;
use super::pages::words::browser_language;
use crate::access::{frame_ancestors, may_frame};
use crate::error::ApiError;
use crate::layers::{CONTENT_SECURITY_POLICY, NO_FRAMES};
use crate::state::AppState;

/// Hosts name the loader without a version, so a new release reaches them after this long.
const KEEP_FOR_MINUTES: HeaderValue = HeaderValue::from_static("public, max-age=300");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// Longer than any origin that browsers know.
const MAX_ORIGIN_BYTES: usize = 300;

/// The words of the page for hosts that are not allowed, by language.
static WORDS: LazyLock<HashMap<Language, Words>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../templates/refused.json")).expect("the page's words are checked by a test")
});

#[derive(Debug, Deserialize)]
struct Words {
    title: String,
    open: String,
    owner: String,
    add: String,
    not_served: String,
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    lang: &'static str,
    words: &'a Words,
    /// `None` if the page came from no server at all.
    origin: Option<String>,
    version: &'static str,
}

/// The loader, with the owner's colour and name.
pub(crate) async fn loader(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    let colour = state.site().settings().face.colour.unwrap_or(OWN_COLOUR).to_string();
    let owner = state.site().contact().name.unwrap_or_else(|| "portfolio".to_owned());
    // As a literal of the script, whatever is in the name.
    let owner = serde_json::to_string(&owner).map_err(|_| ApiError::Internal)?;
    let texts = [(&*OWN_COLOUR.to_string(), &*colour), ("\"portfolio\"", &owner)];
    let script = published_with("widget.js", &texts).ok_or(ApiError::Internal)?;
    let mut response = script.respond(&headers, KEEP_FOR_MINUTES);
    // Hosts that isolate themselves from others' content load it too.
    response.headers_mut().insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    Ok(response)
}

/// The chat page in a frame.
pub(crate) async fn frame(
    State(state): State<AppState>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let Query(wanted) = wanted.map_err(|rejection| ApiError::BadRequest(rejection.body_text()))?;
    let allowed = &state.settings().allowed_origins;
    if let Some(host) = wanted.host() {
        let origin = origin_of(host);
        if !origin.as_ref().is_some_and(|origin| may_frame(origin, &headers, &uri, allowed)) {
            return refuse(wanted.language().or_else(|| browser_language(&headers)), origin);
        }
    }
    framed(page(&state, &wanted, &headers, true)?.into_response(), &frame_ancestors(allowed))
}

/// The page for hosts that are not allowed. Anybody may frame it: there is nothing in it.
fn refuse(language: Option<Language>, origin: Option<Uri>) -> Result<Response, ApiError> {
    let language = language.unwrap_or(Language::En);
    let page = RefusedPage {
        lang: language.code(),
        words: WORDS.get(&language).ok_or(ApiError::Internal)?,
        origin: origin.map(|origin| origin.to_string().trim_end_matches('/').to_owned()),
        version: version(),
    };
    framed((StatusCode::FORBIDDEN, render(&page)?).into_response(), "frame-ancestors *")
}

fn framed(mut response: Response, ancestors: &str) -> Result<Response, ApiError> {
    let policy = CONTENT_SECURITY_POLICY.replace(NO_FRAMES, ancestors);
    let policy = HeaderValue::from_str(&policy).map_err(|_| ApiError::Internal)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The origin of a page that came from a server: scheme and host, nothing after it.
fn origin_of(text: &str) -> Option<Uri> {
    let origin: Uri = text.parse().ok().filter(|_| text.len() <= MAX_ORIGIN_BYTES)?;
    let is_plain =
        |authority: &str| authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte));
    let is_origin = matches!(origin.scheme_str(), Some("http" | "https"))
        && origin.authority().is_some_and(|authority| is_plain(authority.as_str()))
        && origin.path_and_query().is_none_or(|path| path.as_str() == "/");
    is_origin.then_some(origin)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    #[test]
    fn every_language_has_the_words_of_the_refusal() {
        for language in Language::ALL {
            assert!(WORDS.contains_key(&language), "{language}");
        }
    }

    #[test]
    fn only_origins_are_origins() {
        for (text, expected) in [
            ("https://maria.example", true),
            ("http://localhost:3000", true),
            ("http://[::1]:3000", true),
            ("null", false),
            ("file://", false),
            ("https://maria.example/page", false),
            ("https://maria.example?x", false),
            ("https://a@maria.example", false),
            ("https://maria.example; script-src *", false),
            ("javascript:alert(1)", false),
            ("", false),
        ] {
            assert_eq!(origin_of(text).is_some(), expected, "{text}");
        }
        assert!(origin_of(&format!("https://{}.example", "a".repeat(300))).is_none());
    }

    #[test]
    fn the_policy_of_other_pages_forbids_frames_in_words_that_are_found() {
        assert!(CONTENT_SECURITY_POLICY.contains(NO_FRAMES));
    }
}
