//! A running portavoz (or scripted provider): started on a free port, stopped by its own id.
//!
//! What it writes is read to the end, so that it never blocks on a full pipe.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::process;

/// Long enough for a debug build that ingests the demo portfolio on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// No answer is running any more when a server is stopped, so an orderly end takes moments.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// A program that serves. Killed when dropped, if it was not stopped before.
pub struct Server {
    child: Child,
    /// Such as `127.0.0.1:40123`.
    pub address: String,
}

impl Server {
    /// Starts the program and waits until it says where it listens (`listening on http://...`).
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{command:?} could not be started"))?;
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            forward(stdout, sender.clone());
        }
        if let Some(stderr) = child.stderr.take() {
            forward(stderr, sender);
        }
        let mut server = Self { child, address: String::new() };
        let mut said = String::new();
        loop {
            let line = lines.recv_timeout(START_TIMEOUT);
            let Ok(line) = line else { bail!("{command:?} did not say where it listens; it said:{said}") };
            if let Some((_, address)) = line.split_once("listening on http://") {
                let address = address.split(|end: char| end.is_whitespace() || end == '/').next();
                server.address = address.unwrap_or_default().to_owned();
                return Ok(server);
            }
            said = said + "\n  " + &line;
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, as an operator would, and expects that it ends well.
    pub fn stop(mut self) -> anyhow::Result<()> {
        if !process::succeeds("kill", &["-TERM", &self.id().to_string()]) {
            bail!("the server could not be asked to end");
        }
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("the server ended with {status} when asked to end"),
                None => thread::sleep(Duration::from_millis(20)),
            }
        }
        bail!("the server had not ended {} s after it was asked to", STOP_TIMEOUT.as_secs())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

fn forward(output: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens any more once the address is known; the rest is read and dropped.
            lines.send(line).ok();
        }
    });
}
