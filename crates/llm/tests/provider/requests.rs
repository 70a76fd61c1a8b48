//! Every body that is sent, as a snapshot: what a provider gets to see is changed on purpose or not at all.

use portavoz_domain::message::{Message, Role};
use portavoz_llm::catalogue::{Card, Catalogue};
use portavoz_llm::chat::ChatRequest;
use portavoz_llm::embed::openai::{OpenAiEmbedder, OpenAiEmbedderParams};
use portavoz_llm::openai::{CallPolicy, OpenAiChat, OpenAiChatParams};

use crate::{connection, question, steady};

fn body_of(card: Card, request: &ChatRequest) -> String {
    let connection = connection("http://localhost");
    let params = OpenAiChatParams { connection, card, policy: CallPolicy::default(), random: steady() };
    OpenAiChat::new(params).unwrap().request_body(request)
}

fn body(model: &str, request: &ChatRequest) -> String {
    body_of(Catalogue::embedded().card(model), request)
}

#[test]
fn gpt_4o_mini_streamed() {
    insta::assert_snapshot!(body("gpt-4o-mini", &question(true)), @r#"{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You answer about María."},{"role":"user","content":"¿Qué sabe hacer?"}],"temperature":0.7,"top_p":0.9,"max_tokens":1000,"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}"#);
}

#[test]
fn gpt_4o_mini_whole() {
    insta::assert_snapshot!(body("gpt-4o-mini", &question(false)), @r#"{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You answer about María."},{"role":"user","content":"¿Qué sabe hacer?"}],"temperature":0.7,"top_p":0.9,"max_tokens":1000}"#);
}

#[test]
fn a_fine_tune_is_asked_like_its_base_by_its_own_name() {
    insta::assert_snapshot!(body("ft:gpt-4o-mini-2024-07-18:acme:maria:9Xy", &question(true)), @r#"{"model":"ft:gpt-4o-mini-2024-07-18:acme:maria:9Xy","messages":[{"role":"system","content":"You answer about María."},{"role":"user","content":"¿Qué sabe hacer?"}],"temperature":0.7,"top_p":0.9,"max_tokens":1000,"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}"#);
}

#[test]
fn luna_reasons_not_and_caches_nothing_of_a_short_prompt() {
    insta::assert_snapshot!(body("gpt-6-luna", &question(true)), @r#"{"model":"gpt-6-luna","messages":[{"role":"system","content":"You answer about María."},{"role":"user","content":"¿Qué sabe hacer?"}],"temperature":0.7,"top_p":0.9,"max_completion_tokens":1000,"reasoning_effort":"none","prompt_cache_options":{"mode":"explicit"},"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}"#);
}

#[test]
fn luna_marks_the_end_of_a_long_static_prompt() {
    let mut request = question(true);
    request.messages[0] = Message::new(Role::System, "rule ".repeat(1_100));
    insta::assert_snapshot!(body("gpt-6-luna", &request).replace(&"rule ".repeat(1_100), "[1,100 rules]"), @r#"{"model":"gpt-6-luna","messages":[{"role":"system","content":[{"type":"text","text":"[1,100 rules]","prompt_cache_breakpoint":{"mode":"explicit"}}]},{"role":"user","content":"¿Qué sabe hacer?"}],"temperature":0.7,"top_p":0.9,"max_completion_tokens":1000,"reasoning_effort":"none","prompt_cache_options":{"mode":"explicit"},"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}"#);
}

#[test]
fn luna_that_reasons_is_sent_no_sampling() {
    let mut card = Catalogue::embedded().card("gpt-6-luna");
    card.dialect.reasoning_effort = Some("low".to_owned());
    insta::assert_snapshot!(body_of(card, &question(true)), @r#"{"model":"gpt-6-luna","messages":[{"role":"system","content":"You answer about María."},{"role":"user","content":"¿Qué sabe hacer?"}],"max_completion_tokens":1000,"reasoning_effort":"low","prompt_cache_options":{"mode":"explicit"},"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}"#);
}

#[test]
fn reasoning_models_are_sent_no_sampling() {
    insta::assert_snapshot!(body("gpt-5-mini", &question(true)), @r#"{"model":"gpt-5-mini","messages":[{"role":"system","content":"You answer about María."},{"role":"user","content":"¿Qué sabe hacer?"}],"max_completion_tokens":1000,"reasoning_effort":"minimal","stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}"#);
}

#[test]
fn models_that_are_not_listed_are_asked_in_the_plainest_way() {
    insta::assert_snapshot!(body("llama3.2:3b", &question(true)), @r#"{"model":"llama3.2:3b","messages":[{"role":"system","content":"You answer about María."},{"role":"user","content":"¿Qué sabe hacer?"}],"temperature":0.7,"top_p":0.9,"max_tokens":1000,"stream":true,"stream_options":{"include_usage":true}}"#);
}

#[test]
fn nothing_is_sent_that_was_not_asked_for_and_the_limit_is_the_models() {
    let bare = ChatRequest { temperature: None, top_p: Some(f32::NAN), max_tokens: None, ..question(false) };
    insta::assert_snapshot!(body("gpt-4o-mini", &bare), @r#"{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You answer about María."},{"role":"user","content":"¿Qué sabe hacer?"}]}"#);
    let long = ChatRequest { max_tokens: Some(90_000), ..bare };
    insta::assert_snapshot!(body("gpt-4o-mini", &long), @r#"{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You answer about María."},{"role":"user","content":"¿Qué sabe hacer?"}],"max_tokens":16384}"#);
}

#[test]
fn embeddings() {
    let texts = ["María sabe Rust".to_owned(), String::new()];
    let body = |model: &str, dimensions| {
        let params = OpenAiEmbedderParams {
            connection: connection("http://localhost"),
            card: Catalogue::embedded().card(model),
            policy: CallPolicy::default(),
            random: steady(),
            dimensions,
            batch_inputs: None,
        };
        OpenAiEmbedder::new(params).unwrap().request_body(&texts)
    };
    insta::assert_snapshot!(body("text-embedding-3-small", None), @r#"{"model":"text-embedding-3-small","input":["María sabe Rust"," "],"encoding_format":"base64"}"#);
    insta::assert_snapshot!(body("text-embedding-3-small", Some(512)), @r#"{"model":"text-embedding-3-small","input":["María sabe Rust"," "],"encoding_format":"base64","dimensions":512}"#);
    insta::assert_snapshot!(body("nomic-embed-text", Some(768)), @r#"{"model":"nomic-embed-text","input":["María sabe Rust"," "]}"#);
}
