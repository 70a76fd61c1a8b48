//! `portavoz stats`: how the site is doing, on one screen, beside the period before.

use anyhow::Result;
use portavoz_app::site::Site;
use portavoz_app::stats::{Overview, Period, Spend, Step, overview_by, remarks, spend};
use portavoz_domain::moment::{Edge, FORMS, read};
use portavoz_domain::timestamp::Timestamp;
use serde_json::json;

use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::{Stats, StatsBy};
use crate::failure::Failure;
use crate::logging::Audience;

mod screen;
mod words;

/// Reads the sums and prints them.
pub fn run(invocation: &Invocation, args: &Stats) -> Result<Ending> {
    let settings = invocation.load(args.site_dir.as_deref(), &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let found = figures(&assembled.site, args).await;
        assembled.close().await;
        let (overview, spend) = found?;
        if args.json {
            let remarks = remarks(&overview);
            invocation.output.json(&json!({ "overview": overview, "remarks": remarks, "spend": spend }))?;
        } else {
            invocation.output.line(screen::render(&overview, &spend, args.by))?;
        }
        Ok(Ending::Fine)
    })
}

async fn figures(site: &Site, args: &Stats) -> Result<(Overview, Spend)> {
    let period = period(args, site.now())?;
    let step = match args.by {
        Some(StatsBy::Hour) => Step::Hour,
        Some(StatsBy::Day) => Step::Day,
        _ => Step::of(period),
    };
    if !period.can_be_told(step == Step::Hour) {
        let hint = "name fewer days, or `--by day`";
        return Err(Failure::user("the period is too long to be told".to_owned()).hint(hint).into());
    }
    Ok((overview_by(site, period, step).await?, spend(site).await?))
}

fn period(args: &Stats, now: Timestamp) -> Result<Period> {
    let moment = |flag: &str, text: &str, edge| {
        let wrong = || Failure::user(format!("`{flag} {text}` is not a moment")).hint(format!("write {FORMS}"));
        read(text, edge).ok_or_else(wrong)
    };
    let Some(from) = &args.from else { return Ok(Period::last_days(now, args.days)) };
    let from = moment("--from", from, Edge::From)?;
    let to = match &args.to {
        Some(to) => moment("--to", to, Edge::To)?,
        None => Period::last_days(now, 1).to,
    };
    let reversed = || Failure::user("`--from` is not before `--to`".to_owned()).hint("exchange the two");
    Ok(Period::between(from, to).ok_or_else(reversed)?)
}
