//! `/api/admin/models`.

use portavoz_app::testing::{Lives, ScriptedModel, Setup, says};
use serde_json::{Value, json};

use super::support::{ADMIN, TestApp, error, unlimited};

async fn shown(app: &TestApp) -> Value {
    let request = app.request(reqwest::Method::GET, "/api/admin/models").bearer_auth(ADMIN);
    request.send().await.unwrap().json().await.unwrap()
}

async fn changed(app: &TestApp, how: &str, body: Value) -> (u16, Value) {
    let response = app.post(&format!("/api/admin/models/{how}"), &body).bearer_auth(ADMIN).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// A model that ends on a day of next year, and its successor, which answers.
pub(crate) fn setup() -> Setup {
    let mini = ScriptedModel::new("gpt-4o-mini", Vec::new());
    let luna = ScriptedModel::new("gpt-6-luna", vec![says(&["Un 40 % [1]."], None)]);
    let lives = Lives::default().with(&mini, Some("2027-01-14"), Some("gpt-6-luna")).with(&luna, None, None);
    Setup { lives, ..Setup::with_models(&[&mini]) }
}

#[tokio::test]
async fn the_owner_sees_what_ends_moves_on_and_back() {
    let app = TestApp::with(setup(), unlimited()).await;
    let before = shown(&app).await;
    assert_eq!((&before["answering"], &before["chosen"]), (&json!("gpt-4o-mini"), &Value::Null));
    assert_eq!(before["warnings"][0]["level"], "90", "{before}");
    let first = &before["models"][0];
    assert_eq!(
        (&first["name"], &first["uses"], &first["stage"]),
        (&json!("gpt-4o-mini"), &json!(["primary"]), &json!("ending"))
    );
    assert_eq!((&first["ends"], &first["days"]), (&json!("2027-01-14"), &json!(53)));
    assert_eq!(first["figures"]["price"]["input"], 0.15, "{first}");
    assert!(first["figures"]["sources"].as_array().unwrap().iter().all(|source| source["as_of"] == "2026-11-22"));

    let (status, migration) = changed(&app, "migrate", json!({})).await;
    assert_eq!((status, &migration["to"]), (200, &json!("gpt-6-luna")), "{migration}");
    let input =
        migration["changes"].as_array().unwrap().iter().find(|change| change["what"] == "input, per million tokens");
    assert_eq!(input.unwrap()["to"], "$0.1", "{migration}");
    let after = shown(&app).await;
    assert_eq!((&after["answering"], &after["chosen"]["in_force"]), (&json!("gpt-6-luna"), &json!(true)));
    assert_eq!(after["warnings"], json!([]));
    let answer: Value = app
        .post("/api/chat", &json!({ "message": "¿Cuánto subió la precisión de Ada?" }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["model"], "gpt-6-luna", "{answer}");

    let (status, migration) = changed(&app, "rollback", json!({})).await;
    assert_eq!((status, &migration["to"]), (200, &json!("gpt-4o-mini")), "{migration}");
    assert_eq!(shown(&app).await["answering"], "gpt-4o-mini");
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_reason() {
    let app = TestApp::with(setup(), unlimited()).await;
    for (how, body, code) in [
        ("rollback", json!({}), "nothing_to_undo"),
        ("migrate", json!({ "model": "gpt-4o-mini" }), "same_model"),
        ("migrate", json!({ "model": "text-embedding-3-small" }), "no_chat_model"),
        ("migrate", json!({ "model": "nobody-has-this" }), "model_unusable"),
    ] {
        let (status, refused) = changed(&app, how, body.clone()).await;
        assert_eq!((status, &refused["error"]["code"]), (409, &json!(code)), "{body}: {refused}");
    }
    for path in ["/api/admin/models/migrate", "/api/admin/models/rollback"] {
        let stranger = app.post(path, &json!({})).send().await.unwrap();
        assert_eq!(error(stranger).await, (401, "unauthorized".to_owned()), "{path}");
    }
    assert_eq!(error(app.get("/api/admin/models").await).await, (401, "unauthorized".to_owned()));
    app.finish().await;
}
