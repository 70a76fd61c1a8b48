//! What must not get worse, whatever the primary outcome says.

use portavoz_domain::experiment::{Guardrails, Observation};
use portavoz_domain::usage::usd;
use portavoz_domain::variation::{CONTROL, VariantName};
use portavoz_stats::Alpha;
use portavoz_stats::sequential::{Counts, GuardrailVerdict, Moments, guardrail, mean_guardrail};
use serde::Serialize;

use crate::experiments::figures::Evidence;

/// Guardrails of a variant.
const GUARDRAILS: usize = 4;

/// What is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardrailKind {
    /// Mean cost of a first answer, in dollars.
    Cost,
    /// Share of visitors who waited too long for the first words.
    Slow,
    /// Share of visitors from whom a sentence was kept.
    Withheld,
    /// Share of thumbs that are down.
    Thumbs,
}

impl GuardrailKind {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Slow => "slow",
            Self::Withheld => "withheld",
            Self::Thumbs => "thumbs",
        }
    }
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardrailState {
    /// Certainly not worse by the margin.
    Holds,
    /// Certainly worse by more than the margin.
    Broken,
    /// Neither is certain so far.
    NotYetKnown,
    /// Has no meaning here: no multiple of nothing can be told.
    NotApplicable,
}

/// One guardrail of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Guardrail {
    /// What is guarded.
    pub kind: GuardrailKind,
    /// How it stands.
    pub state: GuardrailState,
    /// The control's figure; null if there is none yet.
    pub control: Option<f64>,
    /// The variant's figure; null if there is none yet.
    pub variant: Option<f64>,
    /// What the variant's figure must not be above, by the control's figure; null if that is not known yet.
    pub limit: Option<f64>,
}

/// Whether a visitor waited too long, or got no words at all.
pub(super) fn is_slow(observation: &Observation, guardrails: &Guardrails) -> bool {
    observation.first_token_ms.is_none_or(|ms| ms > guardrails.slow_ms)
}

/// All guardrails of one of `variants` variants. They share the accepted probability of a false alarm.
pub(in crate::experiments) fn of(evidence: &Evidence, variant: &VariantName, variants: usize) -> Vec<Guardrail> {
    let Ok(control) = VariantName::parse(CONTROL) else { return Vec::new() };
    let design = &evidence.experiment.design;
    let guardrails = &design.guardrails;
    let alpha = Alpha::new(design.alpha).unwrap_or(Alpha::FIVE_PERCENT).shared_by(GUARDRAILS * variants);
    let share = |kind, of: &dyn Fn(&VariantName) -> Counts, margin: f64| {
        let (before, now) = (of(&control), of(variant));
        Guardrail {
            kind,
            state: guardrail(before, now, margin, alpha).into(),
            control: before.share(),
            variant: now.share(),
            limit: before.share().map(|share| share + margin),
        }
    };
    let slow = |arm: &VariantName| evidence.count(arm, |observation| is_slow(observation, guardrails));
    let withheld = |arm: &VariantName| evidence.count(arm, |observation| observation.withheld > 0);
    vec![
        cost(evidence, (&control, variant), alpha),
        share(GuardrailKind::Slow, &slow, guardrails.slow_margin),
        share(GuardrailKind::Withheld, &withheld, guardrails.withheld_margin),
        share(GuardrailKind::Thumbs, &|arm| evidence.thumbs(arm), guardrails.thumbs_margin),
    ]
}

/// The cost as a multiple of the control's: the control's costs are multiplied, so that the difference of the means is
/// above nothing exactly when the limit is passed.
fn cost(evidence: &Evidence, (control, variant): (&VariantName, &VariantName), alpha: Alpha) -> Guardrail {
    let ratio = evidence.experiment.design.guardrails.cost_ratio;
    let costs = |arm: &VariantName| -> Vec<f64> {
        evidence.outcomes_of(arm).map(|observation| usd(observation.cost_usd_micros)).collect()
    };
    let (before, now) = (costs(control), costs(variant));
    let moments = (Moments::of(&before), Moments::of(&now));
    let limit = moments.0.map(|control| control.mean * ratio);
    let multiplied: Vec<f64> = before.iter().map(|cost| cost * ratio).collect();
    let state = match (moments.0, Moments::of(&multiplied), moments.1) {
        // A control that costs nothing: the variant is dearer, and the caps of the budget say how dear it may be.
        (Some(control), _, Some(variant)) if control.mean == 0.0 && variant.mean > 0.0 => GuardrailState::NotApplicable,
        (Some(_), _, Some(variant)) if variant.mean == 0.0 => GuardrailState::Holds,
        (_, Some(allowed), Some(variant)) => mean_guardrail(allowed, variant, 0.0, alpha).into(),
        _ => GuardrailState::NotYetKnown,
    };
    Guardrail {
        kind: GuardrailKind::Cost,
        state,
        control: moments.0.map(|moments| moments.mean),
        variant: moments.1.map(|moments| moments.mean),
        limit,
    }
}

impl From<GuardrailVerdict> for GuardrailState {
    fn from(verdict: GuardrailVerdict) -> Self {
        match verdict {
            GuardrailVerdict::Holds => Self::Holds,
            GuardrailVerdict::Broken => Self::Broken,
            GuardrailVerdict::NotYetKnown => Self::NotYetKnown,
        }
    }
}
