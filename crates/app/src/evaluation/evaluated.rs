//! A run with all that came of it, as it is shown.

use std::collections::BTreeMap;

use portavoz_domain::evaluation::metrics::Metric;
use portavoz_domain::evaluation::{CaseResult, Run};
use portavoz_domain::ids::RunId;
use portavoz_domain::variation::VariantName;

use super::{Summary, summary};
use crate::compare::runs::{RunsError, results};
use crate::site::Site;

/// A run with all that came of it.
#[derive(Debug, Clone)]
pub struct Evaluated {
    /// The run.
    pub run: Run,
    /// In the order of its cases, then of its targets.
    pub results: Vec<CaseResult>,
    /// One for each target, in their order.
    pub summaries: Vec<Summary>,
}

impl Evaluated {
    /// The results of a run, summed up.
    pub async fn read(site: &Site, run: Run) -> Result<Self, RunsError> {
        let results = results(site, &run).await?;
        let language = site.language();
        let sum = move || {
            let summaries = summary(&run, &results, language);
            Self { run, results, summaries }
        };
        // Intervals are drawn by thousands of samples: too long for a thread that others' answers stream on.
        site.tasks().spawn_blocking(sum).await.map_err(|_| RunsError::Interrupted)
    }

    /// The answer of a target to a case, if there is one yet.
    pub fn result(&self, case: &str, target: &str) -> Option<&CaseResult> {
        self.results.iter().find(|result| result.case == case && result.target.as_str() == target)
    }
}

/// What one target of a run did, in two figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// Answers so far.
    pub count: usize,
    /// Of those, passed.
    pub passed: usize,
    /// Mean quality, 0..=1; `None` if nothing was judged.
    pub quality: Option<f64>,
}

/// What each target of a run did, without intervals: for lists.
pub async fn glance(site: &Site, run: RunId) -> Result<BTreeMap<VariantName, Glance>, RunsError> {
    let mut by_target: BTreeMap<VariantName, Vec<CaseResult>> = BTreeMap::new();
    for result in site.storage().evaluations().results(site.id(), run).await? {
        by_target.entry(result.target.clone()).or_default().push(result);
    }
    let glance = |results: &[CaseResult]| {
        let quality: Vec<f64> = results.iter().filter_map(|result| Metric::Quality.of(result)).collect();
        Glance {
            count: results.len(),
            passed: results.iter().filter(|result| result.grade.passed).count(),
            quality: (!quality.is_empty()).then(|| quality.iter().sum::<f64>() / quality.len() as f64),
        }
    };
    Ok(by_target.into_iter().map(|(target, results)| (target, glance(&results))).collect())
}
