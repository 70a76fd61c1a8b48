//! Tokens and money. Amounts are integers: micro-dollars (millionths of a US dollar).

use serde::{Deserialize, Serialize};

/// Tokens of one call, as the provider reported them or as estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// All tokens of the prompt, cached ones included.
    pub prompt_tokens: u64,
    /// Of those, read from the provider's cache.
    pub cached_tokens: u64,
    /// Of those, written to the provider's cache (billed apart by newer models).
    pub cache_write_tokens: u64,
    /// All tokens of the answer, reasoning included.
    pub completion_tokens: u64,
    /// Of those, spent on reasoning.
    pub reasoning_tokens: u64,
    /// True if counted by our tokenizer because the provider did not say.
    pub estimated: bool,
}

impl Usage {
    /// Both together; estimated if either is.
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            prompt_tokens: self.prompt_tokens + other.prompt_tokens,
            cached_tokens: self.cached_tokens + other.cached_tokens,
            cache_write_tokens: self.cache_write_tokens + other.cache_write_tokens,
            completion_tokens: self.completion_tokens + other.completion_tokens,
            reasoning_tokens: self.reasoning_tokens + other.reasoning_tokens,
            estimated: self.estimated || other.estimated,
        }
    }
}

/// Micro-dollars as dollars, for people and JSON.
pub fn usd(micros: u64) -> f64 {
    micros as f64 / 1e6
}

/// Price of a model. Unit: micro-dollars per million tokens, so 0.15 USD per million is 150,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Prompt tokens that are neither cached nor cache writes.
    pub input: u64,
    /// Prompt tokens read from the cache.
    pub cached_input: u64,
    /// Prompt tokens written to the cache.
    pub cache_write: u64,
    /// Tokens of the answer.
    pub output: u64,
}

impl Price {
    /// Half of every price, as batches pay.
    #[must_use]
    pub const fn halved(self) -> Self {
        Self {
            input: self.input.div_ceil(2),
            cached_input: self.cached_input.div_ceil(2),
            cache_write: self.cache_write.div_ceil(2),
            output: self.output.div_ceil(2),
        }
    }

    /// What `usage` costs, in micro-dollars, rounded up so that a budget is never understated.
    ///
    /// `(prompt - cached - cache_write) x input + cached x cached_input + cache_write x cache_write + completion x output`,
    /// the provider's published formula. Parts that exceed the prompt (a provider's slip) are cut to it.
    pub fn cost_usd_micros(&self, usage: &Usage) -> u64 {
        let cached = usage.cached_tokens.min(usage.prompt_tokens);
        let written = usage.cache_write_tokens.min(usage.prompt_tokens - cached);
        let plain = usage.prompt_tokens - cached - written;
        let picos = u128::from(plain) * u128::from(self.input)
            + u128::from(cached) * u128::from(self.cached_input)
            + u128::from(written) * u128::from(self.cache_write)
            + u128::from(usage.completion_tokens) * u128::from(self.output);
        u64::try_from(picos.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// gpt-4o-mini, as in the catalogue.
    const MINI: Price = Price { input: 150_000, cached_input: 75_000, cache_write: 150_000, output: 600_000 };
    /// gpt-6-luna, which bills cache writes.
    const LUNA: Price = Price { input: 100_000, cached_input: 10_000, cache_write: 125_000, output: 500_000 };

    fn usage(prompt: u64, cached: u64, written: u64, completion: u64) -> Usage {
        Usage {
            prompt_tokens: prompt,
            cached_tokens: cached,
            cache_write_tokens: written,
            completion_tokens: completion,
            ..Usage::default()
        }
    }

    #[test]
    fn golden_prices() {
        for (price, usage, micros) in [
            (MINI, usage(0, 0, 0, 0), 0),
            (MINI, usage(1_000_000, 0, 0, 0), 150_000),
            (MINI, usage(1_000, 0, 0, 200), 270),
            (MINI, usage(2_000, 1_024, 0, 100), 284),
            (LUNA, usage(2_000, 0, 1_024, 100), 276),
            (LUNA, usage(1, 0, 0, 0), 1),
            (MINI, usage(10, 99, 99, 0), 1),
        ] {
            assert_eq!(price.cost_usd_micros(&usage), micros, "{usage:?}");
        }
    }
}
