//! The figures of a period, computed from the sums of its turns. Pure: no storage, no clock.
//!
//! To add one more figure: 1. its measure in [`portavoz_domain::traffic`], if no sum has it yet; 2. its field, with the
//! unit in its name; 3. its line in the `of` of its group. What was not counted is `None`, never zero.

use portavoz_domain::answer::{Outcome, Rung};
use portavoz_domain::feedback::Rating;
use portavoz_domain::traffic::reasons::{Asked, asked_by_reason};
use portavoz_domain::traffic::{Histogram, Measure, Tally};
use portavoz_domain::usage::usd;
use portavoz_domain::verification::Status;
use portavoz_text::language::Language;
use serde::Serialize;

/// The time in which the guide that portavoz began with wants an answer.
pub const RESPONSE_LIMIT_MS: f64 = 2_000.0;

/// Everything that is known of a number of turns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Settled turns.
    pub turns: u64,
    /// Conversations that began.
    pub conversations: u64,
    /// Turns whose visitor left before the end.
    pub abandoned_turns: u64,
    /// Turns that got no answer at all.
    pub failed_turns: u64,
    /// Turns whose question joined the gaps.
    pub unanswered_turns: u64,
    /// See [`Tokens`].
    pub tokens: Tokens,
    /// See [`Cost`].
    pub cost: Cost,
    /// See [`Scores`].
    pub quality: Scores,
    /// See [`Efficiency`].
    pub efficiency: Efficiency,
    /// From arrival to the first words.
    pub first_token: Times,
    /// From arrival to the end.
    pub total: Times,
    /// See [`Fallback`].
    pub fallback: Fallback,
    /// See [`Checked`].
    pub verification: Checked,
    /// See [`Cache`].
    pub cache: Cache,
    /// See [`Thumbs`].
    pub feedback: Thumbs,
    /// How turns ended, most frequent first.
    pub outcomes: Vec<Share>,
    /// What answered, most frequent first.
    pub rungs: Vec<Share>,
    /// What was spoken, most frequent first.
    pub languages: Vec<Share>,
}

/// Tokens of models, of all calls of a turn together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tokens {
    /// Turns that used any.
    pub paid_turns: u64,
    /// Of those, turns whose tokens were estimated because a provider did not say.
    pub estimated_turns: u64,
    /// All tokens of prompts.
    pub prompt_tokens: u64,
    /// Of those, read from the provider's cache.
    pub cached_tokens: u64,
    /// Of those, written to the provider's cache.
    pub cache_write_tokens: u64,
    /// All tokens of answers.
    pub completion_tokens: u64,
    /// Of those, spent on reasoning.
    pub reasoning_tokens: u64,
    /// Prompt and answer together, per paid turn.
    pub tokens_per_answer: Option<f64>,
    /// Of the prompt, per paid turn.
    pub prompt_tokens_per_answer: Option<f64>,
    /// Of the answer, per paid turn.
    pub completion_tokens_per_answer: Option<f64>,
    /// Share of prompt tokens that came from the provider's cache.
    pub cached_share: Option<f64>,
}

/// Money of turns. Vectors of documents and evaluations are not in it: the budget's day has those too.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// Everything whose price is known.
    pub cost_usd: f64,
    /// Turns that used a model without a known price; their cost is not in the sum.
    pub unpriced_turns: u64,
    /// Per settled turn.
    pub cost_per_turn_usd: Option<f64>,
    /// Per conversation that began.
    pub cost_per_conversation_usd: Option<f64>,
}

/// The quality of answers, each mean 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Turns with a score.
    pub scored_turns: u64,
    /// `0.4 relevance + 0.3 accuracy + 0.3 clarity`.
    pub quality_mean: Option<f64>,
    /// How much of the question is addressed.
    pub relevance_mean: Option<f64>,
    /// How much of what is claimed is supported.
    pub accuracy_mean: Option<f64>,
    /// How well answers read.
    pub clarity_mean: Option<f64>,
}

/// Which share of the tokens served the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Efficiency {
    /// Turns of which it is known.
    pub measured_turns: u64,
    /// `(question + cited passages + supported answer tokens) / (all tokens)`, 0..=1.
    pub efficiency_mean: Option<f64>,
}

/// Times in milliseconds, exact to about a tenth of themselves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Times {
    /// Turns that were timed.
    pub timed_turns: u64,
    /// Half of the turns took no longer.
    pub p50_ms: Option<f64>,
    /// Nineteen of twenty took no longer.
    pub p95_ms: Option<f64>,
    /// Ninety-nine of a hundred took no longer.
    pub p99_ms: Option<f64>,
    /// Share of turns within [`RESPONSE_LIMIT_MS`].
    pub share_within_2000_ms: Option<f64>,
}

/// How often models failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fallback {
    /// Turns in which a model was asked.
    pub asked_turns: u64,
    /// Of those, turns in which one failed, whoever answered instead.
    pub fallen_back_turns: u64,
    /// The one over the other.
    pub fallback_rate: Option<f64>,
    /// Why rungs did not answer, most frequent first. Not all reasons are failures: see [`Reason::failed`].
    pub reasons: Vec<Reason>,
}

/// Why a rung did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The rung.
    pub rung: String,
    /// Stable word: `timeout`, `not_known`, `budget_day`.
    pub reason: String,
    /// How often.
    pub turns: u64,
    /// True if it means that a model failed.
    pub failed: bool,
}

/// What the checks of models' answers found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// Sentences checked.
    pub sentences: u64,
    /// Of those, said by the documents.
    pub supported_sentences: u64,
    /// Of those, said otherwise by the documents.
    pub contradicted_sentences: u64,
    /// Of those, not said by the documents.
    pub unsupported_sentences: u64,
    /// Sentences that were kept from visitors.
    pub withheld_sentences: u64,
    /// Share of sentences that the documents say.
    pub supported_share: Option<f64>,
    /// Share of sentences that were kept from visitors.
    pub withheld_share: Option<f64>,
}

/// Answers told again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cache {
    /// Turns that were answered from the answer cache.
    pub hits: u64,
    /// Hits over hits and turns that asked a model.
    pub hit_rate: Option<f64>,
}

/// What visitors think of the answers of the period, whenever they said it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Thumbs {
    /// Turns with a thumb up.
    pub up_turns: u64,
    /// Turns with a thumb down.
    pub down_turns: u64,
    /// Thumbs up over all thumbs.
    pub up_share: Option<f64>,
}

/// How many turns are of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Share {
    /// Stable name.
    pub name: String,
    /// How many.
    pub turns: u64,
    /// Of all settled turns.
    pub share: f64,
}

impl Figures {
    /// The figures of these sums.
    pub fn of(tally: &Tally) -> Self {
        let turns = tally.get(&Measure::Turns);
        let shares = |kinds: Vec<(&str, Measure)>| shares(tally, turns, kinds);
        Self {
            turns,
            conversations: tally.get(&Measure::Conversations),
            abandoned_turns: tally.get(&Measure::Abandoned),
            failed_turns: tally.get(&Measure::Failed),
            unanswered_turns: tally.get(&Measure::Unanswered),
            tokens: Tokens::of(tally),
            cost: Cost::of(tally),
            quality: Scores::of(tally),
            efficiency: Efficiency {
                measured_turns: tally.get(&Measure::Efficient),
                efficiency_mean: tally.mean_score(&Measure::Efficiency, &Measure::Efficient),
            },
            first_token: Times::of(&tally.first_token()),
            total: Times::of(&tally.took()),
            fallback: Fallback::of(tally),
            verification: Checked::of(tally),
            cache: Cache::of(tally),
            feedback: Thumbs::of(tally),
            outcomes: shares(Outcome::ALL.map(|outcome| (outcome.name(), Measure::Outcome(outcome))).into()),
            rungs: shares(Rung::ALL.map(|rung| (rung.name(), Measure::Rung(rung))).into()),
            languages: shares(Language::ALL.map(|language| (language.code(), Measure::Language(language))).into()),
        }
    }
}

/// Those that there are, most frequent first, then by name.
fn shares(tally: &Tally, turns: u64, kinds: Vec<(&str, Measure)>) -> Vec<Share> {
    let counted = kinds.into_iter().map(|(name, measure)| (name, tally.get(&measure)));
    let mut shares: Vec<Share> = counted
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| Share { name: name.to_owned(), turns: count, share: count as f64 / turns.max(1) as f64 })
        .collect();
    shares.sort_by(|one, other| other.turns.cmp(&one.turns).then_with(|| one.name.cmp(&other.name)));
    shares
}

impl Tokens {
    fn of(tally: &Tally) -> Self {
        let paid_turns = tally.get(&Measure::Paid);
        let prompt = tally.ratio(&Measure::PromptTokens, &Measure::Paid);
        let completion = tally.ratio(&Measure::CompletionTokens, &Measure::Paid);
        Self {
            paid_turns,
            estimated_turns: tally.get(&Measure::Estimated),
            prompt_tokens: tally.get(&Measure::PromptTokens),
            cached_tokens: tally.get(&Measure::CachedTokens),
            cache_write_tokens: tally.get(&Measure::CacheWriteTokens),
            completion_tokens: tally.get(&Measure::CompletionTokens),
            reasoning_tokens: tally.get(&Measure::ReasoningTokens),
            tokens_per_answer: prompt.zip(completion).map(|(prompt, completion)| prompt + completion),
            prompt_tokens_per_answer: prompt,
            completion_tokens_per_answer: completion,
            cached_share: tally.ratio(&Measure::CachedTokens, &Measure::PromptTokens),
        }
    }
}

impl Cost {
    fn of(tally: &Tally) -> Self {
        let in_usd = |micros: f64| micros / 1e6;
        Self {
            cost_usd: usd(tally.get(&Measure::Cost)),
            unpriced_turns: tally.get(&Measure::Unpriced),
            cost_per_turn_usd: tally.ratio(&Measure::Cost, &Measure::Turns).map(in_usd),
            cost_per_conversation_usd: tally.ratio(&Measure::Cost, &Measure::Conversations).map(in_usd),
        }
    }
}

impl Scores {
    fn of(tally: &Tally) -> Self {
        let mean = |score| tally.mean_score(&score, &Measure::Scored);
        Self {
            scored_turns: tally.get(&Measure::Scored),
            quality_mean: mean(Measure::Quality),
            relevance_mean: mean(Measure::Relevance),
            accuracy_mean: mean(Measure::Accuracy),
            clarity_mean: mean(Measure::Clarity),
        }
    }
}

impl Times {
    fn of(times: &Histogram) -> Self {
        Self {
            timed_turns: times.count(),
            p50_ms: times.quantile_ms(0.5),
            p95_ms: times.quantile_ms(0.95),
            p99_ms: times.quantile_ms(0.99),
            share_within_2000_ms: times.share_within(RESPONSE_LIMIT_MS),
        }
    }
}

impl Fallback {
    fn of(tally: &Tally) -> Self {
        let mut reasons: Vec<Reason> = tally.iter().filter_map(|(measure, turns)| Reason::of(measure, turns)).collect();
        reasons.sort_by(|one, other| {
            let names = |reason: &Reason| (reason.rung.clone(), reason.reason.clone());
            other.turns.cmp(&one.turns).then_with(|| names(one).cmp(&names(other)))
        });
        Self {
            asked_turns: tally.get(&Measure::Asked),
            fallen_back_turns: tally.get(&Measure::FellBack),
            fallback_rate: tally.ratio(&Measure::FellBack, &Measure::Asked),
            reasons,
        }
    }
}

impl Reason {
    fn of(measure: &Measure, turns: u64) -> Option<Self> {
        let Measure::Reason(name) = measure else { return None };
        let (rung, reason) = name.split_once(':')?;
        let has_model = [Rung::Primary, Rung::Fallback].iter().any(|model| model.name() == rung);
        let failed = has_model && asked_by_reason(Some(reason)) == Asked::Failed;
        Some(Self { rung: rung.to_owned(), reason: reason.to_owned(), turns, failed })
    }
}

impl Checked {
    fn of(tally: &Tally) -> Self {
        let of_status = |status| tally.get(&Measure::Sentences(status));
        let supported_sentences = of_status(Status::Supported);
        let (contradicted_sentences, unsupported_sentences) =
            (of_status(Status::Contradicted), of_status(Status::Unsupported));
        let sentences = supported_sentences + contradicted_sentences + unsupported_sentences;
        let withheld_sentences = tally.get(&Measure::Withheld);
        let share = |part: u64| (sentences > 0).then(|| part as f64 / sentences as f64);
        Self {
            sentences,
            supported_sentences,
            contradicted_sentences,
            unsupported_sentences,
            withheld_sentences,
            supported_share: share(supported_sentences),
            withheld_share: share(withheld_sentences),
        }
    }
}

impl Thumbs {
    fn of(tally: &Tally) -> Self {
        let of = |rating| tally.get(&Measure::Thumbs(rating));
        let (up_turns, down_turns) = (of(Rating::Up), of(Rating::Down));
        let thumbs = up_turns + down_turns;
        Self { up_turns, down_turns, up_share: (thumbs > 0).then(|| up_turns as f64 / thumbs as f64) }
    }
}

impl Cache {
    fn of(tally: &Tally) -> Self {
        let hits = tally.get(&Measure::Rung(Rung::Cache));
        let chances = hits + tally.get(&Measure::Asked);
        Self { hits, hit_rate: (chances > 0).then(|| hits as f64 / chances as f64) }
    }
}
