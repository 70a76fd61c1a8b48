//! `[embeddings]`: whether and how passages are compared by meaning as well as by words.

use std::path::PathBuf;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::check::{Checker, filled};
use super::place::shown;
use super::provider::{ProviderSettings, is_openai};
use super::secret::Secret;

/// Who makes the vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EmbeddingsKind {
    /// OpenAI's when there is a key for it, otherwise none.
    Auto,
    /// Nobody: search is by words alone.
    None,
    /// A server that speaks the OpenAI protocol.
    Openai,
    /// A sentence-transformers folder on this machine (needs a build with the feature `local-embeddings`).
    Local,
}

/// Whether and how passages are compared by meaning as well as by words.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Embeddings {
    /// `auto` (OpenAI when there is a key for it, otherwise none), `none`, `openai` (any such server) or `local`.
    pub kind: EmbeddingsKind,
    /// The embedding model, for `openai`.
    pub model: String,
    /// Folder of the model, for `local`.
    #[schemars(example = &"models/all-MiniLM-L6-v2")]
    pub path: Option<PathBuf>,
    /// Address of the API, for `openai`. By default the provider's.
    #[schemars(example = &"http://127.0.0.1:11434/v1")]
    pub base_url: Option<String>,
    /// Key of the API. By default the provider's.
    #[schemars(example = &"sk-...")]
    pub api_key: Option<Secret>,
    /// File that holds the key, alone on its first line.
    #[schemars(example = &"/run/secrets/embeddings")]
    pub api_key_file: Option<PathBuf>,
    /// Length of the vectors, for `openai`. By default as the catalogue says, otherwise measured at each start.
    #[schemars(example = 768, range(min = 1, max = 65536))]
    pub dimensions: Option<u32>,
    /// Texts in one request, for `openai`. By default as many as the provider takes.
    #[schemars(example = 32, range(min = 1, max = 2048))]
    pub batch: Option<u32>,
}

impl Default for Embeddings {
    fn default() -> Self {
        Self {
            kind: EmbeddingsKind::Auto,
            model: "text-embedding-3-small".to_owned(),
            path: None,
            base_url: None,
            api_key: None,
            api_key_file: None,
            dimensions: None,
            batch: None,
        }
    }
}

/// The embedder, decided.
#[derive(Debug, Clone)]
pub enum EmbedderSettings {
    /// Words alone.
    None,
    /// Over HTTP.
    Openai {
        /// Address of the API, without a slash at its end.
        base_url: String,
        /// Optional for servers other than OpenAI.
        api_key: Option<SecretString>,
        /// The model's name.
        model: String,
        /// Of the vectors.
        dimensions: Option<u32>,
        /// Texts in one request.
        batch: Option<u32>,
    },
    /// On this machine.
    Local {
        /// Exists.
        path: PathBuf,
    },
}

impl Embeddings {
    pub(super) fn resolve(&self, provider: &ProviderSettings, checker: &mut Checker<'_>) -> EmbedderSettings {
        if let Some(url) = filled(&self.base_url) {
            checker.url("embeddings.base_url", &url);
        }
        let own_key = checker.secret("embeddings.api_key", self.api_key.as_ref(), self.api_key_file.as_deref());
        let base_url = filled(&self.base_url).unwrap_or_else(|| provider.base_url.clone());
        // The provider's key goes only to the provider's own address.
        let api_key = own_key.or_else(|| provider.api_key.clone().filter(|_| base_url == provider.base_url));
        let openai = |api_key| EmbedderSettings::Openai {
            base_url: base_url.trim_end_matches('/').to_owned(),
            api_key,
            model: self.model.clone(),
            dimensions: self.dimensions,
            batch: self.batch,
        };
        match self.kind {
            EmbeddingsKind::None => EmbedderSettings::None,
            EmbeddingsKind::Openai => openai(api_key),
            EmbeddingsKind::Auto if is_openai(&base_url) && api_key.is_some() => openai(api_key),
            EmbeddingsKind::Auto => EmbedderSettings::None,
            EmbeddingsKind::Local => self.resolve_local(checker),
        }
    }

    fn resolve_local(&self, checker: &mut Checker<'_>) -> EmbedderSettings {
        let path = self.path.as_deref().map(|path| checker.path(path)).unwrap_or_default();
        if !cfg!(feature = "local-embeddings") {
            checker.refuse(
                "embeddings.kind",
                "this portavoz was built without local embeddings".to_owned(),
                "`auto`, `none` or `openai`; or build with `--features local-embeddings`",
            );
        } else if !path.is_dir() {
            checker.refuse(
                "embeddings.path",
                format!("there is no folder `{}`", shown(&path)),
                "a sentence-transformers folder with `model.safetensors` and `tokenizer.json`",
            );
        }
        EmbedderSettings::Local { path }
    }
}
