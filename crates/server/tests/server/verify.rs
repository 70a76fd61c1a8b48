//! `POST /api/admin/verify`.

use serde_json::{Value, json};

use super::support::{ADMIN, TestApp, error};

#[tokio::test]
async fn an_answer_is_checked_against_texts_or_the_documents() {
    let app = TestApp::start().await;
    let supported = "En 2022 Ada construyó un sistema RAG para una biblioteca jurídica.";
    let text = "Ada construyó en 2022 un sistema RAG para una biblioteca jurídica.";
    for (context, statuses) in [
        (Value::Null, ["supported", "unsupported"]),
        (json!([text]), ["supported", "unsupported"]),
        (json!([]), ["unsupported", "unsupported"]),
    ] {
        let answer = format!("{supported} [1] Su zoológico groenlandés guarda pingüinos.");
        let body = json!({ "answer": answer, "question": "¿Qué construyó Ada?", "context": context });
        let response = app.post("/api/admin/verify", &body).bearer_auth(ADMIN).send().await.unwrap();
        let checked: Value = response.json().await.unwrap();
        let sentences = checked["sentences"].as_array().unwrap();
        let found: Vec<&str> = sentences.iter().map(|sentence| sentence["status"].as_str().unwrap()).collect();
        assert_eq!(found, statuses, "{checked}");
        assert_eq!(sentences[0]["text"], supported, "markers are no part of a sentence");
        assert!((0.0..=1.0).contains(&checked["score"].as_f64().unwrap()), "{checked}");
        let claims = sentences[0]["claims"].as_array().unwrap();
        let whole = claims.last().unwrap();
        assert_eq!(whole["kind"], "proposition", "{checked}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_checked_is_refused_with_a_hint() {
    let app = TestApp::start().await;
    let many = vec!["x"; 201];
    for (body, status, code) in [
        (json!({}), 400, "bad_request"),
        (json!({ "answer": 7 }), 400, "bad_request"),
        (json!({ "answer": "Yes.", "context": "text" }), 400, "bad_request"),
        (json!({ "answer": "Yes.", "language": "tlh" }), 400, "bad_request"),
        (json!({ "answer": " " }), 422, "empty_answer"),
        (json!({ "answer": "a ".repeat(10_001) }), 422, "answer_too_long"),
        (json!({ "answer": "Yes.", "question": "a".repeat(2_001) }), 422, "message_too_long"),
        (json!({ "answer": "Yes.", "context": many }), 422, "context_too_large"),
        (json!({ "answer": "Yes.", "context": ["ñ".repeat(200_001)] }), 422, "context_too_large"),
    ] {
        let response = app.post("/api/admin/verify", &body).bearer_auth(ADMIN).send().await.unwrap();
        let status_told = response.status().as_u16();
        let told: Value = response.json().await.unwrap();
        assert_eq!((status_told, told["error"]["code"].as_str()), (status, Some(code)));
        assert!(told["error"]["hint"].is_string(), "{told}");
    }
    let huge = json!({ "answer": "Yes.", "context": ["x".repeat(3_000_000)] });
    let response = app.post("/api/admin/verify", &huge).bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(error(response).await, (413, "body_too_large".to_owned()));
    let stranger = app.post("/api/admin/verify", &json!({ "answer": "Yes." })).send().await.unwrap();
    assert_eq!(error(stranger).await, (401, "unauthorized".to_owned()));
    app.finish().await;
}

#[tokio::test]
async fn odd_answers_are_checked_like_any_other() {
    let app = TestApp::start().await;
    for answer in ["[1]", "🦀", "...", "\u{0}", "1.", "**", "- \n- ", "http://", "@", "٣٤٥", "%"] {
        for context in [Value::Null, json!([""]), json!(["\u{0}", "🦀 [1] %"])] {
            let body = json!({ "answer": answer, "context": context });
            let response = app.post("/api/admin/verify", &body).bearer_auth(ADMIN).send().await.unwrap();
            assert_eq!(response.status(), 200, "{answer:?} {context}");
        }
    }
    app.finish().await;
}
