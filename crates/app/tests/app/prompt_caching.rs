//! What providers' prompt caches make of our prompts: the static part comes first and stays, byte for byte, so that the
//! next visitor's turn, or the next turn of a conversation, is read from the cache at its price.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream;
use portavoz_app::models::LadderModel;
use portavoz_app::settings::VerifySettings;
use portavoz_app::testing::{Setup, TestSite};
use portavoz_domain::message::Message;
use portavoz_domain::tariff::Tariff;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::usage::Usage;
use portavoz_domain::verification::policy::Mode;
use portavoz_llm::LlmError;
use portavoz_llm::catalogue::Catalogue;
use portavoz_llm::chat::{ChatEnd, ChatEvent, ChatModel, ChatRequest, ChatStream};
use portavoz_llm::openai::{CallPolicy, Connection, OpenAiChat, OpenAiChatParams, Random, Timeouts, http_client};
use serde_json::Value;

/// The least prefix that is cached, and the steps beyond it, as OpenAI documents both.
const LEAST: usize = 1_024;
const STEP: usize = 128;

/// A provider that caches prefixes of the very body it would be sent, as OpenAI does: automatically up to gpt-4.1, and
/// for gpt-6-luna where a breakpoint stands, with writes billed.
struct CachingProvider {
    model: OpenAiChat,
    answer: String,
    cached: Mutex<Vec<String>>,
    requests: Mutex<Vec<Vec<Message>>>,
}

impl CachingProvider {
    fn new(name: &str, answer: impl Into<String>) -> Arc<Self> {
        let http = http_client(&Timeouts::default()).unwrap();
        let params = OpenAiChatParams {
            connection: Connection::new(http, "http://localhost/v1"),
            card: Catalogue::embedded().card(name),
            policy: CallPolicy::default(),
            random: Random::new(|| 0.0),
        };
        let model = OpenAiChat::new(params).unwrap();
        Arc::new(Self { model, answer: answer.into(), cached: Mutex::default(), requests: Mutex::default() })
    }

    fn tokens(&self, text: &str) -> usize {
        self.tokenizer().count(text)
    }

    /// Cached and written tokens of a prompt, after which it is in the cache.
    fn through_cache(&self, body: &Value) -> (usize, usize) {
        let mut cached = self.cached.lock().unwrap();
        let mut prompt = String::new();
        let (mut read, mut written) = (0, 0);
        for message in body["messages"].as_array().unwrap() {
            let content = &message["content"];
            let text = content.as_str().or_else(|| content[0]["text"].as_str()).unwrap();
            prompt.push_str(&format!("{}\n{text}\n", message["role"]));
            let is_marked = content[0]["prompt_cache_breakpoint"]["mode"] == "explicit";
            if is_marked && self.tokens(&prompt) >= LEAST {
                if cached.contains(&prompt) {
                    read = self.tokens(&prompt);
                } else {
                    written = self.tokens(&prompt);
                    cached.push(prompt.clone());
                }
            }
        }
        if body["prompt_cache_options"]["mode"] != "explicit" {
            let known = cached.iter().map(|known| self.tokens(common(known, &prompt))).max().unwrap_or(0);
            read = if known >= LEAST { LEAST + (known - LEAST) / STEP * STEP } else { 0 };
            cached.push(prompt);
        }
        (read, written)
    }
}

/// The common beginning of two texts.
fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let same = one.char_indices().zip(other.chars()).take_while(|((_, a), b)| a == b);
    &one[..same.last().map_or(0, |((place, last), _)| place + last.len_utf8())]
}

#[async_trait]
impl ChatModel for CachingProvider {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn tariff(&self) -> Option<&Tariff> {
        self.model.tariff()
    }

    fn tokenizer(&self) -> &dyn CountTokens {
        self.model.tokenizer()
    }

    async fn chat(&self, request: &ChatRequest) -> Result<ChatStream, LlmError> {
        self.requests.lock().unwrap().push(request.messages.clone());
        let body: Value = serde_json::from_str(&self.model.request_body(request)).unwrap();
        let (read, written) = self.through_cache(&body);
        let prompt: usize = request.messages.iter().map(|message| self.tokens(&message.content) + 4).sum();
        let usage = Usage {
            prompt_tokens: prompt as u64,
            cached_tokens: read as u64,
            cache_write_tokens: written as u64,
            completion_tokens: self.tokens(&self.answer) as u64,
            ..Usage::default()
        };
        let end = ChatEnd { usage: Some(usage), finish_reason: Some("stop".to_owned()), ..ChatEnd::default() };
        let events = [ChatEvent::Delta(self.answer.clone()), ChatEvent::End(end)];
        Ok(Box::pin(stream::iter(events.map(Ok))))
    }
}

/// A site whose owner wrote `tone` into the prompt.
async fn site(provider: &Arc<CachingProvider>, tone: &str) -> TestSite {
    let model = LadderModel::from(Arc::clone(provider) as Arc<dyn ChatModel>);
    let verify = VerifySettings { mode: Mode::Off, ..VerifySettings::default() };
    Setup { ladder: vec![model], tone: tone.to_owned(), verify, ..Setup::default() }.open().await
}

/// A guide of style, as an owner may have one, of more tokens than the least prefix.
fn long_tone() -> String {
    (0..120).map(|n| format!("regla {n}: frases breves, cifras exactas y ningún adjetivo de más; ")).collect()
}

const FIRST: &str = "¿Cuánto subió la precisión con el sistema RAG de Ada?";
const SECOND: &str = "¿Qué tecnologías usa Ada, Python o React?";

/// What the usage comes to, in dollars, by hand: prices are dollars per million tokens.
fn by_hand(usage: &Usage, [input, cached, write, output]: [f64; 4]) -> f64 {
    let plain = usage.prompt_tokens - usage.cached_tokens - usage.cache_write_tokens;
    let micros = plain as f64 * input
        + usage.cached_tokens as f64 * cached
        + usage.cache_write_tokens as f64 * write
        + usage.completion_tokens as f64 * output;
    (micros - 1e-9).ceil() / 1e6
}

#[tokio::test]
async fn the_next_visitor_reads_a_long_static_prefix_from_the_cache() {
    let provider = CachingProvider::new("gpt-4o-mini", "Un 40 % [1].");
    let site = site(&provider, &long_tone()).await;
    let first = site.ask(FIRST).await.done;
    assert_eq!(first.usage.cached_tokens, 0);
    let second = site.ask(SECOND).await.done;
    assert!(second.usage.cached_tokens >= LEAST as u64, "{:?}", second.usage);
    let uncached = second.usage.prompt_tokens - second.usage.cached_tokens;
    assert!(uncached < 600, "all but passages and question: {:?}", second.usage);
    let cost = by_hand(&second.usage, [0.15, 0.075, 0.15, 0.60]);
    assert!((second.cost_usd.unwrap() - cost).abs() < 1e-9, "{second:?} {cost}");
}

#[tokio::test]
async fn a_marked_prefix_is_written_once_and_read_by_every_later_visitor() {
    let provider = CachingProvider::new("gpt-6-luna", "Un 40 % [1].");
    let site = site(&provider, &long_tone()).await;
    let first = site.ask(FIRST).await.done;
    assert!(first.usage.cache_write_tokens >= LEAST as u64 && first.usage.cached_tokens == 0, "{:?}", first.usage);
    let second = site.ask(SECOND).await.done;
    assert_eq!((second.usage.cached_tokens, second.usage.cache_write_tokens), (first.usage.cache_write_tokens, 0));
    for done in [first, second] {
        let cost = by_hand(&done.usage, [0.10, 0.01, 0.125, 0.50]);
        assert!((done.cost_usd.unwrap() - cost).abs() < 1e-9, "{done:?} {cost}");
    }
}

#[tokio::test]
async fn the_built_in_prompt_is_shorter_than_any_cache_keeps_and_pays_for_no_writes() {
    for name in ["gpt-4o-mini", "gpt-6-luna"] {
        let provider = CachingProvider::new(name, "Un 40 % [1].");
        let site = site(&provider, "").await;
        for question in [FIRST, SECOND] {
            let usage = site.ask(question).await.done.usage;
            assert_eq!((usage.cached_tokens, usage.cache_write_tokens), (0, 0), "{name}");
        }
        let requests = provider.requests.lock().unwrap();
        let system = provider.tokens(&requests[0][0].content);
        assert!((200..LEAST).contains(&system), "{name}: the system message has {system} tokens");
    }
}

#[tokio::test]
async fn a_conversation_only_grows_at_its_end_so_that_follow_ups_are_read_from_the_cache() {
    // An answer of a few hundred tokens, as one with a list is.
    let answer =
        format!("Un 40 % [1]. {}", "Además usa Python, FastAPI, PyTorch y React en sus proyectos. ".repeat(16));
    let provider = CachingProvider::new("gpt-4o-mini", answer);
    let site = site(&provider, "").await;
    let first = site.ask(FIRST).await;
    let visitor = site.site.visitor_tokens().read(&first.visitor_token).unwrap();
    let mut cached = vec![first.done.usage.cached_tokens];
    for question in [SECOND, FIRST, SECOND, FIRST] {
        cached.push(site.go_on(visitor, first.conversation_id, question).await.done.usage.cached_tokens);
    }
    let requests = provider.requests.lock().unwrap();
    for pair in requests.windows(2) {
        let kept = &pair[0][..pair[0].len() - 1];
        assert_eq!(&pair[1][..kept.len()], kept, "what was said before stays as it was");
        assert_eq!(pair[1].len(), pair[0].len() + 2);
    }
    assert!(cached.last().unwrap() >= &(LEAST as u64), "{cached:?}");
}
