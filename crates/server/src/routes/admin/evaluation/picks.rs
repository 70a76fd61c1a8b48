//! Two targets to choose from all runs, for a comparison.

use portavoz_domain::evaluation::RunEntry;

use super::super::tongue::Tongue;
use super::words;

/// Runs to choose from: older ones are reached by their own pages.
const RUNS: usize = 30;

/// The form by which two targets are chosen.
pub(super) struct Picks {
    pub(super) runs: Vec<PickRun>,
    /// The value that is chosen for the first.
    pub(super) a: String,
    /// For the second.
    pub(super) b: String,
}

/// A run whose targets can be chosen.
pub(super) struct PickRun {
    pub(super) label: String,
    /// Value and words.
    pub(super) targets: Vec<(String, String)>,
}

impl Picks {
    /// Of these runs, newest first. If nothing is chosen yet: the first two targets of the newest run that has two, or the
    /// targets of the two newest runs.
    pub(super) fn of(tongue: Tongue, runs: &[RunEntry], a: &str, b: &str) -> Self {
        let value = |run: &RunEntry, place: usize| run.targets.get(place).map(|target| format!("{}:{target}", run.id));
        let of_one = || {
            let two = runs.iter().find(|run| run.targets.len() > 1)?;
            value(two, 0).zip(value(two, 1))
        };
        let of_two = || value(runs.get(1)?, 0).zip(value(runs.first()?, 0));
        let (first, second) = of_one().or_else(of_two).unwrap_or_default();
        let or = |chosen: &str, usual: String| if chosen.is_empty() { usual } else { chosen.to_owned() };
        let shown = runs.iter().take(RUNS).map(|run| PickRun {
            label: format!("{}, {}", words::named(tongue, &run.name), tongue.moment(run.started)),
            targets: run.targets.iter().map(|target| (format!("{}:{target}", run.id), target.to_string())).collect(),
        });
        Self { runs: shown.collect(), a: or(a, first), b: or(b, second) }
    }

    /// Whether there are two to choose.
    pub(super) fn is_choice(&self) -> bool {
        self.runs.iter().map(|run| run.targets.len()).sum::<usize>() > 1
    }
}
