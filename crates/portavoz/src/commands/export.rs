//! `portavoz export`: hands out what is kept, one JSON object a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use portavoz_app::privacy::Scope;
use portavoz_app::privacy::export::{Export as What, export};
use portavoz_domain::ids::{ConversationId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use tokio::sync::mpsc;

use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::Export;
use crate::config::place::shown;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::{Output, counted};
use crate::progress::Progress;

/// Lines that may wait for the file.
const WAITING_LINES: usize = 256;
/// Lines between two looks at the progress bar.
const LINES_AT_ONCE: usize = 100;

/// Exports.
pub fn run(invocation: &Invocation, args: &Export) -> anyhow::Result<Ending> {
    let what = What { scope: scope(args)?, containing: args.grep.clone() };
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    wait_for(async {
        let storage = assemble::open_storage(&settings.storage).await?;
        let (sender, lines) = mpsc::channel(WAITING_LINES);
        let (exported, written) = tokio::join!(
            export(storage.as_ref(), &settings.site.id, &what, sender),
            write(lines, args.output.as_deref(), &invocation.output)
        );
        storage.close().await;
        let lines = written?;
        exported?;
        if let Some(file) = &args.output {
            invocation.output.remark(format_args!("{} in `{}`", counted(lines, "line"), shown(file)));
        }
        Ok(Ending::Fine)
    })
}

fn scope(args: &Export) -> anyhow::Result<Option<Scope>> {
    if let Some(text) = &args.visitor {
        return Ok(Some(Scope::Visitor(visitor(text)?)));
    }
    if let Some(text) = &args.conversation {
        return Ok(Some(Scope::Conversation(conversation(text)?)));
    }
    let Some(text) = &args.on else { return Ok(None) };
    let day = date("--on", text)?;
    Ok(Some(Scope::Between(day, day.a_day_later())))
}

/// Reads a visitor's id.
pub fn visitor(text: &str) -> anyhow::Result<VisitorId> {
    let hint = "`portavoz export` names the visitor of each conversation";
    VisitorId::parse(text).map_err(|error| Failure::user(error.to_string()).hint(hint).into())
}

/// Reads a conversation's id.
pub fn conversation(text: &str) -> anyhow::Result<ConversationId> {
    let hint = "`portavoz ask --json` and `portavoz export` name conversations";
    ConversationId::parse(text).map_err(|error| Failure::user(error.to_string()).hint(hint).into())
}

/// Reads a date: the first moment of that day, in UTC.
pub fn date(flag: &str, text: &str) -> anyhow::Result<Timestamp> {
    let failure = || Failure::user(format!("`{text}` is not a date")).hint(format!("write `{flag} 2026-11-22`"));
    Timestamp::of_day(text).ok_or_else(|| failure().into())
}

/// Writes the lines to the file, or prints them; returns how many.
async fn write(mut lines: mpsc::Receiver<String>, file: Option<&Path>, output: &Output) -> anyhow::Result<usize> {
    let mut written = 0;
    let Some(path) = file else {
        while let Some(line) = lines.recv().await {
            output.line(line)?;
            written += 1;
        }
        return Ok(written);
    };
    let failed = || Failure::user(format!("cannot write `{}`", shown(path))).hint("name another file with `--output`");
    let mut file = BufWriter::new(create(path).with_context(failed)?);
    let progress = Progress::new(output.shows_progress());
    while let Some(line) = lines.recv().await {
        writeln!(file, "{line}").with_context(failed)?;
        written += 1;
        if written % LINES_AT_ONCE == 0 {
            progress.lines(written);
        }
    }
    progress.finish();
    file.flush().with_context(failed)?;
    Ok(written)
}

/// A file that nobody else can read: it holds what visitors said.
pub fn create(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
