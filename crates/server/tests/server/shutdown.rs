//! Stopping while answers run.

use std::sync::Arc;

use portavoz_app::testing::{Reply, ScriptedModel};
use portavoz_llm::chat::{ChatEnd, ChatEvent};
use serde_json::json;

use super::support::{TestApp, events};

#[tokio::test]
async fn a_running_answer_is_told_to_its_end() {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let events_of_model = vec![
        Ok(ChatEvent::Delta("Subió un 40 % [1].\n".to_owned())),
        Ok(ChatEvent::Delta("Construyó un sistema RAG [1].".to_owned())),
        Ok(ChatEvent::End(ChatEnd::default())),
    ];
    let reply = Reply::Gated { events: events_of_model, free: 1, gate: Arc::clone(&gate) };
    let model = ScriptedModel::new("primary", vec![reply]);
    let mut app = TestApp::with_models(&[&model]).await;
    let body = json!({ "message": "¿Cuánto subió la precisión con el sistema RAG?", "stream": true });
    let mut response = app.post("/api/chat", &body).send().await.unwrap();
    let mut told = String::new();
    while !told.contains("Subió") {
        told.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
    }
    app.stop();
    gate.add_permits(10);
    while let Some(more) = response.chunk().await.unwrap() {
        told.push_str(std::str::from_utf8(&more).unwrap());
    }
    let names: Vec<String> = events(&told).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.last().map(String::as_str), Some("done"));
    app.finish().await;
}
