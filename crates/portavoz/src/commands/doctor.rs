//! `portavoz doctor`: checks everything, shows the figure behind each line, and says how to mend what is wrong.
//!
//! To add one more line: 1. a function in `doctor/checks.rs` (configuration, models), in `doctor/contents.rs` (what the
//! site holds) or, if the site alone can tell, in `portavoz_app::checklist`, that gives a [`Line`]; 2. its call there or
//! in [`examine`].

use std::fmt::Write;

use portavoz_app::checklist::{Line, State};
use portavoz_app::clock::Clock;
use portavoz_llm::catalogue::Catalogue;

use super::{Ending, Invocation, wait_for};
use crate::cli::Doctor;
use crate::config::problem::Problems;
use crate::config::{self, Loaded, Settings};
use crate::logging::{self, Audience};
use crate::output::dim;
use crate::runtime::SystemClock;

mod checks;
mod contents;

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

/// The guide's ten lines in its order, then what else can be wrong.
async fn examine(loaded: &Loaded) -> Vec<Line> {
    let settings = &loaded.settings;
    let (before, after) = match crate::models::catalogue(settings) {
        Ok(catalogue) => of_models(settings, &catalogue).await,
        Err(error) => {
            let line = Line::broken("model", format!("{error:#}"), "mend the file that `models.overrides` names");
            (vec![line], Vec::new())
        }
    };
    let contents::Contents { checklist, lines } = contents::contents(settings).await;
    let guide = before.into_iter().chain(checklist).chain([checks::documentation(loaded)]);
    guide.chain(after).chain([checks::configuration(loaded)]).chain(lines).collect()
}

/// What the configuration says of models: the lines of the guide, and the others.
async fn of_models(settings: &Settings, catalogue: &Catalogue) -> (Vec<Line>, Vec<Line>) {
    let today = SystemClock.now().date();
    let guide = vec![
        checks::model(settings, catalogue, today).await,
        checks::parameters(settings, catalogue),
        checks::prompt(settings, catalogue),
        checks::limits(settings, catalogue),
    ];
    let others = checks::fallback_models(settings, catalogue, today).into_iter();
    (guide, others.chain([checks::verification(settings, catalogue, today)]).collect())
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
