//! What the recorded tokens would have cost with other models.

use portavoz_domain::traffic::{Measure, Tally};
use portavoz_domain::usage::{Usage, usd};
use portavoz_llm::catalogue::Card;

use super::{Change, Compared, Material};
use crate::stats::Figures;

/// Days of the month that savings are told for.
const MONTH_DAYS: f64 = 30.0;

/// What the comparison takes for granted.
pub(super) const ASSUMPTIONS: &[&str] = &[
    "every model would have read and written as many tokens as the one that answered; gpt-4 and gpt-4-turbo cut text \
     into more tokens, so they would have cost more than shown",
    "tokens that came from the provider's cache are priced as cached where a model has such a price, otherwise in full",
    "standard tier, no batches; what embeddings cost is in what was paid and would have been paid with any model",
];

/// All tokens of the turns.
fn usage(tally: &Tally) -> Usage {
    Usage {
        prompt_tokens: tally.get(&Measure::PromptTokens),
        cached_tokens: tally.get(&Measure::CachedTokens),
        cache_write_tokens: tally.get(&Measure::CacheWriteTokens),
        completion_tokens: tally.get(&Measure::CompletionTokens),
        reasoning_tokens: tally.get(&Measure::ReasoningTokens),
        estimated: false,
    }
}

/// What `usage` costs with a model. The sum of many prompts is no long prompt, so no surcharge of long ones applies.
fn cost_with(card: &Card, usage: &Usage) -> Option<f64> {
    Some(usd(card.price()?.cost_usd_micros(usage)))
}

/// The other models and our own, dearest first; nothing if no model was called.
pub(super) fn compared(material: &Material<'_>, tally: &Tally, all: &Figures) -> Vec<Compared> {
    let usage = usage(tally);
    if usage.prompt_tokens + usage.completion_tokens == 0 {
        return Vec::new();
    }
    // Turns whose price is not known would make everything else look dear.
    let paid = (all.cost.unpriced_turns == 0).then_some(all.cost.cost_usd);
    let mut cards: Vec<&Card> = material.others.iter().collect();
    cards.extend(material.own.iter().filter(|own| !material.others.iter().any(|other| other.name == own.name)));
    let row = |card: &&Card| {
        let cost_usd = cost_with(card, &usage)?;
        let share = |paid: f64| (cost_usd > 0.0).then(|| 1.0 - paid / cost_usd);
        let shutdown = card.lifecycle.shutdown.filter(|_| card.is_shut_down(material.today));
        Some(Compared {
            model: card.name.clone(),
            cost_usd,
            cost_per_conversation_usd: (all.conversations > 0).then(|| cost_usd / all.conversations as f64),
            saved_share: paid.and_then(share),
            retired: shutdown.map(|day| day.to_string()),
            holds_prompts: card.context_window.map(|window| material.longest_prompt < u64::from(window)),
            own: material.own.iter().any(|own| own.name == card.name),
        })
    };
    let mut rows: Vec<Compared> = cards.iter().filter_map(row).collect();
    rows.sort_by(|one, other| other.cost_usd.total_cmp(&one.cost_usd).then_with(|| one.model.cmp(&other.model)));
    rows
}

/// What each model that can still be asked would save in a month, most first.
pub(super) fn changes(material: &Material<'_>, tally: &Tally, all: &Figures, days: u64) -> Vec<Change> {
    let usage = usage(tally);
    if usage.prompt_tokens + usage.completion_tokens == 0 || all.cost.unpriced_turns > 0 {
        return Vec::new();
    }
    let monthly = |cost: f64| cost / days as f64 * MONTH_DAYS;
    let now = monthly(all.cost.cost_usd);
    let primary = material.own.first();
    let successor = primary.and_then(|card| card.lifecycle.successor.as_deref());
    let candidates = material.others.iter().filter(|card| {
        let is_own = primary.is_some_and(|own| own.name == card.name);
        let fits = card.context_window.is_none_or(|window| material.longest_prompt < u64::from(window));
        !is_own && fits && !card.is_shut_down(material.today)
    });
    let row = |card: &Card| {
        let month_usd = monthly(cost_with(card, &usage)?);
        let ends = primary.and_then(|own| own.lifecycle.shutdown).filter(|_| successor == Some(card.name.as_str()));
        Some(Change {
            model: card.name.clone(),
            month_usd,
            month_now_usd: now,
            saves_usd: now - month_usd,
            successor_from: ends.map(|day| day.to_string()),
        })
    };
    let mut rows: Vec<Change> = candidates.filter_map(row).collect();
    rows.sort_by(|one, other| other.saves_usd.total_cmp(&one.saves_usd).then_with(|| one.model.cmp(&other.model)));
    rows
}
