//! `/admin/experiments`: live experiments, newest first, with what the one in force says.
//!
//! Below it: [`plan`] shows what an experiment would take before it starts, [`show`] one experiment with all that is known of
//! it, [`act`] what the owner does to one.

use askama::Template;
use portavoz_app::experiments::{self, judge};
use portavoz_domain::experiment::{Experiment, ExperimentState};

use self::plan::Wanted;
use super::desk::{Desk, Frame, Page, Section, render};
use super::tongue::Tongue;

pub(super) mod act;
mod evidence;
pub(super) mod plan;
pub(super) mod show;

const PATH: &str = "/admin/experiments";
/// Experiments that are listed: far more than anyone runs.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "admin/experiments.html")]
struct ExperimentsPage {
    ui: Frame,
    rows: Vec<Row>,
    /// Whether none is in force, so that one can be started.
    may_start: bool,
    wanted: Wanted,
}

/// An experiment in the list.
struct Row {
    address: String,
    name: String,
    /// Colour and words.
    state: (&'static str, &'static str),
    when: String,
    arms: Vec<String>,
    /// What it says, if it is in force.
    sentence: Option<String>,
    note: String,
}

/// The page.
pub(super) async fn experiments(desk: Desk) -> Page {
    let all = experiments::list(&desk.site).await?;
    let may_start = !all.iter().any(is_in_force);
    let mut rows = Vec::new();
    for experiment in all.into_iter().take(MOST) {
        rows.push(row(&desk, experiment).await?);
    }
    render(&ExperimentsPage { ui: desk.frame(Section::Experiments), rows, may_start, wanted: Wanted::default() })
}

async fn row(desk: &Desk, experiment: Experiment) -> Result<Row, super::trouble::Trouble> {
    let tongue = desk.tongue;
    Ok(Row {
        address: format!("{PATH}/{}", experiment.id),
        name: experiment.name.to_string(),
        state: state(tongue, experiment.state),
        when: period(tongue, &experiment),
        arms: experiment.arms.iter().map(|arm| arm.name.to_string()).collect(),
        note: experiment.note.clone(),
        sentence: match is_in_force(&experiment) {
            true => Some(judge::judge(&desk.site, experiment, tongue.language()).await?.sentence),
            false => None,
        },
    })
}

fn is_in_force(experiment: &Experiment) -> bool {
    matches!(experiment.state, ExperimentState::Running | ExperimentState::Shipped)
}

/// From when to when.
fn period(tongue: Tongue, experiment: &Experiment) -> String {
    let from = tongue.moment(experiment.started);
    match experiment.ended {
        Some(ended) => format!("{from} – {} UTC", tongue.moment(ended)),
        None => format!("{} {from} UTC", tongue.say("desde el", "since")),
    }
}

/// Where an experiment stands: colour and words.
fn state(tongue: Tongue, state: ExperimentState) -> (&'static str, &'static str) {
    match state {
        ExperimentState::Running => ("good", tongue.say("en marcha", "running")),
        ExperimentState::Stopped => ("plain", tongue.say("parado", "stopped")),
        ExperimentState::Shipped => ("good", tongue.say("adoptado", "shipped")),
        ExperimentState::Archived => ("plain", tongue.say("archivado", "archived")),
    }
}
