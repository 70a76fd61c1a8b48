//! The one protocol spoken: OpenAI's chat completions, as OpenAI and the many servers like it understand it.
//!
//! A call walks through the files of this folder in this order:
//! 1. `breaker` and `limiter`: is it worth and allowed to ask now?
//! 2. `request`: the body, by the model's card, less what the server has refused before (`adapt`);
//! 3. `connection`: address, key, headers, time to connect;
//! 4. `failure`: what a bad status means; `retry`: whether and when to ask again, until the first event;
//! 5. `answer`: the body, read by `sse` and `wire` and freed of `thoughts`, becomes events, with limits on time and size.
//!
//! Nothing here reads a clock of the world, an environment variable or a file, and no key or prompt reaches a log.

mod adapt;
mod answer;
mod batch;
mod breaker;
mod caller;
mod connection;
mod exchange;
mod failure;
mod limiter;
mod models;
mod policy;
mod redact;
mod request;
mod retry;
mod sse;
mod thoughts;
mod wire;

use async_trait::async_trait;
use futures::stream;
use portavoz_domain::tariff::Tariff;
use portavoz_domain::tokens::CountTokens;
use tokio::time::Instant;

use crate::batch::Batches;
use crate::catalogue::Card;
use crate::chat::{ChatModel, ChatRequest, ChatStream};
use crate::tokens::tokenizer_for;
use crate::{LlmError, TimeoutPhase};

pub(crate) use adapt::{Adaptations, Parameter};
use answer::{Answer, Waits};
pub(crate) use caller::{Call, Caller};
pub use connection::{Connection, ConnectionError, http_client};
pub(crate) use failure::Failure;
pub(crate) use failure::{from_error_object, read_limited};
pub use models::{ListedModel, list_models, ping};
pub use policy::{BreakerSettings, CallPolicy, Random, Timeouts};
pub(crate) use redact::Redactor;
pub(crate) use retry::with_retries;

/// What a chat model is made of.
#[derive(Debug, Clone)]
pub struct OpenAiChatParams {
    /// Where it is and how to get in.
    pub connection: Connection,
    /// What the catalogue knows of it; `card.name` is the name that is sent.
    pub card: Card,
    /// How long to wait, how often to retry, how much to ask.
    pub policy: CallPolicy,
    /// Where the jitter of retries comes from.
    pub random: Random,
}

/// A model behind an OpenAI-compatible server.
///
/// An answer without any text is a stream of only `End`: it has a price, so it is no error here.
#[derive(Debug)]
pub struct OpenAiChat {
    card: Card,
    caller: Caller,
    adaptations: Adaptations,
}

impl OpenAiChat {
    /// A model that is ready to be asked; fails if the address, the key or a header cannot be.
    pub fn new(params: OpenAiChatParams) -> Result<Self, ConnectionError> {
        let caller = Caller::new(params.connection, params.policy, params.random)?;
        Ok(Self { card: params.card, caller, adaptations: Adaptations::default() })
    }

    /// What the catalogue knows of it.
    pub const fn card(&self) -> &Card {
        &self.card
    }

    /// The body that asks `request`, as JSON: for batches, and for whoever wants to see what is sent.
    pub fn request_body(&self, request: &ChatRequest) -> String {
        request::body(&self.card, &self.adaptations, request, self.tokenizer()).json
    }

    /// One try: sends and waits for the first event. Parameters that the server does not know are dropped on the way,
    /// which costs a round trip the first time and nothing afterwards.
    async fn attempt(&self, request: &ChatRequest, waits: Waits) -> Result<Answer, Failure> {
        loop {
            let body = request::body(&self.card, &self.adaptations, request, self.tokenizer());
            let call = Call {
                path: "chat/completions",
                body: body.json,
                subject: &self.card.name,
                deadline: waits.first,
                phase: waits.first_phase,
                stream: request.stream,
            };
            match self.caller.post(call).await {
                Ok((response, permit)) => {
                    let mut answer = Answer::new(response, permit, waits, self.caller.redactor());
                    answer.wait_for_first().await?;
                    return Ok(answer);
                }
                Err(failure) => {
                    let learned =
                        failure.rejected.as_ref().is_some_and(|rejected| self.adaptations.learn(rejected, &body.sent));
                    if !learned {
                        return Err(failure);
                    }
                    tracing::debug!(model = self.card.name, "the server refused a parameter: asking without it");
                }
            }
        }
    }
}

#[async_trait]
impl ChatModel for OpenAiChat {
    fn name(&self) -> &str {
        &self.card.name
    }

    fn tariff(&self) -> Option<&Tariff> {
        self.card.tariff.as_ref()
    }

    fn tokenizer(&self) -> &dyn CountTokens {
        tokenizer_for(&self.card)
    }

    fn batches(&self) -> Option<&dyn Batches> {
        Some(self)
    }

    async fn chat(&self, request: &ChatRequest) -> Result<ChatStream, LlmError> {
        let timeouts = self.caller.policy().timeouts;
        let started = Instant::now();
        let total = started + timeouts.total;
        // A whole answer is its own first token, so only a streamed one can be expected early.
        let (first, first_phase) = if request.stream {
            (total.min(started + timeouts.first_token), TimeoutPhase::FirstToken)
        } else {
            (total, TimeoutPhase::Total)
        };
        let waits = Waits { first, first_phase, gap: timeouts.gap, total };
        let answer = with_retries(&self.caller, Some(first), || self.attempt(request, waits)).await?;
        Ok(Box::pin(stream::unfold(Box::new(answer), |mut answer| async {
            let event = answer.next().await?;
            Some((event.map_err(|failure| failure.error), answer))
        })))
    }
}
