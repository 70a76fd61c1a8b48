//! `cargo xtask ci`: everything that must hold before a change is merged.
//!
//! The cheap checks come first. House rules, licences and unused dependencies are the `tidy` test, so the test command
//! covers them. Two builds in all: one that only checks (clippy, documentation) and one that runs (tests).

use std::process::Command;

use anyhow::bail;

use crate::process::{self, cargo, output, root, succeeds};
use crate::test;

/// Runs every check; the first that fails ends it.
pub fn run() -> anyhow::Result<()> {
    install_components()?;
    process::run(cargo().args(["fmt", "--all", "--check"]))?;
    let everything = ["--workspace", "--all-features"];
    process::run(cargo().arg("clippy").args(everything).args(["--all-targets", "--", "-D", "warnings"]))?;
    process::run(cargo().arg("doc").args(everything).arg("--no-deps").env("RUSTDOCFLAGS", "-D warnings"))?;
    let before = changes()?;
    test::run(&[])?;
    let after = changes()?;
    if before != after {
        bail!("the tests changed the tree; `git status` before:\n{before}and after:\n{after}");
    }
    // A clone of the CI machine starts clean, so there everything that is left comes from the build.
    #[expect(clippy::disallowed_methods, reason = "`CI` is how such machines say what they are")]
    let is_ci_machine = std::env::var_os("CI").is_some();
    if is_ci_machine && !after.is_empty() {
        bail!("the tree is not clean:\n{after}");
    }
    Ok(())
}

fn changes() -> anyhow::Result<String> {
    output(Command::new("git").args(["status", "--porcelain"]).current_dir(root()))
}

/// A minimal toolchain has neither.
fn install_components() -> anyhow::Result<()> {
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if !succeeds(program, &["--version"]) {
            process::run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}
