//! `serve`: starting, the demo, edits picked up, and stopping well.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::World;

/// Nothing here takes so long; what does has hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is listening; killed if a test forgets it.
struct Server {
    child: Child,
    address: String,
    stderr: Option<std::thread::JoinHandle<String>>,
}

/// An HTTP response.
struct Response {
    status: u16,
    body: String,
}

impl Server {
    /// Starts it and waits until it says that it listens.
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().map(Result::unwrap).unwrap_or_default();
        let Some(address) = line.strip_prefix("listening on http://") else {
            child.kill().unwrap();
            panic!("it said `{line}` and {}", stderr.join().unwrap());
        };
        Self { address: address.to_owned(), child, stderr: Some(stderr) }
    }

    fn port(&self) -> u16 {
        self.address.rsplit(':').next().unwrap().parse().unwrap()
    }

    fn send(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Response {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n{token}\
             Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        Response { status, body: body.to_owned() }
    }

    fn ask(&self, message: &str) -> Value {
        let response = self.send("POST", "/api/chat", None, Some(json!({ "message": message })));
        assert_eq!(response.status, 200, "{}", response.body);
        serde_json::from_str(&response.body).unwrap()
    }

    /// Sends SIGTERM and waits for the end; exit code and standard error stream.
    fn stop(mut self) -> (Option<i32>, String) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let status = self.child.wait().unwrap();
        (status.code(), self.stderr.take().unwrap().join().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn portfolio() -> World {
    let world = World::new();
    world.write("portavoz.toml", "[model]\nname = \"none\"\n[server]\nlisten = \"127.0.0.1:0\"\n");
    world.write("knowledge/a.md", "# Trabajo\n\nAna dirige el equipo de riego de Hortus desde 2019.\n");
    world
}

#[test]
fn a_folder_is_served_and_stops_well_when_told_to() {
    let world = portfolio();
    let server = Server::start(world.command(&["serve"]));
    assert_eq!(server.send("GET", "/healthz", None, None).status, 200);
    assert_eq!(server.send("GET", "/readyz", None, None).status, 200);
    let answer = server.ask("¿Desde cuándo dirige Ana el equipo de riego?");
    assert_eq!(answer["outcome"], "answered", "{answer}");
    let (code, _) = server.stop();
    assert_eq!(code, Some(0));
}

#[test]
fn the_owners_token_is_made_once_shown_once_and_works() {
    let world = portfolio();
    let query = json!({ "query": "riego", "limit": 3 });
    let first = Server::start(world.command(&["serve"]));
    assert_eq!(first.send("POST", "/api/admin/search", Some("wrong"), Some(query.clone())).status, 401);
    let (_, said) = first.stop();
    let token = said.split_whitespace().find(|word| word.starts_with("pvz_")).unwrap().to_owned();

    let second = Server::start(world.command(&["serve"]));
    assert_eq!(second.send("POST", "/api/admin/search", Some(&token), Some(query.clone())).status, 200);
    let (_, said) = second.stop();
    assert!(!said.contains("pvz_"), "{said}");

    let mut command = world.command(&["serve"]);
    command.env("PORTAVOZ_ADMIN_TOKEN", "of my own");
    let third = Server::start(command);
    assert_eq!(third.send("POST", "/api/admin/search", Some("of my own"), Some(query.clone())).status, 200);
    assert_eq!(third.send("POST", "/api/admin/search", Some(&token), Some(query)).status, 401);
}

#[test]
fn edits_are_picked_up_while_serving() {
    let world = portfolio();
    let server = Server::start(world.command(&["serve"]));
    world.write("knowledge/b.md", "# Premios\n\nAna ganó el premio Girasol de Oro en 2021.\n");
    let deadline = Instant::now() + PATIENCE;
    let generation = || {
        serde_json::from_str::<Value>(&server.send("GET", "/readyz", None, None).body).unwrap()["generation"].as_u64()
    };
    while generation() < Some(2) {
        assert!(Instant::now() < deadline, "the edit was not picked up");
        // A poll, not a wait for luck: the edit is picked up by the server's own clock.
        std::thread::sleep(Duration::from_millis(100));
    }
    let answer = server.ask("¿Qué premio ganó Ana en 2021?");
    assert_eq!(answer["outcome"], "answered", "{answer}");
}

#[test]
fn with_nothing_said_the_demo_is_served_on_a_free_port() {
    let world = World::new();
    // Whether or not something else on this machine has the default port, this one has not.
    let taken = TcpListener::bind("127.0.0.1:8080");
    let server = Server::start(world.command(&[]));
    assert!(server.port() >= 8080);
    if taken.is_ok() {
        assert_ne!(server.port(), 8080);
    }
    let answer = server.ask("¿Qué experiencia tiene María en IA?");
    assert_eq!(answer["outcome"], "answered", "{answer}");
    assert_eq!(answer["language"], "es");
    assert!(!answer["citations"].as_array().unwrap().is_empty());
    let page = server.send("GET", "/", None, None);
    assert!(page.status == 200 && page.body.contains("<html"), "{}", page.body);
    let (code, said) = server.stop();
    assert_eq!(code, Some(0));
    assert!(said.contains("demo portfolio") && said.contains("open http://127.0.0.1:"), "{said}");
}

#[test]
fn an_address_that_was_asked_for_and_is_taken_is_refused_with_a_hint() {
    let world = portfolio();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = world.run(&["serve", "--listen", &address]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains(&format!("cannot listen on `{address}`")), "{}", run.stderr);
    assert!(run.stderr.contains("hint: "), "{}", run.stderr);
}
