//! The widget as it is sent: the loader, and who may put the chat into a frame. How both behave is tested in a browser.

use portavoz_app::testing::Setup;
use portavoz_server::ServerSettings;
use reqwest::{Method, Response};

use super::support::{TestApp, unlimited};

async fn allowing(origin: &str) -> TestApp {
    let settings = ServerSettings { allowed_origins: vec![origin.to_owned()], ..unlimited() };
    TestApp::with(Setup::default(), settings).await
}

/// Who may frame the page of an answer.
fn ancestors(response: &Response) -> String {
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    let rule = policy.split(';').map(str::trim).find_map(|rule| rule.strip_prefix("frame-ancestors "));
    rule.unwrap().to_owned()
}

#[tokio::test]
async fn the_loader_is_kept_for_minutes_and_for_pages_of_every_origin() {
    let app = TestApp::start().await;
    let request = || app.request(Method::GET, "/widget.js");
    let response = request().send().await.unwrap();
    let headers = response.headers().clone();
    assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(headers["cache-control"], "public, max-age=300");
    assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
    let again = request().header("if-none-match", headers["etag"].clone()).send().await.unwrap();
    assert_eq!(again.status(), 304);
    app.finish().await;
}

#[tokio::test]
async fn the_chat_is_framed_by_pages_that_are_allowed_and_by_no_others() {
    let app = allowing("https://maria.example").await;
    let own = format!("http://{}", app.address);
    for host in ["https://maria.example", "http://localhost:3000", "https://localhost", "http://127.0.0.1:1", &own] {
        let response = app.get(&format!("/widget?host={host}")).await;
        assert_eq!(response.status(), 200, "{host}");
        assert_eq!(
            ancestors(&response),
            "'self' http://localhost:* https://localhost:* http://127.0.0.1:* https://maria.example"
        );
        assert!(response.text().await.unwrap().contains("id=\"composer\""), "{host}");
    }
    for (host, line) in [
        ("https://evil.example", Some("allowed_origins = [\"https://evil.example\"]")),
        ("http://maria.example", Some("allowed_origins = [\"http://maria.example\"]")),
        ("https://maria.example.evil.example", Some("https://maria.example.evil.example")),
        ("null", None),
        ("%22%3E%3Cscript%3E", None),
    ] {
        let response = app.get(&format!("/widget?host={host}&language=en")).await;
        assert_eq!(response.status(), 403, "{host}");
        assert_eq!(ancestors(&response), "*");
        let page = response.text().await.unwrap().replace("&#34;", "\"");
        assert!(!page.contains("id=\"composer\"") && !page.contains("Ada"), "{host}: {page}");
        assert!(line.is_none_or(|line| page.contains(line)), "{host}: {page}");
        assert_eq!(page.contains("<pre"), line.is_some(), "{host}: {page}");
        assert!(!page.contains("\"><script>"), "{page}");
    }
    assert_eq!(ancestors(&app.get("/").await), "'none'", "the chat page by itself is never framed");
    app.finish().await;
}

#[tokio::test]
async fn a_host_chooses_language_and_greeting_and_nothing_that_it_says_becomes_markup() {
    let app = TestApp::start().await;
    let page = app.get("/widget?language=de-AT&greeting=Frag%20<b>mich</b>%0A%0Ajetzt&colour=%23a01060").await;
    let page = page.text().await.unwrap();
    assert!(page.contains("<html lang=\"de\"") && page.contains("jetzt") && !page.contains("<b>mich"), "{page}");
    let plain = app.get("/widget?language=tlh&greeting=%20&colour=url(x)").await;
    assert_eq!(plain.status(), 200);
    let plain = plain.text().await.unwrap();
    assert!(!plain.contains("url(x)") && plain.contains("<html lang=\"es\""), "{plain}");
    assert_eq!(app.get("/widget?host=a&host=b").await.status(), 400);
    app.finish().await;
}
