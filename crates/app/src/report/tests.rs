#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use portavoz_domain::answer::Outcome;
use portavoz_domain::traffic::Measure;
use portavoz_llm::catalogue::{Catalogue, parse_date};

use super::*;

const DAY: i64 = 86_400_000;
/// 2026-11-22T00:00:00Z.
const TODAY: i64 = 1_795_305_600_000;

/// `turns` turns of a model on a day, each of 1,000 + 200 tokens in 900 ms, scored 0.9; 270 micro-dollars each.
fn slice(day: i64, model: &str, turns: u64) -> Slice {
    let mut tally = Tally::default();
    for (measure, amount) in [
        (Measure::Turns, 1),
        (Measure::Conversations, 1),
        (Measure::Outcome(Outcome::Answered), 1),
        (Measure::Scored, 1),
        (Measure::Quality, 900_000),
        (Measure::FirstToken(portavoz_domain::traffic::bucket_of(400)), 1),
        (Measure::Took(portavoz_domain::traffic::bucket_of(900)), 1),
    ] {
        tally.add(measure, amount * turns);
    }
    if !model.is_empty() {
        let paid = [
            (Measure::Paid, 1),
            (Measure::PromptTokens, 1_000),
            (Measure::CompletionTokens, 200),
            (Measure::Cost, 270),
            (Measure::Efficient, 1),
            (Measure::Efficiency, 750_000),
        ];
        paid.into_iter().for_each(|(measure, amount)| tally.add(measure, amount * turns));
    }
    let key = TrafficKey { model: model.to_owned(), ..TrafficKey::default() };
    Slice { start: Timestamp::from_millis(TODAY - day * DAY), key, tally }
}

fn cards(names: &[&str]) -> Vec<Card> {
    let catalogue = Catalogue::embedded();
    names.iter().map(|name| catalogue.card(name)).collect()
}

fn made(slices: &[Slice], longest_prompt: u64) -> Report {
    let own = cards(&["gpt-4o-mini"]);
    let others = cards(&["gpt-4", "gpt-4-turbo", "gpt-4o", "gpt-4o-mini", "gpt-6-luna"]);
    let (from, to) = (Timestamp::from_millis(TODAY - 9 * DAY), Timestamp::from_millis(TODAY + DAY));
    report(&Material {
        period: Period::between(from, to).unwrap(),
        slices,
        longest_prompt,
        today: parse_date("2026-11-22").unwrap(),
        own: &own,
        others: &others,
        reference: None,
        limits: Limits::default(),
    })
}

fn of<'a>(report: &'a Report, name: &str) -> &'a Expectation {
    report.expectations.iter().find(|expectation| expectation.name == name).unwrap()
}

#[test]
fn the_same_tokens_are_priced_with_every_model() {
    let report = made(&[slice(1, "gpt-4o-mini", 60), slice(0, "gpt-4o-mini", 40), slice(0, "", 10)], 2_000);
    assert_eq!((report.days, report.all.turns), (10, 110));
    // A hundred turns: 100,000 tokens read and 20,000 written.
    for (model, cost_usd, saved) in [
        ("gpt-4", 100_000.0 * 30e-6 + 20_000.0 * 60e-6, 0.9936),
        ("gpt-4-turbo", 100_000.0 * 10e-6 + 20_000.0 * 30e-6, 0.9831),
        ("gpt-4o", 100_000.0 * 2.5e-6 + 20_000.0 * 10e-6, 0.94),
        ("gpt-4o-mini", 100_000.0 * 0.15e-6 + 20_000.0 * 0.6e-6, 0.0),
        ("gpt-6-luna", 100_000.0 * 0.1e-6 + 20_000.0 * 0.5e-6, -0.35),
    ] {
        let row = report.compared.iter().find(|row| row.model == model).unwrap();
        assert!((row.cost_usd - cost_usd).abs() < 1e-6, "{model}: {}", row.cost_usd);
        assert!((row.saved_share.unwrap() - saved).abs() < 1e-3, "{model}: {:?}", row.saved_share);
    }
    let gpt4 = &report.compared[0];
    assert_eq!((gpt4.retired.as_deref(), gpt4.holds_prompts), (Some("2026-10-23"), Some(true)));
    assert!(
        !made(&[slice(0, "gpt-4o-mini", 1)], 9_000).compared[0].holds_prompts.unwrap(),
        "8,192 tokens hold no 9,000"
    );
}

#[test]
fn a_change_is_told_by_the_month_and_the_successor_with_its_day() {
    let report = made(&[slice(0, "gpt-4o-mini", 1_000)], 2_000);
    let names: Vec<&str> = report.changes.iter().map(|change| change.model.as_str()).collect();
    assert_eq!(names, ["gpt-6-luna", "gpt-4o"], "models that are gone are no choice");
    let luna = &report.changes[0];
    // 1,000 turns in 10 days: 0.27 dollars now, 0.20 with the other; thrice that in a month.
    assert!((luna.month_now_usd - 0.81).abs() < 1e-6 && (luna.saves_usd - 0.21).abs() < 1e-6, "{luna:?}");
    assert_eq!(luna.successor_from.as_deref(), Some("2027-01-14"));
}

#[test]
fn each_expectation_has_its_figure() {
    let report = made(&[slice(0, "gpt-4o-mini", 100)], 2_000);
    for (name, state) in [
        ("faster", State::NotKnown),
        ("cheaper", State::Met),
        ("comparable", State::NotKnown),
        ("response_time", State::Met),
        ("cost_day", State::Met),
        ("quality", State::Met),
        ("efficiency", State::Met),
    ] {
        assert_eq!(of(&report, name).state, state, "{name}: {}", of(&report, name).figure);
    }
    assert!(of(&report, "cheaper").figure.starts_with("99.4 % cheaper"), "{}", of(&report, "cheaper").figure);
    assert!(of(&report, "faster").advice.as_deref().unwrap().contains("--reference"));
}

#[test]
fn a_reference_tells_speed_and_quality() {
    let own = slice(0, "gpt-4o-mini", 100);
    let mut slow = Tally::default();
    for (measure, amount) in [
        (Measure::Turns, 10),
        (Measure::Scored, 10),
        (Measure::Quality, 9_200_000),
        (Measure::Took(portavoz_domain::traffic::bucket_of(2_400)), 10),
    ] {
        slow.add(measure, amount);
    }
    let figures = Figures::of(&slow);
    let reference =
        Reference { model: "gpt-4o".to_owned(), questions: 10, answered: 10, cost_usd: Some(0.05), figures };
    let (cards, others) = (cards(&["gpt-4o-mini"]), cards(&["gpt-4"]));
    let period = Period::last_days(Timestamp::from_millis(TODAY), 1);
    let material = Material {
        period,
        slices: std::slice::from_ref(&own),
        longest_prompt: 0,
        today: parse_date("2026-11-22").unwrap(),
        own: &cards,
        others: &others,
        reference: Some(reference),
        limits: Limits::default(),
    };
    let report = report(&material);
    assert_eq!(of(&report, "faster").state, State::Met, "{}", of(&report, "faster").figure);
    assert_eq!(of(&report, "comparable").state, State::Met, "{}", of(&report, "comparable").figure);
}

#[test]
fn without_traffic_nothing_is_claimed() {
    let report = made(&[], 0);
    assert!(report.compared.is_empty() && report.changes.is_empty());
    assert!(
        report
            .expectations
            .iter()
            .all(|expectation| expectation.state == State::NotKnown && expectation.advice.is_some())
    );
    let quoted = made(&[slice(0, "", 30)], 0);
    assert_eq!(of(&quoted, "cheaper").figure, "no model was called, so nothing was paid");
    assert_eq!(of(&quoted, "cost_day").state, State::Met);
    assert_eq!(quoted.by_model[0].model, QUOTED);
}

#[test]
fn turns_of_unknown_price_are_not_compared_as_if_they_were_free() {
    let mut unpriced = slice(0, "my-model", 30);
    unpriced.tally.add(Measure::Unpriced, 30);
    let report = made(&[unpriced], 2_000);
    assert!(report.compared.iter().all(|row| row.saved_share.is_none()) && report.changes.is_empty());
    assert_eq!(of(&report, "cheaper").state, State::NotKnown);
    assert_eq!(of(&report, "cost_day").state, State::NotKnown);
}
