//! Figures of turns that were made up, and periods that were worked out by hand.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use portavoz_domain::answer::{Outcome, Rung, RungTried};
use portavoz_domain::ids::{SiteId, TurnId};
use portavoz_domain::quality::{Quality, Term};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::traffic::{Measure, Tally};
use portavoz_domain::turn::{Settlement, TurnStatus};
use portavoz_domain::usage::Usage;
use portavoz_text::language::Language;

use super::*;

/// 2026-11-22T12:00:00Z.
const NOON: i64 = 1_795_348_800_000;
const HOUR: i64 = 3_600_000;

fn tried(rung: Rung, reason: Option<&str>) -> RungTried {
    RungTried { rung, model: None, reason: reason.map(str::to_owned) }
}

fn term(score: f32) -> Term {
    Term { score, parts: Vec::new() }
}

/// An answer of a model: 1,000 + 200 tokens for 270 micro-dollars.
fn settlement(ladder: Vec<RungTried>) -> Settlement {
    Settlement {
        site: SiteId::default(),
        id: TurnId::mint(Timestamp::from_millis(NOON), [0; 10]),
        settled: Timestamp::from_millis(NOON),
        status: TurnStatus::Complete,
        outcome: Some(Outcome::Answered),
        answer: String::new(),
        citations: Vec::new(),
        verification: None,
        withheld: 0,
        model: Some("gpt-4o-mini".to_owned()),
        ladder,
        usage: Usage { prompt_tokens: 1_000, completion_tokens: 200, ..Usage::default() },
        cost_usd_micros: Some(270),
        charged_usd_micros: 270,
        service_tier: None,
        served_model: None,
        first_token_ms: Some(300),
        took_ms: 1_500,
        prompt_hash: None,
        prompt_version: None,
        knowledge_generation: 1,
        knowledge_hash: None,
        variant: None,
        opens_conversation: true,
        quality: Some(Quality::of(term(1.0), term(0.5), term(0.5))),
        efficiency: Some(0.8),
        unanswered: false,
    }
}

fn figures(settlements: &[Settlement]) -> Figures {
    let mut sum = Tally::default();
    for settlement in settlements {
        sum.merge(&Tally::of(settlement, Language::Es).1);
    }
    Figures::of(&sum)
}

#[test]
fn nothing_counted_is_not_zero() {
    let figures = Figures::of(&Tally::default());
    assert_eq!((figures.turns, figures.cost.cost_usd), (0, 0.0));
    let unknown = [
        figures.tokens.tokens_per_answer,
        figures.cost.cost_per_conversation_usd,
        figures.quality.quality_mean,
        figures.efficiency.efficiency_mean,
        figures.first_token.p50_ms,
        figures.total.share_within_2000_ms,
        figures.fallback.fallback_rate,
        figures.verification.supported_share,
        figures.cache.hit_rate,
    ];
    assert_eq!(unknown, [None; 9]);
    assert!(figures.outcomes.is_empty());
}

#[test]
fn means_are_per_answer_and_per_conversation() {
    let one = settlement(vec![tried(Rung::Primary, None)]);
    let other = Settlement {
        opens_conversation: false,
        usage: Usage { prompt_tokens: 2_000, completion_tokens: 400, cached_tokens: 1_500, ..Usage::default() },
        cost_usd_micros: Some(330),
        quality: Some(Quality::of(term(0.5), term(1.0), term(1.0))),
        ..one.clone()
    };
    let free = Settlement {
        usage: Usage::default(),
        cost_usd_micros: Some(0),
        quality: None,
        efficiency: None,
        ..settlement(vec![tried(Rung::Extractive, None)])
    };
    let figures = figures(&[one, other, free]);
    assert_eq!((figures.turns, figures.conversations, figures.tokens.paid_turns), (3, 2, 2));
    assert_eq!(figures.tokens.tokens_per_answer, Some(1_800.0));
    assert_eq!(figures.tokens.cached_share, Some(0.5));
    assert_eq!(figures.cost.cost_usd, 0.0006);
    assert_eq!(figures.cost.cost_per_conversation_usd, Some(0.0003));
    assert_eq!(figures.quality.scored_turns, 2);
    assert!((figures.quality.quality_mean.unwrap() - 0.75).abs() < 1e-6);
    assert!((figures.efficiency.efficiency_mean.unwrap() - 0.8).abs() < 1e-6);
    assert_eq!(figures.total.share_within_2000_ms, Some(1.0));
    assert_eq!(figures.rungs.first().map(|share| (share.name.as_str(), share.turns)), Some(("primary", 2)));
}

#[test]
fn a_turn_falls_back_once_whoever_fails_in_it() {
    let ladders = [
        vec![tried(Rung::Primary, None)],
        vec![tried(Rung::Primary, Some("timeout")), tried(Rung::Fallback, None)],
        vec![
            tried(Rung::Primary, Some("transient")),
            tried(Rung::Fallback, Some("timeout")),
            tried(Rung::Extractive, None),
        ],
        vec![tried(Rung::Primary, Some("not_known")), tried(Rung::Stock, None)],
        vec![tried(Rung::Primary, Some("shut_down")), tried(Rung::Fallback, None)],
        vec![tried(Rung::Primary, Some("budget_day")), tried(Rung::Extractive, None)],
        vec![tried(Rung::Extractive, Some("no_sentence")), tried(Rung::Stock, None)],
    ];
    let fallback = figures(&ladders.map(settlement)).fallback;
    assert_eq!((fallback.asked_turns, fallback.fallen_back_turns), (5, 2));
    assert_eq!(fallback.fallback_rate, Some(0.4));
    let failures: Vec<_> = fallback.reasons.iter().filter(|reason| reason.failed).collect();
    assert_eq!(failures.iter().map(|reason| reason.turns).sum::<u64>(), 3);
    assert!(fallback.reasons.iter().any(|reason| reason.reason == "budget_day" && !reason.failed));
}

#[test]
fn answers_told_again_are_a_share_of_those_that_a_model_could_have_given() {
    let mut tally = Tally::default();
    for (measure, turns) in [(Measure::Rung(Rung::Cache), 1), (Measure::Asked, 3), (Measure::Turns, 9)] {
        tally.add(measure, turns);
    }
    assert_eq!(Figures::of(&tally).cache, Cache { hits: 1, hit_rate: Some(0.25) });
}

#[test]
fn a_period_is_of_whole_hours_and_compared_at_the_same_hours() {
    let at = |hours: i64, millis: i64| Timestamp::from_millis(NOON + hours * HOUR + millis);
    for (now, days, from, to, previous) in [
        (at(0, 0), 1, at(-12, 0), at(1, 0), (at(-36, 0), at(-23, 0))),
        (at(0, 1), 7, at(-12 - 144, 0), at(1, 0), (at(-12 - 312, 0), at(1 - 168, 0))),
        (at(-12, 0), 0, at(-12, 0), at(-11, 0), (at(-36, 0), at(-35, 0))),
    ] {
        let period = Period::last_days(now, days);
        assert_eq!(period, Period { from, to }, "{days} days");
        assert_eq!(period.previous(), Period { from: previous.0, to: previous.1 }, "{days} days");
    }
    assert_eq!(Period::between(at(0, 1), at(1, 1)), Some(Period { from: at(0, 0), to: at(2, 0) }));
    assert_eq!(Period::between(at(1, 0), at(1, 0)), None);
    assert_eq!(
        serde_json::to_value(Period { from: at(0, 0), to: at(1, 0) }).unwrap(),
        serde_json::json!({ "from": "2026-11-22T12:00:00Z", "to": "2026-11-22T13:00:00Z" })
    );
}

#[test]
fn a_tuned_model_tells_its_base() {
    for (model, base) in [
        ("ft:gpt-4o-mini-2024-07-18:maria::Abc123", Some("gpt-4o-mini-2024-07-18")),
        ("ft:gpt-4o-mini", Some("gpt-4o-mini")),
        ("ft:", None),
        ("gpt-4o-mini", None),
    ] {
        assert_eq!(base_of(model), base, "{model}");
    }
}

#[test]
fn what_stands_out_is_more_than_chance() {
    let of = |turns: u64, cost: u64, unanswered: u64| {
        let mut tally = Tally::default();
        tally.add(Measure::Turns, turns);
        tally.add(Measure::Conversations, turns);
        tally.add(Measure::Cost, cost);
        tally.add(Measure::Unanswered, unanswered);
        Figures::of(&tally)
    };
    let told = |before: Figures, now: Figures| {
        let period = Period::last_days(Timestamp::from_millis(NOON), 7);
        remarks(&Overview {
            period,
            previous_period: period.previous(),
            current: now,
            previous: before,
            step: Step::of(period),
            series: Vec::new(),
            by_model: Vec::new(),
            by_prompt: Vec::new(),
            by_variant: Vec::new(),
            tuned: Vec::new(),
        })
    };
    assert_eq!(told(of(0, 0, 0), of(0, 0, 0)), []);
    assert_eq!(told(of(10, 10, 0), of(40, 400, 0)), [], "ten turns say little");
    assert_eq!(told(of(40, 400, 0), of(44, 440, 0)), [], "a tenth more is no news");
    let dearer = Remark::CostPerConversation { before_usd: 1e-5, now_usd: 2e-5 };
    assert_eq!(told(of(40, 400, 0), of(40, 800, 0)), [dearer]);
    assert_eq!(told(of(40, 0, 0), of(40, 0, 10)), [Remark::Unanswered { turns: 10, share: 0.25 }]);
}
