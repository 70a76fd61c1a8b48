//! `[thresholds]`: what figures are to keep to, and when enough is known to say that they do not.

use portavoz_domain::alerts::rules;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What figures are to keep to. Each that does not raises an alert, once until it is good again, and colours the dashboard.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// All but one in twenty visitors see the first words of their answer within this time. Unit: milliseconds; 0 for no limit.
    #[schemars(range(min = 0, max = 600000))]
    pub response_ms: u32,
    /// What a day of UTC costs at most before it is told; nothing is stopped by this, see `budget.day_usd`. Unit: US dollars; 0 for no limit.
    #[schemars(range(min = 0))]
    pub cost_day_usd: f64,
    /// The least mean quality of answers, 0 to 1; 0 for no limit.
    #[schemars(range(min = 0, max = 1))]
    pub quality: f64,
    /// The least mean token efficiency, 0 to 1: the share of all tokens paid for that served the answer; 0 for no limit.
    #[schemars(range(min = 0, max = 1))]
    pub efficiency: f64,
    /// The largest share of turns, 0 to 1, in which a model may fail; 1 for no limit.
    #[schemars(range(min = 0, max = 1))]
    pub fallback_rate: f64,
    /// A model is down when so many calls in a row failed; 0 never says so.
    #[schemars(range(min = 0, max = 50))]
    pub provider_failures: u32,
    /// Over how many hours figures are judged, beside the running one. Where too few visitors asked in them, earlier hours count too, up to a day.
    #[schemars(range(min = 1, max = 24))]
    pub window_hours: u32,
    /// So many turns are needed to say that a figure is bad: one slow answer at night is no alert.
    #[schemars(range(min = 1, max = 100000))]
    pub min_turns: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            response_ms: 2_000,
            cost_day_usd: 10.0,
            quality: 0.8,
            efficiency: 0.7,
            fallback_rate: 0.2,
            provider_failures: 5,
            window_hours: 1,
            min_turns: 20,
        }
    }
}

impl From<&Thresholds> for rules::Thresholds {
    fn from(written: &Thresholds) -> Self {
        let unless_zero = |limit: f64| (limit > 0.0).then_some(limit);
        Self {
            response_ms: unless_zero(f64::from(written.response_ms)),
            cost_day_usd: unless_zero(written.cost_day_usd),
            quality: written.quality,
            efficiency: written.efficiency,
            fallback_rate: written.fallback_rate,
            provider_failures: written.provider_failures,
            window_hours: written.window_hours,
            min_turns: u64::from(written.min_turns),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_rules() {
        assert_eq!(rules::Thresholds::from(&Thresholds::default()), rules::Thresholds::default());
    }
}
