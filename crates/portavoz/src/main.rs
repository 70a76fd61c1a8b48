//! portavoz: the command line, the configuration, logging, and the wiring of everything else.
//!
//! Start at [`cli`] (what can be typed) and [`commands`] (what it does). Only this crate reads the environment, the
//! clock and the system's randomness; the crates below are handed what they need.

mod assemble;
mod cli;
mod commands;
mod config;
mod demo;
mod environment;
mod failure;
mod locate;
mod logging;
mod models;
mod notify;
mod output;
mod problems;
mod progress;
mod runtime;
#[cfg(feature = "otel")]
mod telemetry;
mod upkeep;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::commands::Ending;
use crate::environment::Environment;
use crate::output::Output;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Everything that speaks TLS takes the process's provider; a second installation would only say that there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let output = Output::new(cli.common.color, cli.common.quiet);
    let ended = commands::run(cli, Environment::of_process());
    #[cfg(feature = "otel")]
    telemetry::finish();
    match ended {
        Ok(Ending::Fine) => ExitCode::SUCCESS,
        Ok(Ending::FoundBroken) => ExitCode::FAILURE,
        // Whoever read our output has seen enough: not an error.
        Err(error) if failure::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(failure::render(&error));
            ExitCode::from(failure::kind_of(&error).exit_code())
        }
    }
}
