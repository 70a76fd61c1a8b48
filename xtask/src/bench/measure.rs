//! The measurements: what is asked, in which order, and which figures come of it.
//!
//! Whatever is compared is measured in turns within one run, so that a machine that slows down slows both. Rounds and
//! pairs are the independent values behind the intervals.
//! To add one more: 1. a line in `options::What`; 2. a function here that fills a [`Report`].

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use anyhow::bail;
use clap::Parser as _;
use serde_json::json;

use super::client::Target;
use super::load::{Call, Observed, alternate, closed_loop, millis};
use super::options::{Bench, Options, What};
use super::pages;
use super::program::{ADMIN_TOKEN, Portfolio, cpu_seconds, peak_memory_mb};
use super::provider;
use super::quality;
use super::report::Report;

/// Enough for a 95 % interval of the median that leaves out the best and the worst round.
const ROUNDS: u32 = 10;

/// Pairs of single requests, if there is time for so many.
const PAIRS: usize = 300;

/// Starts of the program.
const STARTS: usize = 10;

/// Load before the first figure: connections are opened, caches filled.
const WARM_UP: Duration = Duration::from_secs(1);

/// Fewer answers by the model than this share, and it is something else that was measured.
const LEAST_EXPECTED_SHARE: f64 = 0.95;

/// Runs the measurement that the arguments name.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let name = std::iter::once("cargo xtask bench".to_owned());
    let bench = Bench::parse_from(name.chain(arguments.iter().cloned()));
    // One thread: the client must not take a second processor from what it measures.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match bench.what {
            What::Turns(options) => answers(&options, Mode::Whole).await,
            What::Streams(options) => answers(&options, Mode::Streamed).await,
            What::Search(options) => search(&options).await,
            What::Ingest(options) => ingest(&options),
            What::Start(options) => start(&options).await,
            What::Quality { arguments } => quality::run(&arguments),
            What::Pages { arguments } => pages::run(&arguments),
            What::Provider(script) => provider::serve(script).await,
        }
    })
}

/// How answers are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Whole,
    Streamed,
}

async fn answers(options: &Options, mode: Mode) -> anyhow::Result<()> {
    let portfolio = Portfolio::prepare(options)?;
    portfolio.ingest()?;
    let (server, _) = portfolio.serve().await?;
    let portfolio = Arc::new(portfolio);
    let asked = ask_portavoz(&portfolio, &server.address, mode);
    let direct = ask_provider(&portfolio, mode);
    let next = Arc::new(AtomicUsize::new(0));

    closed_loop(&asked, options.clients, WARM_UP, &next).await?;
    let time = Duration::from_secs(options.seconds.max(1));
    let [alone, through] = alternate(&direct, &asked, PAIRS, time, &next).await?;
    let round = time / ROUNDS;
    let (mut rates, mut ratios, mut all) = (Vec::new(), Vec::new(), Observed::default());
    let mut used = 0.0;
    for _ in 0..ROUNDS {
        let baseline = closed_loop(&direct, options.clients, round, &next).await?;
        let before = cpu_seconds(server.id())?;
        let seen = closed_loop(&asked, options.clients, round, &next).await?;
        used += cpu_seconds(server.id())? - before;
        rates.push(seen.rate());
        ratios.push(seen.rate() / baseline.rate());
        all.add(seen);
    }
    expect_answers(&all)?;

    let mut report = Report::new(if mode == Mode::Whole { "whole answers" } else { "streamed answers" });
    let what = if mode == Mode::Whole { "turns" } else { "streams" };
    let per_thousand = used / all.latencies_ms.len() as f64 * 1_000.0;
    let share = 1.0 - all.unexpected as f64 / all.latencies_ms.len() as f64;
    report.median(what, "/s", rates)?;
    report.median("share of the provider's own rate", "", ratios)?;
    report.percentiles(["p50 under load", "p99 under load"], all.latencies_ms)?;
    if mode == Mode::Streamed {
        report.percentiles(["first words, p50 under load", "first words, p99 under load"], all.first_ms)?;
        report.median("first words, one client, provider alone", "ms", alone.first_ms.clone())?;
        report.median("first words, one client, added", "ms", differences(&through.first_ms, &alone.first_ms))?;
    }
    report.median("whole answer, one client, provider alone", "ms", alone.latencies_ms.clone())?;
    report.median("whole answer, one client, added", "ms", differences(&through.latencies_ms, &alone.latencies_ms))?;
    report.value("processor time per 1,000", "s", per_thousand);
    report.value("peak memory", "MB", peak_memory_mb(server.id()).unwrap_or(f64::NAN));
    report.value("answered by the model", "%", share * 100.0);
    server.stop()?;
    report.print(options)
}

fn differences(through: &[f64], alone: &[f64]) -> Vec<f64> {
    through.iter().zip(alone).map(|(through, alone)| through - alone).collect()
}

/// A visitor's question, without a token: each is a new visitor in a new conversation.
fn ask_portavoz(portfolio: &Arc<Portfolio>, address: &str, mode: Mode) -> Call {
    let portfolio = Arc::clone(portfolio);
    let target = Target { address: address.to_owned(), path: "/api/chat", headers: String::new() };
    let is_streamed = mode == Mode::Streamed;
    let body = move |number| json!({"message": portfolio.corpus.question(number), "stream": is_streamed}).to_string();
    let (mark, expected): (&[u8], &[&str]) = match mode {
        Mode::Whole => (b"", &["\"outcome\":\"answered\"", "\"model\":\"gpt-4o-mini"]),
        Mode::Streamed => (b"event: delta", &["event: done", "\"outcome\":\"answered\"", "\"model\":\"gpt-4o-mini"]),
    };
    Call { target, body: Arc::new(body), mark, expected }
}

/// The same question straight to the provider: what the answer costs without portavoz.
fn ask_provider(portfolio: &Arc<Portfolio>, mode: Mode) -> Call {
    let questions = Arc::clone(portfolio);
    let address = portfolio.provider.address.clone();
    let target = Target { address, path: "/v1/chat/completions", headers: String::new() };
    let is_streamed = mode == Mode::Streamed;
    let body = move |number| {
        let messages = json!([{"role": "user", "content": questions.corpus.question(number)}]);
        json!({"model": "gpt-4o-mini", "messages": messages, "stream": is_streamed}).to_string()
    };
    let mark: &[u8] = if is_streamed { b"\"content\"" } else { b"" };
    Call { target, body: Arc::new(body), mark, expected: &["\"finish_reason\":\"stop\""] }
}

async fn search(options: &Options) -> anyhow::Result<()> {
    let portfolio = Arc::new(Portfolio::prepare(options)?);
    let ingested = portfolio.ingest()?;
    let (server, _) = portfolio.serve().await?;
    let questions = Arc::clone(&portfolio);
    let headers = format!("authorization: Bearer {ADMIN_TOKEN}\r\n");
    let call = Call {
        target: Target { address: server.address.clone(), path: "/api/admin/search", headers },
        body: Arc::new(move |number| json!({"query": questions.corpus.question(number), "limit": 4}).to_string()),
        mark: b"",
        expected: &["\"hits\":[{"],
    };
    let next = Arc::new(AtomicUsize::new(0));
    closed_loop(&call, options.clients, WARM_UP, &next).await?;
    let alone = closed_loop(&call, 1, WARM_UP, &next).await?;
    let round = Duration::from_secs(options.seconds.max(1)) / ROUNDS;
    let (mut rates, mut all) = (Vec::new(), Observed::default());
    let before = cpu_seconds(server.id())?;
    for _ in 0..ROUNDS {
        let seen = closed_loop(&call, options.clients, round, &next).await?;
        rates.push(seen.rate());
        all.add(seen);
    }
    let used = cpu_seconds(server.id())? - before;
    expect_answers(&all)?;

    let mut report = Report::new("searches");
    let per_thousand = used / all.latencies_ms.len() as f64 * 1_000.0;
    report.value("chunks", "", ingested.chunks);
    report.median("searches", "/s", rates)?;
    report.percentiles(["p50 under load", "p99 under load"], all.latencies_ms)?;
    report.percentiles(["p50, one client", "p99, one client"], alone.latencies_ms)?;
    report.value("processor time per 1,000", "s", per_thousand);
    report.value("peak memory", "MB", peak_memory_mb(server.id()).unwrap_or(f64::NAN));
    server.stop()?;
    report.print(options)
}

fn ingest(options: &Options) -> anyhow::Result<()> {
    let portfolio = Portfolio::prepare(options)?;
    let first = portfolio.ingest()?;
    let again = portfolio.ingest()?;
    let seconds = first.elapsed.as_secs_f64();
    let mut report = Report::new("ingest");
    report.value("chunks", "", first.chunks);
    report.value("chunks per second", "/s", first.chunks / seconds);
    report.value("text per second", "MB/s", portfolio.corpus.bytes as f64 / 1e6 / seconds);
    report.value("whole ingest", "s", seconds);
    report.value("again, nothing changed", "s", again.elapsed.as_secs_f64());
    report.value("peak memory", "MB", first.peak_mb);
    report.print(options)
}

async fn start(options: &Options) -> anyhow::Result<()> {
    let portfolio = Portfolio::prepare(options)?;
    let ingested = portfolio.ingest()?;
    let (mut starts, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (server, elapsed) = portfolio.serve().await?;
        starts.push(millis(elapsed));
        memory.push(peak_memory_mb(server.id()).unwrap_or(f64::NAN));
        server.stop()?;
    }
    let mut report = Report::new("start");
    report.value("chunks", "", ingested.chunks);
    report.median("from start to ready", "ms", starts)?;
    report.median("peak memory when ready", "MB", memory)?;
    report.print(options)
}

fn expect_answers(observed: &Observed) -> anyhow::Result<()> {
    let share = 1.0 - observed.unexpected as f64 / observed.latencies_ms.len().max(1) as f64;
    if share < LEAST_EXPECTED_SHARE {
        let example = observed.example.as_deref().unwrap_or_default();
        bail!("only {:.1} % of the answers were the ones hoped for; another one: {example}", share * 100.0);
    }
    Ok(())
}
