#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use clap::Parser;
use portavoz_app::report::Reference;
use portavoz_app::stats::Figures;
use portavoz_domain::answer::Outcome;
use portavoz_domain::traffic::{Measure, Tally, TrafficKey, bucket_of};
use portavoz_llm::catalogue::parse_date;

use super::*;
use crate::cli::{Cli, Command};

/// 2026-11-22T12:00:00Z.
const NOON: i64 = 1_795_348_800_000;

/// `turns` turns on a day, each as long, as dear and as good as said.
fn slice(day: &str, model: &str, turns: u64, (took_ms, cost, quality): (u64, u64, u64)) -> Slice {
    let mut tally = Tally::default();
    let scores = [Measure::Relevance, Measure::Accuracy, Measure::Clarity, Measure::Quality];
    let mut add = |measure: Measure, each: u64| tally.add(measure, each * turns);
    add(Measure::Turns, 1);
    add(Measure::Conversations, 1);
    add(Measure::Outcome(Outcome::Answered), 1);
    add(Measure::Scored, 1);
    scores.into_iter().for_each(|score| add(score, quality * 10_000));
    add(Measure::FirstToken(bucket_of(took_ms / 3)), 1);
    add(Measure::Took(bucket_of(took_ms)), 1);
    if cost > 0 {
        add(Measure::Paid, 1);
        add(Measure::PromptTokens, 1_400);
        add(Measure::CachedTokens, 400);
        add(Measure::CompletionTokens, 100);
        add(Measure::Cost, cost);
        add(Measure::Efficient, 1);
        add(Measure::Efficiency, 640_000);
    }
    let key = TrafficKey { model: model.to_owned(), ..TrafficKey::default() };
    Slice { start: midnight(day).unwrap(), key, tally }
}

/// A site that answered with a model for two days, and from the documents alone at times.
fn scripted(slices: &[Slice], reference: bool) -> Report {
    let catalogue = Catalogue::embedded();
    let reference = reference.then(|| {
        let measured = slice("2026-11-22", "gpt-4o", 20, (2_600, 4_000, 93));
        let figures = Figures::of(&measured.tally);
        Reference { model: "gpt-4o".to_owned(), questions: 20, answered: 20, cost_usd: Some(0.08), figures }
    });
    let others = ["gpt-4", "gpt-4-turbo", "gpt-4o", "gpt-4o-mini", "gpt-6-luna"].map(|name| catalogue.card(name));
    report(&Material {
        period: Period::between(midnight("2026-11-19").unwrap(), Timestamp::from_millis(NOON)).unwrap(),
        slices,
        longest_prompt: 8_500,
        today: parse_date("2026-11-22").unwrap(),
        own: &[catalogue.card("gpt-4o-mini")],
        others: &others,
        reference,
        limits: Limits::default(),
    })
}

fn traffic() -> Vec<Slice> {
    vec![
        slice("2026-11-20", "gpt-4o-mini", 60, (900, 240, 91)),
        slice("2026-11-21", "gpt-4o-mini", 140, (1_000, 240, 89)),
        slice("2026-11-21", "", 25, (12, 0, 86)),
    ]
}

#[test]
fn the_text_fits_a_screen() {
    let text = text::render(&scripted(&traffic(), true));
    assert!(text.lines().count() <= 40, "{}", text.lines().count());
    insta::assert_snapshot!("text", text);
}

#[test]
fn the_page_needs_nothing_else() {
    let page = html::render(&scripted(&traffic(), true), "María <Ansorena>: report");
    for outside in ["<script", "http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("María &lt;Ansorena&gt;") && page.contains("prefers-color-scheme:dark"));
    insta::assert_snapshot!("page", page);
}

#[test]
fn without_traffic_it_says_so_and_what_to_do() {
    let nothing = scripted(&[], false);
    assert!(text::render(&nothing).contains("portavoz ask"));
    assert!(html::render(&nothing, "Report").contains("portavoz ask"));
    let quoted = scripted(&[slice("2026-11-21", "", 25, (12, 0, 86))], false);
    assert!(text::render(&quoted).contains("nothing to compare"));
}

fn args(line: &str) -> cli::Report {
    match Cli::parse_from(line.split_whitespace()).command {
        Some(Command::Report(args)) => args,
        _ => unreachable!("the line is of `report`"),
    }
}

#[test]
fn days_are_whole_and_in_order() {
    let now = Timestamp::from_millis(NOON);
    for (line, from, to) in [
        ("portavoz report", "2026-10-24", "2026-11-22T13"),
        ("portavoz report --from 2026-11-01", "2026-11-01", "2026-11-22T13"),
        ("portavoz report --from 2026-11-01 --to 2026-11-03", "2026-11-01", "2026-11-04T00"),
    ] {
        let period = period(&args(line), now).unwrap();
        assert!(period.from.to_rfc3339().starts_with(from), "{line}: {}", period.from.to_rfc3339());
        assert!(period.to.to_rfc3339().starts_with(to), "{line}: {}", period.to.to_rfc3339());
    }
    for line in ["portavoz report --from 2026-11-04 --to 2026-11-02", "portavoz report --from yesterday"] {
        assert!(period(&args(line), now).is_err(), "{line}");
    }
}
