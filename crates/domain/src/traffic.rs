//! What is summed of turns as they are settled, so that a year of traffic can be told without reading its turns.
//!
//! A [`Tally`] is a map from measures to whole numbers; tallies are added. Databases keep one number for each hour (later
//! each day), each [`TrafficKey`] and each measure. To measure one more thing: 1. its [`Measure`], with a name; 2. its
//! line in [`Tally::of`]; nothing else, as databases keep measures by name. Ratings are given later, and are counted where
//! turns were counted, by whoever keeps them.

use std::collections::BTreeMap;

use portavoz_text::language::Language;

use crate::answer::{Outcome, Rung};
use crate::feedback::Rating;
use crate::timestamp::Timestamp;
use crate::turn::{Settlement, TurnStatus};
use crate::verification::Status;

mod histogram;
pub mod reasons;

pub use histogram::{BUCKETS, Histogram, bucket_of, lower_bound_ms};
use reasons::Asked;

/// What turns are told apart by. Empty means none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TrafficKey {
    /// The model that answered.
    pub model: String,
    /// The prompt's version.
    pub prompt: String,
    /// The experiment's variant.
    pub variant: String,
}

impl TrafficKey {
    /// The key of a turn, by what its settlement says.
    pub fn of(model: Option<&str>, prompt: Option<&str>, variant: Option<&str>) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self { model: text(model), prompt: text(prompt), variant: text(variant) }
    }
}

/// One thing that is counted or added up. Scores are added up in millionths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Settled turns.
    Turns,
    /// Conversations that began.
    Conversations,
    /// Turns whose visitor left.
    Abandoned,
    /// Turns without an answer.
    Failed,
    /// Turns that joined the gaps.
    Unanswered,
    /// Turns that ended like this.
    Outcome(Outcome),
    /// Turns that were answered by this rung.
    Rung(Rung),
    /// Turns in which a rung did not answer, for this reason: `primary:timeout`.
    Reason(String),
    /// Turns in which a model was asked, see [`reasons::asked`].
    Asked,
    /// Of those, turns in which a model failed, whoever answered instead.
    FellBack,
    /// Turns in this language.
    Language(Language),
    /// All prompt tokens.
    PromptTokens,
    /// Of those, read from the provider's cache.
    CachedTokens,
    /// Of those, written to the provider's cache.
    CacheWriteTokens,
    /// All tokens of answers.
    CompletionTokens,
    /// Of those, spent on reasoning.
    ReasoningTokens,
    /// Turns whose tokens were estimated.
    Estimated,
    /// Turns that called a model.
    Paid,
    /// Micro-dollars.
    Cost,
    /// Turns whose cost is not known.
    Unpriced,
    /// Turns with a quality score.
    Scored,
    /// Their scores.
    Quality,
    /// Their relevance.
    Relevance,
    /// Their accuracy.
    Accuracy,
    /// Their clarity.
    Clarity,
    /// Turns with a token efficiency.
    Efficient,
    /// Their efficiency.
    Efficiency,
    /// Sentences found so, withheld ones counted.
    Sentences(Status),
    /// Sentences that were withheld.
    Withheld,
    /// Turns whose first words came within this bucket of a [`Histogram`].
    FirstToken(u8),
    /// Turns that took as long as this bucket.
    Took(u8),
    /// Turns that their visitors rate so. The only measure that can go down: ratings change.
    Thumbs(Rating),
}

impl Measure {
    /// The stable name, as stored.
    pub fn name(&self) -> String {
        match self {
            Self::Turns => "turns".to_owned(),
            Self::Conversations => "conversations".to_owned(),
            Self::Abandoned => "abandoned".to_owned(),
            Self::Failed => "failed".to_owned(),
            Self::Unanswered => "unanswered".to_owned(),
            Self::Outcome(outcome) => format!("outcome:{}", outcome.name()),
            Self::Rung(rung) => format!("rung:{}", rung.name()),
            Self::Reason(reason) => format!("reason:{reason}"),
            Self::Asked => "asked".to_owned(),
            Self::FellBack => "fell_back".to_owned(),
            Self::Language(language) => format!("language:{}", language.code()),
            Self::PromptTokens => "prompt_tokens".to_owned(),
            Self::CachedTokens => "cached_tokens".to_owned(),
            Self::CacheWriteTokens => "cache_write_tokens".to_owned(),
            Self::CompletionTokens => "completion_tokens".to_owned(),
            Self::ReasoningTokens => "reasoning_tokens".to_owned(),
            Self::Estimated => "estimated".to_owned(),
            Self::Paid => "paid".to_owned(),
            Self::Cost => "cost".to_owned(),
            Self::Unpriced => "unpriced".to_owned(),
            Self::Scored => "scored".to_owned(),
            Self::Quality => "quality".to_owned(),
            Self::Relevance => "relevance".to_owned(),
            Self::Accuracy => "accuracy".to_owned(),
            Self::Clarity => "clarity".to_owned(),
            Self::Efficient => "efficient".to_owned(),
            Self::Efficiency => "efficiency".to_owned(),
            Self::Sentences(status) => format!("sentences:{}", status.name()),
            Self::Withheld => "withheld".to_owned(),
            Self::FirstToken(bucket) => format!("first_token:{bucket}"),
            Self::Took(bucket) => format!("took:{bucket}"),
            Self::Thumbs(rating) => format!("thumbs:{}", rating.name()),
        }
    }

    /// Reads the stable name; `None` for measures of another version.
    pub fn parse(name: &str) -> Option<Self> {
        let (family, rest) = name.split_once(':').unwrap_or((name, ""));
        match family {
            "outcome" => Outcome::parse(rest).map(Self::Outcome),
            "rung" => Rung::parse(rest).map(Self::Rung),
            "reason" => Some(Self::Reason(rest.to_owned())),
            "language" => Language::parse(rest).map(Self::Language),
            "sentences" => Status::parse(rest).map(Self::Sentences),
            "first_token" => rest.parse().ok().map(Self::FirstToken),
            "took" => rest.parse().ok().map(Self::Took),
            "thumbs" => Rating::parse(rest).map(Self::Thumbs),
            _ => PLAIN.into_iter().find(|measure| measure.name() == name),
        }
    }
}

/// The measures without a parameter.
const PLAIN: [Measure; 24] = [
    Measure::Turns,
    Measure::Conversations,
    Measure::Abandoned,
    Measure::Failed,
    Measure::Unanswered,
    Measure::Asked,
    Measure::FellBack,
    Measure::PromptTokens,
    Measure::CachedTokens,
    Measure::CacheWriteTokens,
    Measure::CompletionTokens,
    Measure::ReasoningTokens,
    Measure::Estimated,
    Measure::Paid,
    Measure::Cost,
    Measure::Unpriced,
    Measure::Scored,
    Measure::Quality,
    Measure::Relevance,
    Measure::Accuracy,
    Measure::Clarity,
    Measure::Efficient,
    Measure::Efficiency,
    Measure::Withheld,
];

/// What one sum covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Span {
    /// An hour; days that were compacted come whole, at their beginning.
    Hour,
    /// A day in UTC.
    Day,
    /// All that was asked for.
    #[default]
    Whole,
}

/// Which sums to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrafficQuery {
    /// Turns settled at or after this hour.
    pub from: Timestamp,
    /// Turns settled before this hour.
    pub to: Timestamp,
    /// What one sum covers.
    pub span: Span,
    /// Models apart.
    pub by_model: bool,
    /// Prompts apart.
    pub by_prompt: bool,
    /// Variants apart.
    pub by_variant: bool,
}

/// The turns of a span and a key together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficSum {
    /// When the span begins; of [`Span::Whole`], the query's `from`.
    pub start: Timestamp,
    /// What the turns have in common; empty where they were not told apart.
    pub key: TrafficKey,
    /// Their sums.
    pub tally: Tally,
}

/// Sums of turns. What is not in it is zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<Measure, u64>);

impl Tally {
    /// What one turn adds, and under which key.
    pub fn of(settlement: &Settlement, language: Language) -> (TrafficKey, Self) {
        let mut tally = Self::default();
        tally.add(Measure::Turns, 1);
        tally.add(Measure::Language(language), 1);
        tally.add(Measure::Conversations, settlement.opens_conversation.into());
        tally.add(Measure::Abandoned, (settlement.status == TurnStatus::Abandoned).into());
        tally.add(Measure::Failed, (settlement.status == TurnStatus::Failed).into());
        tally.add(Measure::Unanswered, settlement.unanswered.into());
        if let Some(outcome) = settlement.outcome {
            tally.add(Measure::Outcome(outcome), 1);
        }
        tally.add_ladder(settlement);
        tally.add_usage(settlement);
        tally.add_scores(settlement);
        tally.add(Measure::Took(bucket_of(settlement.took_ms)), 1);
        if let Some(first_token_ms) = settlement.first_token_ms {
            tally.add(Measure::FirstToken(bucket_of(first_token_ms)), 1);
        }
        let text = Option::as_deref;
        let variant = text(&settlement.variant);
        (TrafficKey::of(text(&settlement.model), text(&settlement.prompt_version), variant), tally)
    }

    fn add_ladder(&mut self, settlement: &Settlement) {
        let answered = settlement.outcome.is_some().then(|| settlement.ladder.last()).flatten();
        for tried in &settlement.ladder {
            if let Some(reason) = &tried.reason {
                self.add(Measure::Reason(format!("{}:{reason}", tried.rung.name())), 1);
            }
        }
        let asked = || settlement.ladder.iter().filter_map(reasons::asked);
        self.add(Measure::Asked, asked().any(|asked| asked != Asked::Not).into());
        self.add(Measure::FellBack, asked().any(|asked| asked == Asked::Failed).into());
        if let Some(tried) = answered {
            self.add(Measure::Rung(tried.rung), 1);
        }
    }

    fn add_usage(&mut self, settlement: &Settlement) {
        let usage = &settlement.usage;
        self.add(Measure::PromptTokens, usage.prompt_tokens);
        self.add(Measure::CachedTokens, usage.cached_tokens);
        self.add(Measure::CacheWriteTokens, usage.cache_write_tokens);
        self.add(Measure::CompletionTokens, usage.completion_tokens);
        self.add(Measure::ReasoningTokens, usage.reasoning_tokens);
        let is_paid = usage.prompt_tokens > 0 || usage.completion_tokens > 0;
        self.add(Measure::Paid, is_paid.into());
        self.add(Measure::Estimated, (is_paid && usage.estimated).into());
        match settlement.cost_usd_micros {
            Some(cost) => self.add(Measure::Cost, cost),
            None => self.add(Measure::Unpriced, is_paid.into()),
        }
    }

    fn add_scores(&mut self, settlement: &Settlement) {
        if let Some(quality) = &settlement.quality {
            self.add(Measure::Scored, 1);
            self.add(Measure::Quality, millionths(quality.score));
            self.add(Measure::Relevance, millionths(quality.relevance.score));
            self.add(Measure::Accuracy, millionths(quality.accuracy.score));
            self.add(Measure::Clarity, millionths(quality.clarity.score));
        }
        if let Some(efficiency) = settlement.efficiency {
            self.add(Measure::Efficient, 1);
            self.add(Measure::Efficiency, millionths(efficiency));
        }
        for sentence in settlement.verification.iter().flat_map(|verification| &verification.sentences) {
            self.add(Measure::Sentences(sentence.status), 1);
        }
        self.add(Measure::Withheld, settlement.withheld.into());
    }

    /// Adds to one measure.
    pub fn add(&mut self, measure: Measure, amount: u64) {
        if amount > 0 {
            let sum = self.0.entry(measure).or_default();
            *sum = sum.saturating_add(amount);
        }
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Self) {
        for (measure, amount) in &other.0 {
            self.add(measure.clone(), *amount);
        }
    }

    /// One measure.
    pub fn get(&self, measure: &Measure) -> u64 {
        self.0.get(measure).copied().unwrap_or(0)
    }

    /// Everything that is not zero, by measure.
    pub fn iter(&self) -> impl Iterator<Item = (&Measure, u64)> {
        self.0.iter().map(|(measure, amount)| (measure, *amount))
    }

    /// `part / whole`; `None` if the whole is zero.
    pub fn ratio(&self, part: &Measure, whole: &Measure) -> Option<f64> {
        let whole = self.get(whole);
        (whole > 0).then(|| self.get(part) as f64 / whole as f64)
    }

    /// The mean of a score that is added up in millionths, 0..=1.
    pub fn mean_score(&self, score: &Measure, count: &Measure) -> Option<f64> {
        self.ratio(score, count).map(|mean| mean / 1e6)
    }

    /// Times from arrival to the first words.
    pub fn first_token(&self) -> Histogram {
        self.histogram(|measure| if let Measure::FirstToken(bucket) = measure { Some(*bucket) } else { None })
    }

    /// Times from arrival to the end.
    pub fn took(&self) -> Histogram {
        self.histogram(|measure| if let Measure::Took(bucket) = measure { Some(*bucket) } else { None })
    }

    fn histogram(&self, bucket: impl Fn(&Measure) -> Option<u8>) -> Histogram {
        self.0.iter().filter_map(|(measure, count)| Some((bucket(measure)?, *count))).collect()
    }
}

/// A score 0..=1 in millionths.
fn millionths(score: f32) -> u64 {
    (f64::from(score.clamp(0.0, 1.0)) * 1e6).round() as u64
}

#[cfg(test)]
mod tests;
