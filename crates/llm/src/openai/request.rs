//! The body of a chat request, as a model's card wants it and as far as the server has not refused it.

use portavoz_domain::message::{Message, Role};
use portavoz_domain::tokens::CountTokens;
use serde::Serialize;

use super::adapt::{Adaptations, Parameter, Sent};
use crate::catalogue::{Card, MaxTokensField, PromptCache, Sampling};
use crate::chat::ChatRequest;

/// Providers cache prefixes from this length on.
const CACHEABLE_TOKENS: usize = 1_024;

/// A body, and what could be left out of it.
pub(crate) struct Body {
    pub(crate) json: String,
    pub(crate) sent: Vec<Sent>,
}

#[derive(Serialize)]
struct WireRequest<'a> {
    model: &'a str,
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_options: Option<CacheMode>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: Role,
    content: WireContent<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WireContent<'a> {
    Text(&'a str),
    Parts([TextPart<'a>; 1]),
}

#[derive(Serialize)]
struct TextPart<'a> {
    r#type: &'static str,
    text: &'a str,
    prompt_cache_breakpoint: CacheMode,
}

#[derive(Serialize)]
struct CacheMode {
    mode: &'static str,
}

const EXPLICIT: CacheMode = CacheMode { mode: "explicit" };

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_obfuscation: Option<bool>,
}

/// The body that asks `request` of the model on `card`.
pub(crate) fn body(card: &Card, adaptations: &Adaptations, request: &ChatRequest, tokens: &dyn CountTokens) -> Body {
    let keeps = |parameter| !adaptations.drops(parameter);
    let dialect = &card.dialect;
    let effort = dialect.reasoning_effort.as_deref().filter(|_| keeps(Parameter::ReasoningEffort));
    let may_sample = match dialect.sampling {
        Sampling::Always => true,
        Sampling::WithoutReasoning => effort == Some("none"),
        Sampling::Never => false,
    };
    let sampled =
        |value: Option<f32>, parameter| value.filter(|value| may_sample && value.is_finite() && keeps(parameter));
    let limit = request
        .max_tokens
        .map(|asked| card.max_output.map_or(asked, |most| asked.min(most)))
        .filter(|_| keeps(Parameter::TokenLimit));
    let new_name = (dialect.max_tokens_field == MaxTokensField::MaxCompletionTokens) != adaptations.swaps_token_limit();
    let caches = dialect.prompt_cache == PromptCache::Explicit && keeps(Parameter::PromptCache);
    let stream_options =
        (request.stream && dialect.stream_usage && keeps(Parameter::StreamOptions)).then(|| StreamOptions {
            include_usage: true,
            include_obfuscation: (dialect.obfuscation_off && keeps(Parameter::Obfuscation)).then_some(false),
        });
    let wire = WireRequest {
        model: &card.name,
        messages: messages(&request.messages, caches, tokens),
        temperature: sampled(request.temperature, Parameter::Temperature),
        top_p: sampled(request.top_p, Parameter::TopP),
        max_tokens: limit.filter(|_| !new_name),
        max_completion_tokens: limit.filter(|_| new_name),
        reasoning_effort: effort,
        prompt_cache_options: caches.then_some(EXPLICIT),
        stream: request.stream,
        stream_options,
    };
    Body { sent: sent(&wire), json: serde_json::to_string(&wire).expect("strings, numbers and lists are always JSON") }
}

/// The messages; where prefixes are marked for the cache, the end of the system message is the mark, if it is long
/// enough to be cached: all that follows differs from turn to turn.
fn messages<'a>(messages: &'a [Message], caches: bool, tokens: &dyn CountTokens) -> Vec<WireMessage<'a>> {
    messages
        .iter()
        .enumerate()
        .map(|(place, message)| {
            let text = message.content.as_str();
            let marked = caches && place == 0 && message.role == Role::System && tokens.count(text) >= CACHEABLE_TOKENS;
            let content = if marked {
                WireContent::Parts([TextPart { r#type: "text", text, prompt_cache_breakpoint: EXPLICIT }])
            } else {
                WireContent::Text(text)
            };
            WireMessage { role: message.role, content }
        })
        .collect()
}

fn sent(wire: &WireRequest<'_>) -> Vec<Sent> {
    [
        (wire.max_tokens.is_some(), ("max_tokens", Parameter::TokenLimit)),
        (wire.max_completion_tokens.is_some(), ("max_completion_tokens", Parameter::TokenLimit)),
        (wire.temperature.is_some(), ("temperature", Parameter::Temperature)),
        (wire.top_p.is_some(), ("top_p", Parameter::TopP)),
        (wire.reasoning_effort.is_some(), ("reasoning_effort", Parameter::ReasoningEffort)),
        (wire.prompt_cache_options.is_some(), ("prompt_cache_options", Parameter::PromptCache)),
        (wire.prompt_cache_options.is_some(), ("prompt_cache_breakpoint", Parameter::PromptCache)),
        (
            wire.stream_options.as_ref().is_some_and(|options| options.include_obfuscation.is_some()),
            ("include_obfuscation", Parameter::Obfuscation),
        ),
        (wire.stream_options.is_some(), ("stream_options", Parameter::StreamOptions)),
    ]
    .into_iter()
    .filter_map(|(is_sent, sent)| is_sent.then_some(sent))
    .collect()
}
