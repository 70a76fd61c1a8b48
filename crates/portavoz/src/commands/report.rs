//! `portavoz report`: what answers cost, how long they took and how good they were, beside other models.
//!
//! The figures come from the sums of settled turns; nothing is asked of anybody unless `--reference` names a model, whose
//! cost is told and confirmed first.

use std::path::Path;

use anyhow::Context;
use portavoz_app::report::{Limits, Material, Reference, Report, Slice, report};
use portavoz_app::stats::Period;
use portavoz_domain::alerts::rules::Thresholds;
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::traffic::{Span, TrafficQuery};
use portavoz_llm::catalogue::{Card, Catalogue, ModelKind};
use portavoz_storage::TurnFilter;

use super::{Ending, Invocation, wait_for};
use crate::assemble::{self, Assembled};
use crate::cli;
use crate::config::Settings;
use crate::config::place::shown;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::models;

mod html;
mod reference;
mod text;

/// Days that are reported unless others are asked for.
const DAYS: u32 = 30;
/// Turns looked at for the longest prompt and for questions to ask again: the newest, as many as one listing gives.
const RECENT_TURNS: u32 = 1_000;

/// Makes the report and prints or writes it.
pub fn run(invocation: &Invocation, args: &cli::Report) -> anyhow::Result<Ending> {
    let settings = invocation.load(args.site_dir.as_deref(), &[], Audience::Command)?.settings;
    let catalogue = models::catalogue(&settings)?;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let made = make(invocation, args, &assembled, &settings, &catalogue).await;
        assembled.close().await;
        let report = made?;
        if let Some(file) = &args.html {
            write_html(file, &report, &settings)?;
            invocation.output.remark(format_args!("written to {}", shown(file)));
        }
        if args.json {
            invocation.output.json(&report)?;
        } else if args.html.is_none() {
            invocation.output.line(text::render(&report))?;
        }
        Ok(Ending::Fine)
    })
}

async fn make(
    invocation: &Invocation,
    args: &cli::Report,
    assembled: &Assembled,
    settings: &Settings,
    catalogue: &Catalogue,
) -> anyhow::Result<Report> {
    let now = assembled.site.now();
    let period = period(args, now)?;
    let query =
        TrafficQuery { from: period.from, to: period.to, span: Span::Day, by_model: true, ..TrafficQuery::default() };
    let sums = assembled.storage.traffic().sums(assembled.site.id(), &query).await?;
    let slices: Vec<Slice> =
        sums.into_iter().map(|sum| Slice { start: sum.start, key: sum.key, tally: sum.tally }).collect();
    let filter =
        TurnFilter { from: Some(period.from), to: Some(period.to), limit: RECENT_TURNS, ..TurnFilter::default() };
    let recent = assembled.storage.turns().list(assembled.site.id(), &filter).await?;
    let prompts = recent.iter().filter_map(|turn| turn.settlement.as_ref()).map(|it| it.usage.prompt_tokens);
    let longest_prompt = prompts.max().unwrap_or(0);
    let measured: Option<Reference> = match &args.reference {
        Some(model) => {
            let (questions, yes) = (args.questions, args.yes);
            let asking =
                reference::Asking { invocation, assembled, settings, catalogue, model, questions, yes, longest_prompt };
            Some(reference::measure(&recent, asking).await?)
        }
        None => None,
    };
    Ok(report(&Material {
        period,
        slices: &slices,
        longest_prompt,
        today: now.date().unwrap_or(time::Date::MIN),
        own: &assembled.cards,
        others: &others(catalogue),
        reference: measured,
        limits: limits(&assembled.site.settings().alerts.thresholds),
    }))
}

/// What the owner wants figures to keep to; where they set no limit, the guide's.
fn limits(thresholds: &Thresholds) -> Limits {
    let guide = Limits::default();
    Limits {
        response_ms: thresholds.response_ms.unwrap_or(guide.response_ms),
        cost_day_usd: thresholds.cost_day_usd.unwrap_or(guide.cost_day_usd),
        quality: thresholds.quality,
        efficiency: thresholds.efficiency,
    }
}

/// The last thirty days, or from one midnight to another; the last day counts whole.
fn period(args: &cli::Report, now: Timestamp) -> anyhow::Result<Period> {
    let usual = Period::last_days(now, DAYS);
    let from = args.from.as_deref().map(midnight).transpose()?;
    let to = args.to.as_deref().map(midnight).transpose()?.map(Timestamp::a_day_later);
    Period::between(from.unwrap_or(usual.from), to.unwrap_or(usual.to))
        .ok_or_else(|| Failure::user("`--from` is not before `--to`").hint("days are written as 2026-11-22").into())
}

fn midnight(day: &str) -> anyhow::Result<Timestamp> {
    Timestamp::of_day(day).ok_or_else(|| {
        Failure::user(format!("`{day}` is no day")).hint("write it as 2026-11-22; days are those of UTC").into()
    })
}

/// Every model of the catalogue that chats and has a price.
fn others(catalogue: &Catalogue) -> Vec<Card> {
    let cards = catalogue.names().map(|name| catalogue.card(name));
    cards.filter(|card| card.kind == ModelKind::Chat && card.tariff.is_some()).collect()
}

fn write_html(file: &Path, report: &Report, settings: &Settings) -> anyhow::Result<()> {
    let title = match &settings.owner.name {
        Some(name) => format!("{name}: report of the assistant"),
        None => "Report of the assistant".to_owned(),
    };
    std::fs::write(file, html::render(report, &title)).with_context(|| {
        Failure::user(format!("cannot write `{}`", shown(file))).hint("name a file in a folder that can be written")
    })
}

#[cfg(test)]
mod tests;
