//! `cargo xtask bench`: builds the program and the load generator together, optimised, and hands over to the latter.
//!
//! The load generator is this package with the feature `bench`, so that the everyday commands compile without it.

use std::process::Command;

use crate::process::{self, cargo, root};

/// Builds both and starts the load generator with the same arguments.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let packages = ["--package", "portavoz", "--package", "xtask", "--features", "xtask/bench"];
    process::run(cargo().args(["build", "--release"]).args(packages))?;
    process::run(Command::new(root().join("target/release/xtask")).arg("bench").args(arguments).current_dir(root()))
}
