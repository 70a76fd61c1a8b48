//! What came of a run: its figures, how they compare with a baseline, and whether they are good enough.

use std::path::Path;

use anyhow::Context;
use portavoz_app::compare::runs::{Side, compare_sides};
use portavoz_app::compare::{Comparison, Verdict};
use portavoz_app::evaluation::{Ending, Summary, summary};
use portavoz_domain::evaluation::metrics::Metric;
use portavoz_domain::evaluation::{CaseResult, Run, Target};
use portavoz_domain::variation::CONTROL;
use portavoz_text::language::Language;
use serde::Serialize;

use super::{html, junit, text, unfinished};
use crate::cli::ResultFiles;
use crate::config::place::shown;
use crate::failure::Failure;
use crate::output::Output;

/// What came of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    /// What was asked of whom.
    pub(super) run: Run,
    /// Target by target.
    pub(super) summaries: Vec<Summary>,
    /// Every answer with its grade, in the run's order.
    pub(super) results: Vec<CaseResult>,
    /// Each target beside the baseline's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) comparisons: Vec<Comparison>,
    /// What was paid this time; `None` for a run of earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) paid_usd_micros: Option<u64>,
    /// What is not as it was demanded to be, in words.
    complaints: Vec<String>,
}

impl Told {
    /// What a run and its results say.
    pub(super) fn of(run: Run, results: Vec<CaseResult>, fallback: Language) -> Self {
        let summaries = summary(&run, &results, fallback);
        let (comparisons, complaints) = (Vec::new(), Vec::new());
        Self { run, summaries, results, comparisons, paid_usd_micros: None, complaints }
    }

    /// The same, just ended.
    pub(super) fn ended(mut self, ending: Ending, paid_usd_micros: u64) -> Self {
        self.paid_usd_micros = Some(paid_usd_micros);
        let total = self.run.cases.len() * self.run.targets.len();
        self.complaints.extend(unfinished(&ending, self.results.len(), total));
        self
    }

    /// The same, held against the least quality that will do.
    pub(super) fn demanding(mut self, min_quality: Option<f64>) -> Self {
        let Some(least) = min_quality else { return self };
        for summary in &self.summaries {
            let quality = summary.figure(Metric::Quality).map_or(0.0, |figure| figure.mean);
            if quality < least {
                let target = &summary.target;
                self.complaints
                    .push(format!("the quality of `{target}` is {quality:.3}, below `--min-quality` {least}"));
            }
        }
        self
    }

    /// The same, beside an earlier run. A target is held against the baseline's of its name, or else against its only one,
    /// or its control.
    pub(super) fn beside(mut self, baseline: Option<Told>) -> Self {
        let Some(before) = baseline else { return self };
        for target in &self.run.targets {
            let own = before.run.targets.iter().find(|other| other.name == target.name);
            let only = before.run.targets.first().filter(|_| before.run.targets.len() == 1);
            let control = || before.run.targets.iter().find(|other| other.name.as_str() == CONTROL);
            let Some(other) = own.or(only).or_else(control) else {
                let name = &target.name;
                self.complaints.push(format!("the baseline has no target to hold `{name}` against"));
                continue;
            };
            let (a, b) = (before.side(other), self.side(target));
            let comparison = compare_sides(&a, &b);
            if matches!(comparison.verdict, Verdict::Worse | Verdict::Mixed) {
                self.complaints.push(comparison.sentence(Language::En));
            }
            self.comparisons.push(comparison);
        }
        self
    }

    /// What is not as it was demanded to be, in words.
    pub(super) fn complaints(&self) -> Vec<String> {
        self.complaints.clone()
    }

    /// Shows it: files that were asked for, and the table, or everything as JSON.
    pub(crate) fn write(&self, output: &Output, files: &ResultFiles) -> anyhow::Result<()> {
        for (file, content) in
            [(&files.html, html::render as fn(&Self) -> String), (&files.junit, junit::render as fn(&Self) -> String)]
        {
            if let Some(file) = file {
                write(file, &content(self))?;
                output.remark(format_args!("written to {}", shown(file)));
            }
        }
        if files.json {
            output.json(self)?;
        } else {
            output.line(text::render(self))?;
        }
        Ok(())
    }

    /// What one target answered.
    fn side(&self, target: &Target) -> Side {
        let results = self.results.iter().filter(|result| result.target == target.name);
        Side { run: self.run.clone(), target: target.clone(), results: results.cloned().collect() }
    }

    /// The case of a result.
    pub(super) fn case_of(&self, result: &CaseResult) -> Option<&portavoz_domain::cases::Case> {
        self.run.cases.iter().find(|case| case.id == result.case)
    }
}

fn write(file: &Path, content: &str) -> anyhow::Result<()> {
    std::fs::write(file, content).with_context(|| {
        Failure::user(format!("cannot write `{}`", shown(file))).hint("name a file in a folder that can be written")
    })
}
