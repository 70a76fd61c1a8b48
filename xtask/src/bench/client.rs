//! The load client's side of HTTP/1.1: one connection, kept open, one request at a time.
//!
//! Lean on purpose: on a small machine the client takes processor time from what it measures.

use std::time::Instant;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Somebody to ask, and how.
#[derive(Clone)]
pub struct Target {
    /// Such as `127.0.0.1:8080`.
    pub address: String,
    /// Such as `/api/chat`.
    pub path: &'static str,
    /// Further header lines, each ended by `\r\n`.
    pub headers: String,
}

/// An answer.
pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
    /// When the body first held the bytes looked for.
    pub marked: Option<Instant>,
}

/// An open connection.
pub struct Connection {
    stream: TcpStream,
    /// Bytes that arrived and are not yet consumed.
    buffer: Vec<u8>,
}

/// How the end of a body is known.
enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

impl Connection {
    /// Connects.
    pub async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("`{address}` cannot be reached"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a JSON body and reads the whole answer. `mark` is looked for in the body as it arrives, if not empty.
    pub async fn post(&mut self, target: &Target, body: &str, mark: &[u8]) -> anyhow::Result<Response> {
        let (path, host, more, length) = (target.path, &target.address, &target.headers, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{more}\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.read_response(mark).await
    }

    /// Asks for a page.
    pub async fn get(&mut self, address: &str, path: &str) -> anyhow::Result<Response> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        self.read_response(b"").await
    }

    async fn read_response(&mut self, mark: &[u8]) -> anyhow::Result<Response> {
        let head_end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n", 0) {
                break end + 4;
            }
            self.fill().await?;
        };
        let head: Vec<u8> = self.buffer.drain(..head_end).collect();
        let (status, framing) = read_head(&String::from_utf8_lossy(&head))?;
        let mut response = Response { status, body: Vec::new(), marked: None };
        match framing {
            Framing::Length(length) => {
                while response.body.len() < length {
                    if self.buffer.is_empty() {
                        self.fill().await?;
                    }
                    let part = self.buffer.len().min(length - response.body.len());
                    self.take(part, &mut response, mark);
                }
            }
            Framing::Chunked => self.read_chunks(&mut response, mark).await?,
            Framing::UntilClosed => loop {
                self.take(self.buffer.len(), &mut response, mark);
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    break;
                }
            },
        }
        Ok(response)
    }

    async fn read_chunks(&mut self, response: &mut Response, mark: &[u8]) -> anyhow::Result<()> {
        loop {
            let line_end = loop {
                if let Some(end) = find(&self.buffer, b"\r\n", 0) {
                    break end;
                }
                self.fill().await?;
            };
            let line: Vec<u8> = self.buffer.drain(..line_end + 2).collect();
            let digits = String::from_utf8_lossy(&line);
            let digits = digits.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(digits, 16).with_context(|| format!("`{digits}` is no chunk size"))?;
            while self.buffer.len() < size + 2 {
                self.fill().await?;
            }
            self.take(size, response, mark);
            self.buffer.drain(..2);
            if size == 0 {
                return Ok(());
            }
        }
    }

    /// Moves `count` bytes from the buffer to the body, and notes when the mark was there.
    fn take(&mut self, count: usize, response: &mut Response, mark: &[u8]) {
        let seen = response.body.len().saturating_sub(mark.len());
        response.body.extend(self.buffer.drain(..count));
        let is_awaited = !mark.is_empty() && response.marked.is_none();
        if is_awaited && find(&response.body, mark, seen).is_some() {
            response.marked = Some(Instant::now());
        }
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the connection was closed in the middle of an answer");
        }
        Ok(())
    }
}

/// Status and framing of a head.
fn read_head(head: &str) -> anyhow::Result<(u16, Framing)> {
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let status = status.with_context(|| format!("`{head}` is no answer in HTTP"))?;
    let mut framing = Framing::UntilClosed;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            framing = Framing::Length(value.trim().parse()?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") && value.contains("chunked") {
            framing = Framing::Chunked;
        }
    }
    Ok((status, framing))
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = haystack.get(from..)?;
    rest.windows(needle.len()).position(|window| window == needle).map(|place| from + place)
}
