//! `portavoz models`: what models cost and when they end, what the provider says of them, and the way from one to the
//! next. The rules are in `app::models` and `app::lifecycle`; this prints.

use anyhow::Context;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use portavoz_app::lifecycle::{self, LifecycleError};
use portavoz_app::models::migrate::{MigrateError, Migration, intended, judged, migrate, rollback};
use portavoz_app::models::sheet::{ModelEntry, Overview, Prices, overview};
use portavoz_app::site::Site;
use portavoz_domain::lifecycle::Stage;
use serde_json::json;

use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::Models;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::{Output, bold, dim};

mod explain;

/// Runs a subcommand.
pub fn run(invocation: &Invocation, command: &Models) -> anyhow::Result<Ending> {
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    if let Models::Explain { name, json } = command {
        return explain::run(&settings, name, *json, &invocation.output);
    }
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let ended = run_on(&assembled.site, command, &invocation.output).await;
        assembled.close().await;
        ended
    })
}

async fn run_on(site: &Site, command: &Models, output: &Output) -> anyhow::Result<Ending> {
    match command {
        Models::List { json } => {
            let overview = overview(site).await?;
            if *json { output.json(&overview)? } else { output.line(listed(&overview))? }
        }
        Models::Check { json } => return check(site, *json, output).await,
        Models::Migrate { name, though_worse, json } => {
            ask_for_a_comparison(site, name.as_deref(), output).await?;
            let migration = migrate(site, name.as_deref(), *though_worse).await.map_err(refused)?;
            if *json { output.json(&migration)? } else { output.line(told(&migration, true))? }
        }
        Models::Rollback { json } => {
            let migration = rollback(site).await.map_err(refused)?;
            if *json { output.json(&migration)? } else { output.line(told(&migration, false))? }
        }
        Models::Explain { .. } => {}
    }
    Ok(Ending::Fine)
}

/// Where somebody can be asked: whether to move to a model that was never compared with the present one.
async fn ask_for_a_comparison(site: &Site, to: Option<&str>, output: &Output) -> anyhow::Result<()> {
    let (from, to) = intended(site, to).map_err(refused)?;
    if !output.can_ask() || judged(site, &from, &to).await.map_err(MigrateError::from).map_err(refused)?.is_some() {
        return Ok(());
    }
    output.remark(format_args!("{from} and {to} were not compared on your own cases yet"));
    output.remark(format_args!(
        "compare them: `portavoz eval --target {from} --target {to}`, then `portavoz compare {from} {to}`"
    ));
    let answer = output.question("move without that? (y/n)", "n")?;
    if answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    Err(Failure::user("nothing was changed").hint("compare first, or agree with `y`").into())
}

fn refused(error: MigrateError) -> anyhow::Error {
    let failure = match error {
        MigrateError::Storage(_) => Failure::internal(error.to_string()),
        _ => Failure::user(error.to_string()),
    };
    match error.hint() {
        Some(hint) => failure.hint(hint).into(),
        None => failure.into(),
    }
}

/// The table, what is chosen, and what to do.
fn listed(overview: &Overview) -> String {
    let mut table = Table::new();
    let header = ["model", "in", "cached", "out", "context", "ends", "successor", "as of", ""];
    table.load_style(NOTHING).set_header(header);
    for entry in &overview.models {
        table.add_row(row(entry));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut lines =
        vec![table.trim_fmt(), String::new(), dim().apply_to("prices in dollars per million tokens").to_string()];
    lines.extend(standing(overview));
    lines.join("\n")
}

/// Who answers and why, and every warning.
fn standing(overview: &Overview) -> Vec<String> {
    let mut lines = Vec::new();
    match (&overview.answering, &overview.chosen) {
        (Some(model), Some(choice)) if overview.chosen_in_force => lines.push(format!(
            "{} answers: chosen on {} in place of {}; `portavoz models rollback` undoes that",
            bold().apply_to(model),
            choice.at.date().map(|date| date.to_string()).unwrap_or_default(),
            choice.instead_of
        )),
        (Some(model), _) => lines.push(format!("{} answers", bold().apply_to(model))),
        (None, _) => lines.push("no model is asked: answers are quoted from the documents".to_owned()),
    }
    if let Some(choice) = overview.chosen.as_ref().filter(|_| !overview.chosen_in_force) {
        lines.push(format!(
            "{} was chosen in place of {}, but `model.name` has been changed since, and that holds",
            choice.model, choice.instead_of
        ));
    }
    if let Some(shipped) = &overview.shipped {
        let differences: Vec<String> =
            shipped.differences.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        lines.push(format!(
            "the variant {} of experiment {} answers everybody ({}); `portavoz experiment stop {}` takes it back",
            bold().apply_to(&shipped.arm),
            shipped.experiment,
            differences.join(", "),
            shipped.experiment
        ));
    }
    for warning in &overview.warnings {
        lines.push(format!("{} {}", console::style("!").yellow().bold(), warning.message));
    }
    lines
}

fn row(entry: &ModelEntry) -> Vec<String> {
    let sheet = &entry.sheet;
    let price = |of: fn(&Prices) -> f64| sheet.price.as_ref().map_or("?".to_owned(), |price| format!("{}", of(price)));
    let as_of = sheet.sources.iter().find(|source| source.figures == "price").and_then(|source| source.as_of.clone());
    let ends = match (&entry.ends, entry.stage) {
        (Some(date), Stage::Ended) => format!("{date} (over)"),
        (Some(date), Stage::Ending { days, .. }) => format!("{date} ({days} days)"),
        (Some(date), Stage::Fine) => date.clone(),
        (None, _) => "-".to_owned(),
    };
    vec![
        sheet.name.clone(),
        price(|price| price.input),
        price(|price| price.cached_input),
        price(|price| price.output),
        sheet.context_window.map_or("?".to_owned(), |tokens| tokens.to_string()),
        ends,
        sheet.successor.clone().unwrap_or_else(|| "-".to_owned()),
        as_of.unwrap_or_else(|| if sheet.price.is_some() { "yours".to_owned() } else { "-".to_owned() }),
        entry.uses.join(", "),
    ]
}

/// Compares the models in use with what the provider says. Ends with 1 if one of them is not offered.
async fn check(site: &Site, json: bool, output: &Output) -> anyhow::Result<Ending> {
    let observed = match lifecycle::watch(site).await {
        Ok(observed) => observed,
        Err(error @ LifecycleError::NoProvider) => {
            return Err(Failure::user(error.to_string()).hint("set `OPENAI_API_KEY`, or `provider.base_url`").into());
        }
        Err(error) => {
            return Err(error).context(
                Failure::internal("the provider could not be asked").hint("check `provider.base_url` and the key"),
            );
        }
    };
    let overview = overview(site).await?;
    let asked: Vec<&ModelEntry> =
        overview.models.iter().filter(|entry| observed.models.contains_key(&entry.sheet.name)).collect();
    let used = |entry: &ModelEntry| entry.uses.iter().any(|used| *used != "successor");
    let missing = asked.iter().any(|entry| used(entry) && entry.offered == Some(false) && entry.stage != Stage::Ended);
    if json {
        output.json(&json!({ "checked": overview.checked, "models": asked, "warnings": overview.warnings }))?;
    } else {
        for entry in &asked {
            output.line(checked(entry))?;
        }
        for line in standing(&overview) {
            output.line(line)?;
        }
    }
    Ok(if missing { Ending::FoundBroken } else { Ending::Fine })
}

fn checked(entry: &ModelEntry) -> String {
    let sheet = &entry.sheet;
    let offered = if entry.offered == Some(true) { "offered" } else { "not offered" };
    let end = match (&entry.observed_shutdown, &sheet.shutdown) {
        (Some(said), Some(listed)) if said == listed => format!("switched off on {said}, as the catalogue says"),
        (Some(said), Some(listed)) => {
            format!("switched off on {said}; the catalogue says {listed}, the earlier counts")
        }
        (Some(said), None) => format!("switched off on {said}; the catalogue knows of no end"),
        (None, Some(listed)) => format!("no end announced by the provider; {listed} by the catalogue"),
        (None, None) => "no end announced".to_owned(),
    };
    format!("{} ({}): {offered}; {end}", bold().apply_to(&sheet.name), entry.uses.join(", "))
}

fn told(migration: &Migration, forward: bool) -> String {
    let Migration { from, to, changes, remarks, .. } = migration;
    let mut lines = vec![format!("{from} → {}", bold().apply_to(to))];
    let mut table = Table::new();
    table.load_style(NOTHING);
    for change in changes {
        table.add_row([change.what, &change.from, "→", &change.to]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((2, 0));
    }
    if !changes.is_empty() {
        lines.push(table.trim_fmt());
    }
    lines.extend(remarks.iter().map(|remark| format!("- {remark}")));
    lines.push("running servers follow within a minute".to_owned());
    if forward {
        lines.push("`portavoz models rollback` undoes this".to_owned());
    }
    lines.join("\n")
}
