//! The rungs that have a model: one call, told to the visitor as it comes.

use std::collections::HashSet;
use std::time::Duration;

use futures::StreamExt;
use portavoz_domain::markers::{Beginning, MarkerStream, beginning};
use portavoz_domain::message::Message;
use portavoz_domain::search::Hit;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::usage::Usage;
use portavoz_llm::chat::{ChatEvent, ChatModel, ChatRequest};
use portavoz_llm::{LlmError, TimeoutPhase};
use portavoz_text::terms::terms;

use super::sources::citation;
use super::telling::Telling;

/// Tokens that the chat format adds to each message, as published for the o200k models; only estimates use it.
const TOKENS_PER_MESSAGE: u64 = 4;
/// From this share of its words on an answer rests on a passage: "I do not know" shares none with any.
const RESTS_FROM: f32 = 0.3;
/// Ends an answer that reached its limit of tokens.
const CUT_SHORT: &str = " […]";

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
}

/// How a call ended.
pub(super) enum CallEnd {
    /// The whole answer was told.
    Answered,
    /// The model found no answer in the passages; nothing was told.
    NotKnown,
    /// No answer, or only a part.
    Failed(LlmError),
    /// Whoever asked has left.
    Left,
}

/// Calls the model. The usage is what the provider said, or else an estimate; zero if the provider turned it down.
pub(super) async fn call(call: &Call<'_>, telling: &mut Telling) -> (CallEnd, Usage) {
    let begun = tokio::select! {
        biased;
        // The prompt may be on its way, and it is paid for whether anyone reads the answer or not.
        () = telling.left() => return (CallEnd::Left, prompt_alone(call)),
        begun = tokio::time::timeout(call.patience, call.model.chat(call.request)) => begun,
    };
    let mut stream = match begun {
        Ok(Ok(stream)) => stream,
        Ok(Err(error @ LlmError::Timeout(TimeoutPhase::FirstToken | TimeoutPhase::Gap | TimeoutPhase::Total))) => {
            return (CallEnd::Failed(error), prompt_alone(call));
        }
        Ok(Err(error)) => return (CallEnd::Failed(error), Usage::default()),
        Err(_) => return (CallEnd::Failed(LlmError::Timeout(TimeoutPhase::FirstToken)), prompt_alone(call)),
    };
    let mut raw = String::new();
    let mut answer = Streaming::new(call);
    let mut reported = None;
    let end = loop {
        let event = tokio::select! {
            biased;
            () = telling.left() => break CallEnd::Left,
            event = stream.next() => event,
        };
        match event {
            Some(Ok(ChatEvent::Delta(text))) => {
                raw.push_str(&text);
                answer.take(&text, telling).await;
            }
            Some(Ok(ChatEvent::End(end))) => {
                reported = end.usage;
                break answer.finish(end.finish_reason.as_deref(), telling).await;
            }
            Some(Err(error)) => break CallEnd::Failed(error),
            None => break CallEnd::Failed(LlmError::Transient("the answer was cut".to_owned())),
        }
    };
    // Dropped before anything else happens, so that the provider stops working for nobody.
    drop(stream);
    let usage = reported.unwrap_or_else(|| estimate(&call.request.messages, &raw, call.model.tokenizer()));
    (end, usage)
}

/// An answer on its way to the visitor: markers renumbered, the beginning held until it is clear that it is one.
struct Streaming<'a> {
    call: &'a Call<'a>,
    markers: MarkerStream,
    /// The beginning, while it may still be the mark of not knowing.
    undecided: Option<String>,
    not_known: bool,
}

impl<'a> Streaming<'a> {
    fn new(call: &'a Call<'a>) -> Self {
        Self { call, markers: MarkerStream::new(call.passages.len()), undecided: Some(String::new()), not_known: false }
    }

    async fn take(&mut self, piece: &str, telling: &mut Telling) {
        if self.not_known {
            return;
        }
        match self.undecided.take() {
            None => self.tell(piece, telling).await,
            Some(mut held) => {
                held.push_str(piece);
                match beginning(&held) {
                    Beginning::Undecided => self.undecided = Some(held),
                    Beginning::NotKnown => self.not_known = true,
                    Beginning::Answer => self.tell(&held, telling).await,
                }
            }
        }
    }

    async fn tell(&mut self, text: &str, telling: &mut Telling) {
        let marked = self.markers.push(text);
        telling.say(&marked.text).await;
        for passage in marked.newly_cited {
            self.cite(passage, telling).await;
        }
    }

    async fn cite(&self, passage: usize, telling: &mut Telling) {
        let index = telling.citations.len() + 1;
        if let Some(hit) = self.call.passages.get(passage) {
            telling.cite(citation(hit, index, None, self.call.source_base)).await;
        }
    }

    async fn finish(&mut self, reason: Option<&str>, telling: &mut Telling) -> CallEnd {
        if self.not_known {
            return CallEnd::NotKnown;
        }
        if let Some(held) = self.undecided.take() {
            self.tell(&held, telling).await;
        }
        let rest = self.markers.finish();
        telling.say(&rest).await;
        // Said in the middle of other words, it still means that nothing rests on the passages.
        if self.markers.not_known() && telling.citations.is_empty() {
            telling.start_over("not_known").await;
            return CallEnd::NotKnown;
        }
        if reason == Some("content_filter") {
            return CallEnd::Failed(LlmError::Refused("the provider's filter ended the answer".to_owned()));
        }
        if telling.text.trim().is_empty() {
            let reason = reason.unwrap_or("no reason");
            return CallEnd::Failed(LlmError::Transient(format!("the answer is empty (`{reason}`)")));
        }
        // Cut at the limit of tokens: the visitor must see that it is not the end.
        if reason == Some("length") {
            telling.say(CUT_SHORT).await;
        }
        if telling.citations.is_empty()
            && let Some(passage) = resting_place(&telling.text, self.call.passages)
        {
            self.cite(passage, telling).await;
        }
        CallEnd::Answered
    }
}

/// The passage that an answer without markers rests on: the one that has most of its words, if that is enough of them.
fn resting_place(answer: &str, passages: &[&Hit]) -> Option<usize> {
    let shares = passages.iter().map(|hit| {
        let language = hit.chunk.language;
        let said: HashSet<String> = terms(answer, language).into_iter().map(|term| term.stem).collect();
        let text = hit.chunk.embedding_text();
        let there: HashSet<String> = terms(&text, language).into_iter().map(|term| term.stem).collect();
        said.intersection(&there).count() as f32 / said.len().max(1) as f32
    });
    let best = shares.enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    (best.1 >= RESTS_FROM).then_some(best.0)
}

/// What a call that brought nothing has used.
fn prompt_alone(call: &Call<'_>) -> Usage {
    estimate(&call.request.messages, "", call.model.tokenizer())
}

/// Tokens of a call, by the model's tokenizer.
fn estimate(messages: &[Message], answer: &str, tokenizer: &dyn CountTokens) -> Usage {
    let count = |text: &str| u64::try_from(tokenizer.count(text)).unwrap_or(u64::MAX);
    Usage {
        prompt_tokens: messages.iter().map(|message| count(&message.content) + TOKENS_PER_MESSAGE).sum(),
        completion_tokens: count(answer),
        estimated: true,
        ..Usage::default()
    }
}
