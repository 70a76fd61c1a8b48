//! `portavoz eval`: asks the owner's cases of one or more targets, and says how good the answers are.
//!
//! What is to be asked is in `eval/wanted.rs`, the agreement to its cost in `eval/consent.rs`, what came of it in
//! `eval/told.rs`, and the shapes in which that is shown in `eval/text.rs`, `eval/html.rs` and `eval/junit.rs`.

use std::sync::atomic::{AtomicUsize, Ordering};

use portavoz_app::compare::runs;
use portavoz_app::evaluation::{Ended, Ending as RunEnding, EvaluationError, Limits, Plan, Progress, Stop, plan, run};
use portavoz_domain::evaluation::{RunEntry, RunState};
use portavoz_domain::ids::RunId;
use tokio_util::sync::CancellationToken;

use super::agreement::dollars;
use super::compare::told as unknown;
use super::{Ending, Invocation, ready, wait_for};
use crate::assemble::{self, Assembled};
use crate::cli::Eval;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::{Output, counted};
use crate::progress;

mod batch;
mod consent;
mod html;
mod junit;
mod text;
pub(super) mod told;
mod wanted;

use told::Told;
pub(super) use wanted::with_templates;

/// Without a terminal, a line is said after each tenth of the answers.
const PLAIN_LINES: usize = 10;

/// Asks, and shows what came of it.
pub fn run_command(invocation: &Invocation, args: &Eval) -> anyhow::Result<Ending> {
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    let (cases, name) = wanted::cases(args, &settings)?;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        ready(&assembled.site, &settings, &invocation.output).await?;
        let asked = asked(invocation, args, &assembled, cases, name).await;
        // Answers under way are awaited unless somebody is in a hurry.
        if matches!(&asked, Ok(Asked::Stopped)) {
            return Err(Failure::internal("stopped at once; answers under way are lost")
                .hint("the same command goes on with the run")
                .into());
        }
        assembled.close().await;
        let Asked::Answered(told) = asked? else { return Ok(Ending::Fine) };
        told.write(&invocation.output, &args.files)?;
        let complaints = told.complaints();
        for complaint in &complaints {
            invocation.output.error(complaint);
        }
        Ok(if complaints.is_empty() { Ending::Fine } else { Ending::FoundBroken })
    })
}

/// What came of it.
enum Asked {
    Answered(Box<Told>),
    /// At once, with answers under way.
    Stopped,
    /// Its answers come later.
    HandedIn,
}

async fn asked(
    invocation: &Invocation,
    args: &Eval,
    assembled: &Assembled,
    cases: Vec<portavoz_domain::cases::Case>,
    name: String,
) -> anyhow::Result<Asked> {
    let (site, output) = (&assembled.site, &invocation.output);
    let targets = wanted::targets(args, site)?;
    let wanted = portavoz_app::evaluation::Wanted { name, cases, targets, fresh: args.fresh };
    let mut plan = plan(site, wanted.clone()).await.map_err(explain)?;
    if plan.awaits_batches() {
        if !batch::collected(site, plan, args.wait, output).await? {
            return Ok(Asked::HandedIn);
        }
        plan = portavoz_app::evaluation::plan(site, wanted.clone()).await.map_err(explain)?;
    }
    for remark in &plan.remarks {
        output.remark(remark);
    }
    let baseline = match &args.baseline {
        Some(name) => Some(baseline(assembled, name, &plan).await?),
        None => None,
    };
    output.remark(standing(&plan));
    if args.batch && plan.batchable(site) > 0 {
        if !batch::handed_in(site, &plan, args, output).await? {
            return Ok(Asked::HandedIn);
        }
        plan = portavoz_app::evaluation::plan(site, wanted).await.map_err(explain)?;
    }
    consent::agree(output, &plan, args)?;
    let limits = Limits {
        parallel: usize::from(args.parallel),
        max_cost_usd_micros: args.max_cost.map(consent::micros),
        ..Limits::default()
    };
    let Some(ended) = attended(assembled, plan, limits, output).await? else { return Ok(Asked::Stopped) };
    let min_quality = args.min_quality;
    let told = Told::of(ended.run, ended.results, site.language())
        .ended(ended.ending, ended.paid_usd_micros)
        .demanding(min_quality)
        .beside(baseline);
    Ok(Asked::Answered(Box::new(told)))
}

/// Runs the plan under the owner's eyes: a bar or plain lines, and an ear for Ctrl-C; `None` after the second one.
async fn attended(assembled: &Assembled, plan: Plan, limits: Limits, output: &Output) -> anyhow::Result<Option<Ended>> {
    let stop = CancellationToken::new();
    let bar = progress::Progress::new(output.shows_progress());
    let said = AtomicUsize::new(0);
    let show = |step: Progress| {
        bar.answers(step.done, step.total);
        let tenth = step.done * PLAIN_LINES / step.total.max(1);
        if !output.shows_progress() && said.swap(tenth, Ordering::Relaxed) < tenth {
            let paid = dollars(step.paid_usd_micros);
            output.remark(format_args!("asked {} of {}, {paid} paid", step.done, step.total));
        }
    };
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            return std::future::pending().await;
        }
        stop.cancel();
        output.remark("stopping after the answers under way; Ctrl-C again to stop at once");
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    };
    let ended = tokio::select! {
        ended = run(&assembled.site, plan, limits, &stop, &show) => Some(ended.map_err(explain)),
        () = interrupted => None,
    };
    bar.finish();
    ended.transpose()
}

/// What the plan begins with.
fn standing(plan: &Plan) -> String {
    let asked = format!("{} of {}", counted(plan.run.cases.len(), "case"), counted(plan.run.targets.len(), "target"));
    let known = plan.reused.len();
    let known = match known {
        0 => String::new(),
        _ => format!("; {} known from earlier runs", counted(known, "answer")),
    };
    if plan.resumed {
        format!("going on with run {}: {} of {}{known}", short(plan.run.id), plan.done.len(), plan.total())
    } else {
        format!("run {}: {asked}{known}", short(plan.run.id))
    }
}

/// The beginning of a run's id, which is the moment when it began and names it wherever a run is asked for.
pub(super) fn short(id: RunId) -> String {
    const MOMENT: usize = "01990000-0000".len();
    id.to_string().chars().take(MOMENT).collect()
}

/// The run that this one is held against; not itself.
async fn baseline(assembled: &Assembled, name: &str, plan: &Plan) -> anyhow::Result<Told> {
    let site = &assembled.site;
    let is_other = |entry: &&RunEntry| entry.id != plan.run.id && entry.state == RunState::Finished;
    let name = match runs::runs(site, 100).await.map_err(unknown)?.iter().find(is_other) {
        Some(newest) if name == "last" => newest.id.to_string(),
        _ => name.to_owned(),
    };
    kept(assembled, &name).await
}

/// A run as it was kept: `last`, its id or the beginning of it, or its name.
pub(super) async fn kept(assembled: &Assembled, name: &str) -> anyhow::Result<Told> {
    let run = runs::find_run(&assembled.site, name).await.map_err(unknown)?;
    let results = runs::results(&assembled.site, &run).await.map_err(unknown)?;
    Ok(Told::of(run, results, assembled.site.language()))
}

/// Why a run did not end, for the last line.
fn because(stop: &Stop) -> String {
    match stop {
        Stop::Cancelled => "stopped as you asked".to_owned(),
        Stop::MaxCost => "stopped: the next answer could pass `--max-cost`".to_owned(),
        Stop::Budget("unpriced") => "stopped: the price of a model is not known, and a budget is set".to_owned(),
        Stop::Budget("storage_unavailable") => "stopped: the database cannot be asked".to_owned(),
        Stop::Budget(cap) => format!("stopped: the next answer could pass a cap of `[budget]` (`{cap}`)"),
        Stop::Down { target, reason } => format!("stopped: the model of `{target}` does not answer (`{reason}`)"),
    }
}

/// The error with what to do about it.
fn explain(error: EvaluationError) -> anyhow::Error {
    let hint = match &error {
        EvaluationError::NoCases => "write some into cases.toml, or make them: `portavoz cases`",
        EvaluationError::NoTargets => "name one with `--target`",
        EvaluationError::Twice(_) => "give each case an `id` of its own",
        EvaluationError::Variant { .. } => "`portavoz eval --help` says how targets are written",
        EvaluationError::Case { .. } => "shorten its question, or raise `server.max_message_chars`",
        EvaluationError::Batch(_) => "try again; without `--batch`, what is left is asked directly",
        EvaluationError::Site(_) | EvaluationError::Storage(_) => "`portavoz doctor` checks everything",
    };
    let failure = match &error {
        EvaluationError::Site(_) | EvaluationError::Storage(_) => Failure::internal(error.to_string()),
        _ => Failure::user(error.to_string()),
    };
    failure.hint(hint).into()
}

/// What an unfinished run ended with.
fn unfinished(ending: &RunEnding, done: usize, total: usize) -> Option<String> {
    let RunEnding::Stopped(stop) = ending else { return None };
    Some(format!("{} after {done} of {total}; the same command goes on with it", because(stop)))
}
