//! Traces for an OpenTelemetry collector (feature `otel`): OTLP over HTTP, protobuf.
//!
//! Only spans of our own crates go out, no log lines: a span says which step took how long and what a model call used,
//! never what was asked or answered. What is sent is decided where the spans are made, in `app`. Start at [`layer`].

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use portavoz_llm::openai::{Timeouts, http_client};
use tokio::runtime::Runtime;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// Longest wait for the collector: traces are not worth more.
const PATIENCE: Duration = Duration::from_secs(5);
/// How the names of our crates begin.
const OURS: &str = "portavoz";

/// The one that was started, to be flushed at the end. The subscriber it belongs to is the process's own too.
static STARTED: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Sends spans to the collector at `endpoint`; `None` if that cannot even be tried.
pub fn layer<S>(endpoint: &str) -> Option<Box<dyn Layer<S> + Send + Sync>>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_timeout(PATIENCE)
        .with_http_client(Post::new().ok()?)
        .build()
        .ok()?;
    let service = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_service_name(OURS).with_attribute(service).build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    let tracer = provider.tracer(OURS);
    STARTED.set(provider).ok()?;
    let spans = tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false);
    Some(spans.with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with(OURS))).boxed())
}

/// Sends what is left.
pub fn finish() {
    if let Some(provider) = STARTED.get()
        && let Err(error) = provider.shutdown()
    {
        tracing::warn!(%error, "the last traces could not be sent");
    }
}

/// Sends requests with our own client, on a runtime of its own: exports happen on a thread that has none.
struct Post {
    http: reqwest::Client,
    runtime: Mutex<Runtime>,
}

impl Post {
    fn new() -> anyhow::Result<Self> {
        let timeouts = Timeouts { connect: PATIENCE, total: PATIENCE, ..Timeouts::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { http: http_client(&timeouts)?, runtime: Mutex::new(runtime) })
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Post")
    }
}

impl HttpClient for Post {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> BoxFuture<'b, Result<Response<Bytes>, HttpError>>
    where
        'a: 'b,
        Self: 'b,
    {
        let (head, body) = request.into_parts();
        let request = self.http.request(head.method, head.uri.to_string()).headers(head.headers).body(body);
        let sent = async {
            let response = request.timeout(PATIENCE).send().await?;
            let mut answer = Response::builder().status(response.status());
            if let Some(headers) = answer.headers_mut() {
                headers.extend(response.headers().clone());
            }
            Ok::<_, HttpError>(answer.body(response.bytes().await?)?)
        };
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = runtime.block_on(sent);
        drop(runtime);
        Box::pin(std::future::ready(answered))
    }
}
