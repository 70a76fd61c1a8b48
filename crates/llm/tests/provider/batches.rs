//! Batches, as OpenAI's published description has them.

use portavoz_domain::usage::Usage;
use portavoz_llm::LlmError;
use portavoz_llm::batch::Batches;
use portavoz_llm::chat::ChatModel;
use portavoz_llm::openai::CallPolicy;
use serde_json::{Value, json};

use crate::cassette::Exchange;
use crate::models::listing;
use crate::player::Player;
use crate::{model, question};

fn exchange(method: &str, path: &str, body: &Value) -> Exchange {
    Exchange { method: method.to_owned(), ..listing(200, path, &body.to_string()) }
}

fn batch(status: &str, output: Option<&str>) -> Value {
    json!({
        "id": "batch_1", "object": "batch", "endpoint": "/v1/chat/completions", "input_file_id": "file-in",
        "completion_window": "24h", "status": status, "output_file_id": output, "error_file_id": null,
        "created_at": 1, "request_counts": {"total": 2, "completed": 1, "failed": 1},
        "metadata": {"portavoz": "run-0"}, "errors": null
    })
}

#[tokio::test]
async fn requests_are_uploaded_ordered_and_their_answers_read() {
    let answers = [
        json!({"id": "r1", "custom_id": "one", "error": null, "response": {"status_code": 200, "body": {
            "model": "gpt-4o-mini-2024-07-18",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Un 40 %."}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 12, "completion_tokens": 4, "total_tokens": 16}
        }}}),
        json!({"id": "r2", "custom_id": "two", "error": null, "response": {"status_code": 429, "body": {
            "error": {"message": "slow down", "type": "rate_limit_error", "code": "rate_limit_exceeded"}
        }}}),
    ];
    let lines = format!("{}\n{}\nnot a line\n", answers[0], answers[1]);
    let player = Player::start(
        vec![
            exchange("POST", "/v1/files", &json!({"id": "file-in", "object": "file", "purpose": "batch"})),
            exchange("POST", "/v1/batches", &batch("validating", None)),
            exchange(
                "GET",
                "/v1/batches",
                &json!({"object": "list", "data": [{"odd": 1}, batch("in_progress", None)]}),
            ),
            exchange("GET", "/v1/batches/batch_1", &batch("completed", Some("file-out"))),
            listing(200, "/v1/files/file-out/content", &lines),
        ],
        false,
    )
    .await;
    let model = model("gpt-4o-mini", &player.url("/v1"), CallPolicy::default());
    let batches = ChatModel::batches(&model).unwrap();
    let requests = [("one".to_owned(), question(true)), ("two".to_owned(), question(false))];

    let handed = batches.hand_in("run-0", &requests).await.unwrap();
    assert_eq!((handed.id.as_str(), handed.ended), ("batch_1", false));
    let form = player.requests()[0].body.as_str().unwrap().to_owned();
    assert!(form.contains("name=\"purpose\"\r\n\r\nbatch\r\n") && form.contains("filename=\"cases.jsonl\""), "{form}");
    let uploaded: Vec<Value> = form.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(uploaded.len(), 2);
    assert_eq!((&uploaded[0]["custom_id"], &uploaded[0]["method"]), (&json!("one"), &json!("POST")));
    assert_eq!(uploaded[0]["url"], "/v1/chat/completions");
    assert_eq!(uploaded[0]["body"]["model"], "gpt-4o-mini");
    assert!(uploaded[0]["body"].get("stream").is_none(), "no batch is streamed");
    let order = &player.requests()[1].body;
    assert_eq!(
        (&order["input_file_id"], &order["completion_window"], &order["metadata"]["portavoz"]),
        (&json!("file-in"), &json!("24h"), &json!("run-0"))
    );

    assert_eq!(batches.find("run-0").await.unwrap().unwrap().id, "batch_1");
    let done = batches.look("batch_1").await.unwrap();
    assert!(done.ended && (done.completed, done.failed) == (1, 1));
    let replies = batches.collect(&done).await.unwrap();
    let (text, end) = replies[0].reply.clone().unwrap();
    assert_eq!((replies[0].name.as_str(), text.as_str()), ("one", "Un 40 %."));
    assert_eq!(end.usage, Some(Usage { prompt_tokens: 12, completion_tokens: 4, ..Usage::default() }));
    assert_eq!(end.service_tier.as_deref(), Some("batch"));
    assert!(replies[1].reply.is_err());
    assert_eq!(replies.len(), 2);
}

#[tokio::test]
async fn a_provider_without_batches_says_so() {
    let missing =
        listing(404, "/v1/files", r#"{"error": {"message": "unknown path", "type": "invalid_request_error"}}"#);
    let player = Player::start(vec![missing], true).await;
    let model = model("gpt-4o-mini", &player.url("/v1"), CallPolicy::default());
    let refused = model.hand_in("run-0", &[("one".to_owned(), question(false))]).await.unwrap_err();
    assert!(!matches!(refused, LlmError::Transient(_)), "{refused:?}");
}
