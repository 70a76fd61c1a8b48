//! The rungs that have a model: one call, told to the visitor as it comes.

use std::time::Duration;

use futures::StreamExt;
use portavoz_domain::message::Message;
use portavoz_domain::search::Hit;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::usage::Usage;
use portavoz_llm::chat::{ChatEvent, ChatModel, ChatRequest, ChatStream};
use portavoz_llm::{LlmError, TimeoutPhase};
use tracing::Instrument;

use super::checking::Checks;
use super::sources::citation;
use super::spans;
use super::streaming::Streaming;
use super::telling::Telling;
use crate::budget::TOKENS_PER_MESSAGE;

/// What a model is asked.
pub(super) struct Call<'a> {
    pub(super) model: &'a dyn ChatModel,
    pub(super) request: &'a ChatRequest,
    /// The passages of the context, in their order there.
    pub(super) passages: &'a [&'a Hit],
    /// How long the visitor still waits for the first words.
    pub(super) patience: Duration,
    /// Where portavoz's own pages are.
    pub(super) source_base: &'a str,
    pub(super) checks: Checks<'a>,
}

/// How a call ended.
pub(super) enum CallEnd {
    /// The whole answer was told.
    Answered,
    /// The model found no answer in the passages; nothing was told.
    NotKnown,
    /// The model answered what must not be told, for this reason; what was told of it is void.
    Void(&'static str),
    /// No answer, or only a part.
    Failed(LlmError),
    /// Whoever asked has left.
    Left,
}

/// A call that has ended.
pub(super) struct Called {
    pub(super) end: CallEnd,
    /// What the provider said, or else an estimate; zero if the provider turned the call down.
    pub(super) usage: Usage,
    /// The tier and the model that served the call, as far as the response says.
    pub(super) served: Served,
    /// The answer reached its limit of tokens.
    pub(super) cut_short: bool,
    /// Usage and cost of the judge's calls.
    pub(super) judged: Vec<(Usage, Option<u64>)>,
}

/// Who served a call, in the response's own words.
#[derive(Default)]
pub(super) struct Served {
    pub(super) tier: Option<String>,
    pub(super) model: Option<String>,
}

/// Calls the model and tells what it says.
pub(super) async fn call(call: &Call<'_>, telling: &mut Telling) -> Called {
    let span = spans::generation(call);
    let called = converse(call, telling).instrument(span.clone()).await;
    spans::called(&span, &called);
    called
}

async fn converse(call: &Call<'_>, telling: &mut Telling) -> Called {
    let (begun, mut answer) = tokio::select! {
        biased;
        // The prompt may be on its way, and it is paid for whether anyone reads the answer or not.
        () = telling.left() => return Called::alone(CallEnd::Left, prompt_alone(call)),
        // The sources are made ready while the model reads the prompt.
        begun = async { tokio::join!(begin(call), async { Streaming::new(call) }) } => begun,
    };
    let mut stream = match begun {
        Ok(stream) => stream,
        Err((error, usage)) => return Called::alone(CallEnd::Failed(error), usage),
    };
    let mut raw = String::new();
    let mut reported = None;
    let mut served = Served::default();
    let mut cut_short = false;
    let end = loop {
        let event = tokio::select! {
            biased;
            () = telling.left() => break CallEnd::Left,
            event = stream.next() => event,
        };
        match event {
            Some(Ok(ChatEvent::Delta(text))) => {
                raw.push_str(&text);
                if let Some(end) = answer.take(&text, telling).await {
                    break end;
                }
            }
            Some(Ok(ChatEvent::End(end))) => {
                reported = end.usage;
                cut_short = end.finish_reason.as_deref() == Some("length");
                served = Served { tier: end.service_tier, model: end.model };
                spans::finished(end.finish_reason.as_deref());
                break answer.finish(end.finish_reason.as_deref(), telling).await;
            }
            Some(Err(error)) => break CallEnd::Failed(error),
            None => break CallEnd::Failed(LlmError::Transient("the answer was cut".to_owned())),
        }
    };
    // Dropped before anything else happens, so that the provider stops working for nobody.
    drop(stream);
    let usage = reported.unwrap_or_else(|| estimate(&call.request.messages, &raw, call.model.tokenizer()));
    Called { end, usage, served, cut_short, judged: answer.judged() }
}

impl Called {
    fn alone(end: CallEnd, usage: Usage) -> Self {
        Self { end, usage, served: Served::default(), cut_short: false, judged: Vec::new() }
    }
}

/// Sends the request and waits for the first event, as long as the visitor waits.
async fn begin(call: &Call<'_>) -> Result<ChatStream, (LlmError, Usage)> {
    match tokio::time::timeout(call.patience, call.model.chat(call.request)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error @ LlmError::Timeout(TimeoutPhase::FirstToken | TimeoutPhase::Gap | TimeoutPhase::Total))) => {
            Err((error, prompt_alone(call)))
        }
        Ok(Err(error)) => Err((error, Usage::default())),
        Err(_) => Err((LlmError::Timeout(TimeoutPhase::FirstToken), prompt_alone(call))),
    }
}

/// Tells a passage of the call as the next source.
pub(super) async fn cite(call: &Call<'_>, passage: usize, telling: &mut Telling) {
    let index = telling.citations.len() + 1;
    if let Some(hit) = call.passages.get(passage) {
        telling.cite(citation(hit, index, None, call.source_base)).await;
    }
}

/// What a call that brought nothing has used.
fn prompt_alone(call: &Call<'_>) -> Usage {
    estimate(&call.request.messages, "", call.model.tokenizer())
}

/// Tokens of a call, by the model's tokenizer.
pub(crate) fn estimate(messages: &[Message], answer: &str, tokenizer: &dyn CountTokens) -> Usage {
    let count = |text: &str| u64::try_from(tokenizer.count(text)).unwrap_or(u64::MAX);
    Usage {
        prompt_tokens: messages.iter().map(|message| count(&message.content) + TOKENS_PER_MESSAGE).sum(),
        completion_tokens: count(answer),
        estimated: true,
        ..Usage::default()
    }
}
