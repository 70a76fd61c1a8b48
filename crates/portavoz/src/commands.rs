//! What each command does: one file per command. Arguments come from [`crate::cli`], all output goes through
//! [`crate::output`].

use std::path::Path;

use portavoz_app::site::Site;

use crate::cli::{Cli, Command, Common, Serve};
use crate::config::load::FlagValue;
use crate::config::place::Place;
use crate::config::{self, Loaded, Settings};
use crate::environment::Environment;
use crate::locate;
use crate::logging::{self, Audience};
use crate::output::Output;

mod agreement;
mod alerts;
mod ask;
mod backup;
mod cases;
mod compare;
mod completions;
mod config_commands;
mod doctor;
mod erase;
mod eval;
mod experiment;
mod export;
mod facts;
mod ingest;
mod init;
mod messages;
mod models;
mod page;
mod plots;
mod report;
mod restore;
mod runs;
mod search;
mod serve;
mod stats;
mod verify;

/// What every command is given.
pub struct Invocation {
    /// What holds for every command.
    pub common: Common,
    /// The process environment.
    pub environment: Environment,
    /// Where to print.
    pub output: Output,
}

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As it should: exit code 0.
    Fine,
    /// It did its work and found something broken: exit code 1.
    FoundBroken,
}

/// Runs the command.
pub fn run(cli: Cli, environment: Environment) -> anyhow::Result<Ending> {
    let output = Output::new(cli.common.color, cli.common.quiet);
    let invocation = Invocation { common: cli.common, environment, output };
    match cli.command.unwrap_or_else(|| Command::Serve(Serve::default())) {
        Command::Init(args) => init::run(&invocation, args),
        Command::Ingest(args) => ingest::run(&invocation, &args),
        Command::Search(args) => search::run(&invocation, &args),
        Command::Ask(args) => ask::run(&invocation, &args),
        Command::Verify(args) => verify::run(&invocation, &args),
        Command::Facts(args) => facts::run(&invocation, &args),
        Command::Stats(args) => stats::run(&invocation, &args),
        Command::Eval(args) => eval::run_command(&invocation, &args),
        Command::Runs(command) => runs::run(&invocation, &command),
        Command::Serve(args) => serve::run(&invocation, &args),
        Command::Models(command) => models::run(&invocation, &command),
        Command::Cases(command) => cases::run(&invocation, &command),
        Command::Report(args) => report::run(&invocation, &args),
        Command::Compare(args) => compare::run(&invocation, &args),
        Command::Export(args) => export::run(&invocation, &args),
        Command::Erase(args) => erase::run(&invocation, &args),
        Command::Backup(args) => backup::run(&invocation, &args),
        Command::Restore(args) => restore::run(&invocation, &args),
        Command::Messages(args) => messages::run(&invocation, &args),
        Command::Alerts(command) => alerts::run(&invocation, &command),
        Command::Experiment(command) => experiment::run(&invocation, &command),
        Command::Doctor(args) => doctor::run(&invocation, &args),
        Command::Config(command) => config_commands::run(&invocation, &command),
        Command::Completions(args) => completions::run(&invocation, &args),
    }
}

/// Runs what waits for others: the whole asynchronous part of a command.
fn wait_for<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Runtime::new()?.block_on(work)
}

/// Makes sure that there is something to search: a site that was never ingested is ingested now.
async fn ready(site: &Site, settings: &Settings, output: &Output) -> anyhow::Result<()> {
    if site.storage().knowledge().generation(site.id()).await? > 0 {
        return Ok(());
    }
    let whose = if settings.place.demo { "the demo portfolio" } else { "the documents" };
    output.remark(format_args!("reading {whose} for the first time"));
    let report = ingest::with_progress(site, settings, output).await?;
    output.remark(ingest::render(&report));
    Ok(())
}

impl Invocation {
    /// Finds the site, reads its configuration and starts logging: how most commands begin.
    pub fn load(&self, site_dir: Option<&Path>, flags: &[FlagValue], audience: Audience) -> anyhow::Result<Loaded> {
        let place = self.locate(site_dir)?;
        let loaded = config::load(&place, &self.environment, flags)?;
        let traces = loaded.settings.otel_endpoint.as_deref();
        logging::start_with(&loaded.settings.log, audience, self.verbosity(), traces);
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        Ok(loaded)
    }

    /// Finds the site.
    pub fn locate(&self, site_dir: Option<&Path>) -> anyhow::Result<Place> {
        locate::locate(&self.common, site_dir, &self.environment)
    }

    /// -1 for quiet, 0, or the number of `-v`.
    pub fn verbosity(&self) -> i8 {
        if self.common.quiet { -1 } else { i8::try_from(self.common.verbose).unwrap_or(i8::MAX) }
    }
}
