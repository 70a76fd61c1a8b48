//! The pages as they are sent; how they behave is tested in a browser.

use portavoz_app::settings::{Face, Logo, PrivacySettings};
use portavoz_app::testing::Setup;
use portavoz_domain::colour::Colour;

use super::support::{TestApp, unlimited};

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
    let icon = app.get("/favicon.ico").await;
    assert_eq!((icon.status().as_u16(), &icon.headers()["content-type"]), (200, &"image/svg+xml".parse().unwrap()));
    app.finish().await;
}

/// The address after `before` in a page.
fn address<'a>(page: &'a str, before: &str) -> &'a str {
    page.split_once(before).unwrap().1.split_once('"').unwrap().0
}

#[tokio::test]
async fn the_chat_page_wears_the_owners_colour_picture_and_words() {
    let picture = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let setup = Setup {
        title: Some("Ask <Ada>".to_owned()),
        greeting: Some("Hi & welcome".to_owned()),
        suggestions: vec!["Why \"RAG\"?".to_owned()],
        face: Face { colour: Some(Colour([0xa0, 0x10, 0x60])), logo: Logo::read(picture) },
        ..Setup::default()
    };
    let app = TestApp::with(setup, unlimited()).await;
    let page = app.get("/").await.text().await.unwrap();
    for expected in ["<title>Ask &#60;Ada&#62;</title>", "Hi &#38; welcome", "Why &#34;RAG&#34;?"] {
        assert!(page.contains(expected), "{expected}: {page}");
    }

    let logo = app.get(address(&page, "class=\"mark\" src=\"")).await;
    assert_eq!(logo.headers()["content-type"], "image/svg+xml");
    let policy = logo.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "a drawing runs no script: {policy}");
    assert_eq!(logo.bytes().await.unwrap(), picture.as_slice());

    assert_eq!(app.get("/favicon.ico").await.bytes().await.unwrap(), picture.as_slice());

    let theme = app.get(&format!("/theme/{}", address(&page, "href=\"/theme/"))).await;
    assert_eq!(theme.headers()["content-type"], "text/css; charset=utf-8");
    assert!(theme.text().await.unwrap().contains("--accent"));

    // The page around a widget knows better, if it says something that is a colour.
    for (wanted, worn) in [("0055ff", "/theme/0055ff.css"), ("red;}", "/theme/a01060.css")] {
        let page = app.get(&format!("/?colour=%23{wanted}")).await.text().await.unwrap();
        assert!(page.contains(worn), "{wanted}: {page}");
    }
    app.finish().await;
}

#[tokio::test]
async fn without_wishes_of_the_owner_the_page_has_portavozs_own_looks() {
    let app = TestApp::start().await;
    let page = app.get("/").await.text().await.unwrap();
    assert!(page.contains("<span class=\"mark\">") && !page.contains("/theme/"), "{page}");
    for path in ["/logo", "/theme/red.css", "/theme/a01060", "/theme/a0106g.css"] {
        assert_eq!(app.get(path).await.status(), 404, "{path}");
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

#[tokio::test]
async fn where_nothing_is_kept_the_page_asks_for_no_opinion_and_no_message() {
    let setup = Setup { privacy: PrivacySettings { retention_days: 0 }, ..Setup::default() };
    for (setup, hidden, letter) in [(setup, 2, false), (Setup::default(), 0, true)] {
        let app = TestApp::with(setup, unlimited()).await;
        let page = app.get("/").await.text().await.unwrap();
        let thumbs = page.lines().filter(|line| line.contains("aria-pressed"));
        assert_eq!(thumbs.filter(|line| line.contains(" hidden>")).count(), hidden);
        assert_eq!(page.contains("id=\"letter\""), letter);
        app.finish().await;
    }
}
