//! The embedder against a server.

use portavoz_llm::catalogue::Catalogue;
use portavoz_llm::embed::openai::{OpenAiEmbedder, OpenAiEmbedderParams};
use portavoz_llm::embed::{Embedder, EmbeddingRole};
use portavoz_llm::openai::{CallPolicy, ConnectionError};
use tokio::time::Instant;

use crate::cassette::{Exchange, Step};
use crate::player::Player;
use crate::{KEY, connection, steady};

fn exchange(status: u16, body: &str) -> Exchange {
    Exchange {
        path: "/v1/embeddings".to_owned(),
        method: "POST".to_owned(),
        has: toml::Table::new(),
        lacks: Vec::new(),
        status,
        headers: toml::Table::new(),
        framing: "length".to_owned(),
        body: vec![Step::Send(body.to_owned())],
    }
}

fn params(player: &Player, model: &str) -> OpenAiEmbedderParams {
    OpenAiEmbedderParams {
        connection: connection(&player.url("")),
        card: Catalogue::embedded().card(model),
        policy: CallPolicy::default(),
        random: steady(),
        dimensions: Some(2),
        batch_inputs: None,
    }
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("text {number}")).collect()
}

const PAIR: &str =
    r#"{"data":[{"index":1,"embedding":[0,5]},{"index":0,"embedding":[3,4]}],"usage":{"prompt_tokens":6}}"#;
const ONE: &str = r#"{"data":[{"embedding":[1,0]}]}"#;

#[tokio::test(start_paused = true)]
async fn batches_keep_the_order_and_sum_the_usage() {
    let player = Player::start(vec![exchange(200, PAIR), exchange(200, PAIR), exchange(200, ONE)], false).await;
    let embedder = OpenAiEmbedder::new(OpenAiEmbedderParams { batch_inputs: Some(2), ..params(&player, "m") }).unwrap();
    let embedded = embedder.embed(&texts(5), EmbeddingRole::Passage).await.unwrap();
    assert_eq!(embedded.vectors.len(), 5);
    assert_eq!(embedded.vectors[..2], [[0.6, 0.8], [0.0, 1.0]]);
    assert_eq!(embedded.vectors[4], [1.0, 0.0]);
    // The last batch came without usage, so its share is estimated, and so is the sum.
    assert!(embedded.usage.estimated && embedded.usage.prompt_tokens > 12, "{:?}", embedded.usage);
    let sizes: Vec<usize> =
        player.requests().iter().map(|request| request.body["input"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_for_nothing() {
    let player = Player::start(vec![exchange(500, "")], true).await;
    let embedder = OpenAiEmbedder::new(params(&player, "m")).unwrap();
    assert_eq!(embedder.embed(&[], EmbeddingRole::Passage).await.unwrap().vectors, Vec::<Vec<f32>>::new());
    assert!(player.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn trouble_is_retried_and_then_reported() {
    let limited = exchange(429, r#"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#);
    let player = Player::start(vec![limited.clone(), exchange(503, ""), exchange(200, ONE)], false).await;
    let embedder = OpenAiEmbedder::new(params(&player, "m")).unwrap();
    assert_eq!(embedder.embed(&texts(1), EmbeddingRole::Query).await.unwrap().vectors, [[1.0, 0.0]]);

    let player = Player::start(vec![limited], true).await;
    let embedder = OpenAiEmbedder::new(params(&player, "m")).unwrap();
    let error = embedder.embed(&texts(1), EmbeddingRole::Passage).await.unwrap_err();
    assert_eq!((error.code(), player.requests().len()), ("rate_limited", 3));
}

#[tokio::test(start_paused = true)]
async fn passages_wait_out_a_long_pause_and_queries_do_not() {
    for (role, asked, expected_requests) in
        [(EmbeddingRole::Passage, "100", 2), (EmbeddingRole::Passage, "121", 1), (EmbeddingRole::Query, "100", 1)]
    {
        let mut limited = exchange(429, "");
        limited.headers.insert("retry-after".to_owned(), asked.into());
        let player = Player::start(vec![limited, exchange(200, ONE)], false).await;
        let embedder = OpenAiEmbedder::new(params(&player, "m")).unwrap();
        let started = Instant::now();
        let answered = embedder.embed(&texts(1), role).await.is_ok();
        assert_eq!(
            (answered, player.requests().len()),
            (expected_requests == 2, expected_requests),
            "{role:?} {asked}"
        );
        assert_eq!(started.elapsed().as_secs(), if answered { 100 } else { 0 });
    }
}

#[tokio::test(start_paused = true)]
async fn parameters_that_a_server_refuses_are_left_out() {
    let refusing = exchange(
        400,
        r#"{"error":{"message":"Unknown parameter: 'encoding_format'","param":"encoding_format","code":"unknown_parameter"}}"#,
    );
    let player = Player::start(vec![refusing, exchange(200, ONE)], true).await;
    let embedder = OpenAiEmbedder::new(params(&player, "text-embedding-3-small")).unwrap();
    for _ in 0..2 {
        assert!(embedder.embed(&texts(1), EmbeddingRole::Query).await.is_ok());
    }
    let formats: Vec<bool> =
        player.requests().iter().map(|request| request.body.get("encoding_format").is_some()).collect();
    assert_eq!(formats, [true, false, false]);
    assert_eq!((embedder.name(), embedder.dimensions()), ("text-embedding-3-small@2", 2));
    assert_eq!(embedder.price_per_million(), Some(20_000));
}

#[tokio::test(start_paused = true)]
async fn long_and_empty_texts_are_made_fit() {
    let player = Player::start(vec![exchange(200, PAIR)], true).await;
    let embedder = OpenAiEmbedder::new(params(&player, "text-embedding-3-small")).unwrap();
    let texts = ["ingeniería ".repeat(20_000), String::new()];
    embedder.embed(&texts, EmbeddingRole::Passage).await.unwrap();
    let sent = player.requests()[0].body["input"].clone();
    assert!(sent[0].as_str().unwrap().len() < texts[0].len() && texts[0].starts_with(sent[0].as_str().unwrap()));
    assert_eq!(sent[1], " ");
}

#[tokio::test(start_paused = true)]
async fn batches_stay_below_the_providers_limit_of_tokens() {
    let player = Player::start(vec![exchange(500, "")], true).await;
    let policy = CallPolicy { retries: 0, ..CallPolicy::default() };
    let embedder =
        OpenAiEmbedder::new(OpenAiEmbedderParams { policy, ..params(&player, "text-embedding-3-small") }).unwrap();
    // Forty texts of some eight thousand tokens: no more than thirty-seven fit in a request.
    let texts = vec!["dato ".repeat(8_000); 40];
    assert!(embedder.embed(&texts, EmbeddingRole::Passage).await.is_err());
    let sizes = player.requests().into_iter().map(|request| request.body["input"].as_array().unwrap().len());
    assert_eq!(sizes.max(), Some(37));
}

#[tokio::test(start_paused = true)]
async fn the_length_of_vectors_is_measured_where_it_is_unknown() {
    let player =
        Player::start(vec![exchange(200, ONE), exchange(200, r#"{"data":[{"embedding":[1,0,0]}]}"#)], false).await;
    let unknown = OpenAiEmbedderParams { dimensions: None, ..params(&player, "nomic-embed-text") };
    assert!(matches!(OpenAiEmbedder::new(unknown.clone()), Err(ConnectionError::UnknownDimensions(_))));
    let embedder = OpenAiEmbedder::connect(unknown).await.unwrap();
    assert_eq!((embedder.name(), embedder.dimensions(), embedder.price_per_million()), ("nomic-embed-text", 2, None));
    let error = embedder.embed(&texts(1), EmbeddingRole::Query).await.unwrap_err().to_string();
    assert!(error.contains("3 numbers where 2"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn errors_and_debug_hold_no_key() {
    let player = Player::start(vec![exchange(400, &format!(r#"{{"error":{{"message":"bad {KEY}"}}}}"#))], true).await;
    let embedder = OpenAiEmbedder::new(params(&player, "m")).unwrap();
    let error = embedder.embed(&texts(1), EmbeddingRole::Query).await.unwrap_err();
    let shown = format!("{error} {error:?} {embedder:?}");
    assert!(shown.contains("bad [key]") && !shown.contains(KEY), "{shown}");
}
