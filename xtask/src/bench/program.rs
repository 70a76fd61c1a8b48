//! The release build of portavoz under measurement: how it is started, and what it costs the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;
use tempfile::TempDir;

use super::client::Connection;
use super::corpus::{self, Corpus};
use super::options::Options;
use crate::process::root;
use crate::server::Server;

/// The owner's token during a measurement.
pub const ADMIN_TOKEN: &str = "bench-token-of-the-owner-0123456789";

/// How long a server may take from its first word to being ready.
const READY_TIMEOUT: Duration = Duration::from_secs(60);

/// A made-up portfolio on disk, and the provider that answers for it.
pub struct Portfolio {
    pub corpus: Corpus,
    pub provider: Server,
    folder: TempDir,
    embeddings: bool,
}

/// What one ingest said of itself.
pub struct Ingested {
    pub chunks: f64,
    pub elapsed: Duration,
    /// The most memory seen while it ran.
    pub peak_mb: f64,
}

impl Portfolio {
    /// Writes the documents and starts the provider; nothing is ingested yet.
    pub fn prepare(options: &Options) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let corpus = corpus::write(&folder.path().join("site"), options.chunks, options.seed)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "provider"]);
        let script = &options.script;
        command.args(["--first-token-ms", &script.first_token_ms.to_string()]);
        command.args(["--gap-ms", &script.gap_ms.to_string(), "--pieces", &script.pieces.to_string()]);
        let provider = Server::start(&mut command)?;
        Ok(Self { corpus, provider, folder, embeddings: options.embeddings })
    }

    /// Where it keeps what it remembers.
    fn database(&self) -> PathBuf {
        self.folder.path().join("remembered")
    }

    /// The program with a subcommand on this portfolio.
    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(root().join("target/release/portavoz"));
        command.arg(subcommand).arg(self.folder.path().join("site")).arg("--data").arg(self.database());
        command.env("OPENAI_BASE_URL", format!("http://{}/v1", self.provider.address));
        command.env("OPENAI_API_KEY", "test").env("PORTAVOZ_ADMIN_TOKEN", ADMIN_TOKEN);
        // Limits protect owners from visitors and providers from us; here they would measure themselves.
        command.env("PORTAVOZ_RATE__ENABLED", "false").env("PORTAVOZ_PROVIDER__REQUESTS_PER_MINUTE", "1000000");
        command.env("PORTAVOZ_EMBEDDINGS__KIND", if self.embeddings { "openai" } else { "none" });
        command.current_dir(self.folder.path());
        command
    }

    /// Reads the documents.
    pub fn ingest(&self) -> anyhow::Result<Ingested> {
        let mut command = self.command("ingest");
        command.arg("--json").stdin(Stdio::null()).stdout(Stdio::piped());
        let started = Instant::now();
        let child = command.spawn().context("the release build of portavoz is missing")?;
        let status_file = PathBuf::from(format!("/proc/{}/status", child.id()));
        // The peak vanishes with the process, so it is read until then.
        let watch = std::thread::spawn(move || {
            let mut peak = 0.0;
            while let Some(seen) = peak_mb(&status_file) {
                peak = seen;
                std::thread::sleep(Duration::from_millis(10));
            }
            peak
        });
        let output = child.wait_with_output()?;
        let elapsed = started.elapsed();
        if !output.status.success() {
            bail!("`portavoz ingest` failed with {}", output.status);
        }
        let report: Value = serde_json::from_slice(&output.stdout).context("`ingest --json` wrote no JSON")?;
        let chunks = report["chunks"].as_f64().context("`ingest --json` does not tell the chunks")?;
        Ok(Ingested { chunks, elapsed, peak_mb: watch.join().unwrap_or(0.0) })
    }

    /// Starts the server and waits until it is ready. Also tells how long that took, from the start of the process.
    pub async fn serve(&self) -> anyhow::Result<(Server, Duration)> {
        let mut command = self.command("serve");
        command.args(["--listen", "127.0.0.1:0"]);
        let started = Instant::now();
        let server = Server::start(&mut command)?;
        while started.elapsed() < READY_TIMEOUT {
            let mut connection = Connection::open(&server.address).await?;
            if connection.get(&server.address, "/readyz").await?.status == 200 {
                return Ok((server, started.elapsed()));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("the server was not ready after {} s", READY_TIMEOUT.as_secs())
    }
}

/// Processor time that a process has used, in seconds, by all its threads.
pub fn cpu_seconds(id: u32) -> anyhow::Result<f64> {
    /// Linux reports in hundredths of a second (`USER_HZ`) on every platform that Rust's standard library supports.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The second field is the program's name in parentheses, which may hold blanks.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS_PER_SECOND)
}

/// The most memory that a running process has had resident, in megabytes.
pub fn peak_memory_mb(id: u32) -> Option<f64> {
    peak_mb(Path::new(&format!("/proc/{id}/status")))
}

fn peak_mb(status_file: &Path) -> Option<f64> {
    let status = fs::read_to_string(status_file).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1_000.0)
}
