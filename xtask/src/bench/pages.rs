//! What pages cost a visitor, in a real browser: first and largest paint, what moves, requests, bytes. The measuring is
//! done by `tests/browser/bench.mjs`, against the release build on the demo portfolio.

use std::fs;
use std::process::Command;

use crate::process::{self, cargo, root, tools};
use crate::requirements;
use crate::server::Server;

/// The owner's token of the program that is measured.
const OWNERS_TOKEN: &str = "bench-token-of-the-owner-0123456789";

/// Builds, starts, measures and stops; `arguments` go to the script.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    requirements::install_browser()?;
    process::run(cargo().args(["build", "--release", "--package", "portavoz"]))?;
    let folder = tools().join("bench-pages");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut command = Command::new(root().join("target/release/portavoz"));
    command.args(["serve", "examples/maria", "--listen", "127.0.0.1:0", "--data"]).arg(folder).current_dir(root());
    command.env_remove("OPENAI_API_KEY").env_remove("OPENAI_BASE_URL").env("PORTAVOZ_ADMIN_TOKEN", OWNERS_TOKEN);
    let server = Server::start(&mut command)?;
    let mut script = Command::new("node");
    script.arg("tests/browser/bench.mjs").args(arguments).current_dir(root());
    script.env("PORTAVOZ_URL", format!("http://{}", server.address)).env("PORTAVOZ_ADMIN_TOKEN", OWNERS_TOKEN);
    let measured = process::run(&mut script);
    let stopped = server.stop();
    measured.and(stopped)
}
