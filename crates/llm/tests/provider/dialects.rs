//! One cassette per kind of server: all of them answer.

use std::time::Duration;

use portavoz_llm::openai::CallPolicy;
use serde_json::Value;
use tokio::time::Instant;

use crate::cassette::{self, Exchange};
use crate::player::{Player, Request};
use crate::{KEY, ask, model, question};

macro_rules! dialects {
    ($($name:ident),* $(,)?) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                replay(stringify!($name)).await;
            }
        )*

        pub const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

dialects! {
    azure_with_filter_results,
    content_in_parts,
    data_without_space_and_crlf_and_comments,
    events_without_blank_lines,
    explicit_zero_usage_is_not_absence,
    llama_cpp_with_timings,
    luna_with_cache_writes_and_reasoning,
    ollama_without_v1_in_the_base_url,
    openai_streamed_with_usage_and_obfuscation,
    openai_whole,
    openrouter_with_keep_alives,
    reasoning_models_refuse_max_tokens_and_temperature,
    servers_that_reject_stream_options,
    streams_that_begin_with_a_byte_order_mark,
    the_root_without_v1_is_found,
    the_usage_chunk_is_not_waited_for_long,
    thoughts_in_the_text_are_not_shown,
    thoughts_in_their_own_field_are_not_shown,
    vllm_with_usage_in_every_chunk,
}

/// Plays a cassette and compares requests and outcome.
pub async fn replay(name: &str) {
    let cassette = cassette::read(name);
    let player = Player::start(cassette.exchange.clone(), false).await;
    let model = model(&cassette.model, &player.url(&cassette.base_path), CallPolicy::default());
    let started = Instant::now();
    let outcome = ask(&model, &question(cassette.stream)).await;
    let took = started.elapsed();

    let requests = player.requests();
    assert_eq!(requests.len(), cassette.exchange.len(), "{name}: {outcome:?}");
    for (request, exchange) in requests.iter().zip(&cassette.exchange) {
        check_request(name, request, exchange);
    }
    let expected = cassette.outcome;
    assert_eq!(outcome.error.as_ref().map(|error| error.code().to_owned()), expected.error, "{name}: {outcome:?}");
    assert_eq!(outcome.text, expected.text, "{name}");
    assert_eq!(outcome.late, expected.late, "{name}: {outcome:?}");
    let shown = outcome.error.as_ref().map(|error| format!("{error} {error:?}")).unwrap_or_default();
    for words in expected.says {
        assert!(shown.contains(&words), "{name}: `{words}` is missing in: {shown}");
    }
    assert!(!format!("{shown} {model:?} {outcome:?}").contains(KEY), "{name}: the key leaks");
    assert_eq!(outcome.end.is_some(), outcome.error.is_none(), "{name}: an end or an error, and not both");
    let end = outcome.end.unwrap_or_default();
    assert_eq!(end.finish_reason, expected.finish_reason, "{name}");
    let counts = end.usage.map(|usage| {
        assert!(!usage.estimated);
        [
            usage.prompt_tokens,
            usage.cached_tokens,
            usage.cache_write_tokens,
            usage.completion_tokens,
            usage.reasoning_tokens,
        ]
    });
    assert_eq!(counts, expected.usage, "{name}");
    if expected.response_model.is_some() {
        assert_eq!(end.model, expected.response_model, "{name}");
    }
    if expected.service_tier.is_some() {
        assert_eq!(end.service_tier, expected.service_tier, "{name}");
    }
    if let Some(millis) = expected.took_ms {
        // The paused clock steps by milliseconds.
        let expected = Duration::from_millis(millis);
        let near = expected..expected + Duration::from_millis(100);
        assert!(near.contains(&took), "{name}: took {took:?}");
    }
}

fn check_request(name: &str, request: &Request, exchange: &Exchange) {
    assert_eq!((&request.method, &request.path), (&exchange.method, &exchange.path), "{name}");
    assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()), "{name}");
    assert_eq!(request.header("content-type"), Some("application/json"), "{name}");
    for (field, value) in &exchange.has {
        let expected: Value = serde_json::to_value(value).unwrap();
        assert_eq!(request.body.get(field), Some(&expected), "{name}: `{field}` of {}", request.body);
    }
    for field in &exchange.lacks {
        assert!(request.body.get(field).is_none(), "{name}: `{field}` should not be in {}", request.body);
    }
}
