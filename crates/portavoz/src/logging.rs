//! Log lines, on the standard error stream; and, if they are wanted, traces beside them.

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::log::{Log, LogFormat};

/// Parts of others that speak of their inner life at `info`.
const CHATTY: &str =
    "tantivy=warn,sqlx=warn,hyper=warn,h2=warn,reqwest=warn,rustls=warn,html5ever=error,lopdf=error,pdf_extract=error";

/// What kind of command logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One that runs for long: its log is read by people later, or by machines.
    Service,
    /// One that ends soon: only what went wrong is of interest.
    Command,
}

/// Starts logging; `verbosity` is -1 for quiet, 0, or the number of `-v`.
pub fn start(log: &Log, audience: Audience, verbosity: i8) {
    start_with(log, audience, verbosity, None);
}

/// The same, with traces to the collector at `traces`.
pub fn start_with(log: &Log, audience: Audience, verbosity: i8, traces: Option<&str>) {
    let level = match (verbosity, audience) {
        (i8::MIN..=-1, _) => "error",
        (0, Audience::Service) => &log.level,
        (0, Audience::Command) => "warn",
        (1, _) => "debug",
        (2.., _) => "trace",
    };
    // What the user says of a part comes later and so wins over our own choice for it.
    let filter = EnvFilter::builder().parse_lossy(format!("{CHATTY},{level}"));
    if traces.is_some() && cfg!(not(feature = "otel")) {
        // Said before the log begins, so it cannot be a line of it.
        let _ = writeln!(io::stderr(), "no traces: this portavoz was built without the feature `otel`");
    }
    let terminal = io::stderr().is_terminal();
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => audience == Audience::Service && !terminal,
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_span_events(FmtSpan::NONE)
        .with_ansi(terminal && console::colors_enabled_stderr());
    let lines = if json { lines.json().flatten_event(true).boxed() } else { lines.with_target(false).boxed() };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
    #[cfg(feature = "otel")]
    let subscriber = subscriber.with(traces.and_then(crate::telemetry::layer));
    // A second start (in tests) keeps the first one's subscriber.
    let _ = subscriber.try_init();
}
