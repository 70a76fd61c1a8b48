//! What can be typed about live experiments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Experiments on visitors.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  portavoz experiment plan luna --variant luna:model=gpt-6-luna
  portavoz experiment start luna --variant luna:model=gpt-6-luna --effect 0.15
  portavoz experiment show luna
  portavoz experiment watch luna
  portavoz experiment shares luna 900 100
  portavoz experiment ship luna luna
  portavoz experiment stop luna

A variant is NAME:KEY=VALUE,KEY=VALUE or a model's name, as a target of `portavoz eval` is. The control is the site as
configured. Running servers follow within a minute. docs/experiments.md says how a verdict is reached.")]
pub enum Experiment {
    /// Tell how many visitors and days a verdict would take; starts nothing
    Plan {
        /// What is tried.
        #[command(flatten)]
        draft: Draft,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show visitors variants from now on, after asking
    Start {
        /// What is tried.
        #[command(flatten)]
        draft: Draft,
        /// Agree to the plan
        #[arg(short, long)]
        yes: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// List experiments, newest first
    List {
        /// Archived ones too
        #[arg(long)]
        all: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show what an experiment says so far; looking often does no harm
    Show {
        /// Its name or id
        name: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show it again and again, until it ends or Ctrl-C
    Watch {
        /// Its name or id
        name: String,
        /// Seconds between two looks
        #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
        every: u64,
    },
    /// Share new visitors out anew; who has a variant keeps it
    Shares {
        /// Its name or id
        name: String,
        /// In thousandths, the control's first; 1000 together
        #[arg(value_name = "SHARE", required = true, num_args = 2..=5)]
        shares: Vec<u32>,
    },
    /// End an experiment, or take back what was shipped: everybody gets the configured way
    Stop {
        /// Its name or id
        name: String,
    },
    /// End an experiment and answer everybody in the way of a variant, until `stop` or `archive`
    Ship {
        /// Its name or id
        name: String,
        /// Which variant
        variant: String,
    },
    /// Put an experiment away and forget who was in it; its figures stay
    Archive {
        /// Its name or id
        name: String,
    },
}

/// An experiment to plan or start.
#[derive(Debug, Args)]
pub struct Draft {
    /// What to call it
    pub name: String,
    /// What is tried; may be repeated
    #[arg(long = "variant", value_name = "VARIANT")]
    pub variants: Vec<String>,
    /// File of variants: `[[target]]` tables, as for `portavoz eval`
    #[arg(long = "variants", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Parts of the visitors in thousandths, the control's first [default: equal ones]
    #[arg(long, value_name = "SHARE,...", value_delimiter = ',')]
    pub shares: Option<Vec<u32>>,
    /// The smallest difference that matters: 0.10 is ten percentage points
    #[arg(long, value_name = "X", default_value_t = 0.10)]
    pub effect: f64,
    /// How often a verdict may be wrong when nothing differs
    #[arg(long, value_name = "X", default_value_t = 0.05)]
    pub alpha: f64,
    /// Give up after so many visitors
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    pub horizon: u32,
    /// What a first answer may cost, as a multiple of the control's
    #[arg(long, value_name = "X", default_value_t = 2.0)]
    pub cost_ratio: f64,
    /// Milliseconds to the first words that a visitor should not wait longer than
    #[arg(long, value_name = "MS", default_value_t = 2_000)]
    pub slow_ms: u64,
    /// For your own memory
    #[arg(long, default_value = "")]
    pub note: String,
}
