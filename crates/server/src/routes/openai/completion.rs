//! The shapes of a chat completion.

use portavoz_app::ask::Answer;
use portavoz_domain::answer::Citation;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, Done};

/// What every part of one completion repeats.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Seconds since the epoch.
    pub(super) created: i64,
    /// As the client named it.
    pub(super) model: String,
}

/// A chat completion.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Completion {
    /// `chatcmpl-` and the turn's id.
    id: String,
    /// Always `chat.completion`.
    object: &'static str,
    created: i64,
    model: String,
    choices: Vec<Choice>,
    usage: CompletionUsage,
    portavoz: Turn,
}

/// The one choice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Choice {
    index: u32,
    message: CompletionAnswer,
    /// Always `stop`.
    finish_reason: &'static str,
    /// Always null.
    logprobs: Option<()>,
}

/// The answer as a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompletionAnswer {
    /// Always `assistant`.
    role: &'static str,
    content: String,
    /// Always null.
    refusal: Option<String>,
    annotations: Vec<Annotation>,
}

/// A source, in the protocol's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Annotation {
    /// Always `url_citation`.
    #[serde(rename = "type")]
    kind: &'static str,
    url_citation: UrlCitation,
}

/// Where a source is cited, in characters of the content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UrlCitation {
    start_index: usize,
    end_index: usize,
    title: String,
    url: String,
}

/// Usage, in the protocol's shape.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct CompletionUsage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

/// What portavoz knows of the turn besides.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Turn {
    turn_id: String,
    conversation_id: String,
    citations: Vec<wire::Citation>,
    #[serde(flatten)]
    done: Done,
}

impl Completion {
    /// The completion of an answer.
    pub(super) fn new(answer: Answer, frame: Frame) -> Self {
        let done = Done::from(answer.done);
        let message = CompletionAnswer {
            role: "assistant",
            annotations: annotations(&answer.text, &answer.citations),
            content: answer.text,
            refusal: None,
        };
        Self {
            id: completion_id(&answer.turn_id.to_string()),
            object: "chat.completion",
            created: frame.created,
            model: frame.model,
            choices: vec![Choice { index: 0, message, finish_reason: "stop", logprobs: None }],
            usage: usage(&done),
            portavoz: Turn {
                turn_id: answer.turn_id.to_string(),
                conversation_id: answer.conversation_id.to_string(),
                citations: answer.citations.into_iter().map(wire::Citation::from).collect(),
                done,
            },
        }
    }
}

/// The protocol's id of a turn.
pub(super) fn completion_id(turn: &str) -> String {
    format!("chatcmpl-{turn}")
}

/// The usage of a turn.
pub(super) const fn usage(done: &Done) -> CompletionUsage {
    CompletionUsage {
        prompt_tokens: done.usage.prompt_tokens,
        completion_tokens: done.usage.completion_tokens,
        total_tokens: done.usage.prompt_tokens + done.usage.completion_tokens,
    }
}

/// One annotation for the first mention of each source.
fn annotations(text: &str, citations: &[Citation]) -> Vec<Annotation> {
    citations
        .iter()
        .filter_map(|citation| {
            let marker = format!("[{}]", citation.index);
            let start = text.get(..text.find(&marker)?)?.chars().count();
            Some(Annotation {
                kind: "url_citation",
                url_citation: UrlCitation {
                    start_index: start,
                    end_index: start + marker.chars().count(),
                    title: citation.title.clone(),
                    url: citation.url.clone(),
                },
            })
        })
        .collect()
}
