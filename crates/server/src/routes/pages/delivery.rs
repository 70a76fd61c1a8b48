//! How visitors' pages travel: compressed, and not at all to who has them already.
//!
//! Not for the dashboard. Its pages hold a secret (the token of their forms) beside words of an address (a search), and
//! from the compressed length of such a page the secret could be guessed letter by letter.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest, Sha256};

use crate::routes::assets::publish::{accepts_gzip, gzip, has, hexadecimal};

/// No page of ours is longer but that of a very long document, which travels as it is.
const LONGEST: usize = 4 * 1024 * 1024;
/// Below this, compressing saves nothing.
const SHORTEST: usize = 512;

/// Stands around the pages.
pub(crate) async fn small(request: Request, next: Next) -> Response {
    let asked = request.headers().clone();
    let response = next.run(request).await;
    if response.status() != StatusCode::OK {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let length = axum::body::HttpBody::size_hint(&body).exact();
    if length.is_none_or(|length| length > LONGEST as u64) {
        return Response::from_parts(head, body);
    }
    let Ok(page) = to_bytes(body, LONGEST).await else {
        return Response::from_parts(head, Body::empty());
    };
    let tag = format!("W/\"{}\"", hexadecimal(Sha256::digest(&page).get(..12).unwrap_or_default()));
    // What a page says changes with the owner's documents and the visitor's language.
    head.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    head.headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, accept-language"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        head.headers.insert(header::ETAG, tag);
    }
    if has(&asked, &tag) {
        head.status = StatusCode::NOT_MODIFIED;
        head.headers.remove(header::CONTENT_LENGTH);
        head.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(head, Body::empty());
    }
    let compressed = if page.len() >= SHORTEST && accepts_gzip(&asked) { gzip(&page) } else { None };
    let Some(compressed) = compressed else { return Response::from_parts(head, Body::from(page)) };
    head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(compressed))
}
