//! The pages as they are sent; how they behave is tested in a browser.

use super::support::TestApp;

#[tokio::test]
async fn the_chat_page_speaks_the_browsers_language_and_runs_no_inline_code() {
    let app = TestApp::start().await;
    for (accepted, lang) in [("de-AT,de;q=0.9", "de"), ("ja", "es"), ("ca", "ca")] {
        let request = app.request(reqwest::Method::GET, "/").header("accept-language", accepted);
        let page = request.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{accepted}");
        assert!(page.contains("Ada"), "the owner is named");
        assert!(!page.contains("style=") && !page.contains("onclick="));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_citation_opens_its_document_at_the_place() {
    let app = TestApp::start().await;
    let answer = app.visitor().ask("¿Cuánto subió la precisión con el sistema RAG?").await;
    let url = answer["citations"][0]["url"].as_str().unwrap();
    let page = app.get(url).await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    let marked = page.split_once("<mark").unwrap().1.split_once("</mark>").unwrap().0;
    assert!(marked.contains("40 %"), "{marked}");
    for (path, status) in [
        ("/source?document=nope.md", 404),
        ("/source", 400),
        ("/source?document=rag.md&from=-1", 400),
        ("/source?document=rag.md&from=9999999&to=3", 200),
        ("/source?document=../../etc/passwd", 404),
    ] {
        assert_eq!(app.get(path).await.status(), status, "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn assets_are_cached_by_their_content() {
    let app = TestApp::start().await;
    let first = app.get("/assets/chat.js").await;
    assert_eq!(first.headers()["content-type"], "text/javascript; charset=utf-8");
    let tag = first.headers()["etag"].clone();
    let again = app.request(reqwest::Method::GET, "/assets/chat.js").header("if-none-match", tag);
    assert_eq!(again.send().await.unwrap().status(), 304);
    assert_eq!(app.get("/assets/../Cargo.toml").await.status(), 404);
    assert_eq!(app.get("/assets/none.js").await.status(), 404);
    app.finish().await;
}
