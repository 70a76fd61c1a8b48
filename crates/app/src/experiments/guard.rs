//! Watching the experiment that runs: alerts when a guardrail breaks or the proportions are off, and stopping it by
//! itself. An upkeep job; several processes may do it at the same time.

use std::sync::Arc;

use portavoz_domain::alerts::rules::{Finding, Ground, Verdict};
use portavoz_domain::alerts::{Episode, Kind};
use portavoz_domain::experiment::{Experiment, ExperimentState};

use super::figures::Evidence;
use super::judge::guardrails::{self, Guardrail, GuardrailState};
use super::judge::ratio::{Ratio, ratio};
use super::words::{Tongue, guardrail_sentence};
use super::{ExperimentError, LISTED, Result, refresh, stop};
use crate::alerts;
use crate::site::Site;

/// Looks at the experiment in force: reads it, opens and closes alerts, and stops it if a guardrail is broken and the
/// owner wants that.
pub async fn guard(site: &Arc<Site>) -> Result<()> {
    refresh(site).await?;
    let open = alerts::all_open(site).await?;
    let of_experiments = |episode: &Episode| kinds().iter().any(|kind| kind.name() == episode.kind);
    let open: Vec<Episode> = open.into_iter().filter(of_experiments).collect();
    let running = super::standing::in_force(site).map(|known| known.stored.experiment.clone());
    let running = running.filter(|experiment| experiment.state == ExperimentState::Running);
    if running.is_none() && open.is_empty() {
        return Ok(());
    }
    let mut findings = over(site, &open).await?;
    let mut is_broken = false;
    if let Some(experiment) = &running {
        let evidence = Evidence::of(site, experiment.clone()).await?;
        let found = site.tasks().spawn_blocking(move || Found::of(&evidence));
        let found = found
            .await
            .map_err(|error| ExperimentError::Storage(portavoz_storage::StorageError::Backend(Box::new(error))))?;
        is_broken = found.guardrails.iter().any(|(_, guardrail)| guardrail.state == GuardrailState::Broken);
        findings.extend(found.findings(site, experiment));
    }
    alerts::record_findings(site, open, &findings).await?;
    if let Some(experiment) = running.filter(|_| is_broken && site.settings().experiments.auto_stop) {
        tracing::warn!(site = %site.id(), experiment = %experiment.name, "a guardrail is broken: the experiment is stopped");
        match stop(site, &experiment.id.to_string()).await {
            // Another process was faster.
            Ok(_) | Err(ExperimentError::State { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn kinds() -> [Kind; 2] {
    [Kind::ExperimentGuardrail, Kind::ExperimentRatio]
}

/// What the running experiment says.
struct Found {
    guardrails: Vec<(String, Guardrail)>,
    ratio: Ratio,
}

impl Found {
    fn of(evidence: &Evidence) -> Self {
        let variants = evidence.experiment.arms.iter().skip(1);
        let count = evidence.experiment.arms.len() - 1;
        let guardrails = variants.flat_map(|arm| {
            let label = evidence.experiment.label(&arm.name);
            guardrails::of(evidence, &arm.name, count).into_iter().map(move |guardrail| (label.clone(), guardrail))
        });
        Self { guardrails: guardrails.collect(), ratio: ratio(evidence) }
    }

    fn findings(&self, site: &Site, experiment: &Experiment) -> Vec<Finding> {
        let tongue = Tongue::of(alerts::language(site));
        let stops = site.settings().experiments.auto_stop;
        let mut findings: Vec<Finding> = self
            .guardrails
            .iter()
            .map(|(label, guardrail)| Finding {
                kind: Kind::ExperimentGuardrail,
                subject: format!("{label} {}", guardrail.kind.name()),
                verdict: match guardrail.state {
                    GuardrailState::Broken => Verdict::Crossed,
                    GuardrailState::Holds => Verdict::Healthy,
                    GuardrailState::NotYetKnown | GuardrailState::NotApplicable => Verdict::Unclear,
                },
                value: guardrail.variant.unwrap_or_default(),
                limit: guardrail.limit.unwrap_or_default(),
                ground: Ground::Said(said(label, guardrail, stops, tongue)),
            })
            .collect();
        let text = tongue.say(
            format!("Las variantes de `{0}` reciben visitantes en otra proporción que la prevista, así que el reparto falla y sus cifras no valen. Míralo con `portavoz experiment show {0}`.", experiment.name),
            format!("The variants of `{0}` get visitors in other proportions than planned, so the assignment is broken and its figures mean nothing. See `portavoz experiment show {0}`.", experiment.name),
        );
        findings.push(Finding {
            kind: Kind::ExperimentRatio,
            subject: experiment.name.to_string(),
            verdict: if self.ratio.alarm { Verdict::Crossed } else { Verdict::Unclear },
            value: self.ratio.p,
            limit: portavoz_stats::Alpha::ONE_PERCENT.get(),
            ground: Ground::Said(text),
        });
        findings
    }
}

fn said(label: &str, guardrail: &Guardrail, stops: bool, tongue: Tongue) -> String {
    let (experiment, what) = (label.split(':').next().unwrap_or(label), guardrail_sentence(guardrail, tongue));
    let next = match stops {
        true => tongue.say(
            format!("El experimento se ha parado solo y todos reciben la configuración. `portavoz experiment show {experiment}` da las cifras; `archive` cierra este aviso."),
            format!("The experiment was stopped by itself, and everybody gets the configuration. `portavoz experiment show {experiment}` has the figures; `archive` closes this alert."),
        ),
        false => tongue.say(
            format!("Sigue en marcha (`experiments.auto_stop = false`); para pararlo: `portavoz experiment stop {experiment}`."),
            format!("It goes on (`experiments.auto_stop = false`); to stop it: `portavoz experiment stop {experiment}`."),
        ),
    };
    format!("`{label}`: {what} {next}")
}

/// Alerts of experiments that were archived or shipped are over: the owner has decided. Those of a stopped one stay
/// until then.
async fn over(site: &Site, open: &[Episode]) -> Result<Vec<Finding>> {
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let all = site.storage().experiments().list(site.id(), LISTED).await?;
    let is_undecided = |episode: &Episode| {
        let name = episode.subject.split([':', ' ']).next().unwrap_or_default();
        all.iter().map(|stored| &stored.experiment).any(|experiment| {
            let undecided = [ExperimentState::Running, ExperimentState::Stopped].contains(&experiment.state);
            experiment.name.as_str() == name && undecided
        })
    };
    let over = open.iter().filter(|episode| !is_undecided(episode)).filter_map(|episode| {
        Some(Finding {
            kind: Kind::parse(&episode.kind)?,
            subject: episode.subject.clone(),
            verdict: Verdict::Healthy,
            value: episode.value,
            limit: episode.limit,
            ground: Ground::Said(String::new()),
        })
    });
    Ok(over.collect())
}
