//! The official OpenAI clients for Python and Node against a running portavoz (`tests/sdk`).

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::process::{self, root, tools};
use crate::requirements::Installed;
use crate::server::Server;

/// Starts the program on the demo portfolio, with no key, and runs both clients. The program is stopped in any case.
pub fn run(program: &Path, installed: &Installed) -> anyhow::Result<()> {
    let folder = tools().join("sdk-server");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut command = Command::new(program);
    command.args(["serve", "examples/maria", "--listen", "127.0.0.1:0", "--data"]).arg(folder).current_dir(root());
    command.env("PORTAVOZ_RATE__ENABLED", "false").env_remove("OPENAI_API_KEY").env_remove("OPENAI_BASE_URL");
    eprintln!("$ portavoz serve examples/maria --listen 127.0.0.1:0");
    let server = Server::start(&mut command)?;
    let clients = run_clients(&server.address, installed);
    let stopped = server.stop();
    clients.and(stopped)
}

fn run_clients(address: &str, installed: &Installed) -> anyhow::Result<()> {
    let run_script = |program: &Path, script: &str| {
        let mut command = Command::new(program);
        command.arg(script).current_dir(root().join("tests/sdk"));
        command.env("PORTAVOZ_SDK_BASE_URL", format!("http://{address}/v1")).env("PORTAVOZ_SDK_KEY", "not-needed");
        process::run(&mut command)
    };
    run_script(&installed.python, "openai_python.py")?;
    run_script(Path::new("node"), "openai_node.mjs")
}
