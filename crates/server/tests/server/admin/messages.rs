//! The page of messages that visitors left.

use portavoz_app::settings::MessageSettings;
use portavoz_app::testing::Setup;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::super::support::{OwnersBrowser, TestApp, text, unlimited};

async fn left(app: &TestApp, body: &Value) -> String {
    let response = app.post("/api/messages", body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    text(&response.json::<Value>().await.unwrap()["message_id"])
}

/// Sends a form of the page; the address that it leads to.
async fn sent(owner: &mut OwnersBrowser<'_>, path: &str, fields: &str) -> String {
    let token = owner.form_token().await;
    let response = owner.submit(path, &format!("csrf={token}&{fields}")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path} {fields}");
    response.headers()["location"].to_str().unwrap().to_owned()
}

fn assert_says(page: &str, expected: &[&str]) {
    for words in expected {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(!page.contains("style=") && !page.contains("<script"), "no script, nothing inline");
}

#[tokio::test]
async fn a_message_is_read_answered_and_done() {
    let app = TestApp::start().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    assert_says(&owner.page("/admin/messages").await, &["Ningún visitante", "Cómo llegan los mensajes"]);

    let mut visitor = app.visitor();
    let turn = text(&visitor.ask("¿Sabe criar capibaras?").await["turn_id"]);
    let (conversation, token) = visitor.conversation().clone();
    let body = json!({
        "message": "¿Y <b>llamas</b>?", "name": "Zoé", "email": "zoe@example.com", "turn_id": turn, "visitor_token": token,
    });
    let id = left(&app, &body).await;
    let page = owner.page("/admin/messages").await;
    assert_says(&page, &["1 mensaje por leer", "Zoé", "¿Y &#60;b&#62;llamas&#60;/b&#62;?", "Nuevos 1"]);
    assert_says(&page, &["mailto:zoe@example.com?subject=Su%20mensaje", "zoe@example.com"]);
    assert_says(&page, &[&format!("/admin/conversations/{conversation}#turn-{turn}")]);
    assert_says(&owner.page("/admin/alerts").await, &["<span class=\"new\">1 "]);

    let path = format!("/admin/messages/{id}/state");
    assert_eq!(sent(&mut owner, &path, "state=read&list=new").await, "/admin/messages?state=new");
    assert_says(&owner.page("/admin/messages?state=new").await, &["1 mensaje leído espera", "Ninguno en este estado."]);
    assert!(!owner.page("/admin/alerts").await.contains("<span class=\"new\">"));
    assert_eq!(sent(&mut owner, &path, "state=done&list=").await, "/admin/messages");
    assert_says(&owner.page("/admin/messages?state=done").await, &["no hay nada que hacer", "Volver a abrir"]);

    let path = format!("/admin/messages/{id}/remove");
    for _ in 0..2 {
        assert_eq!(sent(&mut owner, &path, "list=done").await, "/admin/messages?state=done", "also the second time");
    }
    assert_says(&owner.page("/admin/messages").await, &["Ningún visitante"]);
    app.finish().await;
}

#[tokio::test]
async fn strangers_forgeries_and_nonsense_change_nothing() {
    let app = TestApp::start().await;
    let id = left(&app, &json!({ "message": "Hola" })).await;
    let mut stranger = app.owners_browser();
    let path = format!("/admin/messages/{id}/remove");
    assert_eq!(stranger.submit(&path, "csrf=x&list=").await.status(), StatusCode::SEE_OTHER, "to the login");
    let mut owner = app.owners_browser();
    owner.log_in().await;
    assert_eq!(owner.submit(&path, "csrf=forged&list=").await.status(), StatusCode::FORBIDDEN);
    let token = owner.form_token().await;
    for (path, fields, status) in [
        (format!("/admin/messages/{id}/state"), "state=lost", StatusCode::BAD_REQUEST),
        ("/admin/messages/nobody/state".to_owned(), "state=read", StatusCode::NOT_FOUND),
        ("/admin/messages/nobody/remove".to_owned(), "list=", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(owner.submit(&path, &format!("csrf={token}&{fields}")).await.status(), status, "{path}");
    }
    for path in ["/admin/messages?after=nobody", &format!("/admin/messages?after={}", id.replace('0', "1"))] {
        assert_eq!(owner.get(path).await.status(), StatusCode::BAD_REQUEST, "{path}");
    }
    assert_says(&owner.page("/admin/messages").await, &["Un visitante sin nombre", "No dejó dirección de correo."]);
    app.finish().await;
}

#[tokio::test]
async fn an_owner_who_takes_no_messages_is_told_by_which_key() {
    let messages = MessageSettings { enabled: false, ..MessageSettings::default() };
    let app = TestApp::with(Setup { messages, ..Setup::default() }, unlimited()).await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    assert_says(&owner.page("/admin/messages").await, &["No se aceptan mensajes.", "messages.enabled = false"]);
    app.finish().await;
}
