//! The pages that say what the owner should look after: alerts, models, the checklist.

use std::sync::Arc;

use portavoz_app::alerts::evaluate;
use portavoz_app::testing::{Reply, ScriptedModel, Setup};
use portavoz_llm::LlmError;

use super::super::alerts::Channel;
use super::super::models::setup;
use super::super::support::{OwnersBrowser, TestApp, unlimited};

/// Sends a form of the owner's own page and returns the page that answers.
async fn submitted(owner: &mut OwnersBrowser<'_>, path: &str, fields: &str) -> String {
    let token = owner.form_token().await;
    let response = owner.submit(path, &format!("csrf={token}{fields}")).await;
    assert_eq!(response.status(), 200, "{path} {fields}");
    response.text().await.unwrap()
}

fn assert_says(page: &str, expected: &[&str]) {
    for words in expected {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(!page.contains("style=") && !page.contains("<script>"), "nothing inline");
}

#[tokio::test]
async fn alerts_are_shown_with_their_figures_and_who_was_told() {
    let down = || Reply::Fails(LlmError::Transient("the server is down".to_owned()));
    let model = ScriptedModel::new("primary", std::iter::repeat_with(down).take(5).collect());
    let channel = Arc::new(Channel::default());
    *channel.0.lock().unwrap() = Some("it answered <404> Not Found");
    let setup = Setup { notifiers: vec![channel], ..Setup::with_models(&[&model]) };
    let app = TestApp::with(setup, unlimited()).await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    assert_says(&owner.page("/admin/alerts").await, &["no hay nada que hacer", "Ninguna todavía."]);
    for _ in 0..5 {
        app.visitor().ask("¿Cuánto subió la precisión con el sistema RAG?").await;
    }
    evaluate(&app.site.site).await.unwrap();
    let page = owner.page("/admin/alerts").await;
    let told = ["webhook", "22 nov 2026, 12:00", "it answered &#60;404&#62; Not Found"];
    assert_says(
        &page,
        &[
            "1 alerta abierta",
            "<code>primary</code> no responde",
            "<dt>Cifra</dt><dd>5</dd>",
            "<dt>Límite</dt><dd>5</dd>",
        ],
    );
    assert_says(&page, &told);

    let alerts = app.site.storage.alerts();
    alerts.close(app.site.site.id(), "provider_down", "primary", app.site.site.now()).await.unwrap();
    assert_says(&owner.page("/admin/alerts").await, &["no hay nada que hacer", "pasada", "<dt>Hasta</dt>"]);
    app.finish().await;
}

#[tokio::test]
async fn a_test_of_the_channels_shows_what_arrived() {
    let channel = Arc::new(Channel::default());
    let setup = Setup { notifiers: vec![channel.clone()], ..Setup::default() };
    let app = TestApp::with(setup, unlimited()).await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = submitted(&mut owner, "/admin/alerts/test", "").await;
    assert_says(&page, &["role=\"status\"", "webhook", "ha llegado", "?to=%2Fadmin%2Falerts\""]);
    *channel.0.lock().unwrap() = Some("no answer");
    let page = submitted(&mut owner, "/admin/alerts/test", "").await;
    assert_says(&page, &["no answer", "mend it"]);
    assert!(!page.contains("ha llegado"), "{page}");
    app.finish().await;

    let silent = TestApp::start().await;
    let mut owner = silent.owners_browser();
    owner.log_in().await;
    assert_says(&submitted(&mut owner, "/admin/alerts/test", "").await, &["No hay ningún canal configurado"]);
    silent.finish().await;
}

#[tokio::test]
async fn models_are_shown_with_price_and_end_and_can_be_moved_on_and_back() {
    let app = TestApp::with(setup(), unlimited()).await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/models").await;
    assert_says(&page, &["Responde gpt-4o-mini.", "principal", "0,15", "0,60", "128.000", "14 ene 2027", "53 días"]);
    assert_says(&page, &["gpt-4o-mini se apaga el 14 ene 2027, en 53 días", "gpt-6-luna"]);
    assert!(!page.contains("/admin/models/rollback"), "nothing to undo yet");

    let moved = submitted(&mut owner, "/admin/models/migrate", "&model=").await;
    assert_says(&moved, &["role=\"status\"", "Responde gpt-6-luna.", "en lugar de gpt-4o-mini", "$0.15 → $0.1"]);
    assert_eq!(app.site.site.first_model().as_deref(), Some("gpt-6-luna"));
    let back = submitted(&mut owner, "/admin/models/rollback", "").await;
    assert_says(&back, &["role=\"status\"", "Responde gpt-4o-mini."]);
    assert_eq!(app.site.site.first_model().as_deref(), Some("gpt-4o-mini"));

    for (path, fields, why) in [
        ("/admin/models/rollback", "", "no hay cambio que deshacer"),
        ("/admin/models/migrate", "&model=gpt-4o-mini", "ya es el que responde"),
        ("/admin/models/migrate", "&model=text-embedding-3-small", "hace vectores"),
        ("/admin/models/migrate", "&model=%3Cscript%3E", "no se le puede preguntar"),
    ] {
        assert_says(&submitted(&mut owner, path, fields).await, &["role=\"alert\"", why]);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_site_without_a_model_has_nothing_to_move_from() {
    let app = TestApp::start().await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/models").await;
    assert_says(&page, &["Ningún modelo responde"]);
    assert!(!page.contains("/admin/models/migrate"), "{page}");
    app.finish().await;
}

#[tokio::test]
async fn the_checklist_says_what_it_found_and_what_to_do() {
    let model = ScriptedModel::new("gpt-4o-mini", Vec::new());
    let app = TestApp::with_models(&[&model]).await;
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let page = owner.page("/admin/checklist").await;
    assert_says(
        &page,
        &["control de costes", "respuestas de reserva", "hoy (sin tope)", "Qué hacer:", "budget.day_usd"],
    );
    assert_says(&page, &["A vigilar", "Bien", "<code>portavoz doctor</code>"]);
    app.finish().await;
}

#[tokio::test]
async fn the_forms_of_upkeep_are_refused_without_their_token_and_without_a_session() {
    let app = TestApp::with(setup(), unlimited()).await;
    let (mut owner, mut stranger) = (app.owners_browser(), app.owners_browser());
    owner.log_in().await;
    for path in ["/admin/alerts/test", "/admin/models/migrate", "/admin/models/rollback"] {
        for fields in ["", "csrf=", "csrf=forged"] {
            assert_eq!(owner.submit(path, fields).await.status(), 403, "{path} {fields}");
        }
        assert_eq!(stranger.submit(path, "").await.status(), 303, "{path}");
    }
    assert_eq!(app.site.site.first_model().as_deref(), Some("gpt-4o-mini"), "nothing was changed");
    app.finish().await;
}
