//! `POST /api/chat` and reading conversations back.

use portavoz_app::testing::{ScriptedModel, says};
use portavoz_domain::usage::Usage;
use serde_json::{Value, json};

use super::support::{TestApp, error, events, text};

#[tokio::test]
async fn a_visitor_asks_and_asks_on_and_reads_it_back() {
    let app = TestApp::start().await;
    let mut visitor = app.visitor();
    let first = visitor.ask("¿Qué hizo Ada con RAG?").await;
    assert_eq!(first["outcome"], "answered");
    assert_eq!(first["language"], "es");
    assert_eq!(first["model"], Value::Null);
    assert_eq!(first["ladder"], json!([{ "rung": "extractive" }]));
    assert_eq!(first["cost_usd"], 0.0);
    assert_eq!(first["citations"][0]["document"], "rag.md");
    let second = visitor.ask("¿Y cuánto mejoró?").await;
    assert!(text(&second["answer"]).contains("40 %"), "{second}");

    let (conversation, token) = visitor.conversation();
    let path = format!("/api/conversations/{conversation}");
    let read = app.request(reqwest::Method::GET, &path).bearer_auth(token).send().await.unwrap();
    let read: Value = read.json().await.unwrap();
    let questions: Vec<&str> =
        read["turns"].as_array().unwrap().iter().map(|turn| turn["question"].as_str().unwrap()).collect();
    assert_eq!(questions, ["¿Qué hizo Ada con RAG?", "¿Y cuánto mejoró?"]);
    assert_eq!(read["turns"][1]["answer"], second["answer"]);
    app.finish().await;
}

#[tokio::test]
async fn a_stranger_gets_404_for_a_conversation_of_somebody_else() {
    let app = TestApp::start().await;
    let (mut mine, mut other) = (app.visitor(), app.visitor());
    mine.ask("¿Qué hizo Ada con RAG?").await;
    other.ask("¿Qué hizo Ada con RAG?").await;
    let (conversation, _) = mine.conversation();
    let (_, foreign) = other.conversation();
    let path = format!("/api/conversations/{conversation}");
    for request in [
        app.request(reqwest::Method::GET, &path),
        app.request(reqwest::Method::GET, &path).bearer_auth(foreign),
        app.request(reqwest::Method::GET, &path).bearer_auth("v1.forged.token"),
        app.request(reqwest::Method::GET, "/api/conversations/not-an-id").bearer_auth(foreign),
        app.post("/api/chat", &json!({ "message": "¿Y?", "conversation_id": conversation })),
        app.post("/api/chat", &json!({ "message": "¿Y?", "conversation_id": conversation })).bearer_auth(foreign),
    ] {
        let refused = error(request.send().await.unwrap()).await;
        assert_eq!(refused, (404, "conversation_not_found".to_owned()));
    }
    app.finish().await;
}

#[tokio::test]
async fn an_answer_streams_as_named_events() {
    let used = Usage { prompt_tokens: 100, completion_tokens: 8, ..Usage::default() };
    let pieces = ["La precisión", " subió un 40 %", " [1]."];
    let model = ScriptedModel::new("primary", vec![says(&pieces, Some(used)), says(&pieces, Some(used))]);
    let app = TestApp::with_models(&[&model]).await;
    let question = json!({ "message": "¿Cuánto subió la precisión con el sistema RAG?" });
    let mut streamed = question.clone();
    streamed["stream"] = true.into();
    for request in
        [app.post("/api/chat", &streamed), app.post("/api/chat", &question).header("accept", "text/event-stream")]
    {
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        let told = events(&response.text().await.unwrap());
        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["start", "delta", "citation", "verdict", "done"]);
        assert_eq!(told[0].1["model"], "primary");
        let words: String = told.iter().filter_map(|(_, data)| data["text"].as_str()).collect();
        assert_eq!(words, "La precisión subió un 40 % [1].");
        assert_eq!(told[2].1["index"], 1);
        assert_eq!((&told[3].1["sentence"], &told[3].1["status"]), (&words.into(), &"supported".into()));
        assert_eq!(told[4].1["usage"]["prompt_tokens"], 100);
        assert_eq!(told[4].1["outcome"], "answered");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_a_question_is_refused_with_its_reason() {
    let app = TestApp::start().await;
    let long = format!(r#"{{"message":"{}"}}"#, "ñ".repeat(2_001));
    let huge = format!(r#"{{"message":"{}"}}"#, "x".repeat(100_000));
    for (body, status, code) in [
        ("", 400, "bad_request"),
        ("{", 400, "bad_request"),
        ("[]", 400, "bad_request"),
        ("{}", 400, "bad_request"),
        (r#"{"message":7}"#, 400, "bad_request"),
        (r#"{"message":"\ud800"}"#, 400, "bad_request"),
        (r#"{"message":"hola","language":"tlh"}"#, 400, "bad_request"),
        (r#"{"message":"  "}"#, 422, "empty_message"),
        (&long, 422, "message_too_long"),
        (&huge, 413, "body_too_large"),
        (r#"{"message":"hola","conversation_id":"../../etc"}"#, 404, "conversation_not_found"),
    ] {
        let refused = error(app.post_text("/api/chat", body).send().await.unwrap()).await;
        assert_eq!(refused, (status, code.to_owned()), "{}", &body[..body.len().min(60)]);
    }
    let form = app.request(reqwest::Method::POST, "/api/chat").body("message=hola").send().await.unwrap();
    assert_eq!(error(form).await, (415, "not_json".to_owned()));
    app.finish().await;
}

#[tokio::test]
async fn the_visitor_may_choose_the_language() {
    let app = TestApp::start().await;
    let body = json!({ "message": "hola", "language": "fr" });
    let answer: Value = app.post("/api/chat", &body).send().await.unwrap().json().await.unwrap();
    assert_eq!((answer["language"].as_str(), answer["outcome"].as_str()), (Some("fr"), Some("smalltalk")));
    app.finish().await;
}
