//! `[provider]`: the server that runs the models, any that speaks the OpenAI protocol.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::check::{Checker, filled};
use super::secret::Secret;

/// Where OpenAI's own service lives; the default when neither the file nor `OPENAI_BASE_URL` says otherwise.
pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// The server that runs the models: OpenAI, or any that speaks its protocol (Ollama, llama.cpp, vLLM, ...).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Provider {
    /// Address of the API. By default `OPENAI_BASE_URL`, otherwise `https://api.openai.com/v1`.
    #[schemars(example = &"http://127.0.0.1:11434/v1")]
    pub base_url: Option<String>,
    /// Key of the API. By default `OPENAI_API_KEY`. Better kept out of this file: see `api_key_file`.
    #[schemars(example = &"sk-...")]
    pub api_key: Option<Secret>,
    /// File that holds the key, alone on its first line.
    #[schemars(example = &"/run/secrets/openai")]
    pub api_key_file: Option<PathBuf>,
    /// Most requests in a minute, kept on our side. By default the rate in the model catalogue.
    #[schemars(example = 500, range(min = 1, max = 1000000))]
    pub requests_per_minute: Option<u32>,
    /// Further attempts after a failure that may pass, before the first token only.
    #[schemars(range(min = 0, max = 10))]
    pub retries: u32,
    /// Longest wait for a connection. Unit: milliseconds.
    #[schemars(range(min = 10, max = 600000))]
    pub connect_timeout_ms: u64,
    /// Longest wait for the first token. Unit: milliseconds.
    #[schemars(range(min = 10, max = 600000))]
    pub first_token_timeout_ms: u64,
    /// Longest silence between two tokens. Unit: milliseconds.
    #[schemars(range(min = 10, max = 600000))]
    pub gap_timeout_ms: u64,
    /// Longest time for a whole answer. Unit: milliseconds.
    #[schemars(range(min = 10, max = 3600000))]
    pub total_timeout_ms: u64,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            base_url: None,
            api_key: None,
            api_key_file: None,
            requests_per_minute: None,
            retries: 2,
            connect_timeout_ms: 5_000,
            first_token_timeout_ms: 20_000,
            gap_timeout_ms: 15_000,
            total_timeout_ms: 90_000,
        }
    }
}

/// The provider, checked, its key read.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// Address of the API, without a slash at its end.
    pub base_url: String,
    /// Needed by OpenAI, optional elsewhere.
    pub api_key: Option<SecretString>,
    /// `None`: as the catalogue says.
    pub requests_per_minute: Option<u32>,
    /// After the first attempt.
    pub retries: u32,
    /// To connect.
    pub connect_timeout: Duration,
    /// For the first token.
    pub first_token_timeout: Duration,
    /// Between two tokens.
    pub gap_timeout: Duration,
    /// Altogether.
    pub total_timeout: Duration,
}

impl ProviderSettings {
    /// True if requests can be expected to be accepted: OpenAI turns down all that come without a key.
    pub fn is_usable(&self) -> bool {
        self.api_key.is_some() || !is_openai(&self.base_url)
    }
}

/// True for OpenAI's own service.
pub fn is_openai(base_url: &str) -> bool {
    Url::parse(base_url).is_ok_and(|url| url.host_str() == Some("api.openai.com"))
}

impl Provider {
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> ProviderSettings {
        let base_url = filled(&self.base_url).unwrap_or_else(|| OPENAI_BASE_URL.to_owned());
        checker.url("provider.base_url", &base_url);
        let api_key = checker.secret("provider.api_key", self.api_key.as_ref(), self.api_key_file.as_deref());
        ProviderSettings {
            base_url: base_url.trim_end_matches('/').to_owned(),
            api_key,
            requests_per_minute: self.requests_per_minute,
            retries: self.retries,
            connect_timeout: Duration::from_millis(self.connect_timeout_ms),
            first_token_timeout: Duration::from_millis(self.first_token_timeout_ms),
            gap_timeout: Duration::from_millis(self.gap_timeout_ms),
            total_timeout: Duration::from_millis(self.total_timeout_ms),
        }
    }
}
