//! The OpenAI protocol.

use portavoz_app::testing::{Reply, ScriptedModel, says};
use portavoz_domain::usage::Usage;
use portavoz_llm::LlmError;
use portavoz_llm::chat::ChatEvent;
use serde_json::{Value, json};

use super::support::{TestApp, error, events};

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";

fn request(stream: bool) -> Value {
    json!({
        "model": "gpt-4o-mini", "stream": stream, "stream_options": { "include_usage": true },
        "temperature": 0.2, "tools": [], "unknown": { "field": 1 },
        "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": [{ "type": "text", "text": QUESTION }] },
        ],
    })
}

fn model() -> std::sync::Arc<ScriptedModel> {
    let used = Usage { prompt_tokens: 100, completion_tokens: 8, ..Usage::default() };
    ScriptedModel::new("primary", vec![says(&["Subió", " un 40 % [1]."], Some(used))])
}

#[tokio::test]
async fn a_completion_has_the_answer_its_sources_and_its_usage() {
    let model = model();
    let app = TestApp::with_models(&[&model]).await;
    let response = app.post("/v1/chat/completions", &request(false)).bearer_auth("sk-any").send().await.unwrap();
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(body["model"], "gpt-4o-mini");
    let choice = &body["choices"][0];
    assert_eq!(choice["message"]["content"], "Subió un 40 % [1].");
    assert_eq!(choice["finish_reason"], "stop");
    assert_eq!(choice["message"]["annotations"][0]["url_citation"]["start_index"], 14);
    assert_eq!(body["usage"], json!({ "prompt_tokens": 100, "completion_tokens": 8, "total_tokens": 108 }));
    assert_eq!(body["portavoz"]["outcome"], "answered");
    assert_eq!(body["portavoz"]["citations"][0]["document"], "rag.md");
    app.finish().await;
}

#[tokio::test]
async fn chunks_end_with_usage_and_done() {
    let model = model();
    let app = TestApp::with_models(&[&model]).await;
    let response = app.post("/v1/chat/completions", &request(true)).send().await.unwrap();
    let chunks = events(&response.text().await.unwrap());
    let chunks: Vec<Value> = chunks.into_iter().map(|(_, data)| data).collect();
    let words: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(words, "Subió un 40 % [1].");
    let n = chunks.len();
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(chunks[n - 3]["choices"][0]["finish_reason"], "stop");
    assert_eq!(
        (chunks[n - 2]["choices"].clone(), chunks[n - 2]["usage"]["total_tokens"].clone()),
        (json!([]), json!(108))
    );
    assert_eq!(chunks[n - 1], "[DONE]");
    app.finish().await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_followed_by_the_new_one_behind_a_line() {
    let cut = vec![Ok(ChatEvent::Delta("Subió un 40 %.\n".to_owned())), Err(LlmError::Transient("cut".to_owned()))];
    let model = ScriptedModel::new("primary", vec![Reply::Says(cut)]);
    let app = TestApp::with_models(&[&model]).await;
    let response = app.post("/v1/chat/completions", &request(true)).send().await.unwrap();
    let chunks = events(&response.text().await.unwrap());
    let words: String =
        chunks.iter().filter_map(|(_, chunk)| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    let (before, after) = words.split_once("\n\n---\n\n").unwrap();
    assert_eq!(before, "Subió un 40 %.");
    assert!(after.contains("40 %"), "{after}");
    app.finish().await;
}

#[tokio::test]
async fn errors_have_the_protocols_shape() {
    let app = TestApp::start().await;
    for (body, message) in [
        (json!({ "messages": [] }), "the last of `messages` must be the user's"),
        (json!({ "messages": [{ "role": "assistant", "content": "x" }] }), "the last of `messages` must be the user's"),
        (json!({ "messages": [{ "role": "tool", "content": "x" }] }), "a message of role `tool` cannot be read here"),
        (
            json!({ "messages": [{ "role": "user", "content": [{ "type": "image_url", "image_url": {} }] }] }),
            "content of type `image_url` cannot be read here",
        ),
        (json!({ "messages": [{ "role": "user", "content": "" }] }), "the message is empty"),
        (json!({ "messages": [{ "role": "user", "content": "hola" }], "n": 3 }), "`n` must be 1"),
    ] {
        let response = app.post("/v1/chat/completions", &body).send().await.unwrap();
        assert_eq!(response.status(), 400, "{body}");
        let error: Value = response.json().await.unwrap();
        assert_eq!(error["error"]["message"], message);
        assert_eq!(error["error"]["type"], "invalid_request_error");
    }
    let response = app.post_text("/v1/chat/completions", "{").send().await.unwrap();
    assert_eq!(error(response).await, (400, "bad_request".to_owned()));
    app.finish().await;
}

#[tokio::test]
async fn the_one_model_is_listed() {
    let app = TestApp::start().await;
    let list: Value = app.get("/v1/models").await.json().await.unwrap();
    assert_eq!((list["object"].as_str(), list["data"][0]["id"].as_str()), (Some("list"), Some("portavoz")));
    let one: Value = app.get("/v1/models/portavoz").await.json().await.unwrap();
    assert_eq!(one, list["data"][0]);
    assert_eq!(error(app.get("/v1/models/gpt-4").await).await, (404, "not_found".to_owned()));
    app.finish().await;
}
