//! Fetching the owner's site, against a scripted server.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Once;
use std::time::Duration;

use portavoz_domain::document::Format;
use portavoz_knowledge::readers::ReadOptions;
use portavoz_knowledge::web::{FetchError, FetchLimits, Fetched, fetch};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The client needs a provider of cryptography even where it uses none.
fn client() -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn serve(pages: &[(&str, ResponseTemplate)]) -> MockServer {
    let server = MockServer::start().await;
    for (at, response) in pages {
        Mock::given(path(*at)).respond_with(response.clone()).mount(&server).await;
    }
    server
}

fn html(words: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(format!("<html lang=es><body><p>{words}</p></body></html>"), "text/html")
}

fn causes(fetched: &Fetched) -> Vec<String> {
    let at = |id: &str| {
        id.rsplit_once("127.0.0.1").map_or(id.to_owned(), |(_, rest)| rest.split_once('/').unwrap().1.to_owned())
    };
    fetched.problems.iter().map(|problem| format!("{} {}", at(problem.document.as_str()), problem.cause)).collect()
}

#[tokio::test]
async fn one_page_becomes_a_document_named_by_its_url() {
    let server = serve(&[("/sobre-mi", html("Soy Lucía y trabajo en Valencia."))]).await;
    let url = format!("{}/sobre-mi", server.uri());
    let fetched = fetch(&client(), &url, &FetchLimits::default()).await.unwrap();
    let (document, problems) = fetched.pages.first().unwrap().read(&ReadOptions::default()).unwrap();
    assert_eq!((document.id.as_str(), document.url.as_deref()), (url.as_str(), Some(url.as_str())));
    assert_eq!((document.format, document.text.as_str()), (Format::Html, "Soy Lucía y trabajo en Valencia."));
    assert!(problems.is_empty());
}

#[tokio::test]
async fn a_sitemap_gives_its_pages_and_names_what_it_cannot_have() {
    let server = MockServer::start().await;
    let at = |page: &str| format!("<url><loc>{}{page}</loc></url>", server.uri());
    let urls = ["/a", "/b", "/falta", "/privado/x", "/lejos", "/a"].map(at).concat();
    let sitemap = format!("<?xml version=\"1.0\"?><urlset>{urls}<url><loc>https://otro.example/</loc></url></urlset>");
    let index = format!("<sitemapindex><sitemap><loc>{}/paginas.xml</loc></sitemap></sitemapindex>", server.uri());
    for (page, response) in [
        ("/robots.txt", ResponseTemplate::new(200).set_body_string("User-agent: *\nDisallow: /privado")),
        ("/sitemap.xml", ResponseTemplate::new(200).set_body_string(index)),
        ("/paginas.xml", ResponseTemplate::new(200).set_body_string(sitemap)),
        ("/a", html("Página uno.")),
        ("/b", ResponseTemplate::new(301).insert_header("location", "/b/")),
        ("/b/", html("Página dos.")),
        ("/lejos", ResponseTemplate::new(302).insert_header("location", "https://otro.example/")),
    ] {
        Mock::given(path(page)).respond_with(response).mount(&server).await;
    }
    let fetched = fetch(&client(), &format!("{}/sitemap.xml", server.uri()), &FetchLimits::default()).await.unwrap();
    let paths: Vec<&str> = fetched.pages.iter().map(|page| page.url.path()).collect();
    assert_eq!(paths, ["/a", "/b/"]);
    assert_eq!(
        causes(&fetched),
        [
            "https://otro.example/ is on another host",
            "privado/x is disallowed by the site's robots.txt",
            "falta does not exist",
            "lejos leads to another host, `otro.example`",
        ]
    );
}

#[tokio::test]
async fn limits_of_number_size_and_time_hold() {
    let server = MockServer::start().await;
    let urls: String =
        ["/grande", "/lenta", "/a", "/b"].map(|page| format!("<url><loc>{}{page}</loc></url>", server.uri())).concat();
    for (page, response) in [
        ("/sitemap.xml", ResponseTemplate::new(200).set_body_string(format!("<urlset>{urls}</urlset>"))),
        ("/grande", html(&"x".repeat(2 * 1024 * 1024))),
        ("/lenta", html("tarde").set_delay(Duration::from_secs(30))),
        ("/a", html("uno")),
    ] {
        Mock::given(path(page)).respond_with(response).mount(&server).await;
    }
    let limits = FetchLimits { max_pages: 3, max_bytes: 1024 * 1024, page_timeout: Duration::from_millis(400) };
    let fetched = fetch(&client(), &format!("{}/sitemap.xml", server.uri()), &limits).await.unwrap();
    assert_eq!(fetched.pages.len(), 1);
    assert_eq!(
        causes(&fetched),
        [
            "sitemap.xml lists 1 pages more than the 3 that are read",
            "grande is larger than 1 MB",
            "lenta did not answer in time"
        ]
    );
}

#[tokio::test]
async fn the_charset_of_the_header_is_honoured() {
    let body = encoding_rs::ISO_8859_2.encode("<p>Łódź</p>").0.into_owned();
    let response = ResponseTemplate::new(200).set_body_raw(body, "text/html; charset=iso-8859-2");
    let server = serve(&[("/", response)]).await;
    let fetched = fetch(&client(), &server.uri(), &FetchLimits::default()).await.unwrap();
    assert_eq!(fetched.pages.first().unwrap().read(&ReadOptions::default()).unwrap().0.text, "Łódź");
}

#[tokio::test]
async fn what_cannot_be_fetched_at_all_is_an_error() {
    let server = serve(&[("/prohibido", ResponseTemplate::new(403))]).await;
    let fails = async |url: &str| fetch(&client(), url, &FetchLimits::default()).await.unwrap_err();
    assert!(matches!(fails("ftp://a.example").await, FetchError::NotAUrl(_)));
    let url = format!("{}/prohibido", server.uri());
    assert_eq!(fails(&url).await.to_string(), format!("`{url}` is not public"));
}
