//! What a chat model is to the rest of portavoz.

use std::pin::Pin;

use async_trait::async_trait;
use futures::Stream;
use portavoz_domain::message::Message;
use portavoz_domain::tariff::Tariff;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::usage::Usage;

use crate::LlmError;
use crate::batch::Batches;

/// What to ask. Parameters that the model does not accept are left out by the implementation, by its catalogue card.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    /// In order; the system message first.
    pub messages: Vec<Message>,
    /// 0..=2.
    pub temperature: Option<f32>,
    /// 0..=1.
    pub top_p: Option<f32>,
    /// At most this many tokens of answer.
    pub max_tokens: Option<u32>,
    /// True to receive the answer piece by piece.
    pub stream: bool,
}

/// What arrives, in order: any number of `Delta`, then one `End`. A stream that ends without `End` was cut and
/// yields an error instead.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatEvent {
    /// More text.
    Delta(String),
    /// The provider finished the answer.
    End(ChatEnd),
}

/// How the provider finished.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatEnd {
    /// As the provider counted; `None` if it did not say (explicit zeros are `Some`).
    pub usage: Option<Usage>,
    /// `stop`, `length`, `content_filter`, ...
    pub finish_reason: Option<String>,
    /// The model as the response names it.
    pub model: Option<String>,
    /// The tier that the response was served by.
    pub service_tier: Option<String>,
}

/// Events of one answer. Dropping it cancels the call upstream.
pub type ChatStream = Pin<Box<dyn Stream<Item = Result<ChatEvent, LlmError>> + Send>>;

/// A model that chats.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// The model's name, as configured.
    fn name(&self) -> &str;

    /// Its prices; `None` if unknown, which is not free.
    fn tariff(&self) -> Option<&Tariff>;

    /// Its tokenizer.
    fn tokenizer(&self) -> &dyn CountTokens;

    /// Its batches, if its provider takes any; whether one does shows when it is handed in.
    fn batches(&self) -> Option<&dyn Batches> {
        None
    }

    /// Asks. Connection, rate limit, breaker and retries are behind this; when it returns `Ok`, the first event has
    /// arrived (retries are over), and errors that follow in the stream are final.
    async fn chat(&self, request: &ChatRequest) -> Result<ChatStream, LlmError>;
}
