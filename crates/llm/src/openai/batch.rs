//! OpenAI's batches: a file of requests is uploaded, a batch of it created, and its answers come back as files.
//!
//! The shapes are those of the published description (`/files`, `/batches`); statuses that are not known count as not
//! ended. Start at [`OpenAiChat::hand_in`].

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::OpenAiChat;
use super::exchange::Exchange;
use super::failure::from_error_object;
use super::thoughts::Thoughts;
use super::wire::Completion;
use crate::LlmError;
use crate::batch::{BATCH_TIER, Batch, BatchReply, Batches};
use crate::chat::{ChatEnd, ChatRequest};

/// The most that OpenAI takes in one file.
const FILE_BYTES: usize = 200 * 1000 * 1000;
/// The most requests that OpenAI takes in one batch.
const MOST_REQUESTS: usize = 50_000;
/// Answers of a thousand tokens each are some 300 MB for the largest batch.
const OUTPUT_BYTES: usize = 400 * 1000 * 1000;
const OBJECT_BYTES: usize = 1024 * 1024;
/// The key of our label among a batch's metadata.
const LABEL: &str = "portavoz";

#[derive(Deserialize)]
struct WireBatch {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    errors: Option<Value>,
    #[serde(default)]
    output_file_id: Option<String>,
    #[serde(default)]
    error_file_id: Option<String>,
    #[serde(default)]
    request_counts: Option<Counts>,
    #[serde(default)]
    metadata: Option<Value>,
}

#[derive(Deserialize, Default)]
struct Counts {
    #[serde(default)]
    total: u64,
    #[serde(default)]
    completed: u64,
    #[serde(default)]
    failed: u64,
}

#[derive(Deserialize)]
struct Line {
    custom_id: String,
    #[serde(default)]
    response: Option<LineResponse>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct LineResponse {
    #[serde(default)]
    status_code: u16,
    #[serde(default)]
    body: Value,
}

impl From<WireBatch> for Batch {
    fn from(wire: WireBatch) -> Self {
        let counts = wire.request_counts.unwrap_or_default();
        let first = wire.errors.as_ref().and_then(|errors| errors.pointer("/data/0/message")).and_then(Value::as_str);
        Self {
            ended: matches!(wire.status.as_str(), "completed" | "failed" | "expired" | "cancelled"),
            problem: first.map(str::to_owned),
            id: wire.id,
            status: wire.status,
            total: counts.total,
            completed: counts.completed,
            failed: counts.failed,
            output: wire.output_file_id,
            errors: wire.error_file_id,
        }
    }
}

#[async_trait]
impl Batches for OpenAiChat {
    async fn hand_in(&self, label: &str, requests: &[(String, ChatRequest)]) -> Result<Batch, LlmError> {
        let too_much = |what: String| LlmError::Permanent(format!("{what}: ask fewer cases at once"));
        if requests.len() > MOST_REQUESTS {
            return Err(too_much(format!("a batch takes {MOST_REQUESTS} requests at most")));
        }
        let lines = requests.iter().map(|(name, request)| self.line(name, request)).collect::<String>();
        if lines.len() > FILE_BYTES {
            return Err(too_much(format!("a batch takes {} MB at most", FILE_BYTES / 1_000_000)));
        }
        let boundary = format!("portavoz-{label}");
        let form = multipart(&boundary, &lines);
        let media = format!("multipart/form-data; boundary={boundary}");
        let file: Value =
            self.object(Wanted { sent: Some((&media, &form)), ..Wanted::post("a file", "files") }).await?;
        let file = file.get("id").and_then(Value::as_str).ok_or_else(|| odd("a file"))?;
        let order = json!({
            "input_file_id": file,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "metadata": { LABEL: label },
        });
        let order = order.to_string();
        let sent = Some(("application/json", order.as_bytes()));
        let made: WireBatch = self.object(Wanted { sent, ..Wanted::post("a batch", "batches") }).await?;
        Ok(made.into())
    }

    async fn find(&self, label: &str) -> Result<Option<Batch>, LlmError> {
        let listed: Value = self.object(Wanted::get("batches", "batches")).await?;
        let all = listed.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut all = all.into_iter().filter_map(|value| serde_json::from_value::<WireBatch>(value).ok());
        let is_ours = |batch: &WireBatch| {
            batch.metadata.as_ref().and_then(|data| data.get(LABEL)).and_then(Value::as_str) == Some(label)
        };
        Ok(all.find(is_ours).map(Batch::from))
    }

    async fn look(&self, id: &str) -> Result<Batch, LlmError> {
        let found: WireBatch = self.object(Wanted::get("a batch", &format!("batches/{id}"))).await?;
        Ok(found.into())
    }

    async fn collect(&self, batch: &Batch) -> Result<Vec<BatchReply>, LlmError> {
        let mut replies = Vec::new();
        for file in [&batch.output, &batch.errors].into_iter().flatten() {
            let path = format!("files/{file}/content");
            let body = self.bytes(Wanted { limit: OUTPUT_BYTES, ..Wanted::get("a file", &path) }).await?;
            // A line that cannot be read is one answer less, which its asker will miss and ask for.
            let lines = body.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Line>(line).ok());
            replies.extend(lines.map(|line| self.reply(line)));
        }
        Ok(replies)
    }
}

impl OpenAiChat {
    fn line(&self, name: &str, request: &ChatRequest) -> String {
        let whole = ChatRequest { stream: false, ..request.clone() };
        let body = self.request_body(&whole);
        let name = Value::from(name);
        format!("{{\"custom_id\":{name},\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{body}}}\n")
    }

    fn reply(&self, line: Line) -> BatchReply {
        let redactor = self.caller.redactor();
        let failed = |error: &Value| from_error_object(error, &redactor).error;
        let reply = match (line.response, line.error.filter(|error| !error.is_null())) {
            (Some(response), None) if (200..300).contains(&response.status_code) => said(response.body),
            (Some(response), _) => Err(failed(response.body.get("error").unwrap_or(&response.body))),
            (None, Some(error)) => Err(failed(&error)),
            (None, None) => Err(odd("an answer")),
        };
        BatchReply { name: line.custom_id, reply }
    }

    async fn object<T: DeserializeOwned>(&self, wanted: Wanted<'_>) -> Result<T, LlmError> {
        let subject = wanted.subject;
        let body = self.bytes(wanted).await?;
        serde_json::from_slice(&body).map_err(|_| odd(subject))
    }

    async fn bytes(&self, wanted: Wanted<'_>) -> Result<Vec<u8>, LlmError> {
        let Wanted { subject, limit, method, path, sent } = wanted;
        let endpoint = self.caller.endpoint();
        let deadline = Instant::now() + self.caller.policy().timeouts.total;
        let exchange = Exchange { endpoint, deadline, limit, subject };
        let request = |root: &Url| {
            let request = endpoint.send(method.clone(), root, path);
            match sent {
                Some((media, body)) => request.header(CONTENT_TYPE, media).body(body.to_vec()),
                None => request,
            }
        };
        exchange.body(request).await.map_err(|failure| failure.error)
    }
}

/// An exchange with the provider.
struct Wanted<'a> {
    /// For messages.
    subject: &'a str,
    /// The longest body.
    limit: usize,
    method: Method,
    path: &'a str,
    /// Media type and body.
    sent: Option<(&'a str, &'a [u8])>,
}

impl<'a> Wanted<'a> {
    fn get(subject: &'a str, path: &'a str) -> Self {
        Self { subject, limit: OBJECT_BYTES, method: Method::GET, path, sent: None }
    }

    fn post(subject: &'a str, path: &'a str) -> Self {
        Self { method: Method::POST, ..Self::get(subject, path) }
    }
}

/// The answer of a completion as it came.
fn said(body: Value) -> Result<(String, ChatEnd), LlmError> {
    let completion: Completion = serde_json::from_value(body).map_err(|_| odd("an answer"))?;
    let Completion { choices, usage, model, .. } = completion;
    let choice = choices.into_iter().next().ok_or_else(|| odd("an answer"))?;
    let mut thoughts = Thoughts::default();
    let mut text = thoughts.strip(choice.message.content.0);
    text.push_str(&thoughts.finish());
    if text.is_empty() && !choice.message.refusal.is_empty() {
        return Err(LlmError::Refused(choice.message.refusal));
    }
    let end = ChatEnd {
        usage: usage.and_then(|usage| usage.usage()),
        finish_reason: choice.finish_reason,
        model,
        service_tier: Some(BATCH_TIER.to_owned()),
    };
    Ok((text, end))
}

fn odd(what: &str) -> LlmError {
    LlmError::Permanent(format!("the provider's answer has not the shape of {what}"))
}

/// The form that uploads a file of requests.
fn multipart(boundary: &str, lines: &str) -> Vec<u8> {
    let field = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n");
    let file = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"cases.jsonl\"\r\n\
         content-type: application/jsonl\r\n\r\n"
    );
    [field.as_str(), file.as_str(), lines, &format!("\r\n--{boundary}--\r\n")].concat().into_bytes()
}
