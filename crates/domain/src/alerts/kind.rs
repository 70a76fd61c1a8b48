//! What is watched.

use serde::{Deserialize, Serialize};

use crate::budget::Cap;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Visitors wait too long for the first words.
    ResponseTime,
    /// The day costs too much.
    CostDay,
    /// Answers are not good enough.
    Quality,
    /// Too many of the tokens paid for serve nothing.
    Efficiency,
    /// Models fail too often.
    FallbackRate,
    /// A model fails every time.
    ProviderDown,
    /// A share of the day's budget is spent; the subject is the share in per cent.
    BudgetDay,
    /// A share of the month's budget is spent; the subject is the share in per cent.
    BudgetMonth,
    /// A model will be or was switched off.
    Lifecycle,
    /// Processes died in the middle of paid calls.
    Orphans,
    /// A variant of an experiment is worse than allowed; the subject is its label and the guardrail.
    ExperimentGuardrail,
    /// The arms of an experiment get visitors in other proportions than planned.
    ExperimentRatio,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::ResponseTime,
        Self::CostDay,
        Self::Quality,
        Self::Efficiency,
        Self::FallbackRate,
        Self::ProviderDown,
        Self::BudgetDay,
        Self::BudgetMonth,
        Self::Lifecycle,
        Self::Orphans,
        Self::ExperimentGuardrail,
        Self::ExperimentRatio,
    ];

    /// The stable name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResponseTime => "response_time",
            Self::CostDay => "cost_day",
            Self::Quality => "quality",
            Self::Efficiency => "efficiency",
            Self::FallbackRate => "fallback_rate",
            Self::ProviderDown => "provider_down",
            Self::BudgetDay => "budget_day",
            Self::BudgetMonth => "budget_month",
            Self::Lifecycle => "lifecycle",
            Self::Orphans => "orphans",
            Self::ExperimentGuardrail => "experiment_guardrail",
            Self::ExperimentRatio => "experiment_ratio",
        }
    }

    /// Reads the stable name; `None` for kinds of another version.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The budget that a cap belongs to; a single visitor's is no matter for the owner.
    pub const fn of_cap(cap: Cap) -> Option<Self> {
        match cap {
            Cap::Day => Some(Self::BudgetDay),
            Cap::Month => Some(Self::BudgetMonth),
            Cap::VisitorDay => None,
        }
    }

    /// Whether the owner is told of the end. Shares of budgets end with their day or month by themselves, warnings of a
    /// model's end give way to the next one or to the owner's own deed, as alerts of experiments do, and orphans are no state
    /// at all.
    pub fn tells_recovery(self, subject: &str) -> bool {
        match self {
            Self::BudgetDay | Self::BudgetMonth => subject == "100",
            Self::Lifecycle | Self::Orphans | Self::ExperimentGuardrail | Self::ExperimentRatio => false,
            _ => true,
        }
    }

    /// Of two figures of this kind, whether the first is the worse.
    pub fn is_worse(self, value: f64, than: f64) -> bool {
        match self {
            // Good figures are high, and so is the number of days that are left.
            Self::Quality | Self::Efficiency | Self::Lifecycle | Self::ExperimentRatio => value < than,
            _ => value > than,
        }
    }
}
