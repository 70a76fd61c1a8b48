//! Whoever stops listening stops the provider, too.

use futures::StreamExt;
use portavoz_llm::chat::ChatModel;
use portavoz_llm::openai::CallPolicy;

use crate::cassette::{self, Step};
use crate::player::Player;
use crate::{model, question};

/// Lets the server's side notice what the client did.
async fn settle(player: &Player) {
    for _ in 0..1_000 {
        if player.hung_up() > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_closes_the_connection() {
    let mut exchange = cassette::read("a_gap_between_tokens_that_is_too_long").exchange.remove(0);
    exchange.body.retain(|step| matches!(step, Step::Send(_)));
    exchange.body.truncate(1);
    exchange.body.push(Step::Hang(true));
    let player = Player::start(vec![exchange], false).await;
    let model = model("gpt-4o-mini", &player.url(""), CallPolicy::default());
    let mut stream = model.chat(&question(true)).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert_eq!(player.hung_up(), 0);
    drop(stream);
    settle(&player).await;
    assert_eq!(player.hung_up(), 1);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_call_before_the_first_token_closes_the_connection() {
    let exchange = cassette::read("no_answer_at_all").exchange.remove(0);
    let player = Player::start(vec![exchange], false).await;
    let model = model("gpt-4o-mini", &player.url(""), CallPolicy::default());
    let request = question(true);
    {
        let mut call = Box::pin(model.chat(&request));
        while player.requests().is_empty() {
            assert!(futures::poll!(&mut call).is_pending());
            tokio::task::yield_now().await;
        }
    }
    settle(&player).await;
    assert_eq!(player.hung_up(), 1);
}
