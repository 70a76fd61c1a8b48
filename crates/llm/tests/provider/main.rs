//! What providers do to us, and what we make of it.
//!
//! Exchanges stand in `../cassettes/*.toml`: the request that is expected and the bytes that are played back, with
//! their portions, delays and cuts. `cassette` reads them, `player` is the server. Time is tokio's and paused: a wait
//! of a minute takes none. Start at `faults` (one cassette per fault) and `dialects` (one per kind of server).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "the server of the tests runs beside them")]

mod batches;
mod breaker;
mod cancel;
mod cassette;
mod costs;
mod dialects;
mod embedder;
mod faults;
mod limits;
mod models;
mod player;
mod requests;
mod secrets;

use std::sync::{Arc, Mutex};

use futures::StreamExt;
use portavoz_domain::message::{Message, Role};
use portavoz_llm::LlmError;
use portavoz_llm::catalogue::Catalogue;
use portavoz_llm::chat::{ChatEnd, ChatEvent, ChatModel, ChatRequest};
use portavoz_llm::openai::{CallPolicy, Connection, OpenAiChat, OpenAiChatParams, Random, Timeouts, http_client};

/// The key of every test; nothing that we show may contain it.
pub const KEY: &str = "test-key-that-must-not-leak";

/// A connection to a server of ours.
pub fn connection(base_url: &str) -> Connection {
    Connection::new(http_client(&Timeouts::default()).unwrap(), base_url).with_api_key(KEY.into())
}

/// Never any jitter.
pub fn steady() -> Random {
    Random::new(|| 0.0)
}

/// The model `name` at `base_url`.
pub fn model(name: &str, base_url: &str, policy: CallPolicy) -> OpenAiChat {
    let card = Catalogue::embedded().card(name);
    OpenAiChat::new(OpenAiChatParams { connection: connection(base_url), card, policy, random: steady() }).unwrap()
}

/// The question that all tests ask.
pub fn question(stream: bool) -> ChatRequest {
    ChatRequest {
        messages: vec![
            Message::new(Role::System, "You answer about María."),
            Message::new(Role::User, "¿Qué sabe hacer?"),
        ],
        temperature: Some(0.7),
        top_p: Some(0.9),
        max_tokens: Some(1_000),
        stream,
    }
}

/// What became of a call.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All deltas.
    pub text: String,
    /// How many.
    pub pieces: usize,
    /// How the provider finished.
    pub end: Option<ChatEnd>,
    /// True if the error came after `chat` had returned a stream.
    pub late: bool,
    /// Why there is no end.
    pub error: Option<LlmError>,
}

/// Asks and listens to the end.
pub async fn ask(model: &OpenAiChat, request: &ChatRequest) -> Outcome {
    let mut outcome = Outcome::default();
    let mut stream = match model.chat(request).await {
        Ok(stream) => stream,
        Err(error) => return Outcome { error: Some(error), ..outcome },
    };
    while let Some(event) = stream.next().await {
        assert!(outcome.end.is_none() && outcome.error.is_none(), "nothing comes after the end");
        match event {
            Ok(ChatEvent::Delta(text)) => {
                outcome.pieces += 1;
                outcome.text.push_str(&text);
            }
            Ok(ChatEvent::End(end)) => outcome.end = Some(end),
            Err(error) => {
                outcome.late = true;
                outcome.error = Some(error);
            }
        }
    }
    outcome
}

/// A list that several hands write to.
pub type Shared<T> = Arc<Mutex<Vec<T>>>;
