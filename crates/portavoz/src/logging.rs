//! Log lines, on the standard error stream.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

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
    let level = match (verbosity, audience) {
        (i8::MIN..=-1, _) => "error",
        (0, Audience::Service) => &log.level,
        (0, Audience::Command) => "warn",
        (1, _) => "debug",
        (2.., _) => "trace",
    };
    // What the user says of a part comes later and so wins over our own choice for it.
    let filter = EnvFilter::builder().parse_lossy(format!("{CHATTY},{level}"));
    let terminal = io::stderr().is_terminal();
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => audience == Audience::Service && !terminal,
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_span_events(FmtSpan::NONE)
        .with_ansi(terminal && console::colors_enabled_stderr());
    // A second start (in tests) keeps the first one's subscriber.
    let _ = if json { builder.json().flatten_event(true).try_init() } else { builder.with_target(false).try_init() };
}
