//! Tests that talk to the running program from outside, as its users do: the official OpenAI clients for Python and
//! Node (`tests/sdk`), and the pages in a real browser (`tests/browser`).
//!
//! To add one more client: 1. its script, which exits with another code than 0 if something does not hold; 2. a line in
//! [`run_scripts`]; 3. what it needs in `requirements`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::bail;

use crate::process::{self, root, tools};
use crate::requirements::Installed;
use crate::server::Server;

/// The owner's token of the program that is tested, for the dashboard.
const OWNERS_TOKEN: &str = "the owner's token";

/// Starts the program on the demo portfolio, with no key, and runs every client. The program is stopped in any case.
pub fn run(program: &Path, installed: &Installed) -> anyhow::Result<()> {
    let folder = tools().join("clients-server");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    evaluate(program, &folder)?;
    let mut command = Command::new(program);
    command.args(["serve", "examples/maria", "--listen", "127.0.0.1:0", "--data"]).arg(folder).current_dir(root());
    command.env("PORTAVOZ_RATE__ENABLED", "false").env_remove("OPENAI_API_KEY").env_remove("OPENAI_BASE_URL");
    command.env("PORTAVOZ_ADMIN_TOKEN", OWNERS_TOKEN);
    eprintln!("$ portavoz serve examples/maria --listen 127.0.0.1:0");
    let server = Server::start(&mut command)?;
    let clients = run_scripts(&server.address, installed);
    let stopped = server.stop();
    clients.and(stopped)
}

/// A run of the demo's cases with two targets, so that the dashboard has evaluations to show. Both quote the documents, so
/// it costs nothing.
fn evaluate(program: &Path, folder: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    command.args(["eval", "--site", "examples/maria", "--target", "control", "--target", "brief:max_results=1"]);
    command.args(["--name", "demo", "--limit", "24", "--data"]).arg(folder).current_dir(root());
    command.env_remove("OPENAI_API_KEY").env_remove("OPENAI_BASE_URL");
    process::run(&mut command)
}

/// All of them, also after one has failed: each says something of its own.
fn run_scripts(address: &str, installed: &Installed) -> anyhow::Result<()> {
    let scripts = [
        (installed.python.as_path(), "tests/sdk/openai_python.py"),
        (Path::new("node"), "tests/sdk/openai_node.mjs"),
        (Path::new("node"), "tests/browser/run.mjs"),
    ];
    let mut failed = Vec::new();
    for (interpreter, script) in scripts {
        let mut command = Command::new(interpreter);
        command.arg(script).current_dir(root());
        command.env("PORTAVOZ_SDK_BASE_URL", format!("http://{address}/v1")).env("PORTAVOZ_SDK_KEY", "not-needed");
        command.env("PORTAVOZ_URL", format!("http://{address}")).env("PORTAVOZ_ADMIN_TOKEN", OWNERS_TOKEN);
        if let Err(error) = process::run(&mut command) {
            failed.push(format!("{error:#}"));
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("; "));
    }
    Ok(())
}
