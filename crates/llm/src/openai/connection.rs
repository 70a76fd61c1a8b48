//! Where a provider is and how to get in: address, key, headers, and the HTTP client.
//!
//! People write base URLs in every way: with and without a closing slash, with and without `/v1`, or the whole path of
//! an endpoint. What is missing is tried: see [`Endpoint::roots`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::policy::Timeouts;
use super::redact::Redactor;

/// Idle connections are dropped after this, before most servers do, so that a request rarely meets a closed one.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// How to reach a provider.
#[derive(Clone)]
pub struct Connection {
    /// Shared by all models, so that connections are; see [`http_client`].
    pub http: reqwest::Client,
    /// Such as `https://api.openai.com/v1` or `http://localhost:11434`.
    pub base_url: String,
    /// Local servers need none.
    pub api_key: Option<SecretString>,
    /// Sent as `OpenAI-Organization`.
    pub organization: Option<String>,
    /// Further headers; their values are treated as secrets.
    pub headers: Vec<(String, SecretString)>,
}

impl Connection {
    /// A connection without key and further headers.
    pub fn new(http: reqwest::Client, base_url: impl Into<String>) -> Self {
        Self { http, base_url: base_url.into(), api_key: None, organization: None, headers: Vec::new() }
    }

    /// The same connection with a key; an empty one counts as none.
    #[must_use]
    pub fn with_api_key(mut self, key: SecretString) -> Self {
        self.api_key = Some(key);
        self
    }
}

impl fmt::Debug for Connection {
    /// Addresses may carry passwords, headers may carry keys: only what identifies the server is shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("host", &Url::parse(self.base_url.trim()).ok().and_then(|url| url.host_str().map(str::to_owned)))
            .field("api_key", &self.api_key.as_ref().map(|_| "[redacted]"))
            .finish_non_exhaustive()
    }
}

/// A connection that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    /// The address is none. It is not repeated, as it may hold a password.
    #[error("the provider's base URL is not an address such as `https://api.openai.com/v1`: {0}")]
    BaseUrl(String),
    /// The key has characters that no key has.
    #[error("the API key holds characters that cannot be sent (is it a whole file, or two lines?)")]
    ApiKey,
    /// A header cannot be sent.
    #[error("the header `{0}` cannot be sent")]
    Header(String),
    /// The HTTP client could not be made.
    #[error("the HTTP client cannot start: {0}")]
    Client(String),
    /// An embedding model that is not listed does not say how long its vectors are.
    #[error("the vectors of `{0}` are of unknown length: name its dimensions, or let them be measured")]
    UnknownDimensions(String),
}

/// An HTTP client for any number of providers: TLS by ring with the roots of webpki, the same on every machine; no
/// redirects (they would turn a question into a page), no delay of small packets.
pub fn http_client(timeouts: &Timeouts) -> Result<reqwest::Client, ConnectionError> {
    let failed = |error: &dyn fmt::Display| ConnectionError::Client(error.to_string());
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(timeouts.connect)
        .tcp_nodelay(true)
        .pool_idle_timeout(POOL_IDLE)
        .http2_adaptive_window(true)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("portavoz/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| failed(&error))
}

/// A connection, checked, that requests can be built on.
pub(crate) struct Endpoint {
    http: reqwest::Client,
    host: String,
    roots: Vec<Url>,
    /// Which of the roots answers; starts with the likelier.
    root: AtomicUsize,
    headers: HeaderMap,
    redactor: Redactor,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Endpoint").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Checks address, key and headers.
    pub(crate) fn new(connection: Connection) -> Result<Self, ConnectionError> {
        let roots = roots(&connection.base_url)?;
        let host = roots.first().and_then(Url::host_str).unwrap_or_default().to_owned();
        let redactor = Redactor::new(&connection);
        Ok(Self {
            headers: headers(&connection, &host)?,
            http: connection.http,
            host,
            roots,
            root: AtomicUsize::new(0),
            redactor,
        })
    }

    /// The server's name, for messages.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Takes secrets out of texts that came from the server.
    pub(crate) const fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Addresses to try: the one that answered before, or first as written and then with `/v1` (the other way round
    /// for a bare host, as all but few servers want it).
    pub(crate) fn roots(&self) -> impl Iterator<Item = (usize, &Url)> {
        let known = self.root.load(Ordering::Relaxed);
        self.roots.iter().enumerate().skip(known).chain(self.roots.iter().enumerate().take(known))
    }

    /// Remembers which root answered.
    pub(crate) fn settle(&self, root: usize) {
        self.root.store(root, Ordering::Relaxed);
    }

    /// A POST of JSON.
    pub(crate) fn post(&self, root: &Url, path: &str, body: String, stream: bool) -> reqwest::RequestBuilder {
        let request =
            self.http.post(at(root, path)).headers(self.headers.clone()).header(CONTENT_TYPE, "application/json");
        // Compression would hold tokens back until a block is full.
        let request = if stream { request.header(ACCEPT_ENCODING, "identity") } else { request };
        request.body(body)
    }

    /// Any other request.
    pub(crate) fn send(&self, method: reqwest::Method, root: &Url, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, at(root, path)).headers(self.headers.clone())
    }
}

/// `path` below `root`, keeping the query that some gateways want (`?api-version=`).
fn at(root: &Url, path: &str) -> Url {
    let mut url = root.clone();
    url.set_path(&format!("{}/{path}", root.path().trim_end_matches('/')));
    url
}

fn roots(base_url: &str) -> Result<Vec<Url>, ConnectionError> {
    let trimmed = base_url.trim();
    let mut url = Url::parse(trimmed).map_err(|error| ConnectionError::BaseUrl(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(ConnectionError::BaseUrl("it must begin with http:// or https:// and name a host".to_owned()));
    }
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let path = ["/chat/completions", "/embeddings", "/models"]
        .iter()
        .find_map(|endpoint| path.strip_suffix(endpoint))
        .unwrap_or(path)
        .to_owned();
    url.set_path(&path);
    let mut versioned = url.clone();
    versioned.set_path(&format!("{path}/v1"));
    let last = path.rsplit('/').next().unwrap_or_default();
    let has_version = last.strip_prefix('v').is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()));
    Ok(match (path.is_empty(), has_version) {
        (_, true) => vec![url],
        (true, false) => vec![versioned, url],
        (false, false) => vec![url, versioned],
    })
}

fn headers(connection: &Connection, host: &str) -> Result<HeaderMap, ConnectionError> {
    let secret = |value: &str| {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        Some(value)
    };
    let mut headers = HeaderMap::new();
    if let Some(key) = connection.api_key.as_ref().map(|key| key.expose_secret().trim()).filter(|key| !key.is_empty()) {
        let bearer = secret(&format!("Bearer {key}")).filter(|_| !key.contains(char::is_whitespace));
        headers.insert(AUTHORIZATION, bearer.ok_or(ConnectionError::ApiKey)?);
        // Azure's older addresses know only this header.
        if host.ends_with(".azure.com") {
            headers.insert("api-key", secret(key).ok_or(ConnectionError::ApiKey)?);
        }
    }
    let organization = connection.organization.iter().map(|value| ("OpenAI-Organization", value.as_str()));
    let further = connection.headers.iter().map(|(name, value)| (name.as_str(), value.expose_secret()));
    for (name, value) in organization.chain(further) {
        let bad = || ConnectionError::Header(name.to_owned());
        let parsed = HeaderName::try_from(name).map_err(|_| bad())?;
        headers.insert(parsed, secret(value.trim()).ok_or_else(bad)?);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn base_urls_are_understood_as_people_write_them() {
        for (written, expected) in [
            ("https://api.openai.com/v1", vec!["https://api.openai.com/v1/x"]),
            (" https://api.openai.com/v1/ ", vec!["https://api.openai.com/v1/x"]),
            ("https://api.openai.com/v1/chat/completions", vec!["https://api.openai.com/v1/x"]),
            ("https://api.openai.com", vec!["https://api.openai.com/v1/x", "https://api.openai.com/x"]),
            ("http://localhost:11434/", vec!["http://localhost:11434/v1/x", "http://localhost:11434/x"]),
            ("https://openrouter.ai/api", vec!["https://openrouter.ai/api/x", "https://openrouter.ai/api/v1/x"]),
            (
                "https://g.test/v1beta/openai",
                vec!["https://g.test/v1beta/openai/x", "https://g.test/v1beta/openai/v1/x"],
            ),
            (
                "https://a.test/dep/m?api-version=1",
                vec!["https://a.test/dep/m/x?api-version=1", "https://a.test/dep/m/v1/x?api-version=1"],
            ),
        ] {
            let built: Vec<String> = roots(written).unwrap().iter().map(|root| at(root, "x").to_string()).collect();
            assert_eq!(built, expected, "{written}");
        }
        for wrong in ["", "api.openai.com", "localhost:11434", "ftp://a.test", "https://"] {
            assert!(matches!(roots(wrong), Err(ConnectionError::BaseUrl(_))), "{wrong}");
        }
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_refused_without_being_shown() {
        let http = http_client(&Timeouts::default()).unwrap();
        for key in ["sk-one\nsk-two", "sk-one sk-two", "sk-\u{7f}"] {
            let connection = Connection::new(http.clone(), "http://localhost").with_api_key(key.into());
            let shown = format!("{connection:?}");
            let error = Endpoint::new(connection).unwrap_err();
            assert_eq!(error, ConnectionError::ApiKey);
            assert!(!format!("{error} {error:?} {shown}").contains("sk-"));
        }
        let trimmed = Connection::new(http, "http://localhost").with_api_key("  sk-one\n".into());
        assert_eq!(Endpoint::new(trimmed).unwrap().headers.get(AUTHORIZATION).unwrap(), "Bearer sk-one");
    }
}
