//! The scripted provider: a fast server of the OpenAI protocol whose answers are cut from the question's own context.
//!
//! It answers `POST /v1/chat/completions` (whole or streamed) and `POST /v1/embeddings`, over HTTP/1.1 with connections
//! kept open, on one thread. An answer repeats the last lines of the prompt that begin with `- `, the passages that
//! portavoz found, so that whatever checks facts in an answer has true ones to check.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::options::Script;

/// Said if the prompt has no passages, as in calls that measure the provider alone. JSON-escaped.
const FALLBACK: &str =
    "El proyecto usa Python y FastAPI y redujo el tiempo de respuesta un 40 % en el primer a\\u00f1o.";

/// Bytes of an answer at most; a usual one has about a hundred tokens.
const ANSWER_BYTES: usize = 500;

/// Numbers in a vector, as in `text-embedding-3-small`.
const DIMENSIONS: usize = 1536;

/// Serves until the process is stopped; says where on standard output.
pub async fn serve(script: Script) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        // A connection that breaks is the client's affair.
        let script = script.clone();
        connections.spawn(async move { converse(stream, &script).await.ok() });
        while connections.try_join_next().is_some() {}
    }
}

/// Answers the requests of one connection, one after the other.
async fn converse(mut stream: TcpStream, script: &Script) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(16 * 1024);
    while let Some(head_end) = read_head(&mut stream, &mut buffer).await? {
        let head = String::from_utf8_lossy(buffer.get(..head_end).unwrap_or_default()).to_ascii_lowercase();
        let body_length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|length| length.trim().parse().ok())
            .unwrap_or(0_usize);
        let end = head_end + body_length;
        while buffer.len() < end {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        let body = buffer.get(head_end..end).unwrap_or_default();
        answer(&mut stream, &head, body, script).await?;
        buffer.drain(..end);
    }
    Ok(())
}

/// Reads until the blank line that ends a head; its end, or `None` if the client has left.
async fn read_head(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
    loop {
        if let Some(end) = find(buffer, b"\r\n\r\n") {
            return Ok(Some(end + 4));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

async fn answer(stream: &mut TcpStream, head: &str, body: &[u8], script: &Script) -> io::Result<()> {
    if head.starts_with("post /v1/embeddings") {
        return write_json(stream, &embeddings(body)).await;
    }
    if !head.starts_with("post /v1/chat/completions") {
        return write_json(stream, r#"{"object":"list","data":[{"id":"gpt-4o-mini","object":"model"}]}"#).await;
    }
    if script.first_token_ms > 0 {
        tokio::time::sleep(Duration::from_millis(script.first_token_ms)).await;
    }
    let text = answer_text(body);
    let is_streamed = find(body, b"\"stream\":true").is_some();
    if is_streamed { write_stream(stream, &text, script).await } else { write_json(stream, &completion(&text)).await }
}

/// The last passages of the prompt, still JSON-escaped: text that can be put into an answer as it is.
fn answer_text(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let mut text = String::new();
    for line in body.split("\\n").filter_map(|line| line.strip_prefix("- ")) {
        // A line that ends the message carries the end of the JSON string too.
        let line = line.split('"').next().unwrap_or_default().trim_end_matches('\\');
        if text.len() + line.len() > ANSWER_BYTES {
            break;
        }
        text.push_str(line);
        text.push(' ');
    }
    if text.trim().is_empty() { FALLBACK.to_owned() } else { text.trim_end().to_owned() }
}

fn completion(text: &str) -> String {
    format!(
        "{{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"gpt-4o-mini-2024-07-18\",\
         \"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\"content\":\"{text}\"}},\"finish_reason\":\"stop\"}}],\
         \"usage\":{{\"prompt_tokens\":900,\"completion_tokens\":100,\"total_tokens\":1000}}}}"
    )
}

async fn write_json(stream: &mut TcpStream, body: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).await
}

/// The answer in as many pieces as asked, each an event in a write of its own, as providers send them.
async fn write_stream(stream: &mut TcpStream, text: &str, script: &Script) -> io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    for (number, piece) in pieces(text, script.pieces).into_iter().enumerate() {
        if number > 0 && script.gap_ms > 0 {
            tokio::time::sleep(Duration::from_millis(script.gap_ms)).await;
        }
        write_event(stream, &format!("\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{piece}\"}}}}]")).await?;
    }
    write_event(stream, "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]").await?;
    let usage = "\"usage\":{\"prompt_tokens\":900,\"completion_tokens\":100,\"total_tokens\":1000}";
    write_event(stream, &format!("\"choices\":[],{usage}")).await?;
    stream.write_all(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n").await
}

async fn write_event(stream: &mut TcpStream, fields: &str) -> io::Result<()> {
    let event = format!(
        "data: {{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4o-mini\",{fields}}}\n\n"
    );
    stream.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await
}

/// Cuts a JSON-escaped text into `count` pieces, or as many as it can be cut into, and never within an escape.
fn pieces(text: &str, count: usize) -> Vec<&str> {
    let size = text.len().div_ceil(count.max(1)).max(1);
    let mut pieces = Vec::with_capacity(count);
    let (mut start, mut escape_end) = (0, 0);
    for (place, character) in text.char_indices() {
        if place >= escape_end && place - start >= size {
            pieces.push(text.get(start..place).unwrap_or_default());
            start = place;
        }
        if character == '\\' && place >= escape_end {
            // `\u` has four digits more. Pairs of them do not occur: what is beyond them travels as UTF-8.
            let is_unicode = text.get(place + 1..).is_some_and(|rest| rest.starts_with('u'));
            escape_end = place + if is_unicode { 6 } else { 2 };
        }
    }
    pieces.push(text.get(start..).unwrap_or_default());
    pieces
}

/// Vectors that are near if texts share words: each word adds a few numbers at places that its letters decide.
fn embeddings(body: &[u8]) -> String {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let inputs: Vec<&str> = match &request["input"] {
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().into_iter().collect(),
    };
    let in_base64 = request["encoding_format"] == "base64";
    let rows: Vec<Value> = inputs
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let vector = vector(text);
            let encoded = if in_base64 {
                let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                json!(base64::engine::general_purpose::STANDARD.encode(bytes))
            } else {
                json!(vector)
            };
            json!({"object": "embedding", "index": index, "embedding": encoded})
        })
        .collect();
    let tokens = body.len() / 4;
    let usage = json!({"prompt_tokens": tokens, "total_tokens": tokens});
    json!({"object": "list", "model": request["model"], "data": rows, "usage": usage}).to_string()
}

fn vector(text: &str) -> Vec<f32> {
    let mut vector = vec![0.001_f32; DIMENSIONS];
    for word in text.split(|character: char| !character.is_alphanumeric()).filter(|word| word.len() > 3) {
        // FNV-1a, then one place for each of four parts of the hash.
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
        });
        for part in 0..4 {
            let place = ((hash >> (part * 16)) & 0xffff) as usize % DIMENSIONS;
            if let Some(number) = vector.get_mut(place) {
                *number += 1.0;
            }
        }
    }
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|number| *number /= length);
    vector
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_repeats_the_passages_of_the_prompt() {
        let prompt =
            json!({"messages": [{"role": "user", "content": "# Projects\n- RAG \"local\"\n- A\u{f1}o 2024\n\nWhat?"}]});
        let text = answer_text(prompt.to_string().as_bytes());
        let whole: Value = serde_json::from_str(&completion(&text)).unwrap();
        assert_eq!(whole["choices"][0]["message"]["content"], "RAG  Año 2024");
        assert_eq!(answer_text(b"{}"), FALLBACK);
    }

    #[test]
    fn pieces_are_valid_json_text_and_together_the_whole() {
        for text in ["a\\u00f1o \\\\ b \\\"c\\\" y mucho m\u{e1}s texto", "x", FALLBACK] {
            for count in [1, 3, 50] {
                let pieces = pieces(text, count);
                assert_eq!(pieces.concat(), text);
                for piece in pieces {
                    assert!(serde_json::from_str::<String>(&format!("\"{piece}\"")).is_ok(), "{piece}");
                }
            }
        }
    }

    #[test]
    fn texts_that_share_words_are_near() {
        let dot = |one: &str, other: &str| vector(one).iter().zip(vector(other)).map(|(a, b)| a * b).sum::<f32>();
        assert!(dot("proyecto Talora en Python", "proyecto Talora") > 0.6);
        assert!(dot("proyecto Talora", "agricultura y turismo") < 0.2);
    }
}
