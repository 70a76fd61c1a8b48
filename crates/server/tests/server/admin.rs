//! The dashboard: who gets in, for how long, and what its pages show. How they look is tested in a browser.

use std::sync::Arc;
use std::time::Duration;

use portavoz_app::testing::{ScriptedModel, Setup, says};
use portavoz_domain::budget::{Caps, Purpose, Reservation};
use portavoz_domain::ids::ChargeId;
use portavoz_domain::usage::Usage;
use portavoz_server::ServerSettings;
use portavoz_server::sheet::{SettingsKey, SettingsOrigin, SettingsSection, SettingsSheet};
use reqwest::{Method, Response};

use super::support::{ADMIN, TestApp, unlimited};

mod appearance;
mod evaluation;
mod experiments;
mod messages;
mod upkeep;

const HOUR: Duration = Duration::from_secs(60 * 60);
/// Every page that is read; `{conversation}` is one that exists.
const PAGES: [&str; 17] = [
    "/admin",
    "/admin/conversations",
    "/admin/messages",
    "/admin/appearance",
    "/admin/conversations/{conversation}",
    "/admin/spending",
    "/admin/documents",
    "/admin/documents/preview?document=rag.md",
    "/admin/search?q=RAG",
    "/admin/models",
    "/admin/evaluation",
    "/admin/evaluation/compare",
    "/admin/experiments",
    "/admin/experiments/new",
    "/admin/alerts",
    "/admin/checklist",
    "/admin/settings",
];

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

#[tokio::test]
async fn no_page_is_shown_without_a_session() {
    let app = TestApp::start().await;
    for path in PAGES.into_iter().chain(["/admin/nothing", "/admin/conversations/x"]) {
        let response = app.get(path).await;
        assert_eq!(response.status(), 303, "{path}");
        assert!(location(&response).starts_with("/admin/login"), "{path}");
        let mut stranger = app.owners_browser();
        stranger.cookie = Some("portavoz_session=v1.AAAA.1795348800000.1795348800000.AAAA".to_owned());
        assert_eq!(stranger.get(path).await.status(), 303, "{path}");
    }
    let logged_out = app.owners_browser().submit("/admin/logout", "csrf=").await;
    assert_eq!(location(&logged_out), "/admin/login");
    let response = app.get("/admin/search?q=a%20b").await;
    assert_eq!(location(&response), "/admin/login?next=/admin/search%3Fq%3Da%2520b", "the owner comes back to it");
    app.finish().await;
}

#[tokio::test]
async fn the_owners_token_opens_the_dashboard_with_a_cookie_that_only_it_sees() {
    let app = TestApp::start().await;
    let mut owner = app.owners_browser();
    let wrong = owner.submit("/admin/login", "token=a+guess&next=%2Fadmin%2Fdocuments").await;
    assert_eq!(wrong.status(), 401);
    assert!(wrong.headers().get("set-cookie").is_none());
    let page = wrong.text().await.unwrap();
    assert!(page.contains("role=\"alert\"") && page.contains("value=\"/admin/documents\""), "{page}");
    assert!(!page.contains("a guess"), "what was typed is not sent back");

    let right = owner.log_in().await;
    assert_eq!((right.status().as_u16(), location(&right)), (303, "/admin"));
    let cookie = right.headers()["set-cookie"].to_str().unwrap();
    for part in ["portavoz_session=v1.", "; Path=/admin;", "; Max-Age=604800;", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain HTTP could not send it back");
    let shown = owner.get("/admin").await;
    assert_eq!(shown.status(), 200);
    assert_eq!(shown.headers()["cache-control"], "no-store");
    assert_eq!(shown.headers()["referrer-policy"], "same-origin");
    let policy = shown.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(location(&owner.get("/admin/login").await), "/admin", "who is in needs no form");
    app.finish().await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_that_speaks_https_the_cookie_is_secure() {
    for (trusted, protocol, secure) in [
        ("127.0.0.0/8", "https", true),
        ("127.0.0.0/8", "http", false),
        ("127.0.0.0/8", "https, http", false),
        ("10.0.0.0/8", "https", false),
    ] {
        let settings = ServerSettings { trusted_proxies: vec![trusted.parse().unwrap()], ..unlimited() };
        let app = TestApp::with(Setup::default(), settings).await;
        let request = app.request(Method::POST, "/admin/login").header("sec-fetch-site", "same-origin");
        let request = request.header("x-forwarded-proto", protocol);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(format!("token={ADMIN}")).send().await.unwrap();
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        assert_eq!(cookie.contains("; Secure"), secure, "{trusted} {protocol}");
        app.finish().await;
    }
}

#[tokio::test]
async fn guessing_at_the_login_is_slowed_and_learns_nothing_even_if_it_is_right() {
    let app = TestApp::start().await;
    let mut guesser = app.owners_browser();
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(guesser.submit("/admin/login", "token=a+guess").await.status().as_u16());
    }
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10..], [429; 2]);
    let right = guesser.log_in().await;
    assert_eq!(right.status(), 429);
    assert!(right.headers().get("set-cookie").is_none());
    let wait: u64 = right.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    app.finish().await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_left_alone_or_old_and_lives_on_while_it_is_used() {
    let app = TestApp::start().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let first = owner.cookie.clone();
    for used_hours in 1..=7 * 24 / 11 {
        app.site.clock.advance(11 * HOUR);
        assert_eq!(owner.get("/admin").await.status(), 200, "after {} h", used_hours * 11);
    }
    assert_ne!(owner.cookie, first, "it is written anew");
    app.site.clock.advance(11 * HOUR);
    assert_eq!(owner.get("/admin").await.status(), 303, "a week is enough");

    owner.log_in().await;
    app.site.clock.advance(12 * HOUR);
    assert_eq!(owner.get("/admin").await.status(), 303, "left alone");
    app.finish().await;
}

#[tokio::test]
async fn logging_out_ends_every_session() {
    let app = TestApp::start().await;
    let (mut here, mut elsewhere) = (app.owners_browser(), app.owners_browser());
    here.log_in().await;
    elsewhere.log_in().await;
    let copied = here.cookie.clone();
    let token = here.form_token().await;
    let response = here.submit("/admin/logout", &format!("csrf={token}")).await;
    assert_eq!(location(&response), "/admin/login?left=true");
    assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    here.cookie = copied;
    assert_eq!(here.get("/admin").await.status(), 303);
    assert_eq!(elsewhere.get("/admin").await.status(), 303);
    app.finish().await;
}

#[tokio::test]
async fn forms_of_other_pages_and_other_sessions_do_nothing() {
    let app = TestApp::start().await;
    let (mut owner, mut other) = (app.owners_browser(), app.owners_browser());
    owner.log_in().await;
    other.log_in().await;
    let (token, foreign) = (owner.form_token().await, other.form_token().await);
    let own = format!("http://{}", app.address);
    for (why, origin, fetch_site, csrf) in [
        ("another origin", Some("https://evil.example"), None, &*token),
        ("an origin that hides", Some("null"), None, &*token),
        ("another site, as the browser says", Some(&*own), Some("cross-site"), &*token),
        ("another port of this host", None, Some("same-site"), &*token),
        ("no page at all", None, None, &*token),
        ("no token", Some(&*own), None, ""),
        ("the token of another session", Some(&*own), None, &*foreign),
    ] {
        let mut request = owner.request(Method::POST, "/admin/logout");
        for (name, value) in [("origin", origin), ("sec-fetch-site", fetch_site)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(format!("csrf={csrf}")).send().await.unwrap();
        assert_eq!(response.status(), 403, "{why}");
        assert!(response.text().await.unwrap().contains("<html"), "{why}: it is a page");
        assert_eq!(owner.get("/admin").await.status(), 200, "{why}");
    }
    let request = app.request(Method::POST, "/admin/login").header("origin", "https://evil.example");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(request.body(format!("token={ADMIN}")).send().await.unwrap().status(), 403);
    app.finish().await;
}

#[tokio::test]
async fn the_dashboard_speaks_the_owners_language_and_both_of_its_own() {
    let app = TestApp::start().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    assert!(owner.page("/admin/documents").await.contains("<html lang=\"es\""), "the site's");
    let session = owner.cookie.clone().unwrap();
    let chosen = owner.get("/admin/language/en?to=%2Fadmin%2Fdocuments").await;
    assert_eq!(location(&chosen), "/admin/documents");
    owner.cookie = Some(format!("{session}; {}", owner.cookie.unwrap()));
    let page = owner.page("/admin/documents").await;
    assert!(page.contains("<html lang=\"en\"") && page.contains("Documents"), "{page}");
    for (path, status) in [("/admin/language/tlh", 404), ("/admin/nothing", 404), ("/admin/conversations/x", 404)] {
        let response = owner.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        assert!(response.text().await.unwrap().contains("<h1>There is nothing here</h1>"), "{path}");
    }
    let away = app.get("/admin/language/en?to=https%3A%2F%2Fevil.example").await;
    assert_eq!(location(&away), "/admin");
    app.finish().await;
}

#[tokio::test]
async fn the_documents_are_listed_with_what_is_wrong_with_them() {
    let app = TestApp::start().await;
    app.site.write("empty.md", "");
    app.site.write("otra.md", "# Experiencia\n\nAda trabaja en Taller Numérico <script>alert(1)</script>.\n");
    app.site.ingest().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/documents").await;
    for words in ["rag.md", "Buscador RAG", "empty.md", "5 documentos"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(!page.contains("<script>alert"));
    app.finish().await;
}

#[tokio::test]
async fn the_search_bench_shows_passages_and_why_each_is_where_it_is() {
    let app = TestApp::start().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/search?q=%C2%BFCu%C3%A1nto+subi%C3%B3+la+precisi%C3%B3n+con+el+sistema+RAG%3F").await;
    for words in ["Buscador RAG", "rag.md#0", "40 %", "bm25_share", "cuenta"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(owner.page("/admin/search").await.contains("name=\"q\""), "nothing searched, nothing found");
    let hostile = owner.page("/admin/search?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert!(!hostile.contains("<script>alert"), "{hostile}");
    app.finish().await;
}

#[tokio::test]
async fn a_conversation_is_shown_with_what_was_withheld_and_what_it_cost() {
    let usage = Usage { prompt_tokens: 1_000, completion_tokens: 200, ..Usage::default() };
    let answer = "La precisión de las respuestas subió un 40 % [1]. Ada ganó el premio Nobel en 1999.";
    let model = ScriptedModel::new("gpt-4o-mini", vec![says(&[answer], Some(usage))]);
    let app = TestApp::with_models(&[&model]).await;
    let mut visitor = app.visitor();
    visitor.ask("¿Cuánto subió la precisión con el sistema RAG?").await;
    visitor.ask("gracias").await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page(&format!("/admin/conversations/{}", visitor.conversation().0)).await;
    for words in
        ["subió un 40 %", "1 retenida", "premio Nobel", "gpt-4o-mini", "0,00027", "1000", "2 preguntas", "cortesía"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    let answer = page.split_once("<p class=\"answer\">").unwrap().1.split_once("</p>").unwrap().0;
    let (told, withheld) = answer.split_once("<del").unwrap();
    assert!(!told.contains("Nobel") && withheld.contains("Nobel"), "it was not told: {answer}");
    assert!(told.contains("class=\"cite\""), "sources are a click away: {answer}");
    app.finish().await;
}

/// Two conversations: an answer of a model, a greeting and a question that nothing answers.
async fn busy() -> TestApp {
    let usage = Usage { prompt_tokens: 1_000, completion_tokens: 200, ..Usage::default() };
    let answer = "La precisión de las respuestas subió un 40 % [1].";
    let model = ScriptedModel::new("gpt-4o-mini", vec![says(&[answer], Some(usage))]);
    let app = TestApp::with_models(&[&model]).await;
    let mut visitor = app.visitor();
    visitor.ask("¿Cuánto subió la precisión con el sistema RAG?").await;
    visitor.ask("hola").await;
    app.visitor().ask("Hat Ada mit COBOL gearbeitet?").await;
    app
}

#[tokio::test]
async fn the_overview_says_how_the_day_goes_and_what_to_do() {
    let app = busy().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    for period in ["", "?period=day", "?period=week", "?period=month", "?period=year", "?period=nonsense"] {
        let page = owner.page(&format!("/admin{period}")).await;
        for words in ["0,00027", "límite 2,00", "mínimo 0,80", "respondida", "Comparado", "datos de un solo momento"]
        {
            assert!(page.contains(words), "{words} in {period}: {page}");
        }
        assert!(!page.contains("data-chart"), "one moment is no curve");
        assert!(!page.contains("style=") && !page.contains("<script>"), "nothing inline");
    }
    app.site.clock.advance(24 * HOUR);
    app.visitor().ask("hola").await;
    owner.log_in().await;
    let page = owner.page("/admin").await;
    assert!(page.contains("data-chart=\"{&#34;unit&#34;:&#34;count&#34;"), "numbers for the chart: {page}");
    app.finish().await;
}

#[tokio::test]
async fn the_overview_names_what_asks_for_the_owner_and_leads_there() {
    let model = ScriptedModel::new("gpt-4o-mini", Vec::new());
    let app = TestApp::with_models(&[&model]).await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let (site, spending) = (&app.site.site, app.site.storage.spending());
    let id = ChargeId::mint(site.now(), [9; 10]);
    let (at, caps) = (site.now(), Caps::default());
    let reservation =
        Reservation { site: site.id().clone(), id, visitor: None, purpose: Purpose::Evaluation, at, amount: 1, caps };
    spending.reserve(&reservation).await.unwrap();
    spending.settle(site.id(), id, 11_000_000).await.unwrap();
    let page = owner.page("/admin").await;
    for words in [
        "Piden tu atención: <a href=\"/admin/spending\">Coste</a>",
        "Coste 11,00\u{a0}USD (límite 10,00\u{a0}USD): se ha gastado más de lo previsto.",
        "threshold bad",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_site_that_nobody_asked_anything_has_an_overview_too() {
    let app = TestApp::start().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    for (path, words) in [
        ("/admin", "Hoy no ha preguntado nadie todavía: no hay nada que hacer."),
        ("/admin/conversations", "Todavía no ha preguntado nadie"),
        ("/admin/spending", "Ningún modelo ha respondido"),
    ] {
        let page = owner.page(path).await;
        assert!(page.contains(words), "{words} in {page}");
        assert!(!page.contains("data-chart"), "there is nothing to draw on {path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn conversations_are_listed_newest_first_and_questions_by_how_they_ended() {
    let app = busy().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/conversations").await;
    let (older, newer) = (page.find("¿Cuánto subió").unwrap(), page.find("Hat Ada mit COBOL").unwrap());
    assert!(newer < older, "{page}");
    assert!(page.contains("2 preguntas") && page.contains("0,00027"), "{page}");
    for (filter, present, absent) in [
        ("outcome=answered", "¿Cuánto subió", "Hat Ada"),
        ("outcome=smalltalk", ">hola</a>", "¿Cuánto subió"),
        ("language=de", "Hat Ada", "¿Cuánto subió"),
        ("period=day", "Hat Ada", "nobody"),
        ("q=cobol", "Hat Ada", "¿Cuánto subió"),
        ("cost=0.001", "Nada coincide con lo elegido.", "¿Cuánto subió"),
        ("rating=any", "Nada coincide con lo elegido.", "¿Cuánto subió"),
        ("outcome=answered&q=precisi%C3%B3n", "?outcome=answered\">", "Hat Ada"),
    ] {
        let page = owner.page(&format!("/admin/conversations?{filter}")).await;
        assert!(page.contains(present) && !page.contains(absent), "{filter}: {page}");
    }
    assert_eq!(owner.get("/admin/conversations?after=nonsense").await.status(), 400);
    app.finish().await;
}

#[tokio::test]
async fn a_long_list_of_conversations_goes_on_on_the_next_page() {
    let app = TestApp::start().await;
    for _ in 0..53 {
        app.visitor().ask("hola").await;
    }
    let mut owner = app.owners_browser();
    owner.log_in().await;
    for filter in ["", "outcome=smalltalk"] {
        let first = owner.page(&format!("/admin/conversations?{filter}")).await;
        assert_eq!(first.matches("class=\"marks\"").count(), 50, "{filter}");
        let next = first.split_once("<a rel=\"next\" href=\"").unwrap().1.split_once('"').unwrap().0;
        let second = owner.page(&next.replace("&#38;", "&")).await;
        assert_eq!(second.matches("class=\"marks\"").count(), 3, "{filter}");
        assert!(!second.contains("rel=\"next\"") && second.contains("Las últimas"), "{filter}");
    }
    app.finish().await;
}

#[tokio::test]
async fn spending_is_told_by_day_and_by_model() {
    let app = busy().await;
    let (site, spending) = (&app.site.site, app.site.storage.spending());
    let reservation = Reservation {
        site: site.id().clone(),
        id: ChargeId::mint(site.now(), [9; 10]),
        visitor: None,
        purpose: Purpose::Evaluation,
        at: site.now(),
        amount: 2_000_000,
        caps: Caps::default(),
    };
    spending.reserve(&reservation).await.unwrap();
    spending.settle(site.id(), reservation.id, 1_250_000).await.unwrap();
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/spending").await;
    for words in ["0,00027", "gpt-4o-mini", "1200", "Gasto por día", "22 nov 2026", "1,25", "No hay tope"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_a_visitor_thinks_of_an_answer_stands_beside_it_and_can_be_looked_for() {
    let app = TestApp::start().await;
    let mut visitor = app.visitor();
    let turn = visitor.ask("¿Cuánto subió la precisión con el sistema RAG?").await["turn_id"].clone();
    let (conversation, token) = visitor.conversation().clone();
    let body = serde_json::json!({
        "turn_id": turn, "visitor_token": token, "rating": "down", "reason": "incomplete", "comment": "¿Y <b>cuándo</b>?"
    });
    assert_eq!(app.post("/api/feedback", &body).send().await.unwrap().status(), 200);
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/conversations?rating=down").await;
    assert!(page.contains("no gustó</span>") && page.contains("Valoración: no gustó</a>"), "{page}");
    assert!(page.contains(&format!("/admin/conversations/{conversation}#turn-")), "{page}");
    assert!(owner.page("/admin/conversations?rating=up").await.contains("Nada coincide"));
    let page = owner.page(&format!("/admin/conversations/{conversation}")).await;
    for words in ["no gustó", "falta algo", "¿Y &#60;b&#62;cuándo&#60;/b&#62;?"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_document_is_shown_with_its_passages() {
    let app = TestApp::start().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/documents/preview?document=rag.md").await;
    for words in ["Buscador RAG", "id=\"passage-1\"", "/source?document=rag.md&#38;from="] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert_eq!(owner.get("/admin/documents/preview?document=nothing.md").await.status(), 404);
    assert_eq!(owner.get("/admin/documents/preview").await.status(), 404);
    app.site.write("rag.md", "# Otra cosa\n\nYa no es lo que era.\n");
    assert!(owner.page("/admin/documents").await.contains("editado después"), "the index has not caught up yet");
    app.finish().await;
}

#[tokio::test]
async fn settings_are_shown_with_where_they_come_from_and_can_be_searched() {
    let key = |name, value: &str, origin| SettingsKey {
        name,
        doc: format!("What {name} is for."),
        value: Some(value.to_owned()),
        default: Some("4".to_owned()),
        allowed: "a whole number".to_owned(),
        variable: format!("PORTAVOZ_RETRIEVAL__{}", name.to_uppercase()),
        origin,
    };
    let file = SettingsOrigin::File { path: "me/portavoz.toml".to_owned(), line: 12 };
    let keys = vec![key("max_results", "6", file), key("threshold", "0.75", SettingsOrigin::Default)];
    let section = SettingsSection { name: "retrieval", doc: "Which passages count.".to_owned(), keys };
    let sheet = Arc::new(SettingsSheet { file: "me/portavoz.toml".to_owned(), sections: vec![section] });
    let app = TestApp::with(Setup::default(), ServerSettings { sheet, ..unlimited() }).await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/settings").await;
    for words in
        ["me/portavoz.toml, línea 12", "[retrieval]", "2 ajustes; 1 escrito por ti", "PORTAVOZ_RETRIEVAL__THRESHOLD"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    for query in ["only=written", "q=max", "q=results+for"] {
        let page = owner.page(&format!("/admin/settings?{query}")).await;
        assert!(page.contains("max_results") && !page.contains("What threshold"), "{query}: {page}");
    }
    assert!(owner.page("/admin/settings?q=nothing").await.contains("Ningún ajuste coincide."));
    app.finish().await;
}
