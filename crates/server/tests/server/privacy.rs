//! Taking back what was said, and handing out what is kept.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{ADMIN, TestApp, error};

#[tokio::test]
async fn a_visitor_takes_a_conversation_back() {
    let app = TestApp::start().await;
    let (mut visitor, mut stranger) = (app.visitor(), app.visitor());
    visitor.ask("¿Qué hizo Ada con RAG?").await;
    stranger.ask("¿Qué hizo Ada con RAG?").await;
    let (id, token) = visitor.conversation().clone();
    let path = format!("/api/conversations/{id}");
    let delete = |token: &str| app.request(Method::DELETE, &path).bearer_auth(token).send();

    let refused = delete(&stranger.conversation().1).await.unwrap();
    assert_eq!(error(refused).await, (404, "conversation_not_found".to_owned()));
    assert_eq!(delete(&token).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(error(delete(&token).await.unwrap()).await, (404, "conversation_not_found".to_owned()));
    let read = app.request(Method::GET, &path).bearer_auth(&token).send().await.unwrap();
    assert_eq!(read.status(), StatusCode::NOT_FOUND);

    let (other, token) = stranger.conversation().clone();
    let read = app.request(Method::GET, &format!("/api/conversations/{other}")).bearer_auth(token).send();
    assert_eq!(read.await.unwrap().status(), StatusCode::OK, "only the visitor's own");
    app.finish().await;
}

#[tokio::test]
async fn a_visitor_is_forgotten_with_all_conversations() {
    let app = TestApp::start().await;
    let mut visitor = app.visitor();
    visitor.ask("¿Qué hizo Ada con RAG?").await;
    let (id, token) = visitor.conversation().clone();
    let forget = |token: &str| app.request(Method::DELETE, "/api/visitor").bearer_auth(token).send();
    for wrong in ["", "v1.nobody.AAAA", ADMIN] {
        assert_eq!(error(forget(wrong).await.unwrap()).await, (401, "unknown_visitor".to_owned()), "{wrong}");
    }
    assert_eq!(forget(&token).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(forget(&token).await.unwrap().status(), StatusCode::NO_CONTENT, "there was nothing left");
    let read = app.request(Method::GET, &format!("/api/conversations/{id}")).bearer_auth(&token).send();
    assert_eq!(read.await.unwrap().status(), StatusCode::NOT_FOUND);
    app.finish().await;
}

#[tokio::test]
async fn the_owner_exports_and_erases() {
    let app = TestApp::start().await;
    let (mut one, mut other) = (app.visitor(), app.visitor());
    one.ask("¿Sabe criar capibaras?").await;
    other.ask("¿Sabe criar llamas?").await;
    let export = async |query: &str| {
        let path = format!("/api/admin/export{query}");
        let response = app.request(Method::GET, &path).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{query}");
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let text = response.text().await.unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let turns = |lines: Vec<Value>| lines.iter().filter(|line| line["kind"] == "turns").count();
    assert_eq!(turns(export("").await), 2);
    assert_eq!(export("?grep=CAPIBARAS").await.len(), 1);
    assert_eq!(turns(export("?on=2026-11-22").await), 2);
    assert_eq!(turns(export("?on=2026-11-21").await), 0);
    let id = one.conversation().0.clone();
    assert_eq!(turns(export(&format!("?conversation={id}")).await), 1);

    let erase = async |body: Value| {
        let response = app.post("/api/admin/erase", &body).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{body}");
        response.json::<Value>().await.unwrap()
    };
    let would = erase(json!({ "conversation": id, "dry_run": true })).await;
    assert_eq!(would, json!({ "turns": 1, "conversations": 1, "gaps": 1, "messages": 0, "dry_run": true }));
    assert_eq!(turns(export("").await), 2);
    erase(json!({ "conversation": id })).await;
    assert_eq!(turns(export("").await), 1);
    assert_eq!(erase(json!({ "before": "2026-11-22" })).await["turns"], 0);
    assert_eq!(erase(json!({ "all_turns": true })).await["turns"], 1);
    assert_eq!(turns(export("").await), 0);
    app.finish().await;
}

#[tokio::test]
async fn only_the_owner_may_and_only_what_can_be_understood() {
    let app = TestApp::start().await;
    let refused = app.get("/api/admin/export").await;
    assert_eq!(error(refused).await, (401, "unauthorized".to_owned()));
    let refused = app.post("/api/admin/erase", &json!({ "all_turns": true })).send().await.unwrap();
    assert_eq!(error(refused).await, (401, "unauthorized".to_owned()));
    for body in [
        json!({}),
        json!({ "all_turns": true, "before": "2026-11-22" }),
        json!({ "before": "yesterday" }),
        json!({ "visitor": "me" }),
        json!({ "conversation": "this" }),
        json!({ "everything": true }),
    ] {
        let refused = app.post("/api/admin/erase", &body).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(error(refused).await, (400, "bad_request".to_owned()), "{body}");
    }
    for query in
        ["?on=2026-02-30", "?visitor=me", "?on=2026-11-22&visitor=0199aaaa-0000-7000-8000-000000000000", "?x=1"]
    {
        let path = format!("/api/admin/export{query}");
        let refused = app.request(Method::GET, &path).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(error(refused).await, (400, "bad_request".to_owned()), "{query}");
    }
    app.finish().await;
}
