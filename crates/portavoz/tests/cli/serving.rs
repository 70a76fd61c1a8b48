//! `serve`: starting, the demo, edits picked up, and stopping well.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::World;

/// Nothing here takes so long; what does has hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is listening; killed if a test forgets it.
struct Server {
    child: Child,
    address: String,
    /// What it has said on the standard error stream so far.
    said: Arc<Mutex<String>>,
    listener: Option<std::thread::JoinHandle<()>>,
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
        let stderr = child.stderr.take().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        let listener = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                heard.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().map(Result::unwrap).unwrap_or_default();
        let Some(address) = line.strip_prefix("listening on http://") else {
            child.kill().unwrap();
            listener.join().unwrap();
            unreachable!("it said `{line}` and {}", said.lock().unwrap());
        };
        Self { address: address.to_owned(), child, said, listener: Some(listener) }
    }

    /// Waits until something is so. A poll, not a wait for luck: edits are picked up by the server's own clock.
    #[track_caller]
    fn wait_until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "never: {what}\n{}", self.said.lock().unwrap());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until it has said something on the standard error stream.
    #[track_caller]
    fn wait_to_hear(&self, words: &str) {
        self.wait_until(words, |server| server.said.lock().unwrap().contains(words));
    }

    /// The number of the knowledge that answers.
    fn generation(&self) -> u64 {
        let ready: Value = serde_json::from_str(&self.send("GET", "/readyz", None, None).body).unwrap();
        ready["generation"].as_u64().unwrap()
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
        self.listener.take().unwrap().join().unwrap();
        (status.code(), self.said.lock().unwrap().clone())
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
    server.wait_until("the edit is picked up", |server| server.generation() >= 2);
    let answer = server.ask("¿Qué premio ganó Ana en 2021?");
    assert_eq!(answer["outcome"], "answered", "{answer}");
}

#[test]
fn a_folder_that_took_the_place_of_the_documents_is_followed() {
    let world = portfolio();
    let folder = world.path().join("knowledge");
    let server = Server::start(world.command(&["serve"]));

    // As deployments do it: the new folder is made beside the old one and takes its name.
    world.write("next/a.md", "# Trabajo\n\nAna dirige el equipo de riego de Hortus desde 2019.\n");
    std::fs::rename(&folder, world.path().join("before")).unwrap();
    std::fs::rename(world.path().join("next"), &folder).unwrap();
    server.wait_to_hear("another folder took the place");
    let before = server.generation();
    world.write("knowledge/b.md", "# Premios\n\nAna ganó el premio Girasol de Oro en 2021.\n");
    server.wait_until("an edit after a renaming is picked up", |server| server.generation() > before);

    // As people do it: remove, then copy.
    std::fs::remove_dir_all(&folder).unwrap();
    world.write("knowledge/c.md", "# Libros\n\nAna publicó el libro Regar con poco en 2022.\n");
    server.wait_until("the copy is picked up", |server| {
        let answer = server.ask("¿Qué libro publicó Ana en 2022?");
        answer["outcome"] == "answered" && answer["answer"].as_str().unwrap().contains("Regar con poco")
    });
    server.wait_until("the copy is followed", |server| {
        server.said.lock().unwrap().matches("another folder took the place").count() >= 2
    });
    let before = server.generation();
    world.write("knowledge/d.md", "# Charlas\n\nAna dio la charla Huertos sin agua en 2023.\n");
    server.wait_until("an edit after a copy is picked up", |server| server.generation() > before);
}

#[test]
fn a_document_that_cannot_be_read_is_logged_once_when_it_comes() {
    let world = portfolio();
    world.write("knowledge/old.pdf", b"%PDF-1.7 broken before");
    world.run(&["ingest"]).fine();
    let server = Server::start(world.command(&["serve"]));

    world.write("knowledge/broken.pdf", b"%PDF-1.7 and then nothing of the kind");
    world.write("knowledge/me.png", b"\x89PNG");
    server.wait_to_hear("broken.pdf");
    world.write("knowledge/a.md", "");
    server.wait_to_hear("a.md");
    let (_, said) = server.stop();
    let lines = |name: &str| said.lines().filter(|line| line.contains(name)).collect::<Vec<_>>();
    let [broken] = lines("broken.pdf")[..] else { panic!("{said}") };
    assert!(broken.contains("skipped: is cut off or damaged") && broken.contains("WARN"), "{broken}");
    let [lost] = lines("a.md")[..] else { panic!("{said}") };
    assert!(lost.contains("skipped: is empty; what it said before is no longer answered from"), "{lost}");
    assert!(lines("old.pdf").is_empty(), "told by the ingest before: {said}");
    assert!(said.contains("not read: 1 file of another kind: .png"), "{said}");
    assert!(!said.contains("me.png"), "{said}");
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
fn a_message_is_told_kept_and_listed_and_its_words_are_in_no_log() {
    let world = portfolio();
    let none = world.run(&["messages"]).fine().stdout;
    assert!(none.starts_with("no visitor has left a message yet"), "{none}");
    let server = Server::start(world.command(&["serve"]));
    let leave = |message: &str| {
        let body = json!({ "message": message, "name": "Zoé", "email": "zoe@example.com" });
        let response = server.send("POST", "/api/messages", None, Some(body));
        assert_eq!(response.status, 201, "{}", response.body);
        serde_json::from_str::<Value>(&response.body).unwrap()["message_id"].as_str().unwrap().to_owned()
    };
    let done = leave("Ya hablamos.");
    leave("¿Tiene un hueco\nen marzo? \u{1b}[2J");
    server.wait_to_hear("a visitor left a message");
    let path = format!("/api/admin/messages/{done}");
    assert_eq!(server.send("PATCH", &path, Some("x"), Some(json!({ "state": "done" }))).status, 401);
    let (code, said) = server.stop();
    assert_eq!(code, Some(0));
    assert!(!said.contains("hueco") && !said.contains("zoe@"), "{said}");

    let listed = world.run(&["messages"]).fine().stdout;
    assert!(listed.contains("Zoé <zoe@example.com>") && listed.contains("   en marzo? "), "{listed}");
    assert!(!listed.contains('\u{1b}'), "no orders to the terminal: {listed}");
    let json = world.run(&["messages", "--all", "--limit", "1", "--json"]).fine().json();
    assert_eq!((&json["messages"][0]["state"], &json["counts"]["new"]), (&json!("new"), &json!(2)), "{json}");
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
