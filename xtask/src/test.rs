//! `cargo xtask test`: the whole test suite in a fresh clone on a bare Debian with Rust and a C compiler.
//!
//! One build of the whole workspace with all features, then clients against the program that was built (the official
//! OpenAI clients, a browser), then every test once. `cargo test` comes last, so the output ends with its own closing lines.
//!
//! What the tests learn by environment variables:
//!
//! | variable | meaning |
//! |---|---|
//! | `PORTAVOZ_TEST_WEIGHTS` | a sentence-transformers folder with real weights |
//! | `PORTAVOZ_TEST_POSTGRES` | set by you, if at all: the address of a server to use instead of a throw-away cluster |
//! | `CI` | if set, what is missing (PostgreSQL, weights) fails a test instead of skipping it with a notice |

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde_json::Value;

use crate::process::{self, cargo};
use crate::requirements::{self, Installed};
use crate::{clients, snapshots};

/// Installs what is missing and runs everything. `arguments` go to `cargo test`; with any, only that is run.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let installed = requirements::install()?;
    if !arguments.is_empty() {
        return run_tests(&installed, arguments);
    }
    let program = build(&installed)?;
    let outside = clients::run(&program, &installed);
    let tests = run_tests(&installed, &[]);
    // Both ran, so both are told: a client's failure is above the tests' output and easily overlooked.
    outside.context("a client found a fault (see above the tests)")?;
    tests
}

/// Builds all tests, and with them the program. Returns where the program is.
fn build(installed: &Installed) -> anyhow::Result<PathBuf> {
    let mut command = workspace_tests(installed);
    command.args(["--no-run", "--message-format=json-render-diagnostics"]);
    eprintln!("$ cargo test --workspace --all-features --no-run");
    let messages = process::output(&mut command)?;
    let program =
        messages.lines().filter_map(|line| serde_json::from_str(line).ok()).find_map(|message| program(&message));
    program.context("`cargo test` did not build the program; has `crates/portavoz` no integration test any more?")
}

/// The executable of a message of cargo that reports the program (not a test of it).
fn program(message: &Value) -> Option<PathBuf> {
    let is_program = message["reason"] == "compiler-artifact"
        && message["target"]["name"] == "portavoz"
        && message["target"]["kind"][0] == "bin"
        && message["profile"]["test"] == false;
    let executable = message["executable"].as_str().filter(|_| is_program)?;
    Some(PathBuf::from(executable))
}

fn run_tests(installed: &Installed, arguments: &[String]) -> anyhow::Result<()> {
    let references = snapshots::References::start()?;
    let mut command = workspace_tests(installed);
    command.env("INSTA_SNAPSHOT_REFERENCES_FILE", references.path());
    command.arg("--no-fail-fast").args(arguments).stdin(Stdio::null());
    process::run(&mut command)?;
    if arguments.is_empty() { references.find_unreferenced() } else { Ok(()) }
}

/// `cargo test` for everything: always the same features, so that there is one build.
fn workspace_tests(installed: &Installed) -> Command {
    let mut command = cargo();
    command
        .args(["test", "--workspace", "--all-features"])
        .env("PORTAVOZ_TEST_WEIGHTS", &installed.weights)
        .env("INSTA_UPDATE", "no");
    command
}
