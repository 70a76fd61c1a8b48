//! The day a model is gone, end to end: the binary, a provider over HTTP, a restart at each command.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::program::World;

const QUESTION: [&str; 3] = ["ask", "¿Cuánta agua ahorra el panel de riego?", "--json"];

/// A provider that has switched gpt-4o-mini off and has gpt-6-luna.
struct Provider {
    base_url: String,
    /// The bodies of chat requests, in order.
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Provider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
        let heard = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&mut stream.unwrap(), &heard);
            }
        });
        Self { base_url, asked }
    }

    fn variables(&self) -> [(&str, &str); 2] {
        [("OPENAI_BASE_URL", &self.base_url), ("OPENAI_API_KEY", "test-key")]
    }

    /// The models asked since the last look.
    fn models(&self) -> Vec<String> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.iter().map(|body| body["model"].as_str().unwrap().to_owned()).collect()
    }
}

/// Answers one request and closes.
fn serve(stream: &mut TcpStream, asked: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap() > 2 {}
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let (status, kind, response) = if head.starts_with("GET /v1/models ") {
        let models = json!({ "object": "list", "data": [
            { "id": "gpt-4o-mini", "object": "model", "shutdown_date": "2020-01-01" },
            { "id": "gpt-6-luna", "object": "model", "shutdown_date": null },
        ] });
        ("200 OK", "application/json", models.to_string())
    } else {
        let body: Value = serde_json::from_slice(&body).unwrap();
        asked.lock().unwrap().push(body.clone());
        chat(&body)
    };
    let length = response.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all((head + &response).as_bytes()).unwrap();
}

fn chat(body: &Value) -> (&'static str, &'static str, String) {
    if body["model"] == "gpt-4o-mini" {
        let error = json!({ "error": {
            "message": "The model `gpt-4o-mini` has been deprecated.", "type": "invalid_request_error",
            "param": null, "code": "model_not_found",
        } });
        return ("404 Not Found", "application/json", error.to_string());
    }
    let text = "El panel de riego ahorra un 30 % de agua [1].";
    let usage = json!({ "prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100 });
    if body["stream"] == true {
        let delta = json!({ "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }] });
        let stop = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
        let usage = json!({ "choices": [], "usage": usage });
        let events = format!("data: {delta}\n\ndata: {stop}\n\ndata: {usage}\n\ndata: [DONE]\n\n");
        return ("200 OK", "text/event-stream", events);
    }
    let whole = json!({ "usage": usage, "choices": [
        { "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" },
    ] });
    ("200 OK", "application/json", whole.to_string())
}

fn portfolio() -> World {
    let world = World::new();
    world.write("portavoz.toml", "[owner]\nname = \"Ana Ruiz\"\n[site]\nlanguage = \"es\"\n");
    world.write(
        "knowledge/projects.md",
        "---\ntitle: Proyectos\nlang: es\n---\n\n# Proyectos\n\n## Panel de riego\n\nEl panel de riego ahorra un 30 % de agua en doce huertos de Valencia.\n",
    );
    world
}

/// The ladder in short: `rung model reason`.
fn rungs(answer: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let rung = |step: &Value| format!("{} {} {}", word(&step["rung"]), word(&step["model"]), word(&step["reason"]));
    answer["ladder"].as_array().unwrap().iter().map(rung).collect()
}

#[test]
fn a_dead_model_is_followed_by_its_successor_in_the_successors_own_words() {
    let (world, provider) = (portfolio(), Provider::start());
    let answer = world.run_with(&QUESTION, &provider.variables()).fine().json();
    assert_eq!(rungs(&answer), ["primary gpt-4o-mini unknown_model", "fallback gpt-6-luna -"], "{answer}");
    assert!(answer["answer"].as_str().unwrap().contains("30 %"), "{answer}");
    // 1,000 x 0.10 + 100 x 0.50 = 150 micro-dollars; the refused call cost nothing.
    assert_eq!(answer["cost_usd"], 0.000_15, "{answer}");

    let mut body = provider.asked.lock().unwrap().last().unwrap().clone();
    let fields = body.as_object_mut().unwrap();
    let messages = fields.remove("messages").unwrap();
    for streaming in ["stream", "stream_options"] {
        fields.remove(streaming);
    }
    let expected = json!({
        "model": "gpt-6-luna", "temperature": 0.7, "top_p": 0.9, "max_completion_tokens": 1000,
        "reasoning_effort": "none", "prompt_cache_options": { "mode": "explicit" },
    });
    assert_eq!(body, expected, "and no `max_tokens`");
    assert_eq!(messages[0]["role"], "system");
}

#[test]
fn what_the_provider_announces_is_remembered_and_a_migration_outlives_a_restart() {
    let (world, provider) = (portfolio(), Provider::start());
    let variables = provider.variables();
    let run = |arguments: &[&str]| world.run_with(arguments, &variables);
    let checked = run(&["models", "check", "--json"]).fine().json();
    let mini = &checked["models"][0];
    assert_eq!((&mini["name"], &mini["offered"]), (&json!("gpt-4o-mini"), &json!(true)), "{checked}");
    assert_eq!(mini["observed_shutdown"], "2020-01-01", "{checked}");
    assert_eq!(checked["warnings"][0]["level"], "ended", "{checked}");
    let told = run(&["models", "check"]).fine().stdout;
    assert!(told.contains("the catalogue says 2027-01-14, the earlier counts"), "{told}");

    let handed_over = ["primary gpt-4o-mini shut_down", "fallback gpt-6-luna -"];
    assert_eq!(rungs(&run(&QUESTION).fine().json()), handed_over);
    assert_eq!(provider.models(), ["gpt-6-luna"], "what is gone is not asked");

    let migrated = run(&["models", "migrate"]).fine().stdout;
    assert!(migrated.contains("gpt-4o-mini → gpt-6-luna") && migrated.contains("max_completion_tokens"), "{migrated}");
    assert_eq!(rungs(&run(&QUESTION).fine().json()), ["primary gpt-6-luna -"]);
    let listed = run(&["models", "list"]).fine().stdout;
    assert!(listed.contains("gpt-6-luna answers: chosen on"), "{listed}");

    let back = run(&["models", "rollback"]).fine().stdout;
    assert!(back.contains("its successor answers in its place"), "{back}");
    assert_eq!(rungs(&run(&QUESTION).fine().json()), handed_over);
    let twice = run(&["models", "rollback"]);
    assert_eq!(twice.code, 2);
    assert!(twice.stderr.contains("no migration is in force"), "{}", twice.stderr);
}

#[test]
fn every_figure_is_explained_and_a_missing_price_comes_with_the_lines_to_write() {
    let world = portfolio();
    let told = world.run(&["models", "explain", "gpt-4o-mini"]).fine().stdout;
    for words in ["$0.15 in, $0.075 cached, $0.6 out", "2027-01-14", "gpt-6-luna", "(2026-11-22)", "$0.000315"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let sheet = world.run(&["models", "explain", "gpt-6-luna", "--json"]).fine().json();
    assert_eq!((&sheet["price"]["cache_write"], &sheet["priority"]["output"]), (&json!(0.125), &json!(1.0)), "{sheet}");

    let unknown = world.run(&["models", "explain", "llama3.2:3b"]).fine().stdout;
    let (_, lines) = unknown.split_once("`models.overrides`:\n").unwrap();
    world.write("mine.toml", lines.replace("input = 0.00", "input = 0.25"));
    world.write("portavoz.toml", "[models]\noverrides = \"mine.toml\"\n");
    let priced = world.run(&["models", "explain", "llama3.2:3b", "--json"]).fine().json();
    assert_eq!(priced["price"]["input"], 0.25, "{priced}");
}
