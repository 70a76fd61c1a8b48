//! `portavoz doctor`: checks everything, shows the figure behind each line, and says how to mend what is wrong.
//!
//! To add one more line: 1. a function in `doctor/checks.rs` (configuration, models) or `doctor/contents.rs` (what the
//! site holds) that gives a [`Line`]; 2. its call in [`examine`].

use std::fmt::Write;

use portavoz_app::clock::Clock;
use serde::Serialize;

use super::{Ending, Invocation, wait_for};
use crate::cli::Doctor;
use crate::config::problem::Problems;
use crate::config::{self, Loaded};
use crate::logging::{self, Audience};
use crate::output::dim;
use crate::runtime::SystemClock;

mod checks;
mod contents;

/// How things stand with one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Fine,
    /// Works, but should be looked at.
    Warning,
    /// Does not work.
    Broken,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What was checked.
    pub check: &'static str,
    /// How it stands.
    pub state: State,
    /// The figures behind it.
    pub finding: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Line {
    fn fine(check: &'static str, finding: impl Into<String>) -> Self {
        Self { check, state: State::Fine, finding: finding.into(), mend: None }
    }

    fn warning(check: &'static str, finding: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Warning, finding: finding.into(), mend: Some(mend.into()) }
    }

    fn broken(check: &'static str, finding: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Broken, finding: finding.into(), mend: Some(mend.into()) }
    }
}

/// Checks and prints.
pub fn run(invocation: &Invocation, args: &Doctor) -> anyhow::Result<Ending> {
    let place = invocation.locate(args.site_dir.as_deref())?;
    let lines = match config::load(&place, &invocation.environment, &[]) {
        Ok(loaded) => {
            logging::start(&loaded.settings.log, Audience::Command, invocation.verbosity());
            wait_for(async { Ok(examine(&loaded).await) })?
        }
        Err(problems) => vec![wrong_configuration(&problems)],
    };
    let broken = lines.iter().any(|line| line.state == State::Broken);
    if args.json {
        invocation.output.json(&serde_json::json!({ "healthy": !broken, "checks": lines }))?;
    } else {
        invocation.output.piece(render(&lines))?;
    }
    Ok(if broken { Ending::FoundBroken } else { Ending::Fine })
}

async fn examine(loaded: &Loaded) -> Vec<Line> {
    let settings = &loaded.settings;
    let today = SystemClock.now().date();
    let mut lines = vec![checks::configuration(loaded)];
    match crate::models::catalogue(settings) {
        Ok(catalogue) => {
            lines.push(checks::model(settings, &catalogue, today).await);
            lines.push(checks::parameters(settings, &catalogue));
            lines.push(checks::prompt(settings, &catalogue));
            lines.push(checks::limits(settings, &catalogue));
            lines.push(checks::fallbacks(settings, &catalogue, today));
            lines.push(checks::verification(settings, &catalogue, today));
        }
        Err(error) => {
            lines.push(Line::broken("model", format!("{error:#}"), "mend the file that `models.overrides` names"))
        }
    }
    lines.extend(contents::storage_and_knowledge(settings).await);
    lines
}

fn wrong_configuration(problems: &Problems) -> Line {
    Line::broken("configuration", problems.to_string(), "mend it, then `portavoz config check`")
}

fn render(lines: &[Line]) -> String {
    let mut text = String::new();
    let width = lines.iter().map(|line| line.check.len()).max().unwrap_or(0);
    for line in lines {
        let mark = match line.state {
            State::Fine => console::style("ok  ").green(),
            State::Warning => console::style("look").yellow().bold(),
            State::Broken => console::style("BAD ").red().bold(),
        };
        // What follows the first line of a finding stands below it.
        let finding = line.finding.replace('\n', &format!("\n      {:width$}  ", ""));
        let _ = writeln!(text, "{mark}  {:width$}  {finding}", line.check);
        if let Some(mend) = &line.mend {
            let _ = writeln!(text, "      {:width$}  {} {mend}", "", dim().apply_to("→"));
        }
    }
    let count = |state| lines.iter().filter(|line| line.state == state).count();
    let verdict = match (count(State::Broken), count(State::Warning)) {
        (0, 0) => "everything is as it should be".to_owned(),
        (0, warnings) => format!("it works; {warnings} to look at"),
        (broken, warnings) => format!("{broken} broken, {warnings} to look at"),
    };
    let _ = writeln!(text, "\n{verdict}");
    text
}
