//! The runs that storage keeps, and comparisons of what they hold.

use std::collections::BTreeMap;

use portavoz_domain::cases::{Case, fingerprint};
use portavoz_domain::evaluation::{CaseResult, Run, RunEntry, RunState, Target};
use portavoz_domain::ids::RunId;
use portavoz_storage::StorageError;

use super::judge::Pair;
use super::{Comparison, Remark, compare};
use crate::site::Site;

/// Runs looked at when one is asked for by name: far more than anyone keeps in mind.
const RECENT: u32 = 1_000;
/// Runs looked through for one that asked two models: older ones say little of today's documents.
const RUNS_OF_MODELS: u32 = 50;

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum RunsError {
    /// Nothing was evaluated yet.
    #[error("there is no run yet")]
    NoRuns,
    /// No run is called so.
    #[error("there is no run `{0}`")]
    Unknown(String),
    /// Several runs begin so.
    #[error("`{text}` may be any of {count} runs")]
    Ambiguous {
        /// As asked for.
        text: String,
        /// How many.
        count: usize,
    },
    /// Neither a run nor a target of the newest one is called so.
    #[error("`{text}` is no run, and no target of the newest one, which has {known}", known = .known.join(", "))]
    Neither {
        /// As asked for.
        text: String,
        /// Targets of the newest run.
        known: Vec<String>,
    },
    /// The run has no such target.
    #[error("the run `{run}` has no target `{target}`; it has {known}", known = .known.join(", "))]
    UnknownTarget {
        /// The run.
        run: String,
        /// As asked for.
        target: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The run has several targets, and none was named.
    #[error("the run `{run}` has several targets: {known}", known = .known.join(", "))]
    WhichTarget {
        /// The run.
        run: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The program is ending.
    #[error("the computation did not come to its end")]
    Interrupted,
    /// The database said no.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RunsError {
    /// A stable short name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoRuns | Self::Unknown(_) | Self::Neither { .. } => "unknown_run",
            Self::Ambiguous { .. } => "ambiguous_run",
            Self::UnknownTarget { .. } | Self::WhichTarget { .. } => "unknown_target",
            Self::Interrupted => "internal",
            Self::Storage(_) => "storage_unavailable",
        }
    }

    /// What to do next, if there is something.
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoRuns => Some("make one: `portavoz eval`"),
            Self::Unknown(_) | Self::Ambiguous { .. } => Some("`portavoz runs list` shows them with their ids"),
            Self::Neither { .. } | Self::UnknownTarget { .. } | Self::WhichTarget { .. } => {
                Some("name it as RUN:TARGET, such as `last:control`")
            }
            Self::Interrupted | Self::Storage(_) => None,
        }
    }
}

/// What one target of a run answered.
#[derive(Debug, Clone)]
pub struct Side {
    /// The run.
    pub run: Run,
    /// The target.
    pub target: Target,
    /// Its results, by case.
    pub results: Vec<CaseResult>,
}

/// All runs, newest first.
pub async fn runs(site: &Site, limit: u32) -> Result<Vec<RunEntry>, RunsError> {
    Ok(site.storage().evaluations().runs(site.id(), limit).await?)
}

/// The run that `text` names: `last`, its id or the beginning of it, or its name (the newest of that name).
pub async fn find_run(site: &Site, text: &str) -> Result<Run, RunsError> {
    // A whole id needs no list.
    if let Ok(id) = RunId::parse(text)
        && let Some(run) = load(site, id).await?
    {
        return Ok(run);
    }
    let entries = runs(site, RECENT).await?;
    let newest = entries.first().ok_or(RunsError::NoRuns)?;
    let entry = match entries.iter().find(|entry| entry.name == text) {
        _ if text == "last" => newest,
        Some(named) => named,
        None => begun_by(&entries, text)?,
    };
    load(site, entry.id).await?.ok_or_else(|| RunsError::Unknown(text.to_owned()))
}

/// The one run whose id begins so.
fn begun_by<'a>(entries: &'a [RunEntry], text: &str) -> Result<&'a RunEntry, RunsError> {
    let wanted = text.to_lowercase();
    let mut begun = entries.iter().filter(|entry| !wanted.is_empty() && entry.id.to_string().starts_with(&wanted));
    match (begun.next(), begun.count()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(RunsError::Unknown(text.to_owned())),
        (Some(_), others) => Err(RunsError::Ambiguous { text: text.to_owned(), count: others + 1 }),
    }
}

/// A run by its id.
pub async fn load(site: &Site, id: RunId) -> Result<Option<Run>, RunsError> {
    Ok(site.storage().evaluations().run(site.id(), id).await?)
}

/// The results of a run, in the order of its cases, then of its targets.
pub async fn results(site: &Site, run: &Run) -> Result<Vec<CaseResult>, RunsError> {
    let mut results = site.storage().evaluations().results(site.id(), run.id).await?;
    let cases: BTreeMap<&str, usize> = run.cases.iter().map(|case| case.id.as_str()).zip(0..).collect();
    let target = |result: &CaseResult| run.targets.iter().position(|target| target.name == result.target);
    results.sort_by_key(|result| (cases.get(result.case.as_str()).copied(), target(result)));
    Ok(results)
}

/// A target's side: `RUN:TARGET`, `TARGET` of the newest run, or `RUN` if it has one target only.
pub async fn side(site: &Site, text: &str) -> Result<Side, RunsError> {
    let (run, target) = match text.rsplit_once(':') {
        Some((run, target)) => (find_run(site, run).await?, Some(target)),
        None => match find_run(site, text).await {
            Ok(run) => (run, None),
            Err(RunsError::Unknown(_)) => {
                // Not a run's name: a target's, of the newest one.
                let last = find_run(site, "last").await?;
                if last.targets.iter().any(|target| target.name.as_str() == text) {
                    (last, Some(text))
                } else {
                    let known = last.targets.iter().map(|target| target.name.to_string()).collect();
                    return Err(RunsError::Neither { text: text.to_owned(), known });
                }
            }
            Err(error) => return Err(error),
        },
    };
    of_target(site, run, target).await
}

/// The side of a run's target; of its only one if none is named.
pub async fn of_target(site: &Site, run: Run, target: Option<&str>) -> Result<Side, RunsError> {
    let known = || run.targets.iter().map(|target| target.name.to_string()).collect();
    let found = match (target, run.targets.as_slice()) {
        (Some(name), targets) => targets.iter().find(|target| target.name.as_str() == name).ok_or_else(|| {
            RunsError::UnknownTarget { run: run.name.clone(), target: name.to_owned(), known: known() }
        })?,
        (None, [one]) => one,
        (None, _) => return Err(RunsError::WhichTarget { run: run.name.clone(), known: known() }),
    };
    let target = found.clone();
    let mut all = results(site, &run).await?;
    all.retain(|result| result.target == target.name);
    Ok(Side { run, target, results: all })
}

impl Side {
    /// The case of a result.
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.run.cases.iter().find(|case| case.id == id)
    }

    /// What it is called beside another one: by its target, and its run if that is another.
    pub fn name_beside(&self, other: &Self) -> String {
        if self.run.id == other.run.id {
            return self.target.name.to_string();
        }
        if self.target.name != other.target.name {
            return format!("{} ({})", self.target.name, self.run.name);
        }
        let day = self.run.started.to_rfc3339();
        format!("{} ({}, {})", self.target.name, self.run.name, day.get(..16).unwrap_or_default().replace('T', " "))
    }
}

/// Compares two sides by the cases that were the same for both.
pub fn compare_sides(a: &Side, b: &Side) -> Comparison {
    let of_b: BTreeMap<&str, String> = b.run.cases.iter().map(|case| (case.id.as_str(), fingerprint(case))).collect();
    let same_run = a.run.id == b.run.id;
    let of_a: BTreeMap<&str, String> = a.run.cases.iter().map(|case| (case.id.as_str(), fingerprint(case))).collect();
    let same = |case: &str| same_run || of_a.get(case).is_some_and(|print| of_b.get(case) == Some(print));
    let names = (a.name_beside(b), b.name_beside(a));
    let mut comparison = compare((&names.0, &names.1), &a.results, &b.results, same);
    if a.run.knowledge_hash != b.run.knowledge_hash {
        comparison.remarks.push(Remark::OtherKnowledge);
    }
    comparison
}

/// Compares two sides that are named as [`side`] reads them.
pub async fn compared(site: &Site, a: &str, b: &str) -> Result<(Side, Side, Comparison), RunsError> {
    let (a, b) = (side(site, a).await?, side(site, b).await?);
    let compare = move || {
        let comparison = compare_sides(&a, &b);
        (a, b, comparison)
    };
    // Thousands of samples for each metric: too long for a thread that others' answers stream on.
    site.tasks().spawn_blocking(compare).await.map_err(|_| RunsError::Interrupted)
}

/// Removes a run with its results; false if there is none.
pub async fn remove(site: &Site, id: RunId) -> Result<bool, RunsError> {
    Ok(site.storage().evaluations().remove(site.id(), id).await?)
}

/// The pairs of two sides that were compared, for a judge or a person.
pub fn pairs<'a>(a: &'a Side, b: &'a Side, comparison: &Comparison) -> Vec<Pair<'a>> {
    let of_b: BTreeMap<&str, &CaseResult> = b.results.iter().map(|result| (result.case.as_str(), result)).collect();
    let compared = |id: &str| comparison.cases.iter().any(|pair| pair.case == id);
    let both = a.results.iter().filter(|result| compared(&result.case));
    both.filter_map(|result| {
        let case = a.case(&result.case)?;
        let other = *of_b.get(result.case.as_str())?;
        Some(Pair { question: &case.question, reference: case.reference.as_deref(), a: result, b: other })
    })
    .collect()
}

/// The newest comparison of two models on the owner's own cases, if one finished run asked both: what is known before
/// one takes the other's place.
pub async fn of_models(site: &Site, from: &str, to: &str) -> Result<Option<(RunId, Comparison)>, RunsError> {
    let usual = site.first_model();
    let finished = runs(site, RUNS_OF_MODELS).await?.into_iter().filter(|entry| entry.state == RunState::Finished);
    for entry in finished {
        let Some(run) = load(site, entry.id).await? else { continue };
        let asked = |model: &str| {
            let is_its = |target: &&Target| {
                // What differs in more than its model says nothing of the model alone.
                let is_plain = target.variation.differences().iter().all(|(key, _)| *key == "model.name");
                is_plain && target.variation.model.as_deref().or(usual.as_deref()) == Some(model)
            };
            run.targets.iter().find(is_its).map(|target| target.name.to_string())
        };
        if let (Some(a), Some(b)) = (asked(from), asked(to)) {
            let a = of_target(site, run.clone(), Some(&a)).await?;
            let b = of_target(site, run, Some(&b)).await?;
            // The control of a run is whoever answered then, which may have been another model.
            if is_answered_by(&a, from) && is_answered_by(&b, to) {
                return Ok(Some((entry.id, compare_sides(&a, &b))));
            }
        }
    }
    Ok(None)
}

/// Whether no other model gave an answer of a side.
fn is_answered_by(side: &Side, model: &str) -> bool {
    side.results.iter().filter_map(|result| result.reply.model.as_deref()).all(|answered| answered == model)
}
