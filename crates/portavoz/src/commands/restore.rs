//! `portavoz restore`: puts a backup in place of what is in the database.

use std::sync::Arc;

use anyhow::Context;
use portavoz_app::backup::{self, BackupError, Manifest};
use portavoz_storage::StorageError;
use serde_json::json;

use super::backup::described;
use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::Restore;
use crate::config::Settings;
use crate::config::place::shown;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::progress::Progress;

/// Restores, or only checks the file.
pub fn run(invocation: &Invocation, args: &Restore) -> anyhow::Result<Ending> {
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    let progress = Arc::new(Progress::new(invocation.output.shows_progress()));
    let restored = if args.check {
        let show = Arc::clone(&progress);
        backup::verify(&args.file, &move |table: &str, rows: u64| show.rows("checking", table, rows))
            .map_err(|error| explain(error, args))
    } else {
        wait_for(restore(&settings, args, Arc::clone(&progress)))
    };
    progress.finish();
    let manifest = restored?;
    if args.json {
        invocation.output.json(&json!({ "restored": !args.check, "manifest": manifest }))?;
    } else {
        let verb = if args.check { "whole" } else { "restored" };
        let Manifest { made, version, .. } = &manifest;
        let what = described(&manifest);
        invocation.output.line(format_args!("{verb}: {what}, made {made} by portavoz {version}"))?;
    }
    Ok(Ending::Fine)
}

async fn restore(settings: &Settings, args: &Restore, progress: Arc<Progress>) -> anyhow::Result<Manifest> {
    let storage = assemble::open_storage(&settings.storage).await?;
    let show = Arc::new(move |table: &str, rows: u64| progress.rows("restoring", table, rows));
    let restored = backup::restore(storage.as_ref(), &args.file, args.replace, show).await;
    storage.close().await;
    let manifest = restored.map_err(|error| explain(error, args))?;
    // The indexes were made of other documents; they are built again from the restored ones.
    let indexes = settings.place.data.join("index");
    match std::fs::remove_dir_all(&indexes) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| {
                let what = format!("the database is restored, but the old index in `{}` stays", shown(&indexes));
                Failure::internal(what).hint("remove that folder; it is built again")
            });
        }
        _ => {}
    }
    assemble::open(settings).await?.close().await;
    Ok(manifest)
}

fn explain(error: BackupError, args: &Restore) -> anyhow::Error {
    let file = shown(&args.file);
    let context = match &error {
        BackupError::Io(_) => Failure::user(format!("cannot read `{file}`")),
        BackupError::Broken(_) => Failure::user(format!("`{file}` cannot be restored; nothing was changed"))
            .hint("take another backup; `portavoz restore --check FILE` tells whether one is whole"),
        BackupError::Storage(StorageError::Conflict(_)) if !args.replace => {
            Failure::user("the backup was not restored; nothing was changed")
                .hint("`--replace` puts it in place of everything that is in the database")
        }
        BackupError::Storage(_) => Failure::internal("the backup was not restored; nothing was changed"),
    };
    anyhow::Error::new(error).context(context)
}
