//! What can be asked of `cargo xtask bench`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measures portavoz on this machine.
#[derive(Parser)]
#[command(name = "cargo xtask bench", after_help = EXAMPLES)]
pub struct Bench {
    #[command(subcommand)]
    pub what: What,
}

const EXAMPLES: &str = "Examples:
  cargo xtask bench turns
  cargo xtask bench streams --clients 200 --first-token-ms 300 --gap-ms 20
  cargo xtask bench search --embeddings --chunks 10000
  cargo xtask bench quality FOLDER --json figures.json
  cargo xtask bench turns --json > before.json; cargo xtask bench turns --compare before.json";

#[derive(Subcommand)]
pub enum What {
    /// Whole answers: turns a second, latency, what portavoz adds to the provider, processor time, memory
    Turns(Options),
    /// Streamed answers: streams a second, time to the first words and what portavoz adds to it
    Streams(Options),
    /// The search alone, as the owner's search bench asks it
    Search(Options),
    /// Reading a folder of documents: chunks a second, then once more with nothing changed
    Ingest(Options),
    /// From the start of the process until it is ready, with a full index
    Start(Options),
    /// The quality of answers on a folder of questions, claims and messages; without one, on our own small set
    Quality {
        /// FOLDER, --only GROUPS, --json FILE: see the head of `crates/app/examples/quality/main.rs`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// What pages cost a visitor in a real browser: first and largest paint, layout shift, requests, bytes
    Pages {
        /// --json: one JSON object instead of a table
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The scripted provider alone, until it is stopped
    #[command(hide = true)]
    Provider(Script),
}

#[derive(Args, Clone)]
pub struct Options {
    /// Clients that ask at the same time, each one question after the other
    #[arg(long, default_value_t = 16)]
    pub clients: usize,
    /// How long load is put on, in all
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// About how many chunks the made-up portfolio has
    #[arg(long, default_value_t = 10_000)]
    pub chunks: usize,
    /// Search by vectors too, which the provider makes
    #[arg(long)]
    pub embeddings: bool,
    /// Begins the series of made-up texts
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
    /// Output of an earlier `--json`, to be shown beside
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,
    #[command(flatten)]
    pub script: Script,
}

/// How the scripted provider answers.
#[derive(Args, Clone)]
pub struct Script {
    /// Wait before an answer begins
    #[arg(long, default_value_t = 0)]
    pub first_token_ms: u64,
    /// Wait between two pieces of a streamed answer
    #[arg(long, default_value_t = 0)]
    pub gap_ms: u64,
    /// Pieces of a streamed answer
    #[arg(long, default_value_t = 50)]
    pub pieces: usize,
}
