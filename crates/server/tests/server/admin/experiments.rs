//! The pages of live experiments: the plan before the start, what one says, and what is done to it.

use super::super::support::{OwnersBrowser, TestApp};
use super::location;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
/// A variant that finds nothing, ever.
const DEAF: &str = "name=luna&variant=deaf&change=threshold&value=1.0&share=50&effect=10&horizon=5000";

async fn owner<'a>(app: &'a TestApp, language: &str) -> OwnersBrowser<'a> {
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let session = owner.cookie.clone().unwrap();
    owner.get(&format!("/admin/language/{language}?to=%2Fadmin")).await;
    owner.cookie = Some(format!("{session}; {}", owner.cookie.unwrap()));
    owner
}

fn assert_plain(page: &str) {
    assert!(!page.contains("<script>alert") && !page.contains("style="), "{page}");
}

/// Sends a form with the session's token, and keeps the language.
async fn submit(owner: &mut OwnersBrowser<'_>, path: &str, fields: &str) -> reqwest::Response {
    let cookie = owner.cookie.clone();
    let token = owner.form_token().await;
    owner.cookie.clone_from(&cookie);
    let response = owner.submit(path, &format!("csrf={token}&{fields}")).await;
    owner.cookie = cookie;
    response
}

/// Starts [`DEAF`] and returns its page's address.
async fn start(owner: &mut OwnersBrowser<'_>) -> String {
    let hostile = format!("{DEAF}&note=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    let started = submit(owner, "/admin/experiments", &hostile).await;
    assert_eq!(started.status(), 303);
    location(&started).to_owned()
}

#[tokio::test]
async fn before_it_starts_an_experiment_says_how_long_it_would_take() {
    let app = TestApp::start().await;
    for (language, nothing, plan, button) in [
        ("es", "Todavía no se ha probado nada con visitantes", "no vienen visitantes", "Empezar con visitantes"),
        ("en", "Nothing was tried on visitors yet", "no visitors come", "Start with visitors"),
    ] {
        let mut owner = owner(&app, language).await;
        let page = owner.page("/admin/experiments").await;
        assert!(page.contains(nothing) && page.contains("name=\"variant\""), "{page}");
        let page = owner.page(&format!("/admin/experiments/new?{DEAF}")).await;
        assert!(page.contains(plan) && page.contains(button), "{page}");
        assert!(page.contains("name=\"value\" value=\"1.0\""), "what was filled in goes on: {page}");
        let hostile = "name=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&variant=b&change=threshold&value=0.5";
        for wrong in
            [DEAF.replace("value=1.0", "value=7"), DEAF.replace("variant=deaf", "variant=A+B"), hostile.to_owned()]
        {
            let page = owner.page(&format!("/admin/experiments/new?{wrong}")).await;
            assert!(page.contains("role=\"alert\"") && !page.contains(button), "{wrong}: {page}");
            assert_plain(&page);
        }
        assert!(owner.page("/admin/experiments").await.contains(nothing), "nothing was started");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_experiment_is_started_watched_and_ended_by_its_pages() {
    let app = TestApp::start().await;
    let mut spanish = owner(&app, "es").await;
    let path = start(&mut spanish).await;
    let page = spanish.page(&path).await;
    for words in ["en marcha", "aún no se sabe", "Parar: todos como está configurado", "value=\"50% 50%\""] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let question = serde_json::json!({ "message": "¿Cuánto subió la precisión con el sistema RAG?" });
    for _ in 0..40 {
        app.post("/api/chat", &question).header("user-agent", BROWSER).send().await.unwrap();
    }
    for (language, all) in [
        ("es", ["deaf</code> frente al control", "peor", "Indicios contra", "se respeta", "Lo que vieron"]),
        ("en", ["deaf</code> against the control", "worse", "Evidence against", "holds", "What they saw"]),
    ] {
        let mut owner = owner(&app, language).await;
        let page = owner.page(&path).await;
        for words in all {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert!(page.contains("class=\"card verdict bad\"") && page.contains("<polygon class=\"band\""), "{page}");
        assert!(page.contains("#turn-"), "what visitors saw is a click away");
        assert_plain(&page);
        assert!(owner.page("/admin/experiments").await.contains("badge good\">"), "it is in the list");
    }
    let refused = submit(&mut spanish, &path, "what=ship&variant=nobody").await;
    assert_eq!(refused.status(), 200);
    assert!(refused.text().await.unwrap().contains("No se ha cambiado nada"), "it says why");
    for (fields, words) in [
        ("what=shares&shares=90%25+10%25", "value=\"90% 10%\""),
        ("what=ship&variant=deaf", "adoptado"),
        ("what=stop", "parado"),
        ("what=archive", "archivado"),
    ] {
        let done = submit(&mut spanish, &path, fields).await;
        assert_eq!(done.status(), 303, "{fields}");
        let page = spanish.page(&path).await;
        assert!(page.contains(words), "{fields}: {page}");
    }
    app.finish().await;
}

#[tokio::test]
async fn forms_of_others_start_and_change_nothing() {
    let app = TestApp::start().await;
    let mut owner = owner(&app, "en").await;
    assert_eq!(owner.submit("/admin/experiments", &format!("csrf=wrong&{DEAF}")).await.status(), 403);
    let path = start(&mut owner).await;
    assert_eq!(owner.submit(&path, "csrf=wrong&what=stop").await.status(), 403);
    assert!(owner.page(&path).await.contains("badge good\">running"), "it goes on");
    assert_eq!(submit(&mut owner, &path, "what=nothing").await.status(), 400);
    assert_eq!(submit(&mut owner, "/admin/experiments/nobody", "what=stop").await.status(), 404);
    assert_eq!(owner.get("/admin/experiments/nobody").await.status(), 404);
    app.finish().await;
}
