//! What can be typed about cases.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// About cases: the questions by which answers are judged.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  portavoz cases check cases.toml
  portavoz cases make --count 30 --out cases.toml
  portavoz cases make --from turns --out asked.toml

docs/cases.md tells how to write good ones.")]
pub enum Cases {
    /// Check a file of cases: what is wrong in it, and on which line; exits with 1 if anything is
    Check(CheckCases),
    /// Make cases from your documents, or from what visitors asked, to be read and corrected by you
    Make(MakeCases),
}

/// Checks a file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz cases check cases.toml
  portavoz cases check --site maria maria/cases.toml --json | jq '.problems[].line'

Documents that cases name are looked for in the portfolio.")]
pub struct CheckCases {
    /// The file, in TOML (`.toml`) or one JSON object a line (`.jsonl`)
    pub file: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Makes cases.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz cases make
  portavoz cases make --count 30 --seed 2 --out cases.toml
  portavoz cases make --from model --count 20 --yes --out cases.toml
  portavoz cases make --from turns --turns not-known --out gaps.toml

Facts cost nothing: what your documents state becomes questions with their answers, and some
that nothing answers. A model costs money: how much at most is told first, and kept within
the budget. Read what was made before you rely on it.")]
pub struct MakeCases {
    /// What to make them from
    #[arg(long, value_name = "WHAT", default_value = "facts")]
    pub from: CasesFrom,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub count: u32,
    /// Choose others: every number makes one choice, always the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Which turns of visitors, with `--from turns`
    #[arg(long, value_name = "WHICH", default_value = "poor")]
    pub turns: CasesTurns,
    /// Write them into this file, `.toml` or `.jsonl` [default: TOML on the standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write over a file that exists
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Agree to what a model costs
    #[arg(short, long)]
    pub yes: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// What cases are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CasesFrom {
    /// What the documents state; no model is asked
    Facts,
    /// The documents, by the model that answers visitors
    Model,
    /// What visitors asked
    Turns,
}

/// Which turns cases are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CasesTurns {
    /// Any of the next three
    Poor,
    /// With a thumb down
    Down,
    /// With a low quality score
    LowQuality,
    /// To which the documents gave no answer
    NotKnown,
    /// That were answered
    Answered,
}
