//! A provider over HTTP that answers every chat request, counts them, and can be told to hang.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A provider that is listening.
pub struct Provider {
    base_url: String,
    state: Arc<State>,
}

struct State {
    /// What it says.
    answer: String,
    /// Chat requests so far.
    calls: AtomicUsize,
    /// The number of the chat request, from 1, that is never answered; 0 for none.
    hangs_at: AtomicUsize,
    /// True for a provider that refuses the key.
    refuses: bool,
    /// The connections that hang, kept open.
    hanging: Mutex<Vec<TcpStream>>,
}

impl Provider {
    /// One that says this to everything. 1,000 tokens are read and 100 written each time.
    pub fn saying(answer: &str) -> Self {
        Self::start(answer, false)
    }

    /// One that refuses the key.
    pub fn refusing() -> Self {
        Self::start("", true)
    }

    fn start(answer: &str, refuses: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let state = Arc::new(State {
            answer: answer.to_owned(),
            calls: AtomicUsize::new(0),
            hangs_at: AtomicUsize::new(0),
            refuses,
            hanging: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Self { base_url, state }
    }

    /// How the program finds it.
    pub fn variables(&self) -> [(&str, &str); 2] {
        [("OPENAI_BASE_URL", &self.base_url), ("OPENAI_API_KEY", "test-key")]
    }

    /// Chat requests so far.
    pub fn calls(&self) -> usize {
        self.state.calls.load(Ordering::SeqCst)
    }

    /// Leaves the chat request of this number, from 1, without an answer; 0 answers all.
    pub fn hang_at(&self, call: usize) {
        self.state.hangs_at.store(call, Ordering::SeqCst);
    }
}

/// Answers one request and closes; a client that has gone away is nobody's fault.
fn serve(mut stream: TcpStream, state: &State) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    if !head.starts_with("POST /v1/chat/completions ") {
        let models = json!({ "object": "list", "data": [{ "id": "gpt-4o-mini", "object": "model" }] });
        return send(&mut stream, "200 OK", "application/json", &models.to_string());
    }
    let call = 1 + state.calls.fetch_add(1, Ordering::SeqCst);
    if state.hangs_at.load(Ordering::SeqCst) == call {
        state.hanging.lock().unwrap().push(stream);
        return;
    }
    if state.refuses {
        let error = json!({ "error": { "message": "Incorrect API key provided.", "code": "invalid_api_key" } });
        return send(&mut stream, "401 Unauthorized", "application/json", &error.to_string());
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    let usage = json!({ "prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100 });
    if body["stream"] == true {
        let delta = json!({ "choices": [{ "index": 0, "delta": { "content": state.answer }, "finish_reason": null }] });
        let stop = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
        let usage = json!({ "choices": [], "usage": usage });
        let events = format!("data: {delta}\n\ndata: {stop}\n\ndata: {usage}\n\ndata: [DONE]\n\n");
        return send(&mut stream, "200 OK", "text/event-stream", &events);
    }
    let message = json!({ "role": "assistant", "content": state.answer });
    let whole = json!({ "usage": usage, "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }] });
    send(&mut stream, "200 OK", "application/json", &whole.to_string());
}

fn send(stream: &mut TcpStream, status: &str, kind: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _gone = stream.write_all((head + body).as_bytes());
}
