//! What can be typed about evaluations: asking cases, and looking at what came of it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Asks cases.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz eval                                       cases.toml, as configured and quoted from the documents
  portavoz eval --target control --target gpt-4o      two models on the same cases
  portavoz eval --target cool:temperature=0.2 --target short:prompt=prompts/short
  portavoz eval --min-quality 0.85 --junit eval.xml   for CI: exits with 1 below the cutoff
  portavoz eval --html eval.html --baseline last      beside the last run
  portavoz eval --target gpt-4o --batch               half the price, answered within a day

A target is a model's name, `control` (as configured), `extractive` (no model), or NAME:KEY=VALUE,KEY=VALUE with the
keys model, temperature, top_p, max_tokens, max_results, threshold, context_tokens, tone, specific and prompt (a folder
of templates). What it costs is told and asked about first. Stop it with Ctrl-C; the same command goes on with it.")]
pub struct Eval {
    /// File of cases, TOML or JSON lines [default: cases.toml in the portfolio's folder]
    #[arg(value_name = "CASES")]
    pub cases: Option<PathBuf>,
    /// Whom to ask; may be repeated [default: control, and extractive if that has a model]
    #[arg(long, value_name = "TARGET")]
    pub target: Vec<String>,
    /// File of targets: `[[target]]` tables with a name and the keys above
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// Only cases with this tag; may be repeated
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Only the first so many cases
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Questions at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallel: u16,
    /// What to call the run [default: the file of cases]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Ask everything anew: take no answer of an earlier run
    #[arg(long)]
    pub fresh: bool,
    /// Hand the questions in as a batch: half the price, answered within a day; the same command takes the answers back
    #[arg(long, conflicts_with = "fresh")]
    pub batch: bool,
    /// Wait for the batch instead of coming back later
    #[arg(long)]
    pub wait: bool,
    /// Stop before the run costs more than this, in US dollars
    #[arg(long, value_name = "USD")]
    pub max_cost: Option<f64>,
    /// Agree to the cost
    #[arg(short, long)]
    pub yes: bool,
    /// Exit with 1 if the mean quality of a target is below this, 0 to 1
    #[arg(long, value_name = "X")]
    pub min_quality: Option<f64>,
    /// Exit with 1 if a target is worse than in this run: its id, the beginning of it, its name, or `last`
    #[arg(long, value_name = "RUN")]
    pub baseline: Option<String>,
    /// What to write beside the table.
    #[command(flatten)]
    pub files: ResultFiles,
}

/// Where results are written.
#[derive(Debug, Args)]
pub struct ResultFiles {
    /// Write a report with all answers side by side
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the results for CI, as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Looks at runs.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  portavoz runs list
  portavoz runs show last --html eval.html
  portavoz runs remove 0199

RUN is a run's id, the beginning of it, its name (the newest of that name), or `last`.")]
pub enum Runs {
    /// List runs, newest first
    List {
        /// At most this many
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show a run as it was shown when it ended
    Show {
        /// Which
        #[arg(value_name = "RUN")]
        run: String,
        /// What to write beside the table.
        #[command(flatten)]
        files: ResultFiles,
    },
    /// Remove a run with its answers, which are then asked and paid for again
    Remove {
        /// Which
        #[arg(value_name = "RUN")]
        run: String,
    },
}
