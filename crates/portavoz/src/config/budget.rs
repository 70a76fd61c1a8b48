//! `[budget]`: what may be spent on models.

use portavoz_app::settings::BudgetSettings;
use portavoz_domain::budget::Caps;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Checker;

/// What may be spent on models. No call is made that could pass one of these caps, whatever happens at the same time; once one is reached, answers are quoted from the documents. Days and months are those of UTC.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// Spent in a day at most. Unit: US dollars; 0 spends nothing, and -1 is no cap.
    #[schemars(range(min = -1))]
    pub day_usd: f64,
    /// Spent in a calendar month at most. Unit: US dollars; 0 spends nothing, and -1 is no cap.
    #[schemars(range(min = -1))]
    pub month_usd: f64,
    /// Spent on one visitor in a day at most. Unit: US dollars; 0 spends nothing, and -1 is no cap.
    #[schemars(range(min = -1))]
    pub visitor_day_usd: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { day_usd: 10.0, month_usd: 100.0, visitor_day_usd: 1.0 }
    }
}

impl Budget {
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> BudgetSettings {
        let set = ["day_usd", "month_usd", "visitor_day_usd"];
        let asked_for = set.iter().any(|key| checker.was_set(&format!("budget.{key}")));
        let mut cap = |key: &str, usd: f64| {
            if usd < 0.0 && usd != -1.0 {
                checker.refuse(
                    &format!("budget.{key}"),
                    format!("{usd} is less than nothing"),
                    "-1 for no cap, or an amount",
                );
            }
            (usd >= 0.0).then(|| (usd * 1e6).floor() as u64)
        };
        let caps = Caps {
            day: cap("day_usd", self.day_usd),
            month: cap("month_usd", self.month_usd),
            visitor_day: cap("visitor_day_usd", self.visitor_day_usd),
        };
        // Who asked for a cap wants it kept, and a call of unknown price cannot be kept below one.
        let any = caps.day.or(caps.month).or(caps.visitor_day).is_some();
        BudgetSettings { caps, refuse_unpriced: asked_for && any }
    }
}
