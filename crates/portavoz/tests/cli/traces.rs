//! Traces of a turn (feature `otel`), as a collector receives them: OTLP over HTTP, read with the protocol's own types.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::program::World;

const QUESTION: &str = "¿Cuánto subió la precisión del buscador jurídico?";
const ANSWER: &str = "La precisión subió un 40 % [1].";

/// A provider of models and a collector of traces in one: both only answer `POST`.
struct Receiver {
    address: String,
    /// Bodies of what came for the collector.
    traces: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let traces = Arc::new(Mutex::new(Vec::new()));
        let received = Arc::clone(&traces);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let received = Arc::clone(&received);
                std::thread::spawn(move || answer(stream, &received));
            }
        });
        Self { address, traces }
    }

    fn spans(&self) -> Vec<Span> {
        let bodies = self.traces.lock().unwrap();
        let requests = bodies.iter().map(|body| ExportTraceServiceRequest::decode(body.as_slice()).unwrap());
        let scopes = requests.flat_map(|request| request.resource_spans).flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

fn answer(stream: TcpStream, traces: &Mutex<Vec<Vec<u8>>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap() == 0 {
            return;
        }
    }
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let (kind, reply) = if head.starts_with("POST /v1/traces") {
        assert!(lower.contains("content-type: application/x-protobuf"), "{head}");
        traces.lock().unwrap().push(body);
        ("application/x-protobuf", String::new())
    } else {
        ("text/event-stream", completion())
    };
    let mut stream = stream;
    let length = reply.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{reply}"
    )
    .unwrap();
}

fn completion() -> String {
    let model = "gpt-4o-mini-2024-07-18";
    let chunk = |rest: serde_json::Value| {
        let mut chunk = serde_json::json!({ "id": "c1", "object": "chat.completion.chunk", "model": model });
        chunk.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        format!("data: {chunk}\n\n")
    };
    [
        chunk(serde_json::json!({ "choices": [{ "index": 0, "delta": { "content": ANSWER }, "finish_reason": null }] })),
        chunk(serde_json::json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] })),
        chunk(serde_json::json!({ "choices": [], "usage": { "prompt_tokens": 900, "completion_tokens": 12, "total_tokens": 912 } })),
        "data: [DONE]\n\n".to_owned(),
    ]
    .concat()
}

fn text(span: &Span, key: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == key)?;
    Some(match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        Value::DoubleValue(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}

#[test]
fn each_step_of_a_turn_is_a_span_below_it() {
    let receiver = Receiver::start();
    let world = World::new();
    world.write(
        "knowledge/rag.md",
        "# Buscador RAG\n\nEn 2022 Ada construyó un buscador jurídico. La precisión del buscador jurídico subió un 40 %.\n",
    );
    world.write("portavoz.toml", "[owner]\nname = \"Ada\"\nemail = \"ada@example.org\"\n");
    world.run(&["ingest"]).fine();
    let variables = [
        ("OPENAI_API_KEY", "sk-test"),
        ("OPENAI_BASE_URL", &format!("{}/v1", receiver.address)),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.address),
    ];
    let run = world.run_with(&["ask", "--json", QUESTION], &variables).fine();
    assert_eq!(run.json()["ladder"][0]["rung"], "primary", "{}", run.stdout);

    let spans = receiver.spans();
    let turn = spans.iter().find(|span| span.name == "turn").unwrap_or_else(|| panic!("no turn in {spans:#?}"));
    assert_eq!(text(turn, "portavoz.outcome").as_deref(), Some("answered"));
    assert!(turn.parent_span_id.is_empty());
    for name in ["understanding", "retrieval", "admission", "context", "chat gpt-4o-mini", "settlement"] {
        let span = spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no `{name}`"));
        assert_eq!((&span.trace_id, &span.parent_span_id), (&turn.trace_id, &turn.span_id), "{name}");
        assert!(turn.start_time_unix_nano <= span.start_time_unix_nano, "{name}");
        assert!(span.end_time_unix_nano <= turn.end_time_unix_nano, "{name}");
    }
    let call = spans.iter().find(|span| span.name == "chat gpt-4o-mini").unwrap();
    let check = spans.iter().find(|span| span.name == "verification").unwrap();
    assert_eq!(check.parent_span_id, call.span_id);
    for (key, value) in [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.request.model", "gpt-4o-mini"),
        ("gen_ai.response.model", "gpt-4o-mini-2024-07-18"),
        ("gen_ai.response.finish_reasons", "stop"),
        ("gen_ai.usage.input_tokens", "900"),
        ("gen_ai.usage.output_tokens", "12"),
        ("gen_ai.request.max_tokens", "1000"),
    ] {
        assert_eq!(text(call, key).as_deref(), Some(value), "{key}");
    }
    // Neither what was asked nor what was answered nor what it rested on.
    let sent = format!("{spans:?}").to_lowercase();
    for word in ["precisión", "jurídico", "subió", "sk-test"] {
        assert!(!sent.contains(word), "{word}");
    }
}

#[test]
fn a_collector_that_is_gone_costs_an_answer_nothing() {
    let world = World::new();
    world.write("knowledge/rag.md", "# Buscador\n\nEn 2022 Ada construyó un buscador jurídico.\n");
    let gone = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")];
    let answer = world.run_with(&["ask", "--json", "¿Qué construyó Ada en 2022?"], &gone).fine().json();
    assert_eq!(answer["outcome"], "answered");
}
