//! The owner's routes of evaluations: runs, their answers, and comparisons.

use portavoz_domain::evaluation::RunState;
use reqwest::{Method, Response};
use serde_json::Value;

use super::evaluated::{HOSTILE, evaluated};
use super::support::{ADMIN, TestApp, error, text};

async fn ask(app: &TestApp, method: Method, path: &str) -> Response {
    app.request(method, path).bearer_auth(ADMIN).send().await.unwrap()
}

async fn read(app: &TestApp, path: &str) -> Value {
    let response = ask(app, Method::GET, path).await;
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

#[tokio::test]
async fn runs_are_listed_newest_first_and_read_with_the_figures_of_each_target() {
    let app = TestApp::start().await;
    assert_eq!(read(&app, "/api/admin/runs").await["runs"], serde_json::json!([]));
    evaluated(&app, 1, 12, RunState::Finished).await;
    let last = evaluated(&app, 2, 12, RunState::Running).await;
    let runs = read(&app, "/api/admin/runs").await;
    let newest = &runs["runs"][0];
    assert_eq!((text(&newest["run_id"]), newest["state"].as_str()), (last.to_string(), Some("running")));
    assert_eq!((newest["cases"].as_u64(), newest["results"].as_u64()), (Some(12), Some(23)));
    assert_eq!(newest["finished_at"], Value::Null);
    assert_eq!(read(&app, "/api/admin/runs?limit=1").await["runs"].as_array().unwrap().len(), 1);

    let run = read(&app, &format!("/api/admin/runs/{last}")).await;
    let old = &run["targets"][0];
    assert_eq!((text(&old["name"]), text(&old["differences"][0]["key"])), ("old".to_owned(), "model.name".to_owned()));
    assert_eq!((old["results"].as_u64(), old["passed"].as_u64()), (Some(12), Some(12)));
    let quality = &old["metrics"]["quality"];
    let [low, mean, high] = ["low", "mean", "high"].map(|key| quality[key].as_f64().unwrap());
    assert!(low < mean && mean < high && text(&quality["unit"]) == "share", "{quality}");
    assert_eq!(run["targets"][1]["results"], 11);
    assert_eq!(read(&app, "/api/admin/runs/last").await["run_id"], last.to_string());
    app.finish().await;
}

#[tokio::test]
async fn answers_of_a_run_come_page_by_page_in_the_order_of_its_cases() {
    let app = TestApp::start().await;
    let run = evaluated(&app, 1, 4, RunState::Finished).await;
    let path = format!("/api/admin/runs/{run}/results");
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = read(&app, &format!("{path}?limit=3{after}")).await;
        for result in page["results"].as_array().unwrap() {
            seen.push((text(&result["case"]), text(&result["target"])));
        }
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    let cases = [HOSTILE, "case-001", "case-002", "case-003"];
    let expected = cases.into_iter().flat_map(|case| ["old", "new"].map(|target| (case.to_owned(), target.to_owned())));
    assert_eq!(seen, expected.collect::<Vec<_>>());

    let one = read(&app, &format!("{path}?case=case-003&target=new")).await;
    let [result] = one["results"].as_array().unwrap().as_slice() else { panic!("{one}") };
    assert_eq!(result["question"], "¿Pregunta 3? ");
    assert_eq!(result["grade"]["missing"], serde_json::json!(["40 %"]));
    assert_eq!((&result["citations"][0]["document"], &result["cost_usd"]), (&"rag.md".into(), &0.0001.into()));
    assert_eq!(result["verification"]["withheld"], 1);
    app.finish().await;
}

#[tokio::test]
async fn two_targets_are_compared_in_both_languages() {
    let app = TestApp::start().await;
    evaluated(&app, 1, 60, RunState::Finished).await;
    let compared = read(&app, "/api/admin/compare?a=old&b=new").await;
    assert_eq!(compared["verdict"], "worse");
    assert_eq!(compared["paired"], 60);
    assert!(text(&compared["sentence"]).starts_with("new is worse than old (60 cases)"), "{compared}");
    let quality = compared["metrics"].as_array().unwrap().iter().find(|it| it["metric"] == "quality").unwrap();
    assert!(quality["interval"]["high"].as_f64().unwrap() < 0.0, "{quality}");
    let spanish = read(&app, "/api/admin/compare?a=last%3Aold&b=last%3Anew&language=es").await;
    assert!(text(&spanish["sentence"]).starts_with("new es peor que old"), "{spanish}");
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_there_is_told_with_a_stable_code_and_what_to_do() {
    let app = TestApp::start().await;
    let told = async |method: Method, path: &str| error(ask(&app, method, path).await).await;
    assert_eq!(told(Method::GET, "/api/admin/runs/last").await, (404, "unknown_run".to_owned()));
    let first = evaluated(&app, 1, 3, RunState::Finished).await;
    evaluated(&app, 2, 3, RunState::Finished).await;
    let begin = &first.to_string()[..4];
    for (path, status, code) in [
        ("/api/admin/runs/nothing", 404, "unknown_run"),
        ("/api/admin/runs/nothing/results", 404, "unknown_run"),
        ("/api/admin/runs/last/results?target=other", 404, "unknown_target"),
        ("/api/admin/runs/last/results?page=2", 400, "bad_parameter"),
        ("/api/admin/runs?limit=0", 400, "bad_parameter"),
        ("/api/admin/compare?a=old", 400, "bad_parameter"),
        ("/api/admin/compare?a=old&b=new&language=fr", 400, "bad_parameter"),
        ("/api/admin/compare?a=old&b=other", 404, "unknown_run"),
        ("/api/admin/compare?a=old&b=last", 404, "unknown_target"),
        (&*format!("/api/admin/runs/{begin}"), 409, "ambiguous_run"),
    ] {
        assert_eq!(told(Method::GET, path).await, (status, code.to_owned()), "{path}");
    }
    for path in
        ["/api/admin/runs", "/api/admin/runs/last", "/api/admin/runs/last/results", "/api/admin/compare?a=a&b=b"]
    {
        assert_eq!(app.get(path).await.status(), 401, "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_run_is_removed_by_its_whole_id_alone() {
    let app = TestApp::start().await;
    let run = evaluated(&app, 1, 3, RunState::Finished).await;
    assert_eq!(app.request(Method::DELETE, &format!("/api/admin/runs/{run}")).send().await.unwrap().status(), 401);
    assert_eq!(ask(&app, Method::DELETE, "/api/admin/runs/last").await.status(), 404);
    assert_eq!(ask(&app, Method::DELETE, &format!("/api/admin/runs/{run}")).await.status(), 204);
    assert_eq!(ask(&app, Method::DELETE, &format!("/api/admin/runs/{run}")).await.status(), 404);
    assert_eq!(read(&app, "/api/admin/runs").await["runs"], serde_json::json!([]));
    app.finish().await;
}
