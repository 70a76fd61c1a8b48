//! Looks for a model that can be used at once: a key in the environment, or a server on this machine.

use std::time::Duration;

use portavoz_llm::openai::{Connection, ListedModel, Timeouts, list_models};

use crate::environment::Environment;

/// A server on this machine answers in a few milliseconds or is not there.
const PATIENCE: Duration = Duration::from_millis(400);

/// Where answers can come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelSource {
    /// A key for OpenAI, or for the server that `OPENAI_BASE_URL` names.
    OpenAi,
    /// A server on this machine.
    Local {
        /// Its name.
        server: &'static str,
        /// Address of its API.
        base_url: String,
        /// A model that it serves.
        model: String,
    },
    /// Nowhere but the documents.
    None,
}

/// Looks in the environment, then at the usual ports.
pub async fn find(environment: &Environment) -> ModelSource {
    if environment.get("OPENAI_API_KEY").is_some() {
        return ModelSource::OpenAi;
    }
    // What is on this machine is never behind a proxy.
    let Ok(http) = reqwest::Client::builder().no_proxy().build() else { return ModelSource::None };
    for (server, port) in [("Ollama", 11434), ("llama.cpp", 8080)] {
        let base_url = format!("http://127.0.0.1:{port}/v1");
        if let Some(model) = chat_model_of(&http, &base_url, server).await {
            return ModelSource::Local { server, base_url, model };
        }
    }
    ModelSource::None
}

/// The first model that can chat. Port 8080 is popular (a running portavoz is there too, and speaks the same
/// protocol), so llama.cpp must say that it is llama.cpp.
async fn chat_model_of(http: &reqwest::Client, base_url: &str, server: &str) -> Option<String> {
    let timeouts = Timeouts { connect: PATIENCE, first_token: PATIENCE, gap: PATIENCE, total: PATIENCE };
    let models = list_models(Connection::new(http.clone(), base_url), &timeouts).await.ok()?;
    let fits = |model: &ListedModel| server != "llama.cpp" || model.owned_by.as_deref() == Some("llamacpp");
    models.into_iter().filter(fits).map(|model| model.id).find(|name| !name.contains("embed"))
}
