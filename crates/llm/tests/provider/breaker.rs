//! The circuit breaker, seen from outside.

use std::time::Duration;

use portavoz_llm::LlmError;
use portavoz_llm::openai::{BreakerSettings, CallPolicy};
use tokio::time::advance;

use crate::cassette::{self, Exchange};
use crate::player::Player;
use crate::{ask, model, question};

fn failing() -> Exchange {
    cassette::read("a_server_error_is_retried_after_half_a_second_and_a_second").exchange.remove(0)
}

fn answering() -> Exchange {
    cassette::read("openai_whole").exchange.remove(0)
}

const SETTINGS: BreakerSettings = BreakerSettings { failures: 3, open_for: Duration::from_secs(30) };

#[tokio::test(start_paused = true)]
async fn a_model_that_keeps_failing_is_left_alone_and_tried_again_by_one_call() {
    let player = Player::start(vec![failing(), failing(), failing(), failing(), answering()], true).await;
    let policy = CallPolicy { retries: 0, breaker: SETTINGS, ..CallPolicy::default() };
    let model = model("gpt-4o-mini", &player.url(""), policy);
    for _ in 0..3 {
        assert_eq!(ask(&model, &question(false)).await.error.unwrap().code(), "transient");
    }
    for _ in 0..5 {
        let error = ask(&model, &question(false)).await.error.unwrap();
        assert!(matches!(error, LlmError::CircuitOpen { retry_in } if retry_in <= SETTINGS.open_for), "{error:?}");
    }
    assert_eq!(player.requests().len(), 3, "an open circuit asks nothing");

    advance(SETTINGS.open_for).await;
    assert_eq!(ask(&model, &question(false)).await.error.unwrap().code(), "transient");
    assert_eq!(ask(&model, &question(false)).await.error.unwrap().code(), "circuit_open");
    assert_eq!(player.requests().len(), 4, "one probe");

    advance(SETTINGS.open_for).await;
    assert!(ask(&model, &question(false)).await.error.is_none());
    assert!(ask(&model, &question(false)).await.error.is_none());
}

#[tokio::test(start_paused = true)]
async fn retries_stop_when_the_circuit_opens_and_tell_the_cause() {
    let player = Player::start(vec![failing()], true).await;
    let policy = CallPolicy { retries: 9, breaker: SETTINGS, ..CallPolicy::default() };
    let model = model("gpt-4o-mini", &player.url(""), policy);
    assert_eq!(ask(&model, &question(true)).await.error.unwrap().code(), "transient");
    assert_eq!(player.requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_request_says_nothing_of_the_models_health() {
    let rejecting = cassette::read("a_context_too_long_by_code").exchange.remove(0);
    let player = Player::start(vec![rejecting], true).await;
    let policy = CallPolicy { breaker: SETTINGS, ..CallPolicy::default() };
    let model = model("gpt-4o-mini", &player.url(""), policy);
    for _ in 0..9 {
        assert_eq!(ask(&model, &question(true)).await.error.unwrap().code(), "context_too_long");
    }
}

#[tokio::test(start_paused = true)]
async fn streams_that_break_late_open_the_circuit_too() {
    let cut = cassette::read("a_cut_in_the_middle_of_a_chunked_stream").exchange.remove(0);
    let player = Player::start(vec![cut], true).await;
    let policy = CallPolicy { breaker: SETTINGS, ..CallPolicy::default() };
    let model = model("gpt-4o-mini", &player.url(""), policy);
    for _ in 0..3 {
        assert!(ask(&model, &question(true)).await.late);
    }
    assert_eq!(ask(&model, &question(true)).await.error.unwrap().code(), "circuit_open");
}
