//! A response body on its way to become events, whatever it turns out to be: a stream, a whole answer, a page, nothing.
//!
//! The rule of ends: an answer is complete if the server said so, by a finish reason, by `[DONE]`, or by a whole JSON
//! object. Anything else that stops was cut, and cut is never success.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};

use super::breaker::Permit;
use super::failure::{Failure, from_error_object};
use super::redact::Redactor;
use super::sse::{Event, SseReader, TooLong};
use super::thoughts::Thoughts;
use super::wire::{Choice, Completion};
use crate::chat::{ChatEnd, ChatEvent};
use crate::{LlmError, TimeoutPhase};

/// The longest stream; 16,384 tokens in pieces of one token each are some eight megabytes.
const STREAM_BYTES: usize = 64 * 1024 * 1024;
/// The longest whole answer.
const WHOLE_BYTES: usize = 4 * 1024 * 1024;
/// After the finish reason only the usage is missing: it is not waited for longer than this.
const USAGE_WAIT: Duration = Duration::from_secs(3);
/// The end of the body follows its last event at once; a connection whose body does not end is not worth more.
const DRAIN_WAIT: Duration = Duration::from_millis(20);

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const DONE: &[u8] = b"[DONE]";

/// Until when to wait for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    /// For the first event.
    pub(crate) first: Instant,
    /// What it is called when that was too long.
    pub(crate) first_phase: TimeoutPhase,
    /// From one event to the next.
    pub(crate) gap: Duration,
    /// For the end.
    pub(crate) total: Instant,
}

/// What the body has turned out to be.
#[derive(Debug)]
enum Shape {
    /// Too early to tell.
    Unknown(Vec<u8>),
    /// Server-sent events.
    Events(SseReader),
    /// Anything else, kept until its end.
    Whole(Vec<u8>),
}

/// What was heard so far.
#[derive(Debug, Default)]
struct Heard {
    text: bool,
    refusal: String,
    end: ChatEnd,
    /// Set at the finish reason: until when the usage may still come.
    usage_until: Option<Instant>,
    /// `[DONE]`.
    marker: bool,
}

/// An answer under way. Dropping it drops the response, which closes the connection: the server stops.
#[derive(Debug)]
pub(crate) struct Answer {
    response: reqwest::Response,
    permit: Option<Permit>,
    waits: Waits,
    redactor: Redactor,
    shape: Shape,
    received: usize,
    heard: Heard,
    thoughts: Thoughts,
    /// When the last piece came; comments that keep the connection alive are no pieces.
    progress: Instant,
    ready: VecDeque<ChatEvent>,
    /// Comes after what is ready.
    failed: Option<Failure>,
    ended: bool,
}

impl Answer {
    /// Reads the body of `response`.
    pub(crate) fn new(response: reqwest::Response, permit: Permit, waits: Waits, redactor: Redactor) -> Self {
        Self {
            response,
            permit: Some(permit),
            waits,
            redactor,
            shape: Shape::Unknown(Vec::new()),
            received: 0,
            heard: Heard::default(),
            thoughts: Thoughts::default(),
            progress: Instant::now(),
            ready: VecDeque::new(),
            failed: None,
            ended: false,
        }
    }

    /// Waits until the first event is there to be taken.
    pub(crate) async fn wait_for_first(&mut self) -> Result<(), Failure> {
        if let Some(event) = self.next().await {
            self.ready.push_front(event?);
        }
        if let Some(permit) = &mut self.permit {
            permit.alive();
        }
        Ok(())
    }

    /// The next event; `None` after the end or a failure.
    pub(crate) async fn next(&mut self) -> Option<Result<ChatEvent, Failure>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(Ok(event));
            }
            if self.ended {
                return None;
            }
            if let Some(failure) = self.failed.take() {
                self.ended = true;
                return Some(Err(failure));
            }
            if let Err(failure) = self.advance().await {
                if let Some(permit) = self.permit.take() {
                    failure.settle(permit);
                }
                // What was said before the failure comes first.
                self.failed = Some(failure);
            }
        }
    }

    /// Reads one more portion, or closes the answer.
    async fn advance(&mut self) -> Result<(), Failure> {
        let (until, phase) = self.patience();
        match timeout_at(until, self.response.chunk()).await {
            Ok(Ok(Some(bytes))) => {
                self.feed(&bytes)?;
                if self.heard.marker { self.finish().await } else { Ok(()) }
            }
            Ok(Ok(None)) => self.close().await,
            // The text is complete: only the wait for the usage was in vain.
            Ok(Err(_)) | Err(_) if self.heard.usage_until.is_some() => self.finish().await,
            Ok(Err(_)) => Err(Failure::transient("the answer was cut: the connection broke before its end")),
            Err(_elapsed) => Err(LlmError::Timeout(phase).into()),
        }
    }

    fn patience(&self) -> (Instant, TimeoutPhase) {
        if let Some(usage_until) = self.heard.usage_until {
            return (usage_until.min(self.waits.total), TimeoutPhase::Total);
        }
        if !self.heard.text {
            return (self.waits.first, self.waits.first_phase);
        }
        let gap = self.progress + self.waits.gap;
        if gap < self.waits.total { (gap, TimeoutPhase::Gap) } else { (self.waits.total, TimeoutPhase::Total) }
    }

    fn feed(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.received += bytes.len();
        if self.received > STREAM_BYTES {
            return Err(Failure::permanent("the provider's answer does not end"));
        }
        match &mut self.shape {
            Shape::Unknown(head) => {
                head.extend_from_slice(bytes);
                let head = std::mem::take(head);
                self.shape = shape_of(head)?;
            }
            Shape::Events(reader) => reader.push(bytes),
            Shape::Whole(body) if body.len() + bytes.len() > WHOLE_BYTES => {
                return Err(Failure::permanent("the provider's answer is larger than any answer should be"));
            }
            Shape::Whole(body) => body.extend_from_slice(bytes),
        }
        while let Shape::Events(reader) = &mut self.shape {
            match reader.next() {
                Ok(Some(event)) if !self.heard.marker => self.event(&event)?,
                Ok(_) => break,
                Err(TooLong) => return Err(Failure::permanent("the provider sent an event larger than any should be")),
            }
        }
        Ok(())
    }

    /// The body has come to its end: does it count as the answer's end?
    async fn close(&mut self) -> Result<(), Failure> {
        match std::mem::replace(&mut self.shape, Shape::Unknown(Vec::new())) {
            Shape::Unknown(_) => return Err(Failure::transient("the provider sent nothing")),
            Shape::Whole(body) => self.whole(&body)?,
            Shape::Events(mut reader) => {
                // Half an event at the end is the mark of a cut, not nonsense.
                if let Some(event) = reader.finish().filter(|event| is_whole(&event.data)) {
                    self.event(&event)?;
                }
            }
        }
        if self.heard.usage_until.is_some() || self.heard.marker {
            return self.finish().await;
        }
        Err(Failure::transient("the answer was cut: it ended without a finish reason"))
    }

    fn event(&mut self, event: &Event) -> Result<(), Failure> {
        let data = event.data.trim_ascii();
        if data.is_empty() {
            return Ok(());
        }
        if data == DONE {
            self.heard.marker = true;
            return Ok(());
        }
        if event.named_error {
            let value = serde_json::from_slice(data)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(data).into_owned()));
            return Err(from_error_object(&value, &self.redactor));
        }
        match serde_json::from_slice::<Completion>(data) {
            Ok(piece) => self.piece(piece, data),
            Err(_) => Err(Failure::permanent("the provider sent an event that is not JSON")),
        }
    }

    fn piece(&mut self, piece: Completion, raw: &[u8]) -> Result<(), Failure> {
        if let Some(error) = piece.error.filter(is_error) {
            return Err(from_error_object(&error, &self.redactor));
        }
        if piece.object.as_deref() == Some("error") {
            return Err(from_error_object(&serde_json::from_slice(raw).unwrap_or(Value::Null), &self.redactor));
        }
        self.progress = Instant::now();
        let end = &mut self.heard.end;
        end.model = piece.model.filter(|model| !model.is_empty()).or(end.model.take());
        end.service_tier = piece.service_tier.or(end.service_tier.take());
        end.usage = piece.usage.and_then(|usage| usage.usage()).or(end.usage);
        for choice in piece.choices.into_iter().filter(|choice| choice.index == 0) {
            self.choice(choice)?;
        }
        Ok(())
    }

    fn choice(&mut self, choice: Choice) -> Result<(), Failure> {
        for speech in [choice.delta, choice.message] {
            if !speech.content.0.is_empty() {
                let answer = self.thoughts.strip(speech.content.0);
                self.say(answer);
            }
            self.heard.refusal.push_str(&speech.refusal);
        }
        match choice.finish_reason.filter(|reason| !reason.is_empty()) {
            Some(reason) if reason == "error" => Err(Failure::transient("the provider broke off with an error")),
            Some(reason) => {
                self.heard.end.finish_reason = Some(reason);
                self.heard.usage_until.get_or_insert_with(|| Instant::now() + USAGE_WAIT);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn say(&mut self, text: String) {
        if !text.is_empty() {
            self.heard.text = true;
            self.ready.push_back(ChatEvent::Delta(text));
        }
    }

    /// A body that is not a stream.
    fn whole(&mut self, body: &[u8]) -> Result<(), Failure> {
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).trim_ascii();
        let value: Value = serde_json::from_slice(body).map_err(|error| {
            if error.is_eof() {
                Failure::transient("the answer was cut in the middle")
            } else {
                Failure::permanent("the provider's answer is not JSON")
            }
        })?;
        if value.is_array() {
            return Err(from_error_object(&value, &self.redactor));
        }
        let completion = serde_json::from_slice::<Completion>(body)
            .map_err(|_| Failure::permanent("the provider's answer has not the shape of a chat completion"))?;
        let nobody_speaks = completion.choices.is_empty();
        self.piece(completion, body)?;
        if nobody_speaks {
            return Err(Failure::permanent(
                "the provider's answer has not the shape of a chat completion: no `choices`",
            ));
        }
        self.heard.marker = true;
        Ok(())
    }

    /// The server has said all: the end, unless what it said was no.
    async fn finish(&mut self) -> Result<(), Failure> {
        let held = self.thoughts.finish();
        self.say(held);
        let heard = &mut self.heard;
        if !heard.text && !heard.refusal.is_empty() {
            return Err(LlmError::Refused(self.redactor.clean(&heard.refusal)).into());
        }
        if !heard.text && heard.end.finish_reason.as_deref() == Some("content_filter") {
            return Err(LlmError::Refused("the provider's content filter withheld the answer".to_owned()).into());
        }
        if !heard.text && heard.end.finish_reason.is_none() && heard.end.usage.is_none() {
            return Err(Failure::transient("the provider ended without an answer"));
        }
        self.ready.push_back(ChatEvent::End(std::mem::take(&mut heard.end)));
        self.ended = true;
        if let Some(permit) = self.permit.take() {
            permit.succeed();
        }
        // A body read to its end leaves a connection that the next call can use.
        let _ = timeout(DRAIN_WAIT, self.response.chunk()).await;
        Ok(())
    }
}

/// What begins like `head`; blanks tell nothing yet.
fn shape_of(head: Vec<u8>) -> Result<Shape, Failure> {
    let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head).trim_ascii_start();
    match text.first() {
        None | Some(0xEF | 0xBB) if text.len() < BYTE_ORDER_MARK.len() => Ok(Shape::Unknown(head)),
        Some(b'{' | b'[') => Ok(Shape::Whole(head)),
        Some(b'<') => Err(Failure::permanent("the provider sent a web page instead of an answer: check the base URL")),
        _ => {
            let mut reader = SseReader::default();
            reader.push(&head);
            Ok(Shape::Events(reader))
        }
    }
}

fn is_whole(data: &[u8]) -> bool {
    data.trim_ascii() == DONE || serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok()
}

/// Some servers send `"error": null`, `""` or `{}` beside a good answer.
fn is_error(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}
