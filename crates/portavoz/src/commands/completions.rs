//! `portavoz completions`: a script that lets a shell complete our commands.

use clap::CommandFactory;

use super::{Ending, Invocation};
use crate::cli::{Cli, Completions};

/// Prints the script.
pub fn run(invocation: &Invocation, args: &Completions) -> anyhow::Result<Ending> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "portavoz", &mut script);
    invocation.output.bytes(&script)?;
    Ok(Ending::Fine)
}
