//! `GET /api/admin/{spend,turns,conversations,stats}` and `GET /metrics`: what the owner and a scraper can know.

use std::collections::{BTreeMap, BTreeSet};

use portavoz_app::testing::{Reply, ScriptedModel, Setup, says};
use portavoz_domain::usage::Usage;
use portavoz_llm::LlmError;
use portavoz_server::ServerSettings;
use serde_json::Value;

use super::support::{ADMIN, TestApp, error, text, unlimited};

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";

/// A model's answer of 1,000 + 100 tokens: 210 micro-dollars.
fn answer() -> Reply {
    let usage = Usage { prompt_tokens: 1_000, completion_tokens: 100, ..Usage::default() };
    says(&["La precisión subió un 40 % [1]."], Some(usage))
}

impl TestApp {
    async fn owner_gets(&self, path: &str) -> Value {
        let response = self.request(reqwest::Method::GET, path).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    async fn owner_is_refused(&self, path: &str) -> (u16, String) {
        error(self.request(reqwest::Method::GET, path).bearer_auth(ADMIN).send().await.unwrap()).await
    }
}

#[tokio::test]
async fn money_is_told_as_it_stands() {
    let model = ScriptedModel::new("gpt-4o-mini", vec![answer()]);
    let app = TestApp::with_models(&[&model]).await;
    app.visitor().ask(QUESTION).await;
    let spend = app.owner_gets("/api/admin/spend").await;
    let names: Vec<&String> = spend.as_object().unwrap().keys().collect();
    let expected = ["cap_day_usd", "cap_month_usd", "day_usd", "month_usd", "orphaned_usd", "reserved_usd"];
    assert_eq!(names.into_iter().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(expected));
    for name in ["reserved_usd", "orphaned_usd"] {
        assert_eq!(spend[name], 0.0, "{name}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_turn_is_recorded_with_everything_that_explains_it() {
    let model = ScriptedModel::new("gpt-4o-mini", vec![answer()]);
    let app = TestApp::with_models(&[&model]).await;
    let told = app.visitor().ask(QUESTION).await;
    let listed = app.owner_gets("/api/admin/turns").await;
    let turn = &listed["turns"][0];
    assert_eq!((&turn["turn_id"], &turn["conversation_id"]), (&told["turn_id"], &told["conversation_id"]));
    assert_eq!((&turn["question"], &turn["answer"]), (&Value::from(QUESTION), &told["answer"]));
    assert_eq!((&turn["status"], &turn["outcome"]), (&"complete".into(), &"answered".into()));
    assert_eq!(turn["ladder"], told["ladder"]);
    assert_eq!((&turn["usage"], &turn["cost_usd"]), (&told["usage"], &told["cost_usd"]));
    assert_eq!(turn["cost_usd"], 0.000_21);
    assert_eq!(turn["verification"]["sentences"][0]["status"], "supported");
    for hash in ["prompt_hash", "prompt_version", "knowledge_hash"] {
        assert_eq!(text(&turn["hashes"][hash]).len(), 16, "{hash}");
    }
    assert_eq!(turn["hashes"]["knowledge_generation"], 1);
    assert!(turn["quality"].is_null() || turn["quality"]["relevance"]["parts"].is_array());
    let path = format!("/api/admin/conversations/{}", text(&told["conversation_id"]));
    let record = app.owner_gets(&path).await;
    assert_eq!(record["turns"][0]["turn_id"], turn["turn_id"]);
    let listed = app.owner_gets("/api/admin/conversations").await;
    let summary = &listed["conversations"][0];
    assert_eq!((&summary["first_question"], &summary["turns"]), (&QUESTION.into(), &1.into()));
    assert_eq!(summary["cost_usd"], 0.000_21);
    app.finish().await;
}

#[tokio::test]
async fn turns_are_filtered_and_paged() {
    let app = TestApp::start().await;
    app.visitor().ask(QUESTION).await;
    app.visitor().ask("hola").await;
    app.visitor().ask("Thank you!").await;
    for (query, found) in [
        ("outcome=smalltalk", 2),
        ("outcome=answered", 1),
        ("language=en", 1),
        ("status=open", 0),
        ("model=gpt-4o-mini", 0),
        ("from=2026-11-22&to=2026-11-22", 3),
        ("from=2026-11-23", 0),
        ("to=2026-11-22T00:00:00Z", 0),
        ("limit=2", 2),
    ] {
        let turns = app.owner_gets(&format!("/api/admin/turns?{query}")).await;
        assert_eq!(turns["turns"].as_array().unwrap().len(), found, "{query}");
    }
    let mut seen = BTreeSet::new();
    let mut path = "/api/admin/turns?limit=1".to_owned();
    loop {
        let page = app.owner_gets(&path).await;
        seen.extend(page["turns"].as_array().unwrap().iter().map(|turn| text(&turn["turn_id"])));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/admin/turns?limit=1&after={next}");
    }
    assert_eq!(seen.len(), 3);
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_parameter_is_named_and_never_a_failure_of_ours() {
    let app = TestApp::start().await;
    let unknown = "0199a000-0000-7000-8000-000000000000";
    for path in [
        "/api/admin/turns?limit=0",
        "/api/admin/turns?limit=501",
        "/api/admin/turns?limit=many",
        "/api/admin/turns?from=yesterday",
        "/api/admin/turns?to=2026-02-30",
        "/api/admin/turns?outcome=lost",
        "/api/admin/turns?language=xx",
        "/api/admin/turns?max_quality=2",
        "/api/admin/turns?max_quality=NaN",
        "/api/admin/turns?after=x",
        &format!("/api/admin/turns?after={unknown}"),
        "/api/admin/turns?conversation=%00",
        "/api/admin/turns?outcom=answered",
        "/api/admin/conversations?limit=-1",
        &format!("/api/admin/conversations?after={unknown}"),
        "/api/admin/stats?from=2026-11-22&to=2026-11-21",
        "/api/admin/stats?span=week",
        "/api/admin/stats?by=colour",
        "/api/admin/stats?from=0001-01-01&to=9998-12-31",
        "/api/admin/stats?from=2020-01-01&span=hour",
    ] {
        assert_eq!(app.owner_is_refused(path).await, (400, "bad_parameter".to_owned()), "{path}");
    }
    for path in ["/api/admin/conversations/x", &format!("/api/admin/conversations/{unknown}")] {
        assert_eq!(app.owner_is_refused(path).await, (404, "not_found".to_owned()), "{path}");
    }
    for path in ["spend", "turns", "conversations", "stats", "conversations/x"] {
        let response = app.get(&format!("/api/admin/{path}")).await;
        assert_eq!(error(response).await.0, 401, "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn figures_are_told_by_hour_and_by_model() {
    let model = ScriptedModel::new("gpt-4o-mini", vec![answer(), Reply::Fails(LlmError::Transient("down".to_owned()))]);
    let app = TestApp::with_models(&[&model]).await;
    app.visitor().ask(QUESTION).await;
    app.visitor().ask("¿Qué construyó Ada en 2022 para una biblioteca jurídica?").await;
    let stats = app.owner_gets("/api/admin/stats?from=2026-11-22&to=2026-11-22").await;
    let current = &stats["current"];
    assert_eq!((&current["turns"], &current["conversations"]), (&2.into(), &2.into()));
    assert_eq!(current["cost"]["cost_usd"], 0.000_21);
    assert_eq!(current["fallback"]["fallback_rate"], 0.5);
    assert_eq!(current["fallback"]["reasons"][0]["reason"], "transient");
    assert_eq!((&stats["span"], stats["series"].as_array().unwrap().len()), (&"hour".into(), 24));
    let turns = |point: &Value| point["figures"]["turns"].as_u64().unwrap();
    assert_eq!(stats["series"].as_array().unwrap().iter().map(turns).sum::<u64>(), 2);
    assert_eq!(stats["previous"]["turns"], 0);
    assert_eq!(stats["previous_period"]["from"], "2026-11-21T00:00:00Z");
    let models: Vec<&Value> = stats["by_model"].as_array().unwrap().iter().map(|group| &group["name"]).collect();
    assert_eq!(models, ["", "gpt-4o-mini"]);
    assert!(stats["by_variant"].is_array());
    let one = app.owner_gets("/api/admin/stats?by=model").await;
    assert!(one["by_model"].is_array() && one.get("by_variant").is_none());
    app.finish().await;
}

#[tokio::test]
async fn an_empty_site_has_figures_without_numbers() {
    let app = TestApp::start().await;
    let stats = app.owner_gets("/api/admin/stats").await;
    assert_eq!((&stats["current"]["turns"], &stats["current"]["quality"]["quality_mean"]), (&0.into(), &Value::Null));
    assert_eq!(stats["remarks"], Value::Array(Vec::new()));
    app.finish().await;
}

#[tokio::test]
async fn metrics_are_the_owners_unless_they_are_public() {
    let app = TestApp::start().await;
    assert_eq!(error(app.get("/metrics").await).await, (401, "unauthorized".to_owned()));
    app.finish().await;
    let public = ServerSettings { public_metrics: true, ..unlimited() };
    let app = TestApp::with(Setup::default(), public).await;
    let response = app.get("/metrics").await;
    assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert!(samples(&response.text().await.unwrap()).contains_key("portavoz_storage_up{site=\"default\"}"));
    app.finish().await;
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let model = ScriptedModel::new("gpt-4o-mini", vec![answer()]);
    let public = ServerSettings { public_metrics: true, ..unlimited() };
    let app = TestApp::with(Setup::with_models(&[&model]), public).await;
    app.visitor().ask(QUESTION).await;
    app.get("/source?document=rag.md").await;
    app.get("/nothing/here").await;
    let samples = samples(&app.get("/metrics").await.text().await.unwrap());
    for (sample, value) in [
        ("portavoz_turns_total{site=\"default\",model=\"gpt-4o-mini\"}", 1.0),
        ("portavoz_turn_outcomes_total{site=\"default\",model=\"gpt-4o-mini\",outcome=\"answered\"}", 1.0),
        ("portavoz_turn_languages_total{site=\"default\",model=\"gpt-4o-mini\",language=\"es\"}", 1.0),
        ("portavoz_rung_answers_total{site=\"default\",model=\"gpt-4o-mini\",rung=\"primary\"}", 1.0),
        ("portavoz_tokens_total{site=\"default\",model=\"gpt-4o-mini\",kind=\"prompt\"}", 1_000.0),
        ("portavoz_cost_usd_total{site=\"default\",model=\"gpt-4o-mini\"}", 0.000_21),
        ("portavoz_turn_seconds_count{site=\"default\"}", 1.0),
        ("portavoz_search_seconds_count{site=\"default\"}", 1.0),
        ("portavoz_verification_seconds_count{site=\"default\"}", 1.0),
        ("portavoz_index_generation{site=\"default\"}", 1.0),
        ("portavoz_budget_reserved_usd{site=\"default\"}", 0.0),
        ("portavoz_open_alerts{site=\"default\",kind=\"\"}", 0.0),
        ("portavoz_http_requests_total{site=\"default\",route=\"/api/chat\",status=\"200\"}", 1.0),
        ("portavoz_http_requests_total{site=\"default\",route=\"none\",status=\"404\"}", 1.0),
    ] {
        assert_eq!(samples.get(sample), Some(&value), "{sample}\n{samples:#?}");
    }
    assert!(!samples.keys().any(|sample| sample.contains("rag.md") || sample.contains("nothing")));
    app.finish().await;
}

/// The samples of a page, which must be of the text format: each metric's help, type and samples together, none twice.
fn samples(page: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let mut described = BTreeSet::new();
    let mut metric = String::new();
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            metric = help.split(' ').next().unwrap().to_owned();
            assert!(described.insert(metric.clone()), "{metric} is described twice");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert_eq!(kind.split(' ').next().unwrap(), metric, "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            assert!(sample.starts_with(&metric) && sample.ends_with('}'), "{line}");
            assert_eq!(samples.insert(sample.to_owned(), value.parse().unwrap()), None, "{sample} stands there twice");
        }
    }
    samples
}
