//! `GET /theme/{colour}`, `GET /logo` and `GET /favicon.ico`: the owner's colour as a stylesheet, and the owner's picture.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use portavoz_app::settings::Face;
use portavoz_domain::colour::Colour;

use super::assets::publish::hexadecimal;
use super::assets::{ASK_AGAIN, KEEP, published, version};
use crate::error::ApiError;
use crate::state::AppState;
use crate::theme::stylesheet;

/// Portavoz's own colour, as in `tokens.css` and `widget.js`.
pub(crate) const OWN_COLOUR: Colour = Colour([0x0f, 0x6b, 0x63]);
/// A picture may be a drawing with scripts in it: opened on its own, it can do nothing.
const PICTURE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

/// The stylesheet of a colour, `0f6b63.css`. Any colour may be asked for: the widget's host chooses its own.
pub(crate) async fn theme(Path(name): Path<String>) -> Result<Response, ApiError> {
    let colour = name.strip_suffix(".css").and_then(|name| name.parse().ok()).ok_or(ApiError::NotFound)?;
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEEP)], stylesheet(colour)).into_response())
}

/// The owner's picture, if there is one.
pub(crate) async fn logo(State(state): State<AppState>) -> Result<Response, ApiError> {
    let logo = state.site().settings().face.logo.clone().ok_or(ApiError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(logo.content_type)),
        (header::CACHE_CONTROL, KEEP),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
    ];
    Ok((headers, logo.bytes.to_vec()).into_response())
}

/// What browsers ask for of themselves, where a page names no icon: the owner's picture, or portavoz's mark.
pub(crate) async fn icon(state: State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    if state.site().settings().face.logo.is_some() {
        let mut response = logo(state).await?;
        response.headers_mut().insert(header::CACHE_CONTROL, ASK_AGAIN);
        return Ok(response);
    }
    Ok(published("favicon.svg").ok_or(ApiError::NotFound)?.respond(&headers, ASK_AGAIN))
}

/// Where a page finds the stylesheet of a colour.
pub(crate) fn theme_address(colour: Colour) -> String {
    format!("/theme/{}.css?v={}", colour.to_string().trim_start_matches('#'), version())
}

/// Where a page finds the owner's picture, if there is one.
pub(crate) fn logo_address(face: &Face) -> Option<String> {
    use sha2::{Digest, Sha256};
    let hash = hexadecimal(&Sha256::digest(&face.logo.as_ref()?.bytes));
    Some(format!("/logo?v={}", hash.get(..12).unwrap_or_default()))
}
