//! `portavoz runs`: what came of evaluations, later.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use portavoz_app::compare::runs;
use portavoz_domain::evaluation::{RunEntry, RunState};

use super::agreement::dollars;
use super::compare::told as unknown;
use super::eval::{kept, short};
use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::Runs;
use crate::failure::Failure;
use crate::logging::Audience;

/// Lists, shows or removes.
pub fn run(invocation: &Invocation, command: &Runs) -> anyhow::Result<Ending> {
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    let output = &invocation.output;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let site = &assembled.site;
        let ended = async {
            match command {
                Runs::List { limit, json } => {
                    let entries = runs::runs(site, u32::from(*limit)).await.map_err(unknown)?;
                    if *json {
                        output.json(&entries)?;
                    } else {
                        output.line(list(&entries))?;
                    }
                }
                Runs::Show { run, files } => {
                    kept(&assembled, run).await?.write(output, files)?;
                }
                Runs::Remove { run } => {
                    let entry = runs::find_run(site, run).await.map_err(unknown)?;
                    if entry.state == RunState::Waiting {
                        return Err(Failure::user(format!(
                            "the run `{}` waits for a batch that is paid for",
                            entry.id
                        ))
                        .hint("take its answers back first with the command that began it")
                        .into());
                    }
                    site.storage().evaluations().remove(site.id(), entry.id).await?;
                    output.remark(format_args!("removed run {} ({})", short(entry.id), entry.name));
                }
            }
            Ok(Ending::Fine)
        }
        .await;
        assembled.close().await;
        ended
    })
}

fn list(entries: &[RunEntry]) -> String {
    if entries.is_empty() {
        return "there is no run yet; `portavoz eval` asks your cases".to_owned();
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["run", "when (UTC)", "name", "targets", "answers", "paid", "state"]);
    for entry in entries {
        let when = entry.started.to_rfc3339();
        let when = when.get(..16).unwrap_or_default().replace('T', " ");
        let targets: Vec<&str> = entry.targets.iter().map(|target| target.as_str()).collect();
        let asked = usize::try_from(entry.cases).unwrap_or(0) * entry.targets.len();
        table.add_row([
            short(entry.id),
            when,
            entry.name.clone(),
            targets.join(", "),
            format!("{} of {asked}", entry.results),
            dollars(entry.cost_usd_micros),
            entry.state.to_string(),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
