//! `GET /assets/{name}`: scripts and styles of the pages, inside the binary.
//!
//! Pages name them as `/assets/{version}/{name}`, where the version is a hash of all of them: what a browser keeps is
//! never wrong, and a script's `./other.js` has the same version by itself. Without a version, or with that of another
//! release, a file is asked for again each time, by its tag.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use self::publish::{Published, join, publish};
use crate::error::ApiError;

pub(crate) mod publish;

/// For addresses that carry the version.
pub(crate) const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For addresses that do not.
pub(crate) const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// Hexadecimal digits of a version.
const VERSION_DIGITS: usize = 12;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// What was published so far. Compressing takes a moment, so nothing is made before it is asked for.
static SHELF: LazyLock<RwLock<HashMap<String, Arc<Published>>>> = LazyLock::new(RwLock::default);

/// A file of the pages.
pub(crate) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let (asked, name) = match path.split_once('/') {
        Some((first, rest)) if is_version(first) => (Some(first), rest),
        _ => (None, path.as_str()),
    };
    let cache = if asked == Some(version()) { KEEP } else { ASK_AGAIN };
    Ok(published(name).ok_or(ApiError::NotFound)?.respond(&headers, cache))
}

/// An asset as visitors get it.
pub(crate) fn published(name: &str) -> Option<Arc<Published>> {
    published_with(name, &[])
}

/// A script with other texts in the place of some that it holds: each pair is what it holds and what is wanted.
pub(crate) fn published_with(name: &str, texts: &[(&str, &str)]) -> Option<Arc<Published>> {
    let key = texts.iter().fold(name.to_owned(), |key, (_, wanted)| format!("{key} {wanted}"));
    let known = SHELF.read().unwrap_or_else(PoisonError::into_inner).get(&key).map(Arc::clone);
    // A developer's build reads files from the disk, so that a change shows at the next request.
    if !cfg!(debug_assertions) && known.is_some() {
        return known;
    }
    let mut written = join(name, |name| Some(Assets::get(name)?.data.into_owned()))?;
    for (held, wanted) in texts {
        written = String::from_utf8(written).ok()?.replace(held, wanted).into_bytes();
    }
    if let Some(known) = known.filter(|known| known.is_made_of(&written)) {
        return Some(known);
    }
    let made = Arc::new(publish(name, &written));
    SHELF.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&made));
    Some(made)
}

/// The hash that stands in asset addresses: of all assets together.
pub(crate) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        use sha2::{Digest, Sha256};
        let mut names: Vec<_> = Assets::iter().collect();
        names.sort();
        let mut hash = Sha256::new();
        for file in names.iter().filter_map(|name| Assets::get(name)) {
            hash.update(file.metadata.sha256_hash());
        }
        publish::hexadecimal(&hash.finalize()).chars().take(VERSION_DIGITS).collect()
    });
    &VERSION
}

fn is_version(text: &str) -> bool {
    text.len() == VERSION_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Published {
    fn is_made_of(&self, written: &[u8]) -> bool {
        use sha2::{Digest, Sha256};
        self.source == <[u8; 32]>::from(Sha256::digest(written))
    }

    /// The file, small if the browser can read it small, or a word that it is still the same.
    pub(crate) fn respond(&self, asked: &HeaderMap, cache: HeaderValue) -> Response {
        let (bytes, tag, encoding) = match &self.gzip {
            Some(gzip) if publish::accepts_gzip(asked) => (gzip, format!("\"{}-gz\"", self.hash), Some("gzip")),
            _ => (&self.plain, format!("\"{}\"", self.hash), None),
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, cache);
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if publish::has(asked, &tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        (headers, bytes.clone()).into_response()
    }
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
            let hash = publish::hexadecimal(&Assets::get(name).unwrap().metadata.sha256_hash());
            let file = name.rsplit('/').next().unwrap();
            let line = provenance.lines().find(|line| line.starts_with(&format!("| `{file}`"))).unwrap();
            assert!(line.contains(&hash), "{name} has {hash}");
        }
    }
}
