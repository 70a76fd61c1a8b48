//! Lists of models, as servers give them.

use portavoz_llm::openai::{Timeouts, list_models, ping};

use crate::cassette::{Exchange, Step};
use crate::player::Player;
use crate::{KEY, connection};

pub fn listing(status: u16, path: &str, body: &str) -> Exchange {
    Exchange {
        path: path.to_owned(),
        method: "GET".to_owned(),
        has: toml::Table::new(),
        lacks: Vec::new(),
        status,
        headers: toml::Table::new(),
        framing: "length".to_owned(),
        body: vec![Step::Send(body.to_owned())],
    }
}

#[tokio::test(start_paused = true)]
async fn lists_are_read_in_every_shape() {
    for (body, expected) in [
        (
            r#"{"object":"list","data":[{"id":"gpt-4o-mini","object":"model","owned_by":"system","shutdown_date":"2027-01-14"},
                {"id":"gpt-6-luna","shutdown_date":null},{"object":"model"},{"id":"odd","shutdown_date":"soon"}]}"#,
            vec![("gpt-4o-mini", Some("2027-01-14")), ("gpt-6-luna", None), ("odd", None)],
        ),
        (r#"[{"id":"m","type":"chat"}]"#, vec![("m", None)]),
        (r#"{"models":[{"name":"llama3.2:3b","model":"llama3.2:3b"}]}"#, vec![("llama3.2:3b", None)]),
        (r#"{"data":["m"]}"#, vec![("m", None)]),
        (r#"{"data":[]}"#, vec![]),
    ] {
        let player = Player::start(vec![listing(200, "/v1/models", body)], false).await;
        let listed = list_models(connection(&player.url("")), &Timeouts::default()).await.unwrap();
        let read: Vec<(&str, Option<String>)> =
            listed.iter().map(|model| (model.id.as_str(), model.shutdown_date.map(|date| date.to_string()))).collect();
        let expected: Vec<(&str, Option<String>)> =
            expected.into_iter().map(|(id, date)| (id, date.map(str::to_owned))).collect();
        assert_eq!(read, expected, "{body}");
        assert_eq!(player.requests()[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_list_is_said() {
    for (status, body, words) in [
        (200, "<html></html>", "web page"),
        (200, "{}", "no list"),
        (200, "nonsense", "not JSON"),
        (401, r#"{"error":{"message":"Incorrect API key provided: test-key-that-must-not-leak"}}"#, "check the key"),
        (500, "", "trouble (500)"),
    ] {
        let player = Player::start(vec![listing(status, "/v1/models", body)], true).await;
        let error = list_models(connection(&player.url("/v1")), &Timeouts::default()).await.unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains(KEY), "{body}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_without_a_list_is_still_there() {
    for (status, body, reached) in [
        (200, r#"{"data":[]}"#, true),
        (404, r#"{"detail":"Not Found"}"#, true),
        (404, "<html>nginx</html>", false),
        (401, r#"{"error":"no"}"#, false),
    ] {
        let player = Player::start(vec![listing(status, "/v1/models", body)], true).await;
        let result = ping(connection(&player.url("/v1")), &Timeouts::default()).await;
        assert_eq!(result.is_ok(), reached, "{status} {body}: {result:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_at_the_root_without_version_is_found() {
    let script = vec![listing(404, "/v1/models", "nothing"), listing(200, "/models", r#"{"data":[{"id":"m"}]}"#)];
    let player = Player::start(script, false).await;
    assert_eq!(list_models(connection(&player.url("/")), &Timeouts::default()).await.unwrap().len(), 1);
    assert_eq!(player.requests()[1].path, "/models");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = ping(connection(&format!("http://{address}/v1")), &Timeouts::default()).await.unwrap_err();
    assert_eq!(error.code(), "transient");
    assert!(error.to_string().contains("could not connect to `127.0.0.1`"), "{error}");
}
