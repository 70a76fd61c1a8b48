//! Prints every kind of request that is sent, one JSON object a line: `{"path": ..., "body": ...}`.
//!
//! For checking the bodies against a published description of the API with a JSON-schema validator:
//! `cargo run -p portavoz-llm --example print_requests`.
#![allow(clippy::print_stdout, reason = "printing is its purpose")]

use portavoz_domain::message::{Message, Role};
use portavoz_llm::catalogue::{Catalogue, ModelKind};
use portavoz_llm::chat::ChatRequest;
use portavoz_llm::embed::openai::{OpenAiEmbedder, OpenAiEmbedderParams};
use portavoz_llm::openai::{
    CallPolicy, Connection, ConnectionError, OpenAiChat, OpenAiChatParams, Random, Timeouts, http_client,
};

fn main() -> Result<(), ConnectionError> {
    let catalogue = Catalogue::embedded();
    let connection = Connection::new(http_client(&Timeouts::default())?, "http://localhost");
    let further = ["ft:gpt-4o-mini-2024-07-18:acme:maria:9Xy", "llama3.2:3b", "nomic-embed-text"];
    for name in catalogue.names().chain(further) {
        let card = catalogue.card(name);
        let random = Random::new(|| 0.0);
        if card.kind == ModelKind::Embedding || name.contains("embed") {
            for dimensions in [card.dimensions.unwrap_or(768), 256] {
                let embedder = OpenAiEmbedder::new(OpenAiEmbedderParams {
                    connection: connection.clone(),
                    card: card.clone(),
                    policy: CallPolicy::default(),
                    random: random.clone(),
                    dimensions: Some(dimensions),
                    batch_inputs: None,
                })?;
                print("/embeddings", &embedder.request_body(&["María sabe Rust.".to_owned(), String::new()]));
            }
        } else {
            let (connection, policy) = (connection.clone(), CallPolicy::default());
            let chat = OpenAiChat::new(OpenAiChatParams { connection, card, policy, random })?;
            for request in requests() {
                print("/chat/completions", &chat.request_body(&request));
            }
        }
    }
    Ok(())
}

fn requests() -> [ChatRequest; 3] {
    let streamed = ChatRequest {
        messages: vec![
            Message::new(Role::System, "You answer about María."),
            Message::new(Role::User, "¿Qué sabe hacer?"),
            Message::new(Role::Assistant, "Sabe Rust."),
            Message::new(Role::User, "¿Y desde cuándo?"),
        ],
        temperature: Some(0.7),
        top_p: Some(0.9),
        max_tokens: Some(1_000),
        stream: true,
    };
    let mut long = streamed.clone();
    long.messages.insert(0, Message::new(Role::System, "One more rule. ".repeat(400)));
    let bare = ChatRequest { temperature: None, top_p: None, max_tokens: None, stream: false, ..streamed.clone() };
    [streamed, long, bare]
}

fn print(path: &str, body: &str) {
    println!("{{\"path\":\"{path}\",\"body\":{body}}}");
}
