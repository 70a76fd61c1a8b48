//! `portavoz compare A B`: which of two ways of answering is better on the same cases, how surely, and what it would take
//! to know.

use std::path::PathBuf;

use anyhow::Context;
use portavoz_app::compare::judge::{Judge, JudgeError, Opinion, Preference, ratings_of};
use portavoz_app::compare::runs::{RunsError, Side, compare_sides, pairs, side};
use portavoz_app::compare::{Comparison, Verdict};
use serde::Serialize;

use super::agreement::agree;
use super::{Ending, Invocation, wait_for};
use crate::assemble::{self, Assembled};
use crate::cli;
use crate::config::Settings;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::models;

mod rating;
mod text;

/// The ratings' file, unless another is named.
const RATINGS: &str = "ratings.jsonl";

/// All that is told of a comparison.
#[derive(Serialize)]
struct Told<'a> {
    /// The verdict in words.
    sentence: String,
    notes: Vec<String>,
    #[serde(flatten)]
    comparison: &'a Comparison,
    judge: Option<&'a Opinion>,
}

/// Compares and prints.
pub fn run(invocation: &Invocation, args: &cli::Compare) -> anyhow::Result<Ending> {
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let ended = compare(invocation, args, &assembled, &settings).await;
        assembled.close().await;
        ended
    })
}

async fn compare(
    invocation: &Invocation,
    args: &cli::Compare,
    assembled: &Assembled,
    settings: &Settings,
) -> anyhow::Result<Ending> {
    let site = &assembled.site;
    let a = side(site, &args.a).await.map_err(told)?;
    let b = side(site, &args.b).await.map_err(told)?;
    let comparison = compare_sides(&a, &b);
    let file = args.ratings.clone().unwrap_or_else(|| settings.place.site.join(RATINGS));
    if let Some(count) = args.rate {
        rating::rate(invocation, (&a, &b), &comparison, (count, &file))?;
    }
    let opinion = match &args.judge {
        Some(name) => Some(judged(invocation, args, assembled, settings, (&a, &b, &comparison, name, file)).await?),
        None => None,
    };
    let language = portavoz_text::language::Language::En;
    if args.json {
        invocation.output.json(&Told {
            sentence: comparison.sentence(language),
            notes: comparison.notes(language),
            comparison: &comparison,
            judge: opinion.as_ref(),
        })?;
    } else {
        invocation.output.line(text::render((&a, &b), &comparison, opinion.as_ref(), args.worst))?;
    }
    let is_worse = matches!(comparison.verdict, Verdict::Worse | Verdict::Mixed);
    Ok(if args.fail_if_worse && is_worse { Ending::FoundBroken } else { Ending::Fine })
}

/// What a judge is asked with: the sides, what was compared, the judge's name and the file of ratings.
type Asked<'a> = (&'a Side, &'a Side, &'a Comparison, &'a str, PathBuf);

async fn judged(
    invocation: &Invocation,
    args: &cli::Compare,
    assembled: &Assembled,
    settings: &Settings,
    (a, b, comparison, name, file): Asked<'_>,
) -> anyhow::Result<Opinion> {
    let model = models::reference(name, settings, &models::catalogue(settings)?)?;
    let judge = Judge { model, repeats: args.repeats };
    let pairs = pairs(a, b, comparison);
    let most = judge.most_usd_micros(&assembled.site, &pairs).map_err(refused)?;
    agree(&invocation.output, &format!("judging {} cases by {name}", pairs.len()), most, args.yes)?;
    let ratings = rating::read(&file)?;
    let ratings = ratings_of(&ratings, &comparison.a, &comparison.b);
    let opinion = judge.opinion(&assembled.site, &pairs, &ratings).await.map_err(refused)?;
    if ratings.values().all(|rated| *rated == Preference::Tie) && opinion.with_owner.is_none() {
        invocation
            .output
            .remark("rate some pairs yourself with `--rate 20`: it tells how far this judge can be trusted");
    }
    Ok(opinion)
}

fn refused(error: JudgeError) -> anyhow::Error {
    match &error {
        JudgeError::Budget(_) => Failure::user(error.to_string()).hint("raise the budget, or judge fewer cases").into(),
        JudgeError::Useless { .. } => Failure::user(error.to_string()).hint("try another judge").into(),
    }
}

/// A run or target that cannot be found, with what to do.
pub(super) fn told(error: RunsError) -> anyhow::Error {
    match error {
        RunsError::Storage(error) => anyhow::Error::from(error).context(Failure::internal("the runs cannot be read")),
        error => {
            let failure = Failure::user(error.to_string());
            match error.hint() {
                Some(hint) => failure.hint(hint).into(),
                None => failure.into(),
            }
        }
    }
}

/// Makes the folder's file readable by people in errors.
fn unusable(file: &std::path::Path) -> Failure {
    Failure::user(format!("the ratings in `{}` cannot be used", crate::config::place::shown(file)))
        .hint("mend the line, or name another file with `--ratings`")
}

/// Reads what a file says, nothing if it is not there.
fn contents(file: &std::path::Path) -> anyhow::Result<String> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).with_context(|| unusable(file)),
    }
}
