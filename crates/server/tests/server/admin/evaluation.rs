//! The pages of evaluations: runs, cases and comparisons.

use portavoz_domain::evaluation::RunState;

use super::super::evaluated::{HOSTILE, evaluated};
use super::super::support::{OwnersBrowser, TestApp};
use super::location;

/// [`HOSTILE`] as it stands in an address.
const HOSTILE_PATH: &str = "%3Cscript%3Ealert%281%29%3C%2Fscript%3E%2F%22%27%26";

/// An owner who reads this language.
async fn owner<'a>(app: &'a TestApp, language: &str) -> OwnersBrowser<'a> {
    let mut owner = app.owners_browser();
    owner.log_in().await;
    let session = owner.cookie.clone().unwrap();
    owner.get(&format!("/admin/language/{language}?to=%2Fadmin")).await;
    owner.cookie = Some(format!("{session}; {}", owner.cookie.unwrap()));
    owner
}

fn assert_plain(page: &str, path: &str) {
    assert!(!page.contains("<script>alert"), "{path} runs what it was told");
    assert!(!page.contains("style=") && !page.contains("onclick"), "{path}: nothing inline");
}

#[tokio::test]
async fn without_any_run_the_page_says_how_to_make_one() {
    let app = TestApp::start().await;
    for (language, words) in [("es", "Todavía no se ha evaluado nada"), ("en", "Nothing was evaluated yet")] {
        let mut owner = owner(&app, language).await;
        let page = owner.page("/admin/evaluation").await;
        assert!(page.contains(words) && page.contains("portavoz eval") && !page.contains("<select"), "{page}");
        let page = owner.page("/admin/evaluation/compare").await;
        assert!(page.contains("portavoz eval --target"), "{page}");
        let page = owner.page("/admin/evaluation/compare?a=old&b=new").await;
        assert!(page.contains("role=\"alert\"") && page.contains("portavoz eval"), "{page}");
    }
    app.finish().await;
}

#[tokio::test]
async fn runs_are_listed_with_where_they_stand_and_what_each_target_did() {
    let app = TestApp::start().await;
    let first = evaluated(&app, 1, 6, RunState::Finished).await;
    evaluated(&app, 2, 6, RunState::Running).await;
    for (language, all) in [
        ("es", ["terminada", "en marcha o a medias", "11 de 12 respuestas", "6 casos", "Comparar dos candidatos"]),
        ("en", ["finished", "under way", "11 of 12 answers", "6 cases", "Compare two targets"]),
    ] {
        let mut owner = owner(&app, language).await;
        let page = owner.page("/admin/evaluation").await;
        for words in all {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert!(page.contains(&format!("href=\"/admin/evaluation/{first}\"")), "{page}");
        assert!(page.find("run 2").unwrap() < page.find("run 1").unwrap(), "newest first");
        assert_plain(&page, "the list");
        assert!(owner.page("/admin/evaluation?page=7").await.contains("run 2"), "the last page is the first");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_run_shows_figures_with_their_ranges_and_cases_that_can_be_filtered_and_sorted() {
    let app = TestApp::start().await;
    let run = evaluated(&app, 1, 60, RunState::Finished).await;
    let path = format!("/admin/evaluation/{run}");
    for (language, all) in [
        (
            "es",
            ["Entre corchetes", "model.name", "Coste y calidad", "Fallados (20)", "Distintos (20)", "0,00030\u{a0}USD"],
        ),
        ("en", ["In brackets", "model.name", "Cost and quality", "Failed (20)", "Different (20)", "0.00030\u{a0}USD"]),
    ] {
        let mut owner = owner(&app, language).await;
        let page = owner.page(&path).await;
        for words in all {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert_eq!(page.matches("class=\"distribution\"").count(), 2);
        assert!(page.contains("rel=\"next\""), "60 cases are two pages");
        assert_plain(&page, &path);
        let failed = owner.page(&format!("{path}?show=failed")).await;
        let rows = |page: &str| page.matches("<th scope=\"row\"><a href=").count();
        assert_eq!(rows(&failed), 20);
        let worst = owner.page(&format!("{path}?sort=new")).await;
        assert!(worst.find("¿Pregunta 33?").unwrap() < worst.find("¿Pregunta 1?").unwrap_or(usize::MAX), "{worst}");
        assert_eq!(rows(&owner.page(&format!("{path}?tag=odd")).await), 30);
        assert_eq!(rows(&owner.page(&format!("{path}?tag=nothing")).await), 0);
        assert_eq!(rows(&owner.page(&format!("{path}?page=2")).await), 10);
    }
    let mut owner = owner(&app, "en").await;
    assert_eq!(owner.page("/admin/evaluation/last").await.matches("class=\"distribution\"").count(), 2);
    app.finish().await;
}

#[tokio::test]
async fn a_case_shows_all_answers_side_by_side_with_what_differs_marked() {
    let app = TestApp::start().await;
    let run = evaluated(&app, 1, 6, RunState::Finished).await;
    let path = format!("/admin/evaluation/{run}/case-003");
    for (language, all) in [
        (
            "es",
            ["Lo que se espera", "No dice lo que debe:", "encontrada, lugar 1", "no encontrada", "citada", "fallado"],
        ),
        ("en", ["What is expected", "Does not say what it must:", "found, place 1", "not found", "cited", "failed"]),
    ] {
        let mut owner = owner(&app, language).await;
        let page = owner.page(&path).await;
        for words in all {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert!(page.contains("<del>un 40 %</del>") && page.contains("<ins>bastante</ins>"), "{page}");
        let answer = page.split_once("<p class=\"answer\">").unwrap().1.split_once("</p>").unwrap().0;
        assert!(answer.contains("<del class=\"said bad\"") && answer.contains("Nobel"), "withheld: {answer}");
        assert!(page.contains(&format!("/admin/evaluation/{run}/case-002\"")), "the case before");
        let page = owner.page(&format!("{path}?base=new")).await;
        assert!(page.contains("<ins>un 40 %</ins>"), "the other way round: {page}");
        let hostile = owner.page(&format!("/admin/evaluation/{run}/{HOSTILE_PATH}")).await;
        assert_plain(&hostile, "a hostile case");
        assert!(hostile.contains("&#60;script&#62;"), "it is shown: {hostile}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_comparison_says_its_verdict_and_leads_to_the_largest_losses() {
    let app = TestApp::start().await;
    let run = evaluated(&app, 1, 60, RunState::Finished).await;
    let other = evaluated(&app, 2, 60, RunState::Finished).await;
    let path = format!("/admin/evaluation/compare?a={run}%3Aold&b={run}%3Anew");
    for (language, all) in [
        ("es", ["new es peor que old (60 casos)", "Medida por medida", "Donde más pierde", "class=\"badge bad\">peor"]),
        (
            "en",
            [
                "new is worse than old (60 cases)",
                "Metric by metric",
                "Where it loses most",
                "class=\"badge bad\">worse",
            ],
        ),
    ] {
        let mut owner = owner(&app, language).await;
        let page = owner.page(&path).await;
        for words in all {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert!(page.contains("class=\"card verdict bad\""), "{page}");
        assert!(page.contains(&format!("/admin/evaluation/{run}/case-003?base=old&#38;only=new")), "{page}");
        assert!(page.contains(&format!("value=\"{run}:old\" selected")), "the form holds what was chosen");
        assert_plain(&page, &path);

        let across = format!("/admin/evaluation/compare?a={run}%3Aold&b={other}%3Anew");
        let page = owner.page(&across).await;
        let side = page.split_once(&format!("href=\"/admin/evaluation/{other}/")).unwrap().1.split_once('"').unwrap().0;
        let beside = owner.page(&format!("/admin/evaluation/{other}/{}", side.replace("&#38;", "&"))).await;
        assert_eq!(beside.matches("id=\"answer-").count(), 2, "{beside}");

        let page = owner.page("/admin/evaluation/compare?a=old&b=other").await;
        assert!(page.contains("role=\"alert\""), "{page}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_run_or_case_is_a_page_that_says_so() {
    let app = TestApp::start().await;
    let run = evaluated(&app, 1, 3, RunState::Finished).await;
    let mut owner = owner(&app, "en").await;
    for path in [
        "/admin/evaluation/nothing".to_owned(),
        "/admin/evaluation/nothing/case-001".to_owned(),
        format!("/admin/evaluation/{run}/nothing"),
        format!("/admin/evaluation/{run}/case-001?base=nothing:old"),
        format!("/admin/evaluation/{HOSTILE_PATH}"),
    ] {
        let response = owner.get(&path).await;
        assert_eq!(response.status(), 404, "{path}");
        assert!(response.text().await.unwrap().contains("<h1>There is nothing here</h1>"), "{path}");
    }
    assert!(HOSTILE.contains("script"), "names are as hostile as they look");
    app.finish().await;
}

#[tokio::test]
async fn a_run_is_deleted_by_a_form_of_the_session() {
    let app = TestApp::start().await;
    let run = evaluated(&app, 1, 3, RunState::Finished).await;
    let path = format!("/admin/evaluation/{run}");
    let mut owner = owner(&app, "es").await;
    assert_eq!(owner.submit(&path, "csrf=wrong").await.status(), 403);
    assert!(owner.page(&path).await.contains("Borrar para siempre"));
    let cookie = owner.cookie.clone();
    let token = owner.form_token().await;
    owner.cookie = cookie;
    let gone = owner.submit(&path, &format!("csrf={token}")).await;
    assert_eq!((gone.status().as_u16(), location(&gone)), (303, "/admin/evaluation"));
    assert_eq!(owner.get(&path).await.status(), 404);
    app.finish().await;
}

#[tokio::test]
async fn the_overview_and_the_checklist_lead_to_evaluations() {
    let app = TestApp::start().await;
    evaluated(&app, 1, 3, RunState::Running).await;
    let mut owner = owner(&app, "es").await;
    assert!(!owner.page("/admin").await.contains("a medias"), "it may be under way");
    assert!(owner.page("/admin/checklist").await.contains("href=\"/admin/evaluation\">Ver las evaluaciones"));
    app.site.clock.advance(std::time::Duration::from_secs(2 * 60 * 60));
    let page = owner.page("/admin").await;
    assert!(page.contains("se quedó en 5 de 6 respuestas") && page.contains("Ir a Evaluación"), "{page}");
    assert_plain(&page, "the overview");
    app.finish().await;
}
