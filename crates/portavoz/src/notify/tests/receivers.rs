//! Receivers of alerts on loopback: a web server and a mail server that do what their scripts say and remember what they
//! were sent. Plain threads; they end with the test's process.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

/// What is done with a request.
#[derive(Debug, Clone, Copy)]
pub enum Reply {
    /// Answered with this status.
    Status(u16),
    /// Never answered.
    Silence,
    /// Broken off.
    Cut,
}

/// The bodies that a receiver was sent.
pub type Bodies = Arc<Mutex<Vec<Value>>>;
/// The lines that a receiver was sent.
pub type Lines = Arc<Mutex<Vec<String>>>;

/// A connection, secured or not.
trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// A web server; the last reply goes on for ever. Its address, and what it was sent.
pub fn web(script: Vec<Reply>) -> (String, Bodies) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/services/T0/B0/a-secret", listener.local_addr().unwrap());
    let bodies = Bodies::default();
    let received = Arc::clone(&bodies);
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for (place, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let reply = *script.get(place).or(script.last()).unwrap();
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                head.push(byte(&mut stream).unwrap());
            }
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).unwrap();
            received.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
            match reply {
                Reply::Status(status) => {
                    write!(stream, "HTTP/1.1 {status} Word\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
                        .unwrap();
                }
                Reply::Silence => held.push(stream),
                Reply::Cut => drop(stream),
            }
        }
    });
    (url, bodies)
}

/// How a mail server behaves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mail {
    /// Speaks TLS from the start.
    pub tls: bool,
    /// Offers to change to TLS.
    pub starttls: bool,
    /// Wants this as the argument of `AUTH PLAIN`.
    pub auth: Option<&'static str>,
    /// Turns receivers down.
    pub refuses: bool,
    /// Is busy for so many mails.
    pub busy: usize,
}

/// A mail server. Its port, and what it was told.
pub fn mail(behaviour: Mail) -> (u16, Lines) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let lines = Lines::default();
    let heard = Arc::clone(&lines);
    std::thread::spawn(move || {
        for (place, stream) in listener.incoming().enumerate() {
            let now = Mail { busy: behaviour.busy.saturating_sub(place), ..behaviour };
            let stream = stream.unwrap();
            // Clients that distrust the certificate break off: that ends this conversation, not the server.
            let _ended = if behaviour.tls {
                converse(secured(Box::new(stream)), now, true, &heard)
            } else {
                converse(Box::new(stream), now, true, &heard)
            };
        }
    });
    (port, lines)
}

/// One conversation, until the client leaves.
fn converse(mut stream: Box<dyn Stream>, mail: Mail, greets: bool, heard: &Lines) -> std::io::Result<()> {
    if greets {
        stream.write_all(b"220 a mail server\r\n")?;
    }
    loop {
        let line = line(&mut stream)?;
        heard.lock().unwrap().push(line.clone());
        let command = line.split_whitespace().next().unwrap_or_default().to_uppercase();
        let reply = match command.as_str() {
            "EHLO" => {
                let starttls = if mail.starttls { "250-STARTTLS\r\n" } else { "" };
                format!("250-a mail server\r\n{starttls}250-AUTH PLAIN\r\n250 8BITMIME")
            }
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n")?;
                return converse(secured(stream), Mail { starttls: false, ..mail }, false, heard);
            }
            "AUTH" if mail.auth.is_some_and(|wanted| line.ends_with(wanted)) => "235 welcome".to_owned(),
            "AUTH" => "535 5.7.8 wrong user or password".to_owned(),
            "MAIL" if mail.busy > 0 => "451 4.3.2 later".to_owned(),
            "RCPT" if mail.refuses => "550 5.1.1 no such person".to_owned(),
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                loop {
                    let line = self::line(&mut stream)?;
                    if line == "." {
                        break;
                    }
                    heard.lock().unwrap().push(line);
                }
                "250 taken".to_owned()
            }
            "QUIT" => {
                stream.write_all(b"221 goodbye\r\n")?;
                return Ok(());
            }
            _ => "250 fine".to_owned(),
        };
        stream.write_all(format!("{reply}\r\n").as_bytes())?;
    }
}

fn line(stream: &mut impl Read) -> std::io::Result<String> {
    let mut line = String::new();
    while !line.ends_with("\r\n") {
        line.push(byte(stream)?);
    }
    Ok(line.trim_end().to_owned())
}

fn byte(stream: &mut impl Read) -> std::io::Result<char> {
    let mut byte = [0];
    stream.read_exact(&mut byte)?;
    Ok(char::from(byte[0]))
}

/// The certificate that [`mail`]'s own is signed by. Both were made for these tests alone, are trusted by nobody, and are
/// valid for `localhost`.
pub const CA: &[u8] = include_bytes!("../../../tests/fixtures/mail/ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../../tests/fixtures/mail/server.pem");
const KEY: &[u8] = include_bytes!("../../../tests/fixtures/mail/server.key");

fn secured(stream: Box<dyn Stream>) -> Box<dyn Stream> {
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()],
            PrivateKeyDer::from_pem_slice(KEY).unwrap(),
        )
        .unwrap();
    Box::new(StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream))
}
