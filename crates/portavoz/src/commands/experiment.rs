//! `portavoz experiment`: live experiments on visitors, from the plan to the archive.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use console::{Term, measure_text_width};
use portavoz_app::experiments::plan::{Advice, plan};
use portavoz_app::experiments::{self, Draft, ExperimentError, judge};
use portavoz_app::site::Site;
use portavoz_domain::evaluation::targets;
use portavoz_domain::experiment::{Arm, Design, Experiment, ExperimentState, Guardrails};
use portavoz_text::language::Language;
use serde_json::{Value, json};

use super::eval::with_templates;
use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli;
use crate::config::place::shown;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::Output;

mod text;

/// The terminal speaks English.
const TONGUE: Language = Language::En;

/// Does one of them.
pub fn run(invocation: &Invocation, command: &cli::Experiment) -> anyhow::Result<Ending> {
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let ended = run_on(&assembled.site, &invocation.output, command).await;
        assembled.close().await;
        ended.map(|()| Ending::Fine)
    })
}

async fn run_on(site: &Site, output: &Output, command: &cli::Experiment) -> anyhow::Result<()> {
    use cli::Experiment as Command;
    match command {
        Command::Plan { draft, json } => {
            let plan = plan(site, &drafted(draft)?, TONGUE).await.map_err(told)?;
            if *json { output.json(&plan)? } else { output.line(text::plan(&plan))? }
        }
        Command::Start { draft, yes, json } => start(site, output, &drafted(draft)?, *yes, *json).await?,
        Command::List { all, json } => list(site, output, *all, *json).await?,
        Command::Show { name, json } => show(site, output, name, *json).await?,
        Command::Watch { name, every } => watch(site, output, name, Duration::from_secs(*every)).await?,
        Command::Shares { name, shares } => {
            let changed = experiments::set_shares(site, name, shares).await.map_err(told)?;
            output.line(format!("new visitors of `{}` are shared out {}", changed.name, text::shares(&changed)))?;
        }
        Command::Stop { name } => {
            let stopped = experiments::stop(site, name).await.map_err(told)?;
            output.line(format!(
                "`{0}` is stopped: everybody is answered as configured; `portavoz experiment show {0}` has its figures",
                stopped.name
            ))?;
        }
        Command::Ship { name, variant } => {
            let shipped = experiments::ship(site, name, variant).await.map_err(told)?;
            output.line(text::shipped(&shipped))?;
        }
        Command::Archive { name } => {
            let archived = experiments::archive(site, name).await.map_err(told)?;
            output.line(format!("`{}` is put away; its figures stay, its visitors are forgotten", archived.name))?;
        }
    }
    Ok(())
}

async fn start(site: &Site, output: &Output, draft: &Draft, yes: bool, json: bool) -> anyhow::Result<()> {
    let plan = plan(site, draft, TONGUE).await.map_err(told)?;
    if !yes {
        output.notice(text::plan(&plan));
        if !output.can_ask() {
            return Err(Failure::user("nobody can be asked whether to start").hint("agree with `--yes`").into());
        }
        let default = if plan.advice == Advice::Start { "y" } else { "n" };
        let answer = output.question("start? (y/n)", default)?;
        if !["y", "yes"].contains(&answer.to_lowercase().as_str()) {
            return Err(Failure::user("nothing was started").hint("agree with `y`").into());
        }
    }
    let started = experiments::start(site, draft).await.map_err(told)?;
    if json {
        output.json(&as_json(&started))?;
    } else {
        output.line(format!(
            "`{0}` runs: running servers follow within a minute\nlook with `portavoz experiment show {0}`, end it with \
             `portavoz experiment stop {0}`",
            started.name
        ))?;
    }
    Ok(())
}

async fn list(site: &Site, output: &Output, all: bool, json: bool) -> anyhow::Result<()> {
    let mut found = experiments::list(site).await.map_err(told)?;
    found.retain(|experiment| all || experiment.state != ExperimentState::Archived);
    if json {
        let experiments: Vec<Value> = found.iter().map(as_json).collect();
        output.json(&json!({ "experiments": experiments }))?;
    } else {
        output.line(text::list(&found))?;
    }
    Ok(())
}

async fn show(site: &Site, output: &Output, name: &str, json: bool) -> anyhow::Result<()> {
    let found = experiments::find(site, name).await.map_err(told)?;
    let judgement = judge::judge(site, found.clone(), TONGUE).await.map_err(told)?;
    if json {
        output.json(&json!({ "experiment": as_json(&found), "judgement": judgement }))?;
    } else {
        output.line(text::shown(&found, &judgement))?;
    }
    Ok(())
}

/// On a terminal the screen is drawn anew; elsewhere a line is written whenever something has changed.
async fn watch(site: &Site, output: &Output, name: &str, every: Duration) -> anyhow::Result<()> {
    let terminal = Term::stdout();
    let mut drawn = 0;
    let mut said = String::new();
    loop {
        let found = experiments::find(site, name).await.map_err(told)?;
        let is_over = found.state != ExperimentState::Running;
        let judgement = judge::judge(site, found.clone(), TONGUE).await.map_err(told)?;
        if terminal.is_term() {
            terminal.clear_last_lines(drawn)?;
            let screen = text::shown(&found, &judgement);
            drawn = rows(&screen, terminal.size().1.into());
            output.line(screen)?;
        } else {
            let line = text::line(&judgement);
            if line != said {
                output.line(&line)?;
                said = line;
            }
        }
        if is_over {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            pressed = tokio::signal::ctrl_c() => return Ok(pressed?),
        }
    }
}

/// The rows that a text takes on a terminal of so many columns.
fn rows(text: &str, columns: usize) -> usize {
    text.lines().map(|line| measure_text_width(line).div_ceil(columns.max(1)).max(1)).sum()
}

/// What was typed, and what its files say.
fn drafted(args: &cli::Draft) -> anyhow::Result<Draft> {
    let help = "`portavoz eval --help` says how variants are written";
    let mut specs = Vec::new();
    if let Some(file) = &args.file {
        let unreadable = || Failure::user(format!("cannot read the variants in `{}`", shown(file)));
        let text = std::fs::read_to_string(file).with_context(unreadable)?;
        let read = targets::read(&text).map_err(|error| Failure::user(error.to_string()).hint(help))?;
        let folder = file.parent().map(std::path::Path::to_owned).unwrap_or_default();
        specs.extend(read.into_iter().map(|spec| (spec, folder.clone())));
    }
    for text in &args.variants {
        let spec = targets::parse(text).map_err(|error| Failure::user(error.to_string()).hint(help))?;
        specs.push((spec, PathBuf::new()));
    }
    let made = specs.into_iter().map(|(spec, folder)| with_templates(spec, &folder));
    let variants = made
        .map(|target| target.map(|target| Arm { name: target.name, variation: target.variation }))
        .collect::<anyhow::Result<Vec<Arm>>>()?;
    if variants.is_empty() {
        let hint = "name one, such as `--variant gpt-6-luna` or `--variant cool:temperature=0.2`";
        return Err(Failure::user("nothing is to be tried").hint(hint).into());
    }
    let guardrails = Guardrails { cost_ratio: args.cost_ratio, slow_ms: args.slow_ms, ..Guardrails::default() };
    let design = Design { alpha: args.alpha, effect: args.effect, horizon: args.horizon, guardrails };
    Ok(Draft { name: args.name.clone(), variants, shares: args.shares.clone(), design, note: args.note.clone() })
}

/// The shape of `GET /api/admin/experiments`.
fn as_json(experiment: &Experiment) -> Value {
    let shares = experiment.shares_now().iter().copied().chain(std::iter::repeat(0));
    let arms: Vec<Value> = experiment
        .arms
        .iter()
        .zip(shares)
        .map(|(arm, share)| json!({ "name": arm.name, "share_per_mille": share, "variation": arm.variation }))
        .collect();
    json!({
        "id": experiment.id.to_string(),
        "name": experiment.name,
        "state": experiment.state,
        "arms": arms,
        "design": experiment.design,
        "started": experiment.started.to_rfc3339(),
        "ended": experiment.ended.map(|ended| ended.to_rfc3339()),
        "shipped": experiment.shipped,
        "note": experiment.note,
    })
}

/// Why nothing was done, with what to do.
fn told(error: ExperimentError) -> anyhow::Error {
    match error {
        ExperimentError::Storage(error) => {
            anyhow::Error::from(error).context(Failure::internal("the experiments cannot be read or written"))
        }
        error => {
            let failure = Failure::user(error.to_string());
            match error.hint() {
                Some(hint) => failure.hint(hint).into(),
                None => failure.into(),
            }
        }
    }
}
