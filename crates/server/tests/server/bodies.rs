//! Bodies that cannot be read, on every route that takes one.

use std::time::Duration;

use portavoz_app::testing::Setup;
use portavoz_server::ServerSettings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{ADMIN, TestApp, error, unlimited};

const ROUTES: [&str; 4] = ["/api/chat", "/v1/chat/completions", "/api/admin/search", "/api/admin/verify"];

#[tokio::test]
async fn a_compressed_body_is_of_a_kind_that_is_not_read() {
    let app = TestApp::start().await;
    // The head of a gzip file, which is no JSON.
    let compressed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    for path in ROUTES {
        let request = app.request(reqwest::Method::POST, path).header("content-type", "application/json");
        let request = request.header("content-encoding", "gzip").bearer_auth(ADMIN).body(compressed.to_vec());
        assert_eq!(error(request.send().await.unwrap()).await, (415, "encoded_body".to_owned()), "{path}");
    }
    let plain = app.post_text("/api/chat", r#"{"message":"hola"}"#).header("content-encoding", "identity");
    assert_eq!(plain.send().await.unwrap().status(), 200);
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_stops_coming_is_timed_out() {
    let settings = ServerSettings { body_timeout: Duration::from_millis(20), ..unlimited() };
    let app = TestApp::with(Setup::default(), settings).await;
    for path in ROUTES {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\
             Authorization: Bearer {ADMIN}\r\nConnection: close\r\n\r\n{{\"mess"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"body_timeout\""), "{path}: {answer}");
    }
    app.finish().await;
}
