//! A server that plays exchanges back, byte for byte, over TCP: no HTTP library would cut a stream or split a character.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::Shared;
use crate::cassette::{Exchange, Step};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Value,
    /// Which connection it came by, from 0.
    pub connection: usize,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The server. Dropping it ends it.
pub struct Player {
    address: String,
    requests: Shared<Request>,
    /// Connections that the client closed before their response was over.
    hung_up: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Player {
    /// Plays `exchanges`, one for each request in order of arrival; the last one again and again if `repeat`.
    pub async fn start(exchanges: Vec<Exchange>, repeat: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests: Shared<Request> = Arc::default();
        let hung_up = Arc::new(AtomicUsize::new(0));
        let script = Arc::new(Script {
            exchanges,
            repeat,
            requests: Arc::clone(&requests),
            hung_up: Arc::clone(&hung_up),
            next: Mutex::new(0),
        });
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let script = Arc::clone(&script);
                connections.spawn(async move { script.serve(stream, number).await });
            }
        });
        Self { address, requests, hung_up, task }
    }

    /// Its address, with what follows.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Connections that the client closed before their response was over.
    pub fn hung_up(&self) -> usize {
        self.hung_up.load(Ordering::SeqCst)
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Script {
    exchanges: Vec<Exchange>,
    repeat: bool,
    requests: Shared<Request>,
    hung_up: Arc<AtomicUsize>,
    next: Mutex<usize>,
}

impl Script {
    async fn serve(&self, mut stream: TcpStream, connection: usize) {
        while let Some(request) = read_request(&mut stream, connection).await {
            self.requests.lock().unwrap().push(request);
            let place = {
                let mut next = self.next.lock().unwrap();
                let place = if self.repeat { (*next).min(self.exchanges.len() - 1) } else { *next };
                *next += 1;
                place
            };
            // A request too many is answered so that it shows, and the test counts requests anyway.
            let Some(exchange) = self.exchanges.get(place) else {
                let _ = stream.write_all(b"HTTP/1.1 418 Unscripted\r\ncontent-length: 0\r\n\r\n").await;
                return;
            };
            if !self.play(exchange, &mut stream).await {
                return;
            }
        }
    }

    /// Sends one response; false if the connection is over.
    async fn play(&self, exchange: &Exchange, stream: &mut TcpStream) -> bool {
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", exchange.status);
        for (name, value) in &exchange.headers {
            head.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
        }
        let chunked = exchange.framing == "chunked";
        match exchange.framing.as_str() {
            "chunked" => head.push_str("transfer-encoding: chunked\r\n"),
            "length" => {
                let length: usize = exchange.body.iter().map(|step| bytes(step).concat().len()).sum();
                head.push_str(&format!("content-length: {length}\r\n"));
            }
            "close" => head.push_str("connection: close\r\n"),
            other => panic!("unknown framing `{other}`"),
        }
        head.push_str("\r\n");
        let _ = stream.write_all(head.as_bytes()).await;
        for step in &exchange.body {
            match step {
                Step::PauseMs(millis) => {
                    // Pausing and noticing that the client has gone.
                    let mut byte = [0];
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_millis(*millis)) => {}
                        _ = stream.read(&mut byte) => {
                            self.hung_up.fetch_add(1, Ordering::SeqCst);
                            return false;
                        }
                    }
                }
                Step::Cut(_) => return false,
                Step::Hang(_) => {
                    let mut byte = [0];
                    let _ = stream.read(&mut byte).await;
                    self.hung_up.fetch_add(1, Ordering::SeqCst);
                    return false;
                }
                _ => {
                    for portion in bytes(step) {
                        let portion = if chunked { frame(&portion) } else { portion };
                        let _ = stream.write_all(&portion).await;
                        tokio::task::yield_now().await;
                    }
                }
            }
        }
        if chunked {
            let _ = stream.write_all(b"0\r\n\r\n").await;
        }
        exchange.framing != "close"
    }
}

fn frame(portion: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", portion.len()).as_bytes(), portion, b"\r\n"].concat()
}

/// The portions that a step sends.
fn bytes(step: &Step) -> Vec<Vec<u8>> {
    match step {
        Step::Send(text) => vec![text.as_bytes().to_vec()],
        Step::Dribble(text) => text.bytes().map(|byte| vec![byte]).collect(),
        Step::Hex(digits) => {
            let digits: Vec<char> = digits.chars().filter(|digit| !digit.is_whitespace()).collect();
            vec![
                digits
                    .chunks(2)
                    .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
                    .collect(),
            ]
        }
        Step::PauseMs(_) | Step::Cut(_) | Step::Hang(_) => Vec::new(),
    }
}

async fn read_request(stream: &mut TcpStream, connection: usize) -> Option<Request> {
    let mut received = Vec::new();
    let head_end = loop {
        if let Some(place) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            break place;
        }
        if stream.read_buf(&mut received).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(received[..head_end].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    while received.len() < head_end + 4 + length {
        if stream.read_buf(&mut received).await.ok()? == 0 {
            return None;
        }
    }
    let body = &received[head_end + 4..head_end + 4 + length];
    Some(Request {
        method: first.next().unwrap().to_owned(),
        path: first.next().unwrap().to_owned(),
        headers,
        body: if body.is_empty() { Value::Null } else { json_or_text(body) },
        connection,
    })
}

/// A body as JSON; a form as its text.
fn json_or_text(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}
