//! `portavoz erase`: removes what was said, after asking.

use portavoz_app::privacy::{Erased, Scope, erase};
use serde_json::json;

use super::export::{conversation, date, visitor};
use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::Erase;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::{Output, counted};
use crate::progress::Progress;

/// Erases.
pub fn run(invocation: &Invocation, args: &Erase) -> anyhow::Result<Ending> {
    let scope = scope(args)?;
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    let output = &invocation.output;
    wait_for(async {
        let storage = assemble::open_storage(&settings.storage).await?;
        let found = storage.privacy().count(&settings.site.id, scope).await?;
        let erased = if args.dry_run {
            found
        } else {
            confirm(found, args, output)?;
            let progress = Progress::new(output.shows_progress());
            let told = |erased: Erased| progress.turns(erased.turns, found.turns);
            let erased = erase(storage.as_ref(), &settings.site.id, scope, &told).await;
            progress.finish();
            erased?
        };
        storage.close().await;
        if args.json {
            let Erased { turns, conversations, gaps, messages } = erased;
            output.json(&json!({
                "turns": turns, "conversations": conversations, "gaps": gaps, "messages": messages,
                "dry_run": args.dry_run,
            }))?;
        } else {
            let verb = if args.dry_run { "would remove" } else { "removed" };
            output.line(format_args!("{verb} {}", described(erased)))?;
        }
        Ok(Ending::Fine)
    })
}

fn scope(args: &Erase) -> anyhow::Result<Scope> {
    let which = &args.which;
    Ok(match (&which.visitor, &which.conversation, &which.before) {
        (Some(text), ..) => Scope::Visitor(visitor(text)?),
        (_, Some(text), _) => Scope::Conversation(conversation(text)?),
        (.., Some(text)) => Scope::Before(date("--before", text)?),
        // The command line takes exactly one of the four.
        (None, None, None) => Scope::All,
    })
}

/// Asks whether to go on; what nobody can answer is not done.
fn confirm(found: Erased, args: &Erase, output: &Output) -> anyhow::Result<()> {
    if args.yes || found == Erased::default() {
        return Ok(());
    }
    if !output.can_ask() {
        let hint = "say `--yes` to remove without asking, `--dry-run` to see what would go";
        return Err(Failure::user("nobody can be asked whether to remove this").hint(hint).into());
    }
    let question = format!("remove {}? It cannot be undone (yes/no)", described(found));
    match output.question(&question, "no")?.to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::user("nothing was removed").into()),
    }
}

fn described(erased: Erased) -> String {
    let number = |count| usize::try_from(count).unwrap_or(usize::MAX);
    let turns = format!(
        "{} in {}, {} of them listed as gaps",
        counted(number(erased.turns), "turn"),
        counted(number(erased.conversations), "whole conversation"),
        erased.gaps
    );
    match erased.messages {
        0 => turns,
        messages => format!("{turns}, and {}", counted(number(messages), "message")),
    }
}
