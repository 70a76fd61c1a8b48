//! The project's own commands: `cargo xtask test`, `cargo xtask ci` and `cargo xtask bench`.
//!
//! Start at [`mod@test`] (what the README calls the test command). The house rules that no compiler checks are a test of
//! this package: `xtask/tests/tidy`. Nothing here is part of portavoz.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "these are command line tools")]

use std::process::ExitCode;

mod bench;
mod ci;
mod clients;
mod process;
mod requirements;
mod server;
mod snapshots;
mod test;

const USAGE: &str = "\
usage: cargo xtask <command>

  test [arguments of cargo test]   install what the tests need, then run all of them
  ci                               everything that must hold before a change is merged
  bench <what> [options]           measure: turns, streams, search, ingest, start, quality or pages (see `bench --help`)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((command, rest)) if command == "test" => test::run(rest),
        Some((command, [])) if command == "ci" => ci::run(),
        Some((command, rest)) if command == "bench" => bench::run(rest),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
