//! What an experiment says so far: a verdict for each variant, with everything that a page shows beside it.
//!
//! Every statement holds however often it is looked at; `stats` says why, with its sources. Each variant is compared with
//! the control, verdicts of several variants share the accepted probability of being wrong (Holm), and so do their
//! guardrails. Verdicts are about visitors whose first question to the documents has ended; who saw two ways is left out.
//! Start at [`judge`].

use portavoz_domain::experiment::{Experiment, ExperimentState};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::usage::usd;
use portavoz_domain::variation::VariantName;
use portavoz_stats::Alpha;
use portavoz_stats::paired::holm;
use portavoz_stats::sequential::share_sequence;
use portavoz_text::language::Language;
use serde::{Serialize, Serializer};

use super::figures::Evidence;
use super::{Result, words};
use crate::site::Site;

pub(super) mod guardrails;
pub(super) mod ratio;
mod versus;

pub use guardrails::{Guardrail, GuardrailKind, GuardrailState};
pub use ratio::Ratio;

/// What is known of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// As the owner calls it.
    pub experiment: VariantName,
    /// Where it stands.
    pub state: ExperimentState,
    /// When this was looked at.
    #[serde(serialize_with = "rfc3339")]
    pub at: Timestamp,
    /// Visitors who were assigned.
    pub exposed: u64,
    /// Of those, visitors that count: their first question has ended, and they saw one way only.
    pub observed: u64,
    /// Visitors who have not asked the documents anything yet.
    pub unobserved: u64,
    /// Visitors who saw two ways, and are left out of every figure.
    pub mixed: u64,
    /// Visitors after which it is given up.
    pub horizon: u32,
    /// The accepted probability of a false verdict.
    pub alpha: f64,
    /// The smallest difference that matters, 0 to 1.
    pub effect: f64,
    /// The control first.
    pub arms: Vec<ArmFigures>,
    /// One for each variant.
    pub variants: Vec<Judged>,
    /// Whether visitors came in the planned proportions.
    pub ratio: Ratio,
    /// All of it in a sentence or two, with what to do.
    pub sentence: String,
}

/// The figures of one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmFigures {
    /// Which.
    pub name: VariantName,
    /// Its part of new visitors, in thousandths.
    pub share_per_mille: u32,
    /// What differs from the configuration: its keys and values.
    pub differences: Vec<(&'static str, String)>,
    /// Visitors who were assigned to it, those who saw two ways among them.
    pub exposed: u64,
    /// Visitors that count.
    pub observed: u64,
    /// Of those, visitors who were answered from the documents.
    pub successes: u64,
    /// Their share, 0 to 1; null without any.
    pub rate: Option<f64>,
    /// The shares that are possible, low and high, at every look at once.
    pub possible: Possible,
    /// The mean cost of a first answer in dollars; null without any.
    pub cost_mean_usd: Option<f64>,
    /// Of those that count, visitors who waited too long for the first words.
    pub slow: u64,
    /// Of those that count, visitors from whom a sentence was kept.
    pub withheld: u64,
    /// Thumbs up, of all answers.
    pub thumbs_up: u64,
    /// Thumbs down, of all answers.
    pub thumbs_down: u64,
}

/// What is not ruled out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Possible {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What can be said of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing yet.
    Running,
    /// More of its visitors are answered from the documents than of the control's.
    Better,
    /// Fewer are.
    Worse,
    /// It differs from the control by less than matters.
    NoDifference,
    /// It ended without a verdict, or its figures are not to be trusted.
    CannotTell,
}

/// A variant, compared with the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// Which.
    pub name: VariantName,
    /// What can be said.
    pub verdict: Verdict,
    /// Variant minus control, of the shares seen; null before both have visitors.
    pub difference: Option<f64>,
    /// The differences that are not ruled out.
    pub possible: Possible,
    /// The anytime-valid p-value of this comparison alone.
    pub p: f64,
    /// The same for all variants together; the verdict falls when it is at most `alpha`.
    pub p_adjusted: f64,
    /// What was possible as visitors came, for drawing; at most a hundred points.
    pub path: Vec<PathPoint>,
    /// What must not get worse.
    pub guardrails: Vec<Guardrail>,
    /// Whether going on can still pay; null once there is a verdict.
    pub outlook: Option<Outlook>,
    /// The verdict in words, with what to do.
    pub sentence: String,
}

/// What was known at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PathPoint {
    /// When.
    #[serde(serialize_with = "rfc3339")]
    pub at: Timestamp,
    /// Visitors of control and variant until then.
    pub visitors: u64,
    /// Variant minus control, of the shares seen.
    pub difference: Option<f64>,
    /// The differences that were not ruled out.
    pub possible: Possible,
}

/// What to expect of going on until the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outlook {
    /// The chance of a verdict if the difference is the one that matters.
    pub chance_of_verdict: f64,
    /// Whether stopping is advised.
    pub is_futile: bool,
}

pub(super) fn rfc3339<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment.to_rfc3339())
}

impl From<portavoz_stats::Interval> for Possible {
    fn from(interval: portavoz_stats::Interval) -> Self {
        Self { low: interval.low, high: interval.high }
    }
}

/// What an experiment says now, in Spanish or English, whichever is nearer to `language`.
pub async fn judge(site: &Site, experiment: Experiment, language: Language) -> Result<Judgement> {
    let evidence = Evidence::of(site, experiment).await?;
    // A thousand visitors take a moment: not on a thread that answers others.
    let judging = site.tasks().spawn_blocking(move || judge_evidence(&evidence, language));
    judging
        .await
        .map_err(|error| super::ExperimentError::Storage(portavoz_storage::StorageError::Backend(Box::new(error))))
}

/// The pure part of [`judge`].
fn judge_evidence(evidence: &Evidence, language: Language) -> Judgement {
    let experiment = &evidence.experiment;
    let design = &experiment.design;
    let alpha = Alpha::new(design.alpha).unwrap_or(Alpha::FIVE_PERCENT);
    let variants: Vec<_> = experiment.arms.iter().skip(1).collect();
    let ratio = ratio::ratio(evidence);
    let compared: Vec<_> =
        variants.iter().map(|arm| versus::compare(evidence, &arm.name, alpha.shared_by(variants.len()))).collect();
    let adjusted = holm(&compared.iter().map(|compared| compared.test.p()).collect::<Vec<_>>());
    let observed = evidence.outcomes().count() as u64;
    let judged = variants.iter().zip(compared).zip(adjusted).map(|((arm, compared), p_adjusted)| {
        let difference = compared.difference();
        let outlook = compared.outlook(evidence, alpha.shared_by(variants.len()));
        let is_over = experiment.state != ExperimentState::Running || observed >= u64::from(design.horizon);
        let verdict = match difference {
            _ if ratio.alarm => Verdict::CannotTell,
            Some(difference) if p_adjusted <= alpha.get() && difference > 0.0 => Verdict::Better,
            Some(_) if p_adjusted <= alpha.get() => Verdict::Worse,
            _ if outlook.effect_is_smaller => Verdict::NoDifference,
            _ if is_over => Verdict::CannotTell,
            _ => Verdict::Running,
        };
        Judged {
            name: arm.name.clone(),
            verdict,
            difference,
            possible: compared.possible.into(),
            p: compared.test.p(),
            p_adjusted,
            path: compared.path,
            guardrails: guardrails::of(evidence, &arm.name, variants.len()),
            outlook: (verdict == Verdict::Running)
                .then_some(Outlook { chance_of_verdict: outlook.chance_of_verdict, is_futile: outlook.is_futile() }),
            sentence: String::new(),
        }
    });
    let mixed = evidence.exposures.iter().filter(|exposure| exposure.mixed).count() as u64;
    let exposed = evidence.exposures.len() as u64;
    let mut judgement = Judgement {
        experiment: experiment.name.clone(),
        state: experiment.state,
        at: evidence.now,
        exposed,
        observed,
        unobserved: exposed - mixed - observed,
        mixed,
        horizon: design.horizon,
        alpha: design.alpha,
        effect: design.effect,
        arms: arms(evidence, alpha),
        variants: judged.collect(),
        ratio,
        sentence: String::new(),
    };
    words::put_into_words(&mut judgement, experiment, language);
    judgement
}

fn arms(evidence: &Evidence, alpha: Alpha) -> Vec<ArmFigures> {
    let experiment = &evidence.experiment;
    let shares = experiment.shares_now().iter().copied().chain(std::iter::repeat(0));
    let alpha = alpha.shared_by(experiment.arms.len());
    let figures = experiment.arms.iter().zip(shares).map(|(arm, share_per_mille)| {
        let successes = evidence.count(&arm.name, |observation| observation.success);
        let cost: u64 = evidence.outcomes_of(&arm.name).map(|observation| observation.cost_usd_micros).sum();
        let thumbs = evidence.thumbs(&arm.name);
        ArmFigures {
            name: arm.name.clone(),
            share_per_mille,
            differences: arm.variation.differences(),
            exposed: evidence.exposures.iter().filter(|exposure| exposure.arm == arm.name).count() as u64,
            observed: successes.trials(),
            successes: successes.successes(),
            rate: successes.share(),
            possible: share_sequence(successes, alpha).into(),
            cost_mean_usd: (successes.trials() > 0).then(|| usd(cost) / successes.trials() as f64),
            slow: evidence.count(&arm.name, |one| guardrails::is_slow(one, &experiment.design.guardrails)).successes(),
            withheld: evidence.count(&arm.name, |observation| observation.withheld > 0).successes(),
            thumbs_up: thumbs.failures(),
            thumbs_down: thumbs.successes(),
        }
    });
    figures.collect()
}

#[cfg(test)]
mod tests;
