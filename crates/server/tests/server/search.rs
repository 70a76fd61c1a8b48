//! `POST /api/admin/search`.

use serde_json::{Value, json};

use super::support::{ADMIN, TestApp, error};

#[tokio::test]
async fn hits_explain_themselves() {
    let app = TestApp::start().await;
    let request = app.post("/api/admin/search", &json!({ "query": "precisión del sistema RAG", "limit": 2 }));
    let body: Value = request.bearer_auth(ADMIN).send().await.unwrap().json().await.unwrap();
    let hits = body["hits"].as_array().unwrap();
    assert!((1..=2).contains(&hits.len()));
    assert_eq!(hits[0]["document"], "rag.md");
    assert!(hits[0]["chunk_id"].as_str().unwrap().starts_with("rag.md#"));
    assert!(hits[0]["text"].as_str().unwrap().contains("40 %"));
    let relevance = hits[0]["relevance"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&relevance));
    assert!(!hits[0]["features"].as_array().unwrap().is_empty());
    assert!((0.0..=1.0).contains(&body["answerable"].as_f64().unwrap()));
    app.finish().await;
}

#[tokio::test]
async fn a_search_that_cannot_be_is_refused() {
    let app = TestApp::start().await;
    for body in [json!({}), json!({ "query": "x", "limit": 0 }), json!({ "query": "x", "limit": 101 })] {
        let response = app.post("/api/admin/search", &body).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(error(response).await, (400, "bad_request".to_owned()), "{body}");
    }
    for query in ["", "\u{0}", "\"AND (", "🦀", "*", "a".repeat(2_000).as_str()] {
        let response = app.post("/api/admin/search", &json!({ "query": query })).bearer_auth(ADMIN);
        assert_eq!(response.send().await.unwrap().status(), 200, "{query}");
    }
    app.finish().await;
}
