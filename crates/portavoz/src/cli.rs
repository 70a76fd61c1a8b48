//! The command line: what can be typed. What each command does is in [`crate::commands`].

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

mod alerts;
mod cases;
mod compare;
mod evaluation;
mod experiment;
mod keeping;

pub use alerts::Alerts;
pub use cases::{Cases, CasesFrom, CasesTurns, CheckCases, MakeCases};
pub use compare::Compare;
pub use evaluation::{Eval, ResultFiles, Runs};
pub use experiment::{Draft, Experiment};
pub use keeping::{Backup, Erase, Export, Messages, Restore};

/// Shown below `portavoz --help`.
const EXAMPLES: &str = "\
Examples:
  portavoz                          serve the portfolio in this folder, otherwise the demo
  portavoz init maria               make a portfolio in the folder `maria`
  portavoz ingest maria             read its documents
  portavoz ask --site maria \"What has she built?\"
  portavoz serve maria --listen 0.0.0.0:8080
  portavoz doctor maria             check everything

Exit codes: 0 done, 1 something failed, 2 wrong use, 3 wrong configuration.";

/// The assistant of one person's portfolio: answers visitors' questions from what the person published.
#[derive(Debug, Parser)]
#[command(name = "portavoz", version, after_help = EXAMPLES, disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten, next_help_heading = "Options of every command")]
    pub common: Common,
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What holds for every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Folder of the portfolio [default: this folder if it is one, otherwise the demo]
    #[arg(long, global = true, value_name = "DIR")]
    pub site: Option<PathBuf>,
    /// Configuration file [default: portavoz.toml in the portfolio's folder]
    #[arg(long, global = true, value_name = "FILE", env = "PORTAVOZ_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// Folder of the database and the index [default: .portavoz in the portfolio's folder]
    #[arg(long, global = true, value_name = "DIR", env = "PORTAVOZ_DATA", hide_env_values = true)]
    pub data: Option<PathBuf>,
    /// Say only what was asked for, and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Log more; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On terminals, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What portavoz does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a portfolio: a commented configuration and a folder for documents
    Init(Init),
    /// Read the documents that are new or changed, and bring the index up to date
    Ingest(Ingest),
    /// Show which passages a question finds
    Search(Search),
    /// Ask a question, as a visitor would
    Ask(Ask),
    /// Check an answer against the documents, sentence by sentence
    Verify(Verify),
    /// List what the documents state of the owner, and where they disagree
    Facts(Facts),
    /// Answer visitors over HTTP
    Serve(Serve),
    /// Ask your cases of one or more models, and see how good the answers are
    Eval(Eval),
    /// Look at what came of evaluations
    #[command(subcommand)]
    Runs(Runs),
    /// See what models cost and when they end, and move from one to the next
    #[command(subcommand)]
    Models(Models),
    /// Check and make cases: the questions by which answers are judged
    #[command(subcommand)]
    Cases(Cases),
    /// Tell what answers cost, how fast and how good they were, beside other models
    Report(Report),
    /// Compare two ways of answering on the same cases
    Compare(Compare),
    /// Try another way of answering on visitors, and see whether it is better
    #[command(subcommand)]
    Experiment(Experiment),
    /// List what was wrong, or see whether alerts arrive
    #[command(subcommand)]
    Alerts(Alerts),
    /// Show how the site is doing: answers, money, quality, times
    Stats(Stats),
    /// Show what visitors left for you, newest first
    Messages(Messages),
    /// Check everything, and say how to mend what is wrong
    Doctor(Doctor),
    /// Hand out what is kept of visitors, one JSON object a line
    Export(Export),
    /// Remove what visitors said, for good
    Erase(Erase),
    /// Write everything in the database into one file, while visitors are answered
    Backup(Backup),
    /// Put a backup in place of what is in the database
    Restore(Restore),
    /// Check, show and explain the configuration
    #[command(subcommand)]
    Config(Config),
    /// Print a completion script for a shell
    #[command(
        after_help = "Examples:\n  portavoz completions bash > ~/.local/share/bash-completion/completions/portavoz"
    )]
    Completions(Completions),
}

/// Makes a portfolio.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz init                     ask a few questions, write into this folder
  portavoz init maria --yes --name \"María Ejemplo\" --email maria@example.com --language es

Files that exist are never overwritten.")]
pub struct Init {
    /// The folder; made if needed [default: this folder]
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The owner's name
    #[arg(long)]
    pub name: Option<String>,
    /// The owner's e-mail address, which visitors may be given
    #[arg(long)]
    pub email: Option<String>,
    /// Language of the site: es, en, pt, fr, de, it or ca
    #[arg(long)]
    pub language: Option<String>,
    /// Ask nothing
    #[arg(short, long)]
    pub yes: bool,
}

/// Reads documents.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  portavoz ingest\n  portavoz ingest maria --json | jq .problems")]
pub struct Ingest {
    /// Folder of the portfolio
    #[arg(value_name = "SITE_DIR", conflicts_with = "site")]
    pub site_dir: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Searches.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz search \"experiencia con RAG\"
  portavoz search --explain --limit 3 \"which technologies\"
  portavoz search --json \"RAG\" | jq '.hits[].relevance'")]
pub struct Search {
    /// The question
    pub query: String,
    /// At most this many passages
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub limit: u16,
    /// Show what made each passage relevant
    #[arg(long)]
    pub explain: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Asks.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz ask \"¿Qué experiencia tiene María en IA?\"
  portavoz ask --json \"Which projects has she built?\" | jq -r .answer
  portavoz ask --conversation 0199... \"and in which year?\"")]
pub struct Ask {
    /// The question
    pub question: String,
    /// Go on with an earlier conversation
    #[arg(long, value_name = "ID")]
    pub conversation: Option<String>,
    /// Language of the answer [default: that of the question]
    #[arg(long)]
    pub language: Option<String>,
    /// Print one JSON object, when the answer is complete
    #[arg(long)]
    pub json: bool,
}

/// Checks an answer.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz verify answer.txt
  echo \"María trabaja con RAG desde 2019.\" | portavoz verify
  portavoz verify answer.txt --question \"Since when?\" --context cv.txt --context talks.txt
  portavoz verify answer.txt --json | jq '.sentences[] | select(.status != \"supported\").text'

Marks: ✓ supported, ✗ contradicted, ? unsupported.
Exits with 1 if a sentence is contradicted or unsupported.")]
pub struct Verify {
    /// File with the answer; `-` for the standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub answer: PathBuf,
    /// What was asked: it tells what a short answer claims
    #[arg(long)]
    pub question: Option<String>,
    /// Check against this text file instead of the documents; may be repeated
    #[arg(long, value_name = "FILE")]
    pub context: Vec<PathBuf>,
    /// Language of the answer [default: recognised]
    #[arg(long)]
    pub language: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Lists facts.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  portavoz facts\n  portavoz facts maria --json | jq '.contradictions[].about'")]
pub struct Facts {
    /// Folder of the portfolio
    #[arg(value_name = "SITE_DIR", conflicts_with = "site")]
    pub site_dir: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Serves.
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  portavoz serve
  portavoz serve maria --listen 0.0.0.0:8080 --data /var/lib/portavoz
  PORTAVOZ_ADMIN_TOKEN=... portavoz serve maria

Stops on SIGINT and SIGTERM, after running answers have ended.")]
pub struct Serve {
    /// Folder of the portfolio
    #[arg(value_name = "SITE_DIR", conflicts_with = "site")]
    pub site_dir: Option<PathBuf>,
    /// Address and port [default: 127.0.0.1:8080, or the next free port]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

/// Reports.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz report
  portavoz report --html report.html --from 2026-10-01 --to 2026-10-31
  portavoz report --reference gpt-4o --questions 10 --yes
  portavoz report --json | jq '.expectations[] | select(.state != \"met\")'

A reference model is asked your visitors' own recent questions again, to compare time and quality. That
costs money: how much at most is told first, and kept within the budget.")]
pub struct Report {
    /// Folder of the portfolio
    #[arg(value_name = "SITE_DIR", conflicts_with = "site")]
    pub site_dir: Option<PathBuf>,
    /// Write it as a web page that needs nothing else, with plots
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// First day, such as 2026-10-01, in UTC [default: thirty days ago]
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day [default: today]
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Ask this model recent questions again, to compare with it
    #[arg(long, value_name = "MODEL")]
    pub reference: Option<String>,
    /// How many questions to ask it, at most
    #[arg(long, value_name = "N", default_value_t = 20, requires = "reference", value_parser = clap::value_parser!(u32).range(1..=500))]
    pub questions: u32,
    /// Agree to what that costs
    #[arg(short, long, requires = "reference")]
    pub yes: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Shows figures.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz stats
  portavoz stats --days 30 --by model
  portavoz stats --from 2026-11-01 --to 2026-11-15 --by day
  portavoz stats --json | jq .current.cost.cost_per_conversation_usd

Days are those of UTC. The period before has the same hours of earlier days.")]
pub struct Stats {
    /// Folder of the portfolio
    #[arg(value_name = "SITE_DIR", conflicts_with = "site")]
    pub site_dir: Option<PathBuf>,
    /// The last days, today included
    #[arg(long, value_name = "N", default_value_t = 7, conflicts_with_all = ["from", "to"], value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: u32,
    /// The first day, or moment in RFC 3339
    #[arg(long, value_name = "WHEN")]
    pub from: Option<String>,
    /// The last day, or moment in RFC 3339 [default: now]
    #[arg(long, value_name = "WHEN", requires = "from")]
    pub to: Option<String>,
    /// Tell turns apart
    #[arg(long, value_name = "WHAT")]
    pub by: Option<StatsBy>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// What turns are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatsBy {
    /// The model that answered; fine-tuned ones beside their base
    Model,
    /// The prompt's version
    Prompt,
    /// The experiment's variant
    Variant,
    /// Day by day
    Day,
    /// Hour by hour
    Hour,
}

/// Checks everything.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  portavoz doctor\n  portavoz doctor maria --json\n\nExits with 1 if something is broken."
)]
pub struct Doctor {
    /// Folder of the portfolio
    #[arg(value_name = "SITE_DIR", conflicts_with = "site")]
    pub site_dir: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// About models.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  portavoz models list
  portavoz models explain gpt-6-luna
  portavoz models check --json | jq '.models[] | select(.offered == false).name'
  portavoz models migrate           move to the successor of the model in use
  portavoz models migrate gpt-6-luna
  portavoz models rollback")]
pub enum Models {
    /// List the models of the catalogue: prices, context, end, successor; those in use come first
    List {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show every figure of a model with its source and date
    Explain {
        /// The model
        name: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Ask the provider which of the models in use it offers, and until when
    Check {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Make another model the first one, for good; running servers follow within a minute
    Migrate {
        /// The model [default: the successor of the model in use]
        name: Option<String>,
        /// Move although your own cases say that it is worse
        #[arg(long)]
        though_worse: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Undo a migration: go back to the model that the configuration names
    Rollback {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// About the configuration.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  portavoz config check
  portavoz config show --json
  PORTAVOZ_RETRIEVAL__THRESHOLD=0.6 portavoz config show
  portavoz config example > portavoz.toml")]
pub enum Config {
    /// Check the configuration; exits with 3 if it is wrong
    Check,
    /// Show every key with its value and where it comes from; secrets are hidden
    Show {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON schema of portavoz.toml
    Schema,
    /// Print every key with its documentation and default
    Example,
}

/// A completion script.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}
