//! `GET /api/admin/alerts` and `POST /api/admin/alerts/test`.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use portavoz_app::alerts::{Notifier, NotifyError, evaluate};
use portavoz_app::testing::{Reply, ScriptedModel, Setup};
use portavoz_domain::alerts::words::Notice;
use portavoz_llm::LlmError;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ADMIN, TestApp, error, unlimited};

/// A channel that works while it is told to.
#[derive(Default)]
pub(crate) struct Channel(pub(crate) Mutex<Option<&'static str>>);

#[async_trait]
impl Notifier for Channel {
    fn name(&self) -> &'static str {
        "webhook"
    }

    async fn send(&self, _notice: &Notice) -> Result<(), NotifyError> {
        match *self.0.lock().unwrap() {
            None => Ok(()),
            Some(what) => Err(NotifyError { what: what.to_owned(), mend: "mend it" }),
        }
    }
}

async fn owners(app: &TestApp, method: Method, path: &str) -> Value {
    app.request(method, path).bearer_auth(ADMIN).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_owner_sees_what_was_wrong_and_who_was_told() {
    let down = || Reply::Fails(LlmError::Transient("the server is down".to_owned()));
    let model = ScriptedModel::new("primary", std::iter::repeat_with(down).take(5).collect());
    let channel = Arc::new(Channel::default());
    let setup = Setup { notifiers: vec![channel.clone()], ..Setup::with_models(&[&model]) };
    let app = TestApp::with(setup, unlimited()).await;
    assert_eq!(owners(&app, Method::GET, "/api/admin/alerts").await, json!({ "alerts": [] }));
    for _ in 0..5 {
        app.visitor().ask("¿Cuánto subió la precisión con el sistema RAG?").await;
    }
    evaluate(&app.site.site).await.unwrap();

    let found = owners(&app, Method::GET, "/api/admin/alerts?open=true&limit=1").await;
    let alert = &found["alerts"][0];
    assert_eq!(alert["kind"], "provider_down", "{found}");
    assert_eq!((&alert["subject"], &alert["title"]), (&json!("primary"), &json!("`primary` no responde")));
    assert_eq!((&alert["value"], &alert["limit"], &alert["closed"]), (&json!(5.0), &json!(5.0), &Value::Null));
    assert!(alert["opened"].as_str().unwrap().starts_with("2026-11-22T12:00:"), "{found}");
    let delivery = &alert["deliveries"][0];
    assert_eq!(
        (&delivery["channel"], &delivery["recovery"], &delivery["error"]),
        (&json!("webhook"), &json!(false), &Value::Null)
    );
    app.finish().await;
}

#[tokio::test]
async fn a_test_says_what_became_of_it() {
    let channel = Arc::new(Channel::default());
    let setup = Setup { notifiers: vec![channel.clone()], ..Setup::default() };
    let app = TestApp::with(setup, unlimited()).await;
    let path = "/api/admin/alerts/test";
    let fine = json!({ "channel": "webhook", "delivered": true, "error": null, "hint": null });
    assert_eq!(owners(&app, Method::POST, path).await, json!({ "channels": [fine] }));
    *channel.0.lock().unwrap() = Some("it answered 404 Not Found");
    let broken =
        json!({ "channel": "webhook", "delivered": false, "error": "it answered 404 Not Found", "hint": "mend it" });
    assert_eq!(owners(&app, Method::POST, path).await, json!({ "channels": [broken] }));
    app.finish().await;
}

#[tokio::test]
async fn strangers_and_nonsense_are_turned_down() {
    let app = TestApp::start().await;
    assert_eq!(error(app.get("/api/admin/alerts").await).await, (401, "unauthorized".to_owned()));
    let test = app.request(Method::POST, "/api/admin/alerts/test").send().await.unwrap();
    assert_eq!(error(test).await, (401, "unauthorized".to_owned()));
    let nonsense = app.request(Method::GET, "/api/admin/alerts?limit=many").bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(error(nonsense).await, (400, "bad_request".to_owned()));
    app.finish().await;
}
