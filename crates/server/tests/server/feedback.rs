//! `POST /api/feedback`, and where thumbs turn up.

use std::num::NonZeroU32;

use portavoz_app::privacy::PrivacySettings;
use portavoz_app::testing::Setup;
use portavoz_server::ServerSettings;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::support::{ADMIN, TestApp, error, text, unlimited};

async fn sent(app: &TestApp, token: &str, body: &Value) -> Response {
    app.post("/api/feedback", body).bearer_auth(token).send().await.unwrap()
}

async fn owners(app: &TestApp, path: &str) -> Value {
    app.request(Method::GET, path).bearer_auth(ADMIN).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_visitor_rates_changes_their_mind_and_takes_it_back() {
    let app = TestApp::start().await;
    let mut visitor = app.visitor();
    let turn = text(&visitor.ask("¿Qué hizo Ada con RAG?").await["turn_id"]);
    let (conversation, token) = visitor.conversation().clone();
    let opinion = async || {
        let path = format!("/api/conversations/{conversation}");
        let read = app.request(Method::GET, &path).bearer_auth(&token).send().await.unwrap();
        read.json::<Value>().await.unwrap()["turns"][0]["feedback"].clone()
    };
    let thumbs = async || {
        let stats = owners(&app, "/api/admin/stats").await;
        let feedback = &stats["current"]["feedback"];
        (feedback["up_turns"].as_u64().unwrap(), feedback["down_turns"].as_u64().unwrap())
    };
    assert_eq!(opinion().await, Value::Null);

    let body = json!({ "turn_id": turn, "rating": "down", "reason": "off_target", "comment": "  No era eso. " });
    let response = sent(&app, &token, &body).await;
    assert_eq!(response.status(), 200);
    let kept = json!({ "rating": "down", "reason": "off_target", "comment": "No era eso." });
    let mut told = kept.clone();
    told["turn_id"] = json!(turn);
    assert_eq!(response.json::<Value>().await.unwrap(), told);
    assert_eq!((opinion().await, thumbs().await), (kept.clone(), (0, 1)));
    let turns = owners(&app, "/api/admin/turns?rating=down&q=RAG").await;
    assert_eq!((&turns["turns"][0]["turn_id"], &turns["turns"][0]["feedback"]), (&json!(turn), &kept));
    assert_eq!(owners(&app, "/api/admin/turns?rating=up").await["turns"], json!([]));

    // The token may come in the body as well.
    let body = json!({ "turn_id": turn, "rating": "up", "visitor_token": token });
    assert_eq!(app.post("/api/feedback", &body).send().await.unwrap().status(), 200);
    let up = json!({ "rating": "up", "reason": null, "comment": null });
    assert_eq!((opinion().await, thumbs().await), (up, (1, 0)));

    let gone = sent(&app, &token, &json!({ "turn_id": turn, "rating": null, "comment": "?" })).await;
    assert_eq!(
        gone.json::<Value>().await.unwrap(),
        json!({ "turn_id": turn, "rating": null, "reason": null, "comment": null })
    );
    assert_eq!((opinion().await, thumbs().await), (Value::Null, (0, 0)));
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_opinion_of_ones_own_answer_is_turned_down() {
    let app = TestApp::start().await;
    let (mut visitor, mut stranger) = (app.visitor(), app.visitor());
    let turn = text(&visitor.ask("¿Qué hizo Ada con RAG?").await["turn_id"]);
    stranger.ask("¿Qué hizo Ada con RAG?").await;
    let (token, foreign) = (visitor.conversation().1.clone(), stranger.conversation().1.clone());
    let up = json!({ "turn_id": turn, "rating": "up" });
    for wrong in [foreign.as_str(), "", ADMIN] {
        assert_eq!(error(sent(&app, wrong, &up).await).await, (404, "turn_not_found".to_owned()), "{wrong}");
    }
    for (body, expected) in [
        (json!({ "turn_id": "nobody", "rating": "up" }), (404, "turn_not_found")),
        (json!({ "turn_id": turn, "rating": "sideways" }), (400, "bad_request")),
        (json!({ "turn_id": turn }), (400, "bad_request")),
        (json!({ "turn_id": turn, "rating": "down", "reason": "boring" }), (400, "bad_request")),
        (json!({ "turn_id": turn, "rating": "down", "comment": "é".repeat(1_001) }), (422, "comment_too_long")),
    ] {
        let response = sent(&app, &token, &body).await;
        assert_eq!(error(response).await, (expected.0, expected.1.to_owned()), "{body}");
    }
    let foreign = app.post("/api/feedback", &up).bearer_auth(&token).header("origin", "https://evil.example").send();
    assert_eq!(error(foreign.await.unwrap()).await, (403, "origin_not_allowed".to_owned()));
    let longest = json!({ "turn_id": turn, "rating": "down", "comment": "é".repeat(1_000) });
    assert_eq!(sent(&app, &token, &longest).await.status(), 200);
    app.finish().await;
}

#[tokio::test]
async fn opinions_are_limited_as_questions_are_and_kept_only_where_anything_is() {
    let limited = ServerSettings { per_visitor_per_minute: NonZeroU32::new(2), ..unlimited() };
    let app = TestApp::with(Setup::default(), limited).await;
    let mut visitor = app.visitor();
    let turn = text(&visitor.ask("¿Qué hizo Ada con RAG?").await["turn_id"]);
    let token = visitor.conversation().1.clone();
    let up = json!({ "turn_id": turn, "rating": "up" });
    for _ in 0..2 {
        assert_eq!(sent(&app, &token, &up).await.status(), 200);
    }
    let refused = sent(&app, &token, &up).await;
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(error(refused).await, (429, "rate_limited".to_owned()));
    app.finish().await;

    let setup = Setup { privacy: PrivacySettings { retention_days: 0 }, ..Setup::default() };
    let app = TestApp::with(setup, unlimited()).await;
    let mut visitor = app.visitor();
    let turn = text(&visitor.ask("¿Qué hizo Ada con RAG?").await["turn_id"]);
    let response = sent(&app, &visitor.conversation().1, &json!({ "turn_id": turn, "rating": "up" })).await;
    assert_eq!(error(response).await, (403, "feedback_off".to_owned()));
    app.finish().await;
}

#[tokio::test]
async fn turns_are_found_by_what_they_cost_and_say() {
    let app = TestApp::start().await;
    app.visitor().ask("¿Qué hizo Ada con RAG?").await;
    app.visitor().ask("¿Sabe criar capibaras?").await;
    for (query, found) in
        [("q=CAPIBARAS", 1), ("q=capibaras%25", 0), ("min_cost_usd=0", 2), ("min_cost_usd=0.01", 0), ("rating=any", 0)]
    {
        let turns = owners(&app, &format!("/api/admin/turns?{query}")).await;
        assert_eq!(turns["turns"].as_array().unwrap().len(), found, "{query}");
    }
    for query in ["rating=sideways", "min_cost_usd=-1", "min_cost_usd=much"] {
        let path = format!("/api/admin/turns?{query}");
        let response = app.request(Method::GET, &path).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(error(response).await, (400, "bad_parameter".to_owned()), "{query}");
    }
    app.finish().await;
}
