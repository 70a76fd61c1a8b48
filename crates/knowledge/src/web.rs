//! The owner's own site: one page, or all pages that a sitemap lists.
//!
//! Fetches bytes, politely: few at a time, within the host, as `robots.txt` allows, bounded in number, size and time.
//! Making documents of them is [`crate::readers`]; a page's document id is its URL. Start at [`fetch`].

use std::io::Read;
use std::time::Duration;

use futures::StreamExt;
use portavoz_domain::document::{Document, Problem};
use portavoz_domain::ids::DocumentId;
pub use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{StatusCode, Url};

use crate::readers::{self, ReadOptions};

mod robots;
mod sitemap;

/// Pages fetched at the same time.
const CONCURRENCY: usize = 4;
/// Redirects in a row.
const MAX_HOPS: usize = 5;
/// Sitemaps that a sitemap index may list.
const MAX_SITEMAPS: usize = 50;

/// Bounds of a fetch.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// Most pages of a sitemap; the rest is named in one problem.
    pub max_pages: usize,
    /// Largest page.
    pub max_bytes: usize,
    /// Longest wait for one page, from the request to its last byte.
    pub page_timeout: Duration,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self { max_pages: 500, max_bytes: crate::source::DEFAULT_MAX_BYTES, page_timeout: Duration::from_secs(20) }
    }
}

/// A page as fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebPage {
    /// Where it is, after redirects.
    pub url: Url,
    /// Its content; text in the charset that the server named has become UTF-8.
    pub bytes: Vec<u8>,
    /// What the server says it is.
    pub content_type: Option<String>,
}

impl WebPage {
    /// Its id as a document.
    pub fn id(&self) -> DocumentId {
        DocumentId::new(self.url.as_str())
    }

    /// Reads it. Visitors can open the document where it was fetched unless it names a better place.
    pub fn read(&self, options: &ReadOptions) -> Result<(Document, Vec<Problem>), Problem> {
        let (mut document, problems) = readers::read(&self.id(), &self.bytes, options)?;
        document.url.get_or_insert_with(|| self.url.to_string());
        Ok((document, problems))
    }
}

/// What was fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// In the order of the sitemap.
    pub pages: Vec<WebPage>,
    /// Pages that could not be fetched, with the cause.
    pub problems: Vec<Problem>,
}

/// Nothing could be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address is not one of the web.
    #[error("`{0}` is not an http or https URL")]
    NotAUrl(String),
    /// The address itself cannot be fetched.
    #[error("`{url}` {cause}")]
    Unreachable {
        /// The address.
        url: String,
        /// Why, in the wording of problems.
        cause: String,
    },
}

/// Fetches the page at `url`; if it is a sitemap, the pages it lists.
pub async fn fetch(client: &Client, url: &str, limits: &FetchLimits) -> Result<Fetched, FetchError> {
    let start = Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| FetchError::NotAUrl(url.to_owned()))?;
    let robots = match get(client, &robots_url(&start), &start, limits).await {
        Ok(page) => robots::Rules::read(&String::from_utf8_lossy(&page.bytes)),
        // A site without rules, or whose rules cannot be read now, is the owner's own: it may be read.
        Err(_) => robots::Rules::default(),
    };
    let unreachable = |cause: String| FetchError::Unreachable { url: url.to_owned(), cause };
    if !robots.allow(&start) {
        return Err(unreachable("is disallowed by the site's robots.txt".to_owned()));
    }
    let first = get(client, &start, &start, limits).await.map_err(unreachable)?;
    let Some(listed) = sitemap::read(&plain(&first.bytes, limits.max_bytes)) else {
        return Ok(Fetched { pages: vec![first], problems: Vec::new() });
    };
    let mut fetched = Fetched::default();
    let urls = page_urls(client, &start, listed, limits, &mut fetched.problems).await;
    let (mut allowed, refused): (Vec<Url>, Vec<Url>) = urls.into_iter().partition(|url| robots.allow(url));
    fetched
        .problems
        .extend(refused.iter().map(|url| problem(url, "is disallowed by the site's robots.txt".to_owned())));
    if allowed.len() > limits.max_pages {
        let more = allowed.len() - limits.max_pages;
        fetched
            .problems
            .push(problem(&start, format!("lists {more} pages more than the {} that are read", limits.max_pages)));
        allowed.truncate(limits.max_pages);
    }
    let results: Vec<_> = futures::stream::iter(allowed)
        .map(|url| async move { (get(client, &url, &url, limits).await, url) })
        .buffered(CONCURRENCY)
        .collect()
        .await;
    for (result, url) in results {
        match result {
            Ok(page) => fetched.pages.push(page),
            Err(cause) => fetched.problems.push(problem(&url, cause)),
        }
    }
    Ok(fetched)
}

/// The pages of a sitemap and of the sitemaps it lists, each once, on the sitemap's own host.
async fn page_urls(
    client: &Client,
    start: &Url,
    listed: sitemap::Listed,
    limits: &FetchLimits,
    problems: &mut Vec<Problem>,
) -> Vec<Url> {
    let mut locations = listed.pages;
    for sitemap in listed.sitemaps.iter().take(MAX_SITEMAPS) {
        let Some(url) = same_host(start, sitemap) else {
            problems.push(Problem {
                document: DocumentId::new(sitemap.as_str()),
                cause: "is on another host".to_owned(),
                skipped: true,
            });
            continue;
        };
        match get(client, &url, start, limits).await {
            Ok(page) => match sitemap::read(&plain(&page.bytes, limits.max_bytes)) {
                Some(listed) => locations.extend(listed.pages),
                None => problems.push(problem(&url, "is not a sitemap".to_owned())),
            },
            Err(cause) => problems.push(problem(&url, cause)),
        }
    }
    let mut urls: Vec<Url> = Vec::new();
    for location in locations {
        match same_host(start, &location) {
            Some(url) if !urls.contains(&url) => urls.push(url),
            Some(_) => {}
            None => {
                let document = DocumentId::new(location);
                problems.push(Problem { document, cause: "is on another host".to_owned(), skipped: true });
            }
        }
    }
    urls
}

/// Fetches one page, following redirects on the host of `home`. The error is the cause.
async fn get(client: &Client, url: &Url, home: &Url, limits: &FetchLimits) -> Result<WebPage, String> {
    let mut url = url.clone();
    for _ in 0..=MAX_HOPS {
        let request = client.get(url.clone()).timeout(limits.page_timeout);
        let response = request.send().await.map_err(|error| transport_cause(&error))?;
        if response.url().host_str() != home.host_str() {
            return Err(format!("leads to another host, `{}`", response.url().host_str().unwrap_or_default()));
        }
        let status = response.status();
        if status.is_redirection()
            && let Some(next) = response.headers().get(LOCATION).and_then(|to| to.to_str().ok())
        {
            let next = response.url().join(next).map_err(|_| "leads to an address that is none".to_owned())?;
            if next.host_str() != home.host_str() {
                return Err(format!("leads to another host, `{}`", next.host_str().unwrap_or_default()));
            }
            url = next;
            continue;
        }
        return match status {
            StatusCode::OK => body(response, limits).await,
            StatusCode::NOT_FOUND | StatusCode::GONE => Err("does not exist".to_owned()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err("is not public".to_owned()),
            status => Err(format!("was answered with status {}", status.as_u16())),
        };
    }
    Err(format!("redirects more than {MAX_HOPS} times"))
}

async fn body(mut response: reqwest::Response, limits: &FetchLimits) -> Result<WebPage, String> {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let url = response.url().clone();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| transport_cause(&error))? {
        if bytes.len() + chunk.len() > limits.max_bytes {
            return Err(crate::source::too_large(limits.max_bytes));
        }
        bytes.extend_from_slice(&chunk);
    }
    if let Some(content_type) = &content_type {
        bytes = as_utf8(bytes, content_type);
    }
    Ok(WebPage { url, bytes, content_type })
}

/// Text in the charset of the header, as UTF-8 with its mark, so that readers need not know the header.
fn as_utf8(bytes: Vec<u8>, content_type: &str) -> Vec<u8> {
    let lower = content_type.to_ascii_lowercase();
    let label = lower.split("charset=").nth(1).map(|label| label.trim_matches(['"', '\'', ' ', ';']).to_owned());
    let encoding = label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    match encoding {
        Some(encoding)
            if encoding != encoding_rs::UTF_8 && lower.starts_with("text/") && std::str::from_utf8(&bytes).is_err() =>
        {
            let (text, _, _) = encoding.decode(&bytes);
            [b"\xef\xbb\xbf", text.as_bytes()].concat()
        }
        _ => bytes,
    }
}

/// A sitemap's bytes as text, inflated if it is compressed.
fn plain(bytes: &[u8], max_bytes: usize) -> String {
    if !bytes.starts_with(b"\x1f\x8b") {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut inflated = Vec::new();
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    // What is cut off or damaged lists fewer pages; the pages it lists still stand.
    let _ = flate2::read::GzDecoder::new(bytes).take(limit).read_to_end(&mut inflated);
    String::from_utf8_lossy(&inflated).into_owned()
}

fn same_host(home: &Url, location: &str) -> Option<Url> {
    let mut url = home.join(location.trim()).ok()?;
    url.set_fragment(None);
    (url.host_str() == home.host_str() && matches!(url.scheme(), "http" | "https")).then_some(url)
}

fn robots_url(home: &Url) -> Url {
    let mut url = home.clone();
    url.set_path("/robots.txt");
    url.set_query(None);
    url.set_fragment(None);
    url
}

fn transport_cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "did not answer in time".to_owned()
    } else if error.is_connect() {
        "cannot be reached".to_owned()
    } else if error.is_redirect() {
        "redirects without end".to_owned()
    } else {
        "broke off while it was fetched".to_owned()
    }
}

fn problem(url: &Url, cause: String) -> Problem {
    Problem { document: DocumentId::new(url.as_str()), cause, skipped: true }
}
