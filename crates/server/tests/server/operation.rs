//! Health, headers, the description, and addresses that do not exist.

use serde_json::json;

use super::support::{TestApp, error};

#[tokio::test]
async fn probes_tell_life_and_readiness() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/healthz").await.status(), 200);
    let ready: serde_json::Value = app.get("/readyz").await.json().await.unwrap();
    assert_eq!((ready["status"].as_str(), ready["generation"].as_u64()), (Some("ready"), Some(1)));
    app.site.storage.close().await;
    assert_eq!(error(app.get("/readyz").await).await, (503, "storage_unavailable".to_owned()));
    let question = json!({ "message": "hola", "messages": [{ "role": "user", "content": "hola" }] });
    for path in ["/api/chat", "/v1/chat/completions"] {
        let refused = app.post(path, &question).send().await.unwrap();
        assert_eq!(error(refused).await, (503, "storage_unavailable".to_owned()), "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn every_response_has_its_id_and_protective_headers() {
    let app = TestApp::start().await;
    for path in ["/", "/healthz", "/nothing", "/docs"] {
        let response = app.get(path).await;
        let headers = response.headers();
        assert!(!headers["x-request-id"].is_empty(), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
    app.finish().await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_errors_like_others() {
    let app = TestApp::start().await;
    assert_eq!(error(app.get("/api/nothing").await).await, (404, "not_found".to_owned()));
    assert_eq!(error(app.get("/api/chat").await).await, (405, "method_not_allowed".to_owned()));
    app.finish().await;
}

#[test]
fn the_description_is_the_one_that_was_agreed() {
    insta::assert_json_snapshot!("openapi", portavoz_server::description());
}
