//! `cargo xtask bench`: measures portavoz on this machine, with its own provider and its own load client.
//!
//! Without the feature `bench` (everyday `cargo xtask`) it only builds the program and this package with the feature,
//! both optimised and in one build, and hands over. With it: [`measure`] is the list of measurements; each starts
//! a release build of portavoz on a made-up portfolio ([`corpus`]) whose models are a [`provider`] in a process of its
//! own, so that the three can share the processors but not the time of one runtime. The [`quality`] of answers needs none of
//! that and is measured by an example of the application crate; [`pages`] are measured in a browser.

#[cfg(feature = "bench")]
mod client;
#[cfg(feature = "bench")]
mod corpus;
#[cfg(feature = "bench")]
mod load;
#[cfg(feature = "bench")]
mod measure;
#[cfg(feature = "bench")]
mod options;
mod pages;
#[cfg(feature = "bench")]
mod program;
#[cfg(feature = "bench")]
mod provider;
mod quality;
#[cfg(feature = "bench")]
mod report;

#[cfg(feature = "bench")]
pub use measure::run;

/// Builds the program and the load generator, and starts the latter with the same arguments.
#[cfg(not(feature = "bench"))]
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    use std::process::Command;

    use crate::process::{self, cargo, root};

    match arguments.split_first() {
        Some((what, rest)) if what == "quality" => return quality::run(rest),
        Some((what, rest)) if what == "pages" => return pages::run(rest),
        _ => {}
    }
    let packages = ["--package", "portavoz", "--package", "xtask", "--features", "xtask/bench"];
    process::run(cargo().args(["build", "--release"]).args(packages))?;
    process::run(Command::new(root().join("target/release/xtask")).arg("bench").args(arguments).current_dir(root()))
}
