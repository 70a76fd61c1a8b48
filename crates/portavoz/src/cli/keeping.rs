//! What can be typed about what is kept: messages of visitors, handing out, erasing, backing up, restoring.

use std::path::PathBuf;

use clap::Args;

/// Shows what visitors left for the owner.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz messages
  portavoz messages --all --limit 200
  portavoz messages --json | jq -r '.messages[] | select(.email) | .email'

The dashboard (`/admin/messages`) marks them as read or done, removes them, and begins an answer.")]
pub struct Messages {
    /// Also those that are done
    #[arg(long)]
    pub all: bool,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Hands out what is kept.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz export --output everything.jsonl
  portavoz export --visitor 0199...           what is known of one visitor
  portavoz export --on 2026-11-22 --grep \"salary\" | jq -r .answer

Each line names its table as `kind`. Every turn carries the model, `prompt_hash`, `prompt_version` and
`knowledge_hash` that its answer rested on. Secrets are not exported. Days are those of UTC.")]
pub struct Export {
    /// Only what one visitor said and was told
    #[arg(long, value_name = "ID", group = "which_turns")]
    pub visitor: Option<String>,
    /// Only one conversation
    #[arg(long, value_name = "ID", group = "which_turns")]
    pub conversation: Option<String>,
    /// Only what was asked on this day
    #[arg(long, value_name = "DATE", group = "which_turns")]
    pub on: Option<String>,
    /// Only turns in whose question or answer this stands, whatever its case and accents
    #[arg(long, value_name = "TEXT")]
    pub grep: Option<String>,
    /// Write into this file instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Removes what was said.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz erase --visitor 0199... --dry-run
  portavoz erase --before 2026-01-01
  portavoz erase --all-turns --yes

Questions, answers, their gaps and empty conversations go; money and sums stay, as they hold no words.
Backups that were made before still hold what is removed here.")]
pub struct Erase {
    /// Whose words, or those of when.
    #[command(flatten)]
    pub which: Erasable,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Ask nothing
    #[arg(short, long)]
    pub yes: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Whose words, or those of when.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Erasable {
    /// Everything that one visitor said and was told
    #[arg(long, value_name = "ID")]
    pub visitor: Option<String>,
    /// One conversation
    #[arg(long, value_name = "ID")]
    pub conversation: Option<String>,
    /// What was asked before this day (UTC)
    #[arg(long, value_name = "DATE")]
    pub before: Option<String>,
    /// All questions and answers of the site
    #[arg(long)]
    pub all_turns: bool,
}

/// Backs up.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz backup --site maria maria-2026-11-22.portavoz.gz
  portavoz backup --site maria --force latest.portavoz.gz

The file holds every row of the database, of all its sites, AND ITS SECRETS: it is made readable by you alone.
It restores into SQLite and into PostgreSQL, whichever of the two it came from. The documents' texts are in
it, the files of the knowledge folder are not.")]
pub struct Backup {
    /// The file to write
    pub file: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Restores.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portavoz restore --check maria-2026-11-22.portavoz.gz
  portavoz restore --site maria --replace maria-2026-11-22.portavoz.gz
  PORTAVOZ_STORAGE__URL=postgres://... portavoz restore maria-2026-11-22.portavoz.gz

Stop `portavoz serve` first. The file is checked before anything is touched, and what fails half-way leaves the
database as it was. The index is built again.")]
pub struct Restore {
    /// The file to read
    pub file: PathBuf,
    /// Put it in place of everything that is in the database
    #[arg(long)]
    pub replace: bool,
    /// Only check that the file is whole
    #[arg(long, conflicts_with = "replace")]
    pub check: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
