//! What a model's provider charges: the price of each kind of token, by service tier and length of the prompt.

use serde::{Deserialize, Serialize};

use crate::usage::{Price, Usage};

/// All prices of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// The price of the `default` tier, and of responses that name no tier.
    pub standard: Price,
    /// The price of the `flex` tier, if it is known.
    pub flex: Option<Price>,
    /// The price of the `priority` tier (also called `fast`), if it is known.
    pub priority: Option<Price>,
    /// The surcharge of long prompts.
    pub long_context: Option<LongContext>,
}

/// Dearer prices for long prompts, in thousandths of the normal price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongContext {
    /// Prompts of more tokens than this pay them.
    pub above_tokens: u64,
    /// Factor on every price of prompt tokens; 2,000 is twice.
    pub input_per_mille: u64,
    /// Factor on the price of the answer; 1,500 is one and a half.
    pub output_per_mille: u64,
}

impl Tariff {
    /// One price for everything.
    pub const fn flat(standard: Price) -> Self {
        Self { standard, flex: None, priority: None, long_context: None }
    }

    /// What `usage` costs in micro-dollars, rounded up, by the tier that the response names; `None` if that tier's
    /// price is not known.
    pub fn cost_usd_micros(&self, usage: &Usage, tier: Option<&str>) -> Option<u64> {
        Some(self.lengthened(self.of_tier(tier)?, usage.prompt_tokens).cost_usd_micros(usage))
    }

    /// The most that a call of these many tokens can cost, whatever tier serves it: nothing read from a cache,
    /// everything written to one if that is dearer.
    pub fn worst_case_usd_micros(&self, prompt_tokens: u64, completion_tokens: u64) -> u64 {
        let usage = Usage { prompt_tokens, completion_tokens, ..Usage::default() };
        let known = [Some(self.standard), self.flex, self.priority];
        let dearest = known.into_iter().flatten().map(|price| {
            let input = price.input.max(price.cache_write).max(price.cached_input);
            self.lengthened(Price { input, ..price }, prompt_tokens).cost_usd_micros(&usage)
        });
        dearest.max().unwrap_or(u64::MAX)
    }

    fn of_tier(&self, tier: Option<&str>) -> Option<Price> {
        match tier {
            None | Some("" | "default" | "auto" | "standard" | "scale") => Some(self.standard),
            Some("flex") => self.flex,
            Some("priority" | "fast") => self.priority,
            // Half of everything: https://platform.openai.com/docs/guides/batch
            Some("batch") => Some(self.standard.halved()),
            Some(_) => None,
        }
    }

    fn lengthened(&self, price: Price, prompt_tokens: u64) -> Price {
        let Some(long) = self.long_context.filter(|long| prompt_tokens > long.above_tokens) else { return price };
        let input = |price: u64| price.saturating_mul(long.input_per_mille).div_ceil(1_000);
        Price {
            input: input(price.input),
            cached_input: input(price.cached_input),
            cache_write: input(price.cache_write),
            output: price.output.saturating_mul(long.output_per_mille).div_ceil(1_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LUNA: Tariff = Tariff {
        standard: Price { input: 100_000, cached_input: 10_000, cache_write: 125_000, output: 500_000 },
        flex: Some(Price { input: 50_000, cached_input: 5_000, cache_write: 62_500, output: 250_000 }),
        priority: None,
        long_context: Some(LongContext { above_tokens: 272_000, input_per_mille: 2_000, output_per_mille: 1_500 }),
    };

    #[test]
    fn the_tier_of_the_response_sets_the_price() {
        let usage = Usage { prompt_tokens: 2_000, completion_tokens: 100, ..Usage::default() };
        for (tier, micros) in [
            (None, Some(250)),
            (Some("default"), Some(250)),
            (Some("flex"), Some(125)),
            (Some("priority"), None),
            (Some("batch"), Some(125)),
            (Some("of next year"), None),
        ] {
            assert_eq!(LUNA.cost_usd_micros(&usage, tier), micros, "{tier:?}");
        }
    }

    #[test]
    fn long_prompts_cost_more_from_the_first_token_beyond() {
        for (prompt_tokens, micros) in [(272_000, 27_200 + 500), (272_001, 54_401 + 750)] {
            let usage = Usage { prompt_tokens, completion_tokens: 1_000, ..Usage::default() };
            assert_eq!(LUNA.cost_usd_micros(&usage, None), Some(micros), "{prompt_tokens}");
        }
    }

    #[test]
    fn no_call_costs_more_than_its_worst_case() {
        let worst = LUNA.worst_case_usd_micros(1_000, 100);
        assert_eq!(worst, 175, "all of the prompt written to the cache");
        for cached in [0, 400, 1_000] {
            for written in [0, 600, 1_000] {
                let usage = Usage {
                    prompt_tokens: 1_000,
                    cached_tokens: cached,
                    cache_write_tokens: written,
                    completion_tokens: 100,
                    ..Usage::default()
                };
                assert!(LUNA.cost_usd_micros(&usage, None) <= Some(worst), "{usage:?}");
            }
        }
    }
}
