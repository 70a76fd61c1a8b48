//! Who may ask, how often, and from which pages.

use std::num::NonZeroU32;

use portavoz_app::testing::Setup;
use portavoz_server::ServerSettings;
use serde_json::json;

use super::support::{ADMIN, TestApp, error, text, unlimited};

fn hello() -> serde_json::Value {
    json!({ "message": "hola" })
}

#[tokio::test]
async fn a_page_of_another_origin_asks_only_when_it_is_allowed() {
    let settings = ServerSettings { allowed_origins: vec!["https://maria.example".to_owned()], ..unlimited() };
    let app = TestApp::with(Setup::default(), settings).await;
    let own = format!("http://{}", app.address);
    for (origin, status) in [("https://maria.example", 200), (&*own, 200), ("https://evil.example", 403), ("null", 403)]
    {
        for path in ["/api/chat", "/v1/chat/completions"] {
            let body = json!({ "message": "hola", "messages": [{ "role": "user", "content": "hola" }] });
            let response = app.post(path, &body).header("origin", origin).send().await.unwrap();
            assert_eq!(response.status(), status, "{origin} {path}");
        }
    }
    let preflight = |origin: &'static str| {
        app.request(reqwest::Method::OPTIONS, "/api/chat")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
    };
    let allowed = preflight("https://maria.example").send().await.unwrap();
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://maria.example");
    let refused = preflight("https://evil.example").send().await.unwrap();
    assert!(refused.headers().get("access-control-allow-origin").is_none());
    app.finish().await;
}

#[tokio::test]
async fn limits_count_by_address_and_by_visitor_and_say_how_long_to_wait() {
    let settings = ServerSettings {
        per_visitor_per_minute: NonZeroU32::new(2),
        per_address_per_minute: NonZeroU32::new(4),
        ..ServerSettings::default()
    };
    let app = TestApp::with(Setup::default(), settings).await;
    let first: serde_json::Value = app.post("/api/chat", &hello()).send().await.unwrap().json().await.unwrap();
    let token = text(&first["visitor_token"]);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let response = app.post("/api/chat", &hello()).bearer_auth(&token).send().await.unwrap();
        statuses.push(response.status().as_u16());
        if response.status() == 429 {
            let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
        }
    }
    assert_eq!(statuses, [200, 200, 429], "the visitor's two");
    let refused = app.post("/api/chat", &hello()).send().await.unwrap();
    assert_eq!(error(refused).await, (429, "rate_limited".to_owned()), "the address's four");
    app.finish().await;
}

#[tokio::test]
async fn forwarded_addresses_are_believed_only_from_trusted_proxies() {
    let limited = |trusted: &[&str]| ServerSettings {
        trusted_proxies: trusted.iter().map(|net| net.parse().unwrap()).collect(),
        per_address_per_minute: NonZeroU32::new(1),
        ..unlimited()
    };
    for (trusted, expected) in [(&[][..], [200, 429]), (&["127.0.0.0/8"], [200, 200])] {
        let app = TestApp::with(Setup::default(), limited(trusted)).await;
        let mut statuses = Vec::new();
        for client in ["198.51.100.1", "198.51.100.2"] {
            let response = app.post("/api/chat", &hello()).header("x-forwarded-for", client).send().await.unwrap();
            statuses.push(response.status().as_u16());
        }
        assert_eq!(statuses, expected, "{trusted:?}");
        app.finish().await;
    }
}

#[tokio::test]
async fn the_owners_routes_want_the_owners_token_and_guessing_is_slowed() {
    let app = TestApp::start().await;
    let search = json!({ "query": "RAG" });
    let ask = |token: Option<&'static str>| {
        let request = app.post("/api/admin/search", &search);
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    };
    assert_eq!(ask(Some(ADMIN)).send().await.unwrap().status(), 200);
    assert_eq!(error(ask(None).send().await.unwrap()).await, (401, "unauthorized".to_owned()));
    let mut last = 0;
    for _ in 0..12 {
        last = ask(Some("a guess")).send().await.unwrap().status().as_u16();
    }
    assert_eq!(last, 429);
    assert_eq!(ask(Some(ADMIN)).send().await.unwrap().status(), 200, "the owner is never locked out");
    app.finish().await;
}
