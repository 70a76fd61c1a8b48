//! What stands out in an overview: changes against the period before that are more than chance and worth a word.
//!
//! To add one more: 1. its [`Remark`]; 2. its line in [`remarks`]; 3. its words where they are shown.

use serde::Serialize;

use super::figures::Figures;
use super::overview::Overview;

/// Fewer turns than this on either side say nothing about a change.
const ENOUGH_TURNS: u64 = 20;
/// Counts, money and times are worth a word from this factor on.
const FACTOR: f64 = 1.5;
/// Means and shares are worth a word from this difference on.
const DIFFERENCE: f64 = 0.05;
/// A share of turns without an answer from the documents that is worth a word by itself.
const MANY_UNANSWERED: f64 = 0.2;

/// Something that stands out. Figures are of the period before and of this one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "remark", rename_all = "snake_case")]
pub enum Remark {
    /// Traffic grew or shrank.
    Turns {
        /// Turns before.
        before: u64,
        /// Turns now.
        now: u64,
    },
    /// A conversation costs more or less.
    CostPerConversation {
        /// In US dollars.
        before_usd: f64,
        /// In US dollars.
        now_usd: f64,
    },
    /// Answers became slower or faster: the time that half of them take to their first words.
    FirstToken {
        /// In milliseconds.
        before_ms: f64,
        /// In milliseconds.
        now_ms: f64,
    },
    /// Quality rose or fell.
    Quality {
        /// 0..=1.
        before: f64,
        /// 0..=1.
        now: f64,
    },
    /// Models fail more or less often.
    FallbackRate {
        /// 0..=1.
        before: f64,
        /// 0..=1.
        now: f64,
    },
    /// Models fail, and this is the most frequent reason.
    Failing {
        /// The reason's stable word.
        reason: String,
        /// How often.
        turns: u64,
    },
    /// More or fewer sentences are kept from visitors.
    WithheldShare {
        /// 0..=1.
        before: f64,
        /// 0..=1.
        now: f64,
    },
    /// Many questions that the documents do not answer.
    Unanswered {
        /// How many.
        turns: u64,
        /// Of all turns, 0..=1.
        share: f64,
    },
    /// A model without a known price was used.
    Unpriced {
        /// In so many turns.
        turns: u64,
    },
}

/// What stands out, most important first.
pub fn remarks(overview: &Overview) -> Vec<Remark> {
    let (now, before) = (&overview.current, &overview.previous);
    let mut found = alone(now);
    if now.turns >= ENOUGH_TURNS && before.turns >= ENOUGH_TURNS {
        found.extend(compared(before, now));
    }
    found
}

/// What can be said without the period before.
fn alone(now: &Figures) -> Vec<Remark> {
    let failing = now.fallback.reasons.iter().find(|reason| reason.failed);
    let failing = failing.map(|reason| Remark::Failing { reason: reason.reason.clone(), turns: reason.turns });
    let share = now.unanswered_turns as f64 / now.turns.max(1) as f64;
    let unanswered = (now.turns >= ENOUGH_TURNS && share >= MANY_UNANSWERED)
        .then_some(Remark::Unanswered { turns: now.unanswered_turns, share });
    let unpriced = (now.cost.unpriced_turns > 0).then_some(Remark::Unpriced { turns: now.cost.unpriced_turns });
    [unpriced, failing, unanswered].into_iter().flatten().collect()
}

fn compared(before: &Figures, now: &Figures) -> Vec<Remark> {
    let factor = |before: Option<f64>, now: Option<f64>| {
        before
            .zip(now)
            .filter(|(before, now)| *before > 0.0 && *now > 0.0 && (now / before >= FACTOR || before / now >= FACTOR))
    };
    let differing = |before: Option<f64>, now: Option<f64>| {
        before.zip(now).filter(|(before, now)| (now - before).abs() >= DIFFERENCE)
    };
    [
        differing(before.quality.quality_mean, now.quality.quality_mean)
            .map(|(before, now)| Remark::Quality { before, now }),
        differing(before.fallback.fallback_rate, now.fallback.fallback_rate)
            .map(|(before, now)| Remark::FallbackRate { before, now }),
        differing(before.verification.withheld_share, now.verification.withheld_share)
            .map(|(before, now)| Remark::WithheldShare { before, now }),
        factor(before.cost.cost_per_conversation_usd, now.cost.cost_per_conversation_usd)
            .map(|(before_usd, now_usd)| Remark::CostPerConversation { before_usd, now_usd }),
        factor(before.first_token.p50_ms, now.first_token.p50_ms)
            .map(|(before_ms, now_ms)| Remark::FirstToken { before_ms, now_ms }),
        factor(Some(before.turns as f64), Some(now.turns as f64))
            .map(|_| Remark::Turns { before: before.turns, now: now.turns }),
    ]
    .into_iter()
    .flatten()
    .collect()
}
