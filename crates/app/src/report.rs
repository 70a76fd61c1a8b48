//! The report: what answers cost, how long they took and how good they were, beside what other models would have cost.
//!
//! Pure: [`report`] makes it of the sums of the owner's turns and of the model catalogue; nothing in it is assumed of the
//! traffic. What was not measured is `None` or [`State::NotKnown`], with the way to find out. Owns the figures; how they are
//! shown is the command's. The guide's expectations are in `report/expectations.rs`, money in `report/money.rs`, asking
//! a reference model in `report/reference.rs`.

mod expectations;
mod money;

use std::collections::BTreeMap;

use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::traffic::{Tally, TrafficKey};
use portavoz_llm::catalogue::Card;
use serde::Serialize;
use time::Date;

use crate::stats::{Figures, Period, Scores, Times};

/// The turns of one day, or part of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// When the day begins.
    pub start: Timestamp,
    /// What the turns have in common.
    pub key: TrafficKey,
    /// Their sums.
    pub tally: Tally,
}

/// What a report is made of.
#[derive(Debug, Clone)]
pub struct Material<'a> {
    /// Which turns.
    pub period: Period,
    /// By day and model.
    pub slices: &'a [Slice],
    /// The most prompt tokens of any recent turn; 0 if no turn called a model.
    pub longest_prompt: u64,
    /// Today, for models that are switched off.
    pub today: Date,
    /// The models that answer, in the order of the ladder.
    pub own: &'a [Card],
    /// The models to compare with.
    pub others: &'a [Card],
    /// What a reference model made of the owner's own questions, if it was asked.
    pub reference: Option<Reference>,
    /// What figures are to keep to.
    pub limits: Limits,
}

/// What figures are to keep to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limits {
    /// Nineteen of twenty visitors see the first words within this time.
    pub response_ms: f64,
    /// On the dearest day.
    pub cost_day_usd: f64,
    /// Mean of answers, 0..=1.
    pub quality: f64,
    /// Mean of turns that called a model, 0..=1.
    pub efficiency: f64,
}

impl Default for Limits {
    /// The guide's.
    fn default() -> Self {
        Self { response_ms: 2_000.0, cost_day_usd: 10.0, quality: 0.8, efficiency: 0.7 }
    }
}

/// What a reference model made of the owner's own questions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reference {
    /// Its name.
    pub model: String,
    /// Questions it was asked.
    pub questions: u64,
    /// Of those, questions that it answered itself.
    pub answered: u64,
    /// What that cost; `None` if its price is not known.
    pub cost_usd: Option<f64>,
    /// Everything measured.
    pub figures: Figures,
}

/// How answers were, and what they cost, beside other models.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Which turns.
    pub period: Period,
    /// Its days, begun ones counted.
    pub days: u64,
    /// Everything together.
    pub all: Figures,
    /// By the model that answered; those quoted from the documents are [`QUOTED`]. Most frequent first.
    pub by_model: Vec<OfModel>,
    /// What the same tokens would have cost, dearest first.
    pub compared: Vec<Compared>,
    /// What changing the model would save, most first.
    pub changes: Vec<Change>,
    /// Cost by day, oldest first, days without turns left out.
    pub cost_by_day: Vec<DayCost>,
    /// What the reference model made of the owner's questions, if it was asked.
    pub reference: Option<Reference>,
    /// The guide's expectations, each with its figure.
    pub expectations: Vec<Expectation>,
    /// What the comparison takes for granted.
    pub assumptions: Vec<&'static str>,
}

/// The name of answers that no model gave.
pub const QUOTED: &str = "no model";

/// One model's answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfModel {
    /// Its name.
    pub model: String,
    /// Turns.
    pub turns: u64,
    /// How good they were.
    pub quality: Scores,
    /// Until the first words.
    pub first_token: Times,
    /// Until the end.
    pub total: Times,
    /// All of them together, in US dollars.
    pub cost_usd: f64,
}

/// What the recorded tokens would have cost with a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Its name.
    pub model: String,
    /// In US dollars.
    pub cost_usd: f64,
    /// Per conversation that began.
    pub cost_per_conversation_usd: Option<f64>,
    /// How much less was paid than this, as a share of it; below zero if more was.
    pub saved_share: Option<f64>,
    /// The first day without it, if that has come.
    pub retired: Option<String>,
    /// False if the longest prompt would not have fitted its context window; `None` if its window is not known.
    pub holds_prompts: Option<bool>,
    /// True if it is one of the models that answer.
    pub own: bool,
}

/// What answering with another model would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The other model.
    pub model: String,
    /// A month of 30 days at the period's traffic, in US dollars.
    pub month_usd: f64,
    /// What the models that answer cost in such a month.
    pub month_now_usd: f64,
    /// The difference; below zero if the other is dearer.
    pub saves_usd: f64,
    /// From when on there is no choice: the first day without today's model, if this is its named successor.
    pub successor_from: Option<String>,
}

/// The cost of a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayCost {
    /// When it begins.
    #[serde(skip)]
    pub start: Timestamp,
    /// As `YYYY-MM-DD`.
    pub day: String,
    /// In US dollars.
    pub cost_usd: f64,
}

/// How an expectation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds.
    Met,
    /// It does not.
    NotMet,
    /// Too little was measured.
    NotKnown,
}

/// Something the guide promises or demands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expectation {
    /// Stable name, such as `cheaper`.
    pub name: &'static str,
    /// What is expected, in words.
    pub expected: String,
    /// How it stands.
    pub state: State,
    /// The figure behind it.
    pub figure: String,
    /// What to do about it, if there is something.
    pub advice: Option<String>,
}

/// Makes the report.
pub fn report(material: &Material<'_>) -> Report {
    let whole = merged(material.slices.iter());
    let all = Figures::of(&whole);
    let days = u64::try_from(material.period.hours()).unwrap_or(0).div_ceil(24).max(1);
    let cost_by_day = cost_by_day(material.slices);
    let compared = money::compared(material, &whole, &all);
    let changes = money::changes(material, &whole, &all, days);
    let expectations = expectations::expectations(material, &all, &compared, &cost_by_day);
    Report {
        period: material.period,
        days,
        by_model: by_model(material.slices),
        compared,
        changes,
        cost_by_day,
        reference: material.reference.clone(),
        expectations,
        assumptions: money::ASSUMPTIONS.to_vec(),
        all,
    }
}

fn merged<'a>(slices: impl Iterator<Item = &'a Slice>) -> Tally {
    slices.fold(Tally::default(), |mut sum, slice| {
        sum.merge(&slice.tally);
        sum
    })
}

fn by_model(slices: &[Slice]) -> Vec<OfModel> {
    let mut models: BTreeMap<&str, Tally> = BTreeMap::new();
    for slice in slices {
        models.entry(slice.key.model.as_str()).or_default().merge(&slice.tally);
    }
    let named = |model: &str| if model.is_empty() { QUOTED.to_owned() } else { model.to_owned() };
    let mut rows: Vec<OfModel> = models
        .into_iter()
        .map(|(model, tally)| {
            let figures = Figures::of(&tally);
            OfModel {
                model: named(model),
                turns: figures.turns,
                quality: figures.quality,
                first_token: figures.first_token,
                total: figures.total,
                cost_usd: figures.cost.cost_usd,
            }
        })
        .collect();
    rows.sort_by(|one, other| other.turns.cmp(&one.turns).then_with(|| one.model.cmp(&other.model)));
    rows
}

fn cost_by_day(slices: &[Slice]) -> Vec<DayCost> {
    let mut days: BTreeMap<Timestamp, Tally> = BTreeMap::new();
    for slice in slices {
        days.entry(slice.start).or_default().merge(&slice.tally);
    }
    let row = |(start, tally): (Timestamp, Tally)| DayCost {
        start,
        day: start.to_rfc3339().get(..10).unwrap_or_default().to_owned(),
        cost_usd: Figures::of(&tally).cost.cost_usd,
    };
    days.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests;
