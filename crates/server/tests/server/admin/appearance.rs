//! The page on which the owner chooses how the widget looks.

use portavoz_app::testing::Setup;
use portavoz_server::ServerSettings;
use reqwest::Method;

use crate::server::support::{TestApp, unlimited};

#[tokio::test]
async fn what_is_chosen_is_in_the_lines_to_paste_and_on_the_page_that_shows_it() {
    let app = TestApp::start().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let plain = owner.page("/admin/appearance").await;
    let script = format!("&#60;script src=&#34;http://{}/widget.js&#34; async&#62;&#60;/script&#62;", app.address);
    assert!(plain.contains(&script), "{plain}");
    assert!(!plain.contains("[site]"), "nothing was chosen: {plain}");
    let query = "?colour=%23a01060&position=left&language=en&greeting=Hi+%22you%22+%3Cscript%3E";
    let page = owner.page(&format!("/admin/appearance{query}")).await;
    for words in [
        "data-colour=&#34;#a01060&#34; data-position=&#34;left&#34; data-language=&#34;en&#34;",
        "colour = &#34;#a01060&#34;",
        "greeting = &#34;Hi \\&#34;you\\&#34; &#60;script&#62;&#34;",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(!page.contains("<script>"), "{page}");
    let preview = owner.page(&format!("/admin/appearance/preview{query}")).await;
    assert!(preview.contains("<script src=\"/widget.js\" async data-colour=\"#a01060\""), "{preview}");
    let response = owner.get("/admin/appearance/preview").await;
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors 'self'; frame-src 'self'"), "{policy}");
    app.finish().await;
}

#[tokio::test]
async fn the_lines_name_the_address_that_visitors_use_and_the_sites_that_are_allowed() {
    let settings = ServerSettings {
        allowed_origins: vec!["https://ada.example".to_owned()],
        public_url: Some("https://chat.ada.example".to_owned()),
        ..unlimited()
    };
    let app = TestApp::with(Setup::default(), settings).await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/appearance").await;
    for words in ["src=&#34;https://chat.ada.example/widget.js&#34;", "<code>https://ada.example</code>"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let stranger = app.request(Method::GET, "/admin/appearance/preview").send().await.unwrap();
    assert!(!stranger.text().await.unwrap().contains("widget.js"), "it is behind the login");
    app.finish().await;
}
