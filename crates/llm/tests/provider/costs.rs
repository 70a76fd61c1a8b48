//! What a response says becomes the exact micro-dollar.
//!
//! Worked by hand. Prices are dollars per million tokens, which is micro-dollars per token, so that every product below
//! is in micro-dollars; sums are rounded up. `prompt` includes cached and written tokens, `completion` includes
//! reasoning:
//! cost = (prompt - cached - written) x in + cached x cached price + written x write price + completion x out.

use portavoz_llm::catalogue::Catalogue;
use portavoz_llm::chat::ChatModel;
use portavoz_llm::openai::CallPolicy;

use crate::cassette::{self, Exchange, Step};
use crate::player::Player;
use crate::{ask, model, question};

const MINI: &str = "gpt-4o-mini";
const TUNED: &str = "ft:gpt-4o-mini-2024-07-18:maria::abc";
const LUNA: &str = "gpt-6-luna";

/// A response's usage, and what it comes to. Tokens: prompt, cached, written, completion, reasoning.
type Row = (&'static str, [u64; 5], Option<&'static str>, Option<u64>);

/// Each row's comment is its working.
const GOLDEN: [Row; 22] = [
    // 1,000 x 0.15 + 200 x 0.60 = 150 + 120
    (MINI, [1_000, 0, 0, 200, 0], Some("default"), Some(270)),
    // No tier said: standard. 1 x 0.15 = 0.15
    (MINI, [1, 0, 0, 0, 0], None, Some(1)),
    // 976 x 0.15 + 1,024 x 0.075 + 100 x 0.60 = 146.4 + 76.8 + 60 = 283.2
    (MINI, [2_000, 1_024, 0, 100, 0], Some("default"), Some(284)),
    // All of it cached: 2,048 x 0.075 = 153.6
    (MINI, [2_048, 2_048, 0, 0, 0], Some("default"), Some(154)),
    // An explicit zero is a figure.
    (MINI, [0, 0, 0, 0, 0], Some("default"), Some(0)),
    // Priority: 1,000 x 0.25 + 200 x 1.00 = 250 + 200
    (MINI, [1_000, 0, 0, 200, 0], Some("priority"), Some(450)),
    // The same under its newer name, half of it cached: 500 x 0.25 + 500 x 0.125 + 200 x 1.00 = 125 + 62.5 + 200 = 387.5
    (MINI, [1_000, 500, 0, 200, 0], Some("fast"), Some(388)),
    // Flex is not offered for it: no price rather than a wrong one.
    (MINI, [1_000, 0, 0, 200, 0], Some("flex"), None),
    (MINI, [1_000, 0, 0, 200, 0], Some("of next year"), None),
    // A fine-tune costs twice: 1,000 x 0.30 + 200 x 1.20 = 300 + 240
    (TUNED, [1_000, 0, 0, 200, 0], Some("default"), Some(540)),
    // 500 x 0.30 + 500 x 0.15 + 200 x 1.20 = 150 + 75 + 240
    (TUNED, [1_000, 500, 0, 200, 0], None, Some(465)),
    // Its priority price is not known.
    (TUNED, [1_000, 0, 0, 200, 0], Some("priority"), None),
    // 976 x 0.10 + 1,024 x 0.125 + 100 x 0.50 = 97.6 + 128 + 50 = 275.6
    (LUNA, [2_000, 0, 1_024, 100, 0], Some("default"), Some(276)),
    // The next time it is read: 976 x 0.10 + 1,024 x 0.01 + 100 x 0.50 = 97.6 + 10.24 + 50 = 157.84
    (LUNA, [2_000, 1_024, 0, 100, 0], Some("default"), Some(158)),
    // Reasoning is a part of the completion: 1,000 x 0.10 + 500 x 0.50 = 100 + 250, whether 0 or 400 of the 500 were thought
    (LUNA, [1_000, 0, 0, 500, 400], Some("default"), Some(350)),
    (LUNA, [1_000, 0, 0, 500, 0], Some("default"), Some(350)),
    // Flex is half: 976 x 0.05 + 1,024 x 0.0625 + 100 x 0.25 = 48.8 + 64 + 25 = 137.8
    (LUNA, [2_000, 0, 1_024, 100, 0], Some("flex"), Some(138)),
    // Fast is twice: 976 x 0.20 + 1,024 x 0.02 + 100 x 1.00 = 195.2 + 20.48 + 100 = 315.68
    (LUNA, [2_000, 1_024, 0, 100, 0], Some("fast"), Some(316)),
    // At the limit nothing is dearer: 272,000 x 0.10 + 1,000 x 0.50 = 27,200 + 500
    (LUNA, [272_000, 0, 0, 1_000, 0], Some("default"), Some(27_700)),
    // Above it all of it is: 272,001 x 0.20 + 1,000 x 0.75 = 54,400.2 + 750 = 55,150.2
    (LUNA, [272_001, 0, 0, 1_000, 0], Some("default"), Some(55_151)),
    // Cached and written too: 100,000 x 0.20 + 100,000 x 0.02 + 100,000 x 0.25 + 1,000 x 0.75 = 20,000 + 2,000 + 25,000 + 750
    (LUNA, [300_000, 100_000, 100_000, 1_000, 0], Some("default"), Some(47_750)),
    // Not in the catalogue: not free, but unknown.
    ("llama3.2:3b", [1_000, 0, 0, 200, 0], None, None),
];

/// What the provider sends: whole, or as the last chunks of a stream.
fn response(usage: [u64; 5], tier: Option<&str>, stream: bool) -> String {
    let [prompt, cached, written, completion, reasoning] = usage;
    let tier = tier.map_or(String::new(), |tier| format!(r#","service_tier":"{tier}""#));
    let usage = format!(
        r#"{{"prompt_tokens":{prompt},"completion_tokens":{completion},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":{cached},"cache_write_tokens":{written}}},"completion_tokens_details":{{"reasoning_tokens":{reasoning}}}}}"#,
        prompt + completion
    );
    if stream {
        format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"Sí.\"}},\"finish_reason\":null}}]}}\n\n\
             data: {{\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"stop\"}}]{tier}}}\n\n\
             data: {{\"choices\":[],\"usage\":{usage}{tier}}}\n\ndata: [DONE]\n\n"
        )
    } else {
        format!(
            r#"{{"choices":[{{"index":0,"message":{{"role":"assistant","content":"Sí."}},"finish_reason":"stop"}}],"usage":{usage}{tier}}}"#
        )
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_response_says_is_its_price_to_the_micro_dollar() {
    for (name, usage, tier, micros) in GOLDEN {
        for stream in [true, false] {
            let mut headers = toml::Table::new();
            let kind = if stream { "text/event-stream" } else { "application/json" };
            headers.insert("content-type".to_owned(), toml::Value::String(kind.to_owned()));
            let exchange = Exchange {
                path: "/v1/chat/completions".to_owned(),
                method: "POST".to_owned(),
                has: toml::Table::new(),
                lacks: Vec::new(),
                status: 200,
                headers,
                framing: "length".to_owned(),
                body: vec![Step::Send(response(usage, tier, stream))],
            };
            let player = Player::start(vec![exchange], false).await;
            let model = model(name, &player.url("/v1"), CallPolicy::default());
            let outcome = ask(&model, &question(stream)).await;
            let end = outcome.end.unwrap_or_else(|| panic!("{name} {usage:?}: {:?}", outcome.error));
            let reported = end.usage.unwrap();
            assert!(!reported.estimated, "{name} {usage:?}");
            let cost = model.tariff().and_then(|tariff| tariff.cost_usd_micros(&reported, end.service_tier.as_deref()));
            assert_eq!(cost, micros, "{name} {usage:?} {tier:?} stream: {stream}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn recorded_exchanges_cost_what_their_usage_says() {
    for (name, micros) in [
        // 9 x 0.10 + 8 x 0.01 + 4 x 0.125 + 4 x 0.50 = 0.9 + 0.08 + 0.5 + 2 = 3.48
        ("luna_with_cache_writes_and_reasoning", Some(4)),
        // Explicit zeros.
        ("explicit_zero_usage_is_not_absence", Some(0)),
        // The provider did not say: no figure here, and an estimate for whoever asked.
        ("the_usage_chunk_is_not_waited_for_long", None),
    ] {
        let cassette = cassette::read(name);
        let player = Player::start(cassette.exchange.clone(), false).await;
        let model = model(&cassette.model, &player.url(&cassette.base_path), CallPolicy::default());
        let end = ask(&model, &question(cassette.stream)).await.end.unwrap();
        let tariff = model.tariff().unwrap();
        let cost = end.usage.and_then(|usage| tariff.cost_usd_micros(&usage, end.service_tier.as_deref()));
        assert_eq!(cost, micros, "{name}");
    }
}

#[test]
fn embeddings_cost_their_input() {
    for (name, tokens, micros) in [
        // 8,191 x 0.02 = 163.82
        ("text-embedding-3-small", 8_191, 164),
        // 1,000 x 0.13
        ("text-embedding-3-large", 1_000, 130),
        // 1,000 x 0.10
        ("text-embedding-ada-002", 1_000, 100),
    ] {
        let tariff = Catalogue::embedded().card(name).tariff.unwrap();
        let usage = portavoz_domain::usage::Usage { prompt_tokens: tokens, ..Default::default() };
        assert_eq!(tariff.cost_usd_micros(&usage, None), Some(micros), "{name}");
    }
}
