//! `alerts`: what was wrong, and whether messages arrive.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use crate::program::World;

/// A portfolio without a model, with a webhook.
fn portfolio(webhook: &str) -> World {
    let world = World::new();
    world.write(
        "portavoz.toml",
        format!("[site]\nlanguage = \"es\"\n[model]\nname = \"none\"\n[alerts]\nwebhook_url = \"{webhook}\"\n"),
    );
    world.write("knowledge/a.md", "# Trabajo\n\nAna dirige el equipo de riego de Hortus desde 2019.\n");
    world
}

/// Takes one request and answers it; the address, and what came.
fn receiver() -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let receiving = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let (mut received, mut buffer) = (String::new(), [0; 4096]);
        // The text is the last of the message.
        while !(received.contains("\"text\":") && received.ends_with("\"}")) {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "{received}");
            received.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok").unwrap();
        received
    });
    (url, receiving)
}

#[test]
fn a_test_arrives_and_says_that_it_is_one() {
    let (url, receiving) = receiver();
    let world = portfolio(&url);
    let tested = world.run(&["alerts", "test"]).fine();
    let received = receiving.join().unwrap();
    assert!(received.starts_with("POST /hook ") && received.contains("Una prueba"), "{received}");
    assert!(tested.stdout.contains("webhook") && tested.stdout.contains("delivered"), "{}", tested.stdout);
    assert!(tested.stderr.contains("Una prueba"), "the log is a channel too: {}", tested.stderr);
}

#[test]
fn a_test_that_does_not_arrive_says_why_and_how_to_mend_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/a-secret", taken.local_addr().unwrap());
    drop(taken);
    let world = portfolio(&url);
    let tested = world.run(&["alerts", "test"]);
    assert_eq!(tested.code, 1);
    assert!(tested.stdout.contains("BAD   webhook  it cannot be reached"), "{}", tested.stdout);
    assert!(tested.stdout.contains("→ check that the receiver runs"), "{}", tested.stdout);
    assert!(!format!("{}{}", tested.stdout, tested.stderr).contains("a-secret"));
    let json = world.run(&["alerts", "test", "--json"]).json();
    assert_eq!(json["channels"][1]["delivered"], false, "{json}");
}

#[test]
fn without_alerts_there_is_nothing_to_list() {
    let world = portfolio("https://hooks.example.com/a-secret");
    let listed = world.run(&["alerts", "list"]).fine().stdout;
    assert!(listed.starts_with("nothing was ever wrong"), "{listed}");
    let json = world.run(&["alerts", "list", "--open", "--json"]).fine().json();
    assert_eq!(json, serde_json::json!({ "alerts": [] }));
    let shown = world.run(&["config", "show"]).fine().stdout;
    assert!(shown.contains("webhook_url = ") && !shown.contains("a-secret"), "{shown}");
}
