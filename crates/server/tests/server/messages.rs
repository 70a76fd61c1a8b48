//! `POST /api/messages`, and how the owner works messages off.

use portavoz_app::privacy::PrivacySettings;
use portavoz_app::settings::MessageSettings;
use portavoz_app::testing::Setup;
use portavoz_server::ServerSettings;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::support::{ADMIN, TestApp, error, text, unlimited};

async fn left(app: &TestApp, body: &Value) -> Response {
    app.post("/api/messages", body).send().await.unwrap()
}

async fn owners(app: &TestApp, path: &str) -> Value {
    app.request(Method::GET, path).bearer_auth(ADMIN).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_message_reaches_the_owner_with_the_answer_it_came_from() {
    let app = TestApp::start().await;
    let mut visitor = app.visitor();
    let turn = text(&visitor.ask("¿Sabe criar capibaras?").await["turn_id"]);
    let (conversation, token) = visitor.conversation().clone();
    let body = json!({
        "message": " ¿Tiene un hueco en marzo? ", "name": "Zoé\r\nO'Hara ", "email": "zoe@example.com",
        "turn_id": turn, "language": "es", "visitor_token": token,
    });
    let response = left(&app, &body).await;
    assert_eq!(response.status(), 201);
    let kept: Value = response.json().await.unwrap();
    assert_eq!(kept["visitor_token"], json!(token));
    assert!(kept["received_at"].as_str().unwrap().starts_with("2026-11-22T12:00:"), "{kept}");

    let listed = owners(&app, "/api/admin/messages").await;
    let visitor_id = &listed["messages"][0]["visitor_id"];
    let expected = json!({
        "message_id": kept["message_id"], "received_at": kept["received_at"], "message": "¿Tiene un hueco en marzo?",
        "name": "Zoé O'Hara", "email": "zoe@example.com", "language": "es", "state": "new", "visitor_id": visitor_id,
        "conversation_id": conversation, "turn_id": turn,
    });
    let counts = json!({ "new": 1, "read": 0, "done": 0 });
    assert_eq!(listed, json!({ "messages": [expected], "next": null, "counts": counts }));
    app.finish().await;
}

#[tokio::test]
async fn a_visitor_without_a_token_gets_one_that_takes_the_message_back() {
    let app = TestApp::start().await;
    let response = left(&app, &json!({ "message": "Hola" })).await;
    assert_eq!(response.status(), 201);
    let token = text(&response.json::<Value>().await.unwrap()["visitor_token"]);
    assert_eq!(owners(&app, "/api/admin/messages").await["messages"][0]["name"], Value::Null);
    let forget = app.request(Method::DELETE, "/api/visitor").bearer_auth(&token).send().await.unwrap();
    assert_eq!(forget.status(), 204);
    assert_eq!(owners(&app, "/api/admin/messages").await["messages"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn the_owner_works_messages_off() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for number in 1..=3 {
        let response = left(&app, &json!({ "message": format!("mensaje {number}") })).await;
        ids.push(text(&response.json::<Value>().await.unwrap()["message_id"]));
    }
    let change = async |method: Method, id: &str, body: Value| {
        let request = app.request(method, &format!("/api/admin/messages/{id}")).bearer_auth(ADMIN);
        request.json(&body).send().await.unwrap()
    };
    let marked = change(Method::PATCH, &ids[0], json!({ "state": "done" })).await;
    assert_eq!(marked.json::<Value>().await.unwrap()["state"], "done");
    assert_eq!(change(Method::DELETE, &ids[1], Value::Null).await.status(), 204);
    for (method, id, body, expected) in [
        (Method::DELETE, ids[1].as_str(), Value::Null, (404, "message_not_found")),
        (Method::PATCH, ids[1].as_str(), json!({ "state": "read" }), (404, "message_not_found")),
        (Method::PATCH, "nobody", json!({ "state": "read" }), (404, "message_not_found")),
        (Method::PATCH, ids[0].as_str(), json!({ "state": "lost" }), (400, "bad_request")),
    ] {
        let refused = change(method, id, body).await;
        assert_eq!(error(refused).await, (expected.0, expected.1.to_owned()), "{id}");
    }
    let page = owners(&app, "/api/admin/messages?limit=1").await;
    assert_eq!((&page["messages"][0]["message"], &page["next"]), (&json!("mensaje 3"), &json!(ids[2])));
    assert_eq!(page["counts"], json!({ "new": 1, "read": 0, "done": 1 }));
    let rest = owners(&app, &format!("/api/admin/messages?limit=2&after={}", ids[2])).await;
    assert_eq!((&rest["messages"][0]["message"], &rest["next"]), (&json!("mensaje 1"), &Value::Null));
    let done = owners(&app, "/api/admin/messages?state=done").await;
    assert_eq!(done["messages"].as_array().unwrap().len(), 1);

    let path = format!("/api/admin/messages?after={}", ids[1]);
    let lost = app.request(Method::GET, &path).bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(error(lost).await, (400, "bad_parameter".to_owned()));
    let path = format!("/api/admin/messages/{}", ids[0]);
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let path = if method == Method::GET { "/api/admin/messages" } else { &path };
        let stranger = app.request(method, path).json(&json!({ "state": "read" })).send().await.unwrap();
        assert_eq!(error(stranger).await, (401, "unauthorized".to_owned()));
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_message_is_turned_down_with_a_reason() {
    let app = TestApp::start().await;
    let mut stranger = app.visitor();
    let turn = text(&stranger.ask("¿Qué hizo Ada con RAG?").await["turn_id"]);
    let conversation = stranger.conversation().0.clone();
    for (body, expected) in [
        (json!({}), (400, "bad_request")),
        (json!({ "message": " \n " }), (422, "empty_message")),
        (json!({ "message": "é".repeat(2_001) }), (422, "message_too_long")),
        (json!({ "message": "Hola", "name": "é".repeat(101) }), (422, "name_too_long")),
        (json!({ "message": "Hola", "email": "ana@example" }), (422, "bad_email")),
        (json!({ "message": "Hola", "email": "ana@b.com\nBcc: x@y.z" }), (422, "bad_email")),
        (json!({ "message": "Hola", "language": "xx" }), (400, "bad_request")),
        (json!({ "message": "Hola", "turn_id": turn }), (404, "turn_not_found")),
        (json!({ "message": "Hola", "turn_id": "nobody" }), (404, "turn_not_found")),
        (json!({ "message": "Hola", "conversation_id": conversation }), (404, "conversation_not_found")),
    ] {
        assert_eq!(error(left(&app, &body).await).await, (expected.0, expected.1.to_owned()), "{body}");
    }
    let foreign = app.post("/api/messages", &json!({ "message": "Hola" })).header("origin", "https://evil.example");
    assert_eq!(error(foreign.send().await.unwrap()).await, (403, "origin_not_allowed".to_owned()));
    assert_eq!(owners(&app, "/api/admin/messages").await["messages"], json!([]));
    assert_eq!(left(&app, &json!({ "message": "é".repeat(2_000), "email": " " })).await.status(), 201);
    app.finish().await;
}

#[tokio::test]
async fn few_messages_an_hour_are_taken_and_slips_are_not_among_them() {
    let limited = ServerSettings { limit_messages: true, ..unlimited() };
    let app = TestApp::with(Setup::default(), limited).await;
    let first = left(&app, &json!({ "message": "1" })).await;
    let token = text(&first.json::<Value>().await.unwrap()["visitor_token"]);
    let of_visitor = |message: &str| json!({ "message": message, "visitor_token": token });
    for slip in 0..10 {
        assert_eq!(left(&app, &of_visitor("")).await.status(), 422, "{slip}");
    }
    for number in 0..5 {
        assert_eq!(left(&app, &of_visitor("2")).await.status(), 201, "{number}");
    }
    let refused = left(&app, &of_visitor("3")).await;
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3_600).contains(&wait), "{wait}");
    assert_eq!(error(refused).await, (429, "rate_limited".to_owned()));
    // Others at this address, 20 all together: 7 were counted.
    for number in 7..20 {
        assert_eq!(left(&app, &json!({ "message": "4" })).await.status(), 201, "{number}");
    }
    assert_eq!(left(&app, &json!({ "message": "5" })).await.status(), 429);
    app.finish().await;
}

#[tokio::test]
async fn messages_are_taken_only_where_the_owner_wants_them() {
    let nothing_kept = Setup { privacy: PrivacySettings { retention_days: 0 }, ..Setup::default() };
    let switched_off =
        Setup { messages: MessageSettings { enabled: false, ..MessageSettings::default() }, ..Setup::default() };
    for setup in [nothing_kept, switched_off] {
        let app = TestApp::with(setup, unlimited()).await;
        assert!(!app.site.site.takes_messages());
        let refused = left(&app, &json!({ "message": "Hola" })).await;
        assert_eq!(error(refused).await, (403, "messages_off".to_owned()));
        app.finish().await;
    }
}
