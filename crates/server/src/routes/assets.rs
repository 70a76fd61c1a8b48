//! `GET /assets/{name}`: scripts and styles of the pages, inside the binary.

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::error::ApiError;

/// For addresses that carry the version: what is cached is never wrong.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For addresses that do not, such as what one script imports of another: asked again each time, by the tag.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// The version in an asset's address.
#[derive(Debug, Deserialize)]
pub(crate) struct Version {
    #[serde(default)]
    v: Option<String>,
}

/// A file of the pages.
pub(crate) async fn asset(
    Path(name): Path<String>,
    Query(asked): Query<Version>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = Assets::get(&name).ok_or(ApiError::NotFound)?;
    let tag = format!("\"{}\"", hexadecimal(&file.metadata.sha256_hash()));
    let tag = HeaderValue::from_str(&tag).map_err(|_| ApiError::Internal)?;
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let cache = if asked.v.as_deref() == Some(version()) { KEEP } else { ASK_AGAIN };
    let headers = [(header::CONTENT_TYPE, content_type(&name)), (header::CACHE_CONTROL, cache), (header::ETAG, tag)];
    Ok((headers, file.data).into_response())
}

/// The hash that stands behind asset addresses: of all assets together.
pub(crate) fn version() -> &'static str {
    static VERSION: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        use sha2::{Digest, Sha256};
        let mut names: Vec<_> = Assets::iter().collect();
        names.sort();
        let mut hash = Sha256::new();
        for file in names.iter().filter_map(|name| Assets::get(name)) {
            hash.update(file.metadata.sha256_hash());
        }
        hexadecimal(&hash.finalize()).chars().take(12).collect()
    });
    &VERSION
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn content_type(name: &str) -> HeaderValue {
    HeaderValue::from_static(match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    #[test]
    fn files_of_others_are_the_ones_whose_origin_is_written_down() {
        let provenance = Assets::get("vendor/uplot/PROVENANCE.md").unwrap();
        let provenance = std::str::from_utf8(&provenance.data).unwrap();
        let vendored: Vec<_> = Assets::iter().filter(|name| name.starts_with("vendor/")).collect();
        assert_eq!(vendored.len(), 4, "{vendored:?}");
        for name in vendored.iter().filter(|name| !name.ends_with("PROVENANCE.md")) {
            let hash = hexadecimal(&Assets::get(name).unwrap().metadata.sha256_hash());
            let file = name.rsplit('/').next().unwrap();
            let line = provenance.lines().find(|line| line.starts_with(&format!("| `{file}`"))).unwrap();
            assert!(line.contains(&hash), "{name} has {hash}");
        }
    }
}
