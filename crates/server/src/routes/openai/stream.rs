//! A chat completion in chunks.
//!
//! The protocol cannot take words back. If a model breaks off and another rung answers, the new answer follows the
//! broken one behind a line, so that nothing is told twice as one text.

use std::collections::VecDeque;

use futures::{Stream, StreamExt, stream};
use portavoz_app::ask::Answering;
use portavoz_domain::answer::AnswerEvent;
use serde::Serialize;

use super::completion::{CompletionUsage, Frame, completion_id, usage};
use crate::wire::{Citation, Done, json};

/// Ends the stream.
const DONE: &str = "[DONE]";
/// Stands between an answer that broke off and the one that takes its place.
const BREAK: &str = "\n\n---\n\n";

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    model: &'a str,
    choices: &'a [ChunkChoice<'a>],
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<CompletionUsage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    portavoz: Option<ChunkTurn<'a>>,
}

/// What the last chunk tells besides.
#[derive(Serialize)]
struct ChunkTurn<'a> {
    citations: &'a [Citation],
    #[serde(flatten)]
    done: &'a Done,
}

#[derive(Serialize)]
struct ChunkChoice<'a> {
    index: u32,
    delta: ChunkDelta<'a>,
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct ChunkDelta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

#[derive(Serialize)]
struct StreamError<'a> {
    error: StreamErrorDetail<'a>,
}

#[derive(Serialize)]
struct StreamErrorDetail<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    code: &'a str,
}

struct Chunking {
    id: String,
    frame: Frame,
    include_usage: bool,
    citations: Vec<Citation>,
}

/// The chunks of an answer, each as the JSON of one event.
pub(super) fn chunks(answering: Answering, frame: Frame, include_usage: bool) -> impl Stream<Item = String> {
    let chunking = Chunking { id: String::new(), frame, include_usage, citations: Vec::new() };
    let ready: VecDeque<String> = VecDeque::new();
    stream::unfold((answering.events, chunking, ready), |(mut events, mut chunking, mut ready)| async move {
        loop {
            if let Some(chunk) = ready.pop_front() {
                return Some((chunk, (events, chunking, ready)));
            }
            ready.extend(chunking.chunks_of(events.next().await?));
        }
    })
}

impl Chunking {
    fn chunks_of(&mut self, event: AnswerEvent) -> Vec<String> {
        match event {
            AnswerEvent::Start { turn_id, .. } => {
                self.id = completion_id(&turn_id.to_string());
                vec![self.delta(ChunkDelta { role: Some("assistant"), content: Some("") }, None)]
            }
            AnswerEvent::Delta { text } => vec![self.text(&text)],
            // Sources come with the last chunk's `portavoz`; the protocol's chunks have no place for them.
            AnswerEvent::Citation(citation) => {
                self.citations.push(citation.into());
                Vec::new()
            }
            // The verification comes with the end, as the sources do.
            AnswerEvent::Verdict { .. } => Vec::new(),
            AnswerEvent::Replace { text, .. } => {
                self.citations.clear();
                vec![self.text(&format!("{BREAK}{text}"))]
            }
            AnswerEvent::Done(done) => {
                let done = Done::from(*done);
                let end = ChunkChoice { index: 0, delta: ChunkDelta::default(), finish_reason: Some("stop") };
                let mut chunks =
                    vec![self.chunk(&[end], None, Some(ChunkTurn { citations: &self.citations, done: &done }))];
                if self.include_usage {
                    chunks.push(self.chunk(&[], Some(usage(&done)), None));
                }
                chunks.push(DONE.to_owned());
                chunks
            }
            AnswerEvent::Failed { code, message } => {
                let error = StreamErrorDetail { message: &message, kind: "server_error", code: &code };
                vec![json(&StreamError { error }), DONE.to_owned()]
            }
        }
    }

    fn text(&self, text: &str) -> String {
        self.delta(ChunkDelta { role: None, content: Some(text) }, None)
    }

    fn delta(&self, delta: ChunkDelta<'_>, finish_reason: Option<&'static str>) -> String {
        self.chunk(&[ChunkChoice { index: 0, delta, finish_reason }], None, None)
    }

    fn chunk(
        &self,
        choices: &[ChunkChoice<'_>],
        usage: Option<CompletionUsage>,
        portavoz: Option<ChunkTurn<'_>>,
    ) -> String {
        json(&Chunk {
            id: &self.id,
            object: "chat.completion.chunk",
            created: self.frame.created,
            model: &self.frame.model,
            choices,
            usage,
            portavoz,
        })
    }
}
