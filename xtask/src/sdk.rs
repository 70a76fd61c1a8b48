//! The official OpenAI clients for Python and Node against a running portavoz (`tests/sdk`).

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::process::{self, root, tools};
use crate::requirements::Installed;

/// Long enough for a debug build that ingests the demo portfolio on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// No answer is running any more, so an orderly end takes moments.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// Starts the program on the demo portfolio, with no key, and runs both clients. The program is stopped in any case.
pub fn run(program: &Path, installed: &Installed) -> anyhow::Result<()> {
    let folder = tools().join("sdk-server");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let (mut server, address) = start(program, &folder)?;
    let clients = run_clients(&address, installed);
    let stopped = stop(&mut server);
    clients.and(stopped)
}

fn run_clients(address: &str, installed: &Installed) -> anyhow::Result<()> {
    let scripts = root().join("tests/sdk");
    let with_address = |program: &Path, script: &str| {
        let mut command = Command::new(program);
        let url = format!("{address}/v1");
        command.arg(script).current_dir(&scripts);
        command.env("PORTAVOZ_SDK_BASE_URL", url).env("PORTAVOZ_SDK_KEY", "not-needed");
        process::run(&mut command)
    };
    with_address(&installed.python, "openai_python.py")?;
    with_address(Path::new("node"), "openai_node.mjs")
}

/// Starts the server on a free port and waits until it says which.
fn start(program: &Path, folder: &Path) -> anyhow::Result<(Child, String)> {
    let mut command = Command::new(program);
    command.args(["serve", "examples/maria", "--listen", "127.0.0.1:0", "--data"]).arg(folder).current_dir(root());
    command.env("PORTAVOZ_RATE__ENABLED", "false").env_remove("OPENAI_API_KEY").env_remove("OPENAI_BASE_URL");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    eprintln!("$ portavoz serve examples/maria --listen 127.0.0.1:0");
    let mut server = command.spawn().with_context(|| format!("`{}` could not be started", program.display()))?;
    let (sender, lines) = mpsc::channel();
    if let Some(stdout) = server.stdout.take() {
        forward(stdout, sender.clone());
    }
    if let Some(stderr) = server.stderr.take() {
        forward(stderr, sender);
    }
    let mut said = String::new();
    loop {
        match lines.recv_timeout(START_TIMEOUT) {
            Ok(line) => {
                if let Some((_, address)) = line.split_once("listening on ") {
                    let address = address.split_whitespace().next().unwrap_or_default().to_owned();
                    return Ok((server, address));
                }
                said = said + "\n  " + &line;
            }
            Err(error) => {
                // It has ended or hangs; either way it is of no use any more.
                server.kill().ok();
                server.wait().ok();
                bail!("the server did not say where it listens ({error}); it said:{said}");
            }
        }
    }
}

/// Reads to the end, so that the server never blocks on a full pipe.
fn forward(output: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens any more once the address is known; the rest is read and dropped.
            lines.send(line).ok();
        }
    });
}

/// Asks the server to end, as an operator would, and expects that it ends well.
fn stop(server: &mut Child) -> anyhow::Result<()> {
    let asked = process::succeeds("kill", &["-TERM", &server.id().to_string()]);
    if !asked {
        server.kill()?;
        server.wait()?;
        bail!("the server could not be asked to end");
    }
    let deadline = Instant::now() + STOP_TIMEOUT;
    while Instant::now() < deadline {
        match server.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("the server ended with {status} when asked to end"),
            None => thread::sleep(Duration::from_millis(50)),
        }
    }
    server.kill()?;
    server.wait()?;
    bail!("the server had not ended {} s after it was asked to", STOP_TIMEOUT.as_secs())
}
