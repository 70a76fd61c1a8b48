//! The quality of answers: handed to an example of the application crate, which sees search, answers, verification and
//! defence as the program does. Its `main.rs` says what is measured and how.

use crate::process::{self, cargo, root};

/// Builds the bench optimised and runs it where the user stands, because paths are meant from there.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let mut command = cargo();
    command.current_dir(std::env::current_dir()?);
    command.args(["run", "--quiet", "--release", "--manifest-path"]).arg(root().join("Cargo.toml"));
    command.args(["--package", "portavoz-app", "--example", "quality"]);
    if arguments.iter().any(|argument| argument == "--weights") {
        command.args(["--features", "portavoz-app/local-embeddings"]);
    }
    command.arg("--");
    process::run(command.args(arguments))
}
