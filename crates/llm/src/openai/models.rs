//! What a server offers (`GET /models`), for setting up and for the check-up. Not part of any turn.

use reqwest::Method;
use serde_json::Value;
use time::Date;
use tokio::time::Instant;

use super::connection::{Connection, Endpoint};
use super::exchange::Exchange;
use super::failure::Failure;
use super::policy::Timeouts;
use crate::LlmError;
use crate::catalogue::parse_date;

/// A gateway to everything lists some thousand models, a kilobyte each.
const LIST_BYTES: usize = 16 * 1024 * 1024;

/// A model as its server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedModel {
    /// The name to ask for.
    pub id: String,
    /// Whose it is, as far as the server says.
    pub owned_by: Option<String>,
    /// The day from which it is gone, if that is announced.
    pub shutdown_date: Option<Date>,
}

/// The models that the server offers, in its order. Entries that cannot be read are passed over.
pub async fn list_models(connection: Connection, timeouts: &Timeouts) -> Result<Vec<ListedModel>, LlmError> {
    let body = get_models(connection, timeouts).await.map_err(|failure| failure.error)?;
    let value: Value = serde_json::from_slice(&body)
        .map_err(|_| LlmError::Permanent("the list of models is not JSON: check the base URL".to_owned()))?;
    // OpenAI's shape, the bare list of some gateways, and Ollama's own.
    let list = [value.get("data"), Some(&value), value.get("models")]
        .into_iter()
        .flatten()
        .find_map(Value::as_array)
        .ok_or_else(|| LlmError::Permanent("the answer is no list of models: check the base URL".to_owned()))?;
    Ok(list.iter().filter_map(listed).collect())
}

/// Succeeds if the server is there and lets us in; one that has no list of models but says so in JSON counts.
pub async fn ping(connection: Connection, timeouts: &Timeouts) -> Result<(), LlmError> {
    match get_models(connection, timeouts).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.missing_in_json => Ok(()),
        Err(failure) => Err(failure.error),
    }
}

fn listed(value: &Value) -> Option<ListedModel> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let id = value.as_str().or_else(|| ["id", "name", "model"].into_iter().find_map(text))?;
    Some(ListedModel {
        id: id.to_owned(),
        owned_by: text("owned_by").map(str::to_owned),
        shutdown_date: text("shutdown_date").and_then(|date| parse_date(date.get(..10)?)),
    })
}

async fn get_models(connection: Connection, timeouts: &Timeouts) -> Result<Vec<u8>, Failure> {
    let endpoint = Endpoint::new(connection).map_err(|error| Failure::permanent(error.to_string()))?;
    let deadline = Instant::now() + timeouts.first_token;
    let exchange = Exchange { endpoint: &endpoint, deadline, limit: LIST_BYTES, subject: "a list of models" };
    exchange.body(|root| endpoint.send(Method::GET, root, "models")).await
}
