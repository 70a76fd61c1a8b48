//! Our own rate limit, and limits of size.

use std::time::Duration;

use portavoz_llm::LlmError;
use portavoz_llm::openai::CallPolicy;
use tokio::time::Instant;

use crate::cassette::{self, Exchange, Step};
use crate::player::Player;
use crate::{ask, model, question};

fn answering() -> Exchange {
    cassette::read("openai_whole").exchange.remove(0)
}

#[tokio::test(start_paused = true)]
async fn calls_above_the_rate_wait_a_little_or_are_turned_away_unsent() {
    let player = Player::start(vec![answering()], true).await;
    let policy = CallPolicy { requests_per_minute: Some(60), ..CallPolicy::default() };
    let model = model("gpt-4o-mini", &player.url(""), policy);
    let started = Instant::now();
    for _ in 0..60 {
        assert!(ask(&model, &question(false)).await.error.is_none());
    }
    let at_once = started.elapsed();
    assert!(at_once < Duration::from_millis(900), "a minute's requests pass at once: {at_once:?}");
    for _ in 0..3 {
        assert!(ask(&model, &question(false)).await.error.is_none());
    }
    assert!(started.elapsed() >= Duration::from_secs(2), "the next ones wait their turn");
    let request = question(false);
    let crowd = futures::future::join_all((0..9).map(|_| ask(&model, &request))).await;
    let turned_away: Vec<_> = crowd.into_iter().filter_map(|outcome| outcome.error).collect();
    assert!(turned_away.len() >= 6, "{turned_away:?}");
    assert!(turned_away.iter().all(|error| matches!(error, LlmError::RateLimited { retry_after: Some(_) })));
    assert_eq!(player.requests().len() + turned_away.len(), 72);
}

#[tokio::test(start_paused = true)]
async fn connections_are_used_again() {
    let streamed = cassette::read("openai_streamed_with_usage_and_obfuscation").exchange.remove(0);
    let player = Player::start(vec![answering(), streamed], true).await;
    let model = model("gpt-4o-mini", &player.url(""), CallPolicy::default());
    for number in 0..8 {
        assert!(ask(&model, &question(number > 0)).await.error.is_none());
    }
    assert!(player.requests().iter().all(|request| request.connection == 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_measure_is_refused() {
    let endless_event = Exchange { body: vec![Step::Send(format!("data: {}", "x".repeat(2_000_000)))], ..answering() };
    let huge_json = Exchange { body: vec![Step::Send(format!("{{\"a\":\"{}", "x".repeat(5_000_000)))], ..answering() };
    for exchange in [endless_event, huge_json] {
        let player = Player::start(vec![exchange], true).await;
        let model = model("gpt-4o-mini", &player.url(""), CallPolicy::default());
        let error = ask(&model, &question(true)).await.error.unwrap();
        assert!(error.code() == "permanent" && error.to_string().contains("larger"), "{error}");
    }
}
