//! The owner's own ratings of pairs of answers: given without knowing whose they are, kept in a file, one JSON object a
//! line, so that what was said before is never lost or asked again.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use portavoz_app::compare::Comparison;
use portavoz_app::compare::judge::{Pair, Preference, Rating, ratings_of};
use portavoz_app::compare::runs::{Side, pairs};

use super::super::Invocation;
use super::{contents, unusable};
use crate::failure::Failure;
use crate::output::{bold, dim};
use crate::runtime;

/// Asks for up to `count` ratings, of pairs that differ and were not rated before.
pub(super) fn rate(
    invocation: &Invocation,
    (a, b): (&Side, &Side),
    comparison: &Comparison,
    (count, file): (usize, &Path),
) -> anyhow::Result<()> {
    let output = &invocation.output;
    if !output.can_ask() {
        return Err(Failure::user("ratings are given at a terminal")
            .hint(format!("run it there, or write them into `{}`", crate::config::place::shown(file)))
            .into());
    }
    let rated = ratings_of(&read(file)?, &comparison.a, &comparison.b);
    let mut left: Vec<Pair<'_>> = pairs(a, b, comparison)
        .into_iter()
        .filter(|pair| pair.a.reply.text != pair.b.reply.text && !rated.contains_key(&pair.a.case))
        .collect();
    // In an order that says nothing, so that the rated ones stand for the rest.
    left.sort_by_cached_key(|_| (runtime::random_unit() * f64::from(u32::MAX)) as u32);
    left.truncate(count);
    if left.is_empty() {
        output.remark("every pair that differs is rated already");
    }
    let asked = left.len();
    for (place, pair) in left.iter().enumerate() {
        let turned = runtime::random_unit() < 0.5;
        let (first, second) = if turned { (pair.b, pair.a) } else { (pair.a, pair.b) };
        output.notice(format!(
            "\n{} {}",
            dim().apply_to(format!("{} of {asked}", place + 1)),
            bold().apply_to(pair.question)
        ));
        output.notice(format!("\n{}\n{}", bold().apply_to("1"), first.reply.text));
        output.notice(format!("\n{}\n{}\n", bold().apply_to("2"), second.reply.text));
        let shown = loop {
            match output.question("better: 1, 2, t for as good, s to skip, q to stop", "s")?.to_lowercase().as_str() {
                "1" => break Some(Preference::A),
                "2" => break Some(Preference::B),
                "t" => break Some(Preference::Tie),
                "s" => break None,
                "q" => return Ok(()),
                _ => {}
            }
        };
        let Some(shown) = shown else { continue };
        let better = if turned { shown.turned() } else { shown };
        let rating = Rating { case: pair.a.case.clone(), a: comparison.a.clone(), b: comparison.b.clone(), better };
        append(file, &rating)?;
    }
    Ok(())
}

/// All ratings of a file; the last one of a case and pair counts.
pub(super) fn read(file: &Path) -> anyhow::Result<Vec<Rating>> {
    let text = contents(file)?;
    let mut ratings = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let rating = serde_json::from_str(line)
            .with_context(|| format!("line {} is no rating", number + 1))
            .with_context(|| unusable(file))?;
        ratings.push(rating);
    }
    Ok(ratings)
}

fn append(file: &Path, rating: &Rating) -> anyhow::Result<()> {
    let line = serde_json::to_string(rating)?;
    let written = OpenOptions::new().create(true).append(true).open(file).and_then(|mut file| writeln!(file, "{line}"));
    written.with_context(|| unusable(file))
}
