//! Evaluations: every case asked of every target, graded, and kept.
//!
//! Three steps: [`plan()`] says what is to be asked, what is known already and what the rest costs; [`run()`] asks it, keeps
//! each answer as soon as it is there, and can be stopped and gone on with at any moment without paying twice;
//! [`summary()`] says what came of it, and [`Evaluated`] is a run with all of that. Answers go the whole way of a visitor's
//! ([`crate::ask::rehearsal`]) and are paid for out of the owner's budget; how they are graded is `domain::evaluation`. Two
//! runs or targets are compared elsewhere. Start at [`plan()`].

mod asking;
pub mod batch;
mod costs;
mod evaluated;
mod key;
mod plan;
mod run;
mod summary;

pub use costs::Costs;
pub use evaluated::{Evaluated, Glance, glance};
pub use plan::{EvaluationError, Plan, Wanted, plan};
pub use run::{Ended, Ending, Limits, Progress, Stop, run};
pub use summary::{Figure, Group, Summary, summary};

use portavoz_domain::evaluation::{CaseResult, Run};

/// The results of a run in the order of its cases, and for each in that of its targets, whatever order they came in.
pub fn in_order(run: &Run, mut results: Vec<CaseResult>) -> Vec<CaseResult> {
    let cases: std::collections::HashMap<&str, usize> =
        run.cases.iter().enumerate().map(|(place, case)| (case.id.as_str(), place)).collect();
    let target = |result: &CaseResult| run.targets.iter().position(|target| target.name == result.target);
    results.sort_by_key(|result| (cases.get(result.case.as_str()).copied().unwrap_or(usize::MAX), target(result)));
    results
}
