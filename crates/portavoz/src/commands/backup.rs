//! `portavoz backup`: writes everything in the database into one file, while visitors are answered.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use portavoz_app::backup::{self, Manifest};
use portavoz_app::clock::Clock;
use serde_json::json;

use super::export::create;
use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::Backup;
use crate::config::place::shown;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::counted;
use crate::progress::Progress;
use crate::runtime::SystemClock;

/// Backs up.
pub fn run(invocation: &Invocation, args: &Backup) -> anyhow::Result<Ending> {
    let file = &args.file;
    if file.exists() && !args.force {
        let failure = Failure::user(format!("`{}` exists already", shown(file)));
        return Err(failure.hint("name another file, or say `--force` to replace it").into());
    }
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    let failed = || Failure::internal(format!("cannot make the backup `{}`; no file was left", shown(file)));
    let manifest = wait_for(async {
        let storage = assemble::open_storage(&settings.storage).await?;
        let part = part_of(file);
        let opened = create(&part).with_context(failed)?;
        let progress = Arc::new(Progress::new(invocation.output.shows_progress()));
        let told = Arc::clone(&progress);
        let copy = opened.try_clone().with_context(failed)?;
        let show = Arc::new(move |table: &str, rows: u64| told.rows("writing", table, rows));
        let written = backup::write(storage.as_ref(), copy, SystemClock.now(), show).await;
        progress.finish();
        storage.close().await;
        // Under its own name it is whole: what could not be finished never is.
        let kept = written.map_err(anyhow::Error::new).and_then(|manifest| {
            opened.sync_all()?;
            std::fs::rename(&part, file)?;
            Ok(manifest)
        });
        if kept.is_err() {
            // The failure that made it useless is the one to tell.
            let _removed = std::fs::remove_file(&part);
        }
        kept.with_context(failed)
    })?;
    if args.json {
        invocation.output.json(&json!({ "file": file, "manifest": manifest }))?;
    } else {
        invocation.output.line(format_args!("{} in `{}`", described(&manifest), shown(file)))?;
        invocation.output.remark("it holds what visitors said and the keys of this site: keep it like the database");
    }
    Ok(Ending::Fine)
}

/// What the manifest says, in a few words.
pub fn described(manifest: &Manifest) -> String {
    let number = |count| usize::try_from(count).unwrap_or(usize::MAX);
    let of = |name: &str| manifest.tables.iter().find(|table| table.table == name).map_or(0, |table| table.rows);
    format!(
        "{} ({}, {}, {})",
        counted(number(manifest.rows()), "row"),
        counted(number(of("turns")), "turn"),
        counted(number(of("documents")), "document"),
        counted(number(of("charges")), "charge")
    )
}

fn part_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    file.with_file_name(name)
}
