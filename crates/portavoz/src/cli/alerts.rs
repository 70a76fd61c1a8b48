//! What can be typed about alerts.

use clap::Subcommand;

/// About alerts.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  portavoz alerts list
  portavoz alerts list --open --json | jq -r '.alerts[].message'
  portavoz alerts test

`test` exits with 1 if a message did not arrive.")]
pub enum Alerts {
    /// Show what is wrong and what was, newest first
    List {
        /// Only what is wrong now
        #[arg(long)]
        open: bool,
        /// At most this many
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Send a message marked as a test through every configured channel
    Test {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}
