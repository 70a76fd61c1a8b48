//! Looks for a model that can be used at once: a key in the environment, or a server on this machine.

use std::time::Duration;

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
pub fn find(environment: &Environment) -> ModelSource {
    if environment.get("OPENAI_API_KEY").is_some() {
        return ModelSource::OpenAi;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build();
    let (Ok(runtime), Ok(client)) = (runtime, client) else { return ModelSource::None };
    runtime.block_on(async {
        for (server, port) in [("Ollama", 11434), ("llama.cpp", 8080)] {
            let base_url = format!("http://127.0.0.1:{port}/v1");
            if let Some(model) = chat_model_of(&client, &base_url, server).await {
                return ModelSource::Local { server, base_url, model };
            }
        }
        ModelSource::None
    })
}

/// The first model that can chat. Port 8080 is popular (a running portavoz is there too, and speaks the same
/// protocol), so llama.cpp must say that it is llama.cpp.
async fn chat_model_of(client: &reqwest::Client, base_url: &str, server: &str) -> Option<String> {
    let body = client.get(format!("{base_url}/models")).send().await.ok()?.error_for_status().ok()?;
    let models: serde_json::Value = serde_json::from_slice(&body.bytes().await.ok()?).ok()?;
    let models = models.get("data")?.as_array()?;
    let owned_by =
        |model: &serde_json::Value| model.get("owned_by").and_then(|owner| owner.as_str().map(str::to_owned));
    let fits = |model: &&serde_json::Value| server != "llama.cpp" || owned_by(model).as_deref() == Some("llamacpp");
    let names = models.iter().filter(fits).filter_map(|model| model.get("id")?.as_str());
    names.into_iter().find(|name| !name.contains("embed")).map(str::to_owned)
}
