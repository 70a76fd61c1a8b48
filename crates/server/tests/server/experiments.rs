//! `/api/admin/experiments`, and who is in one.

use portavoz_app::testing::Setup;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ADMIN, TestApp, error, unlimited};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";

/// What finds nothing, ever.
fn draft() -> Value {
    json!({ "name": "luna", "variants": [{ "name": "deaf", "variation": { "threshold": 1.0 } }] })
}

async fn owners(app: &TestApp, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = app.request(method.clone(), &format!("/api/admin/experiments{path}")).bearer_auth(ADMIN);
    let request = if method == Method::GET { request } else { request.json(&body) };
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn start(app: &TestApp) -> Value {
    let mut confirmed = draft();
    confirmed["confirm"] = json!(true);
    let (status, started) = owners(app, Method::POST, "", confirmed).await;
    assert_eq!(status, 201, "{started}");
    started
}

/// A visitor with a browser asks a first question; the answer's events.
async fn visit(app: &TestApp, edit: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> String {
    let request = app.post("/api/chat", &json!({ "message": QUESTION, "stream": true }));
    edit(request).send().await.unwrap().text().await.unwrap()
}

fn is_in_it(events: &str) -> bool {
    events.contains("\"variant\":\"luna:")
}

#[tokio::test]
async fn the_owner_confirms_the_plan_watches_and_ships() {
    let app = TestApp::start().await;
    let (status, planned) = owners(&app, Method::POST, "/plan?language=en", draft()).await;
    assert_eq!((status, &planned["plan"]["advice"]), (200, &json!("no_traffic")), "{planned}");
    let (status, unconfirmed) = owners(&app, Method::POST, "", draft()).await;
    assert_eq!((status, &unconfirmed["error"]["code"]), (409, &json!("plan_unconfirmed")), "{unconfirmed}");
    assert!(unconfirmed["plan"]["visitors"].as_u64().unwrap() > 50, "{unconfirmed}");
    assert_eq!(owners(&app, Method::GET, "", Value::Null).await.1, json!({ "experiments": [] }));

    let started = start(&app).await;
    assert_eq!((&started["state"], &started["arms"][0]["share_per_mille"]), (&json!("running"), &json!(500)));
    for _ in 0..40 {
        assert!(is_in_it(&visit(&app, |request| request.header("user-agent", BROWSER)).await));
    }
    let (_, shown) = owners(&app, Method::GET, "/luna?language=en", Value::Null).await;
    let variant = &shown["judgement"]["variants"][0];
    assert_eq!((&variant["name"], &variant["verdict"]), (&json!("deaf"), &json!("worse")), "{shown}");
    assert!(shown["judgement"]["sentence"].as_str().unwrap().contains("is worse than the control"), "{shown}");
    assert_eq!(shown["judgement"]["observed"], 40);

    let (status, shared) = owners(&app, Method::POST, "/luna/shares", json!({ "shares": [900, 100] })).await;
    assert_eq!((status, &shared["arms"][1]["share_per_mille"]), (200, &json!(100)));
    let (status, shipped) = owners(&app, Method::POST, "/luna/ship", json!({ "variant": "deaf" })).await;
    assert_eq!((status, &shipped["state"], &shipped["shipped"]), (200, &json!("shipped"), &json!("deaf")));
    let (status, stopped) = owners(&app, Method::POST, "/luna/stop", json!({})).await;
    assert_eq!((status, &stopped["state"], &stopped["shipped"]), (200, &json!("stopped"), &Value::Null));
    let (status, archived) = owners(&app, Method::POST, "/luna/archive", json!({})).await;
    assert_eq!((status, &archived["state"]), (200, &json!("archived")));
    app.finish().await;
}

#[tokio::test]
async fn only_people_at_the_chat_are_in_an_experiment() {
    let app = TestApp::start().await;
    start(&app).await;
    let browser = |request: reqwest::RequestBuilder| request.header("user-agent", BROWSER);
    assert!(is_in_it(&visit(&app, browser).await));
    assert!(!is_in_it(&visit(&app, |request| request.header("user-agent", "curl/8.5.0")).await));
    assert!(!is_in_it(&visit(&app, |request| browser(request).bearer_auth(ADMIN)).await), "the owner's token");
    // A browser in which the owner has opened the dashboard.
    let response = app.owners_browser().log_in().await;
    let cookies = response.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let marks: Vec<_> = cookies.filter(|cookie| cookie.contains("Path=/api/chat")).collect();
    let mark = marks[0].split(';').next().unwrap().to_owned();
    assert!(!is_in_it(&visit(&app, |request| browser(request).header("cookie", mark)).await));
    let body = json!({ "model": "portavoz", "messages": [{ "role": "user", "content": QUESTION }] });
    browser(app.post("/v1/chat/completions", &body)).send().await.unwrap();
    let (_, shown) = owners(&app, Method::GET, "/luna", Value::Null).await;
    assert_eq!(shown["judgement"]["exposed"], 1, "{shown}");
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_reason() {
    let app = TestApp::with(Setup::default(), unlimited()).await;
    start(&app).await;
    let named = |name: &str, variation: Value| json!({ "name": name, "variants": [{ "name": "b", "variation": variation }], "confirm": true });
    for (path, body, expected) in [
        ("", named("other", json!({ "threshold": 0.5 })), (409, "experiment_in_the_way")),
        ("", named("Other!", json!({ "threshold": 0.5 })), (422, "invalid_experiment")),
        ("", named("other", json!({})), (422, "invalid_experiment")),
        ("", named("other", json!({ "threshold": 7.0 })), (422, "invalid_variation")),
        ("", named("other", json!({ "treshold": 0.5 })), (400, "bad_request")),
        ("/luna/shares", json!({ "shares": [1] }), (422, "invalid_experiment")),
        ("/luna/ship", json!({ "variant": "nobody" }), (422, "invalid_experiment")),
        ("/luna/archive", json!({}), (409, "wrong_experiment_state")),
        ("/nobody/stop", json!({}), (404, "experiment_not_found")),
    ] {
        let (status, refused) = owners(&app, Method::POST, path, body).await;
        assert_eq!((status, refused["error"]["code"].as_str().unwrap()), expected, "{path}: {refused}");
    }
    for path in ["/luna/stop", "/luna/archive", ""] {
        let stranger = app.post(&format!("/api/admin/experiments{path}"), &draft()).send().await.unwrap();
        assert_eq!(error(stranger).await, (401, "unauthorized".to_owned()), "{path}");
    }
    app.finish().await;
}
