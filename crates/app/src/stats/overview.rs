//! A site over a period: its figures now and before, hour by hour or day by day, and by what turns differ in.

use std::collections::BTreeMap;

use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::traffic::{Span, Tally, TrafficKey, TrafficQuery, TrafficSum};
use portavoz_llm::catalogue::without_date;
use serde::Serialize;

use super::figures::Figures;
use super::period::{Period, rfc3339};
use crate::site::{Site, SiteError};

/// How a model's name begins that was fine-tuned.
const TUNED_PREFIX: &str = "ft:";

/// How a site did in a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// Which turns.
    pub period: Period,
    /// What they are compared with.
    pub previous_period: Period,
    /// All turns of the period.
    pub current: Figures,
    /// All turns of the period before.
    pub previous: Figures,
    /// What one point of the series covers.
    pub step: Step,
    /// Hour by hour or day by day, none left out, oldest first.
    pub series: Vec<Point>,
    /// By the model that answered, most turns first; the empty name is turns that no model answered.
    pub by_model: Vec<Group>,
    /// By version of the prompt, most turns first.
    pub by_prompt: Vec<Group>,
    /// By variant of the experiment, most turns first; the empty name is turns outside of any.
    pub by_variant: Vec<Group>,
    /// Fine-tuned models beside the models they were made from.
    pub tuned: Vec<TunedBesideBase>,
}

/// What one point of a series covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// An hour.
    Hour,
    /// A day, of UTC.
    Day,
}

/// One point of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// Its first moment.
    #[serde(serialize_with = "rfc3339")]
    pub start: Timestamp,
    /// Its turns.
    pub figures: Figures,
}

/// Turns that have something in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// What: a model's name, a prompt's version, a variant.
    pub name: String,
    /// Its turns.
    pub figures: Figures,
}

/// A fine-tuned model and its base on the same period's traffic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TunedBesideBase {
    /// The fine-tuned model.
    pub tuned: Group,
    /// The model that it was made from; `None` if nobody was answered by it.
    pub base: Option<Group>,
}

/// What turns are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Model,
    Prompt,
    Variant,
}

impl Step {
    /// What a period is told by if nobody asks otherwise.
    pub const fn of(period: Period) -> Self {
        if period.is_short() { Self::Hour } else { Self::Day }
    }
}

/// How `site` did in `period`.
pub async fn overview(site: &Site, period: Period) -> Result<Overview, SiteError> {
    overview_by(site, period, Step::of(period)).await
}

/// The same, with a series of this step.
pub async fn overview_by(site: &Site, period: Period, step: Step) -> Result<Overview, SiteError> {
    let previous_period = period.previous();
    let whole = sums(site, period, Span::Whole, true).await?;
    let previous = sums(site, previous_period, Span::Whole, false).await?;
    let parts = sums(site, period, span_of(step), false).await?;
    let by_model = grouped(&whole, By::Model);
    Ok(Overview {
        period,
        previous_period,
        current: Figures::of(&merged(&whole)),
        previous: Figures::of(&merged(&previous)),
        step,
        series: series(period, step, &parts),
        tuned: tuned_beside_base(&by_model),
        by_model,
        by_prompt: grouped(&whole, By::Prompt),
        by_variant: grouped(&whole, By::Variant),
    })
}

/// The course of a period alone, with points of this step: every one of them, oldest first.
pub async fn course(site: &Site, period: Period, step: Step) -> Result<Vec<Point>, SiteError> {
    Ok(series(period, step, &sums(site, period, span_of(step), false).await?))
}

/// The figures of a period alone.
pub async fn figures(site: &Site, period: Period) -> Result<Figures, SiteError> {
    Ok(Figures::of(&tally(site, period).await?))
}

/// The sums of a period alone, for what needs another percentile or limit than [`Figures`] has.
pub async fn tally(site: &Site, period: Period) -> Result<Tally, SiteError> {
    Ok(merged(&sums(site, period, Span::Whole, false).await?))
}

const fn span_of(step: Step) -> Span {
    match step {
        Step::Hour => Span::Hour,
        Step::Day => Span::Day,
    }
}

async fn sums(site: &Site, period: Period, span: Span, grouped: bool) -> Result<Vec<TrafficSum>, SiteError> {
    let query = TrafficQuery {
        from: period.from,
        to: period.to,
        span,
        by_model: grouped,
        by_prompt: grouped,
        by_variant: grouped,
    };
    Ok(site.storage().traffic().sums(site.id(), &query).await?)
}

fn merged<'a>(sums: impl IntoIterator<Item = &'a TrafficSum>) -> Tally {
    let mut whole = Tally::default();
    for sum in sums {
        whole.merge(&sum.tally);
    }
    whole
}

/// Every step of the period, those without turns too.
fn series(period: Period, step: Step, sums: &[TrafficSum]) -> Vec<Point> {
    let mut tallies: BTreeMap<Timestamp, Tally> =
        period.starts(step == Step::Hour).map(|start| (start, Tally::default())).collect();
    for sum in sums {
        // Old hours may have been turned into days: they count at the beginning of their day, or of the period.
        let place = tallies.range_mut(..=sum.start).next_back().map(|(_, tally)| tally);
        match place {
            Some(tally) => tally.merge(&sum.tally),
            None => tallies.entry(sum.start).or_default().merge(&sum.tally),
        }
    }
    tallies.into_iter().map(|(start, tally)| Point { start, figures: Figures::of(&tally) }).collect()
}

/// Most turns first, then by name.
fn grouped(sums: &[TrafficSum], by: By) -> Vec<Group> {
    let name = |key: &TrafficKey| match by {
        By::Model => key.model.clone(),
        By::Prompt => key.prompt.clone(),
        By::Variant => key.variant.clone(),
    };
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for sum in sums {
        tallies.entry(name(&sum.key)).or_default().merge(&sum.tally);
    }
    let mut groups: Vec<Group> =
        tallies.into_iter().map(|(name, tally)| Group { name, figures: Figures::of(&tally) }).collect();
    // Stable, so that equals stay in the order of their names.
    groups.sort_by_key(|group| std::cmp::Reverse(group.figures.turns));
    groups
}

fn tuned_beside_base(by_model: &[Group]) -> Vec<TunedBesideBase> {
    let beside = |tuned: &Group| {
        let base_name = base_of(&tuned.name)?;
        let base = by_model.iter().find(|group| group.name == base_name);
        // `gpt-4o-mini-2024-07-18` is what `gpt-4o-mini` stands for.
        let is_one = |dated: &str, other: &str| without_date(dated) == Some(other);
        let family = || by_model.iter().find(|group| is_one(&group.name, base_name) || is_one(base_name, &group.name));
        Some(TunedBesideBase { tuned: tuned.clone(), base: base.or_else(family).cloned() })
    };
    by_model.iter().filter_map(beside).collect()
}

/// `gpt-4o-mini-2024-07-18` of `ft:gpt-4o-mini-2024-07-18:maria::Abc123`; `None` for a model that was not tuned.
pub fn base_of(model: &str) -> Option<&str> {
    model.strip_prefix(TUNED_PREFIX)?.split(':').next().filter(|base| !base.is_empty())
}
