//! Sums of turns: what settling adds, how it is grouped, and what compacting keeps.

use std::sync::Arc;

use portavoz_domain::answer::Outcome;
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::traffic::{Measure, Span, Tally, TrafficKey, TrafficQuery, TrafficSum};
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_text::language::Language;
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{conversation_id, later, other_site, settlement, site, turn};

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// A quarter past some hour after [`crate::samples::NOW`], which is at nine o'clock.
fn in_hours(hours: i64) -> Timestamp {
    later(hours * HOUR_MS + HOUR_MS / 4)
}

fn everything() -> TrafficQuery {
    TrafficQuery { from: in_hours(-10_000), to: in_hours(10_000), ..TrafficQuery::default() }
}

fn told(number: u32, settled: Timestamp) -> Settlement {
    Settlement { settled, ..settlement(&turn(number)) }
}

async fn write(database: &Database, told: &Settlement, language: Language) {
    let storage = &database.storage;
    let asked = NewTurn { site: told.site.clone(), id: told.id, conversation: conversation_id(9), ..turn(1) };
    storage.turns().admit(&asked, None).await.unwrap();
    assert!(storage.turns().settle(told, language).await.unwrap());
}

async fn sums(database: &Database, query: TrafficQuery) -> Vec<TrafficSum> {
    database.other.traffic().sums(&site(), &query).await.unwrap()
}

/// What all of `told` add, for whoever does not look at keys.
fn together(told: &[Settlement]) -> Tally {
    let mut tally = Tally::default();
    told.iter().for_each(|told| tally.merge(&Tally::of(told, Language::Es).1));
    tally
}

pub async fn a_settled_turn_joins_the_traffic(database: &Database) {
    assert_eq!(sums(database, everything()).await, []);
    database.storage.turns().admit(&turn(1), None).await.unwrap();
    assert_eq!(sums(database, everything()).await, [], "open turns are none");
    let told = told(1, in_hours(0));
    assert!(database.storage.turns().settle(&told, Language::Ca).await.unwrap());
    assert!(!database.storage.turns().settle(&told, Language::Ca).await.unwrap());
    let (key, tally) = Tally::of(&told, Language::Ca);
    let whole = TrafficSum { start: everything().from, key: TrafficKey::default(), tally: tally.clone() };
    assert_eq!(sums(database, everything()).await, [whole]);
    let query = TrafficQuery { span: Span::Hour, by_model: true, by_prompt: true, by_variant: true, ..everything() };
    assert_eq!(sums(database, query).await, [TrafficSum { start: later(0), key, tally }]);
    assert_eq!(database.storage.traffic().sums(&other_site(), &query).await.unwrap(), []);
}

pub async fn traffic_is_told_by_hour_and_day(database: &Database) {
    // Nine o'clock is hour 0; the next day begins at hour 15.
    let told: Vec<_> = (1..).zip([0, 0, 1, 14, 15]).map(|(number, hours)| told(number, in_hours(hours))).collect();
    for told in &told {
        write(database, told, Language::Es).await;
    }
    let hour = |hours: i64| later(hours * HOUR_MS);
    for (span, from, to, expected) in [
        (Span::Hour, hour(0), hour(100), vec![(hour(0), 2), (hour(1), 1), (hour(14), 1), (hour(15), 1)]),
        (Span::Hour, hour(1), hour(15), vec![(hour(1), 1), (hour(14), 1)]),
        (Span::Day, hour(-9), hour(100), vec![(hour(-9), 4), (hour(15), 1)]),
        (Span::Day, hour(15), hour(39), vec![(hour(15), 1)]),
        (Span::Whole, hour(0), hour(15), vec![(hour(0), 4)]),
        (Span::Whole, hour(2), hour(14), vec![]),
    ] {
        let found = sums(database, TrafficQuery { from, to, span, ..TrafficQuery::default() }).await;
        let turns: Vec<_> = found.iter().map(|sum| (sum.start, sum.tally.get(&Measure::Turns))).collect();
        assert_eq!(turns, expected, "{span:?} from {from:?} to {to:?}");
    }
}

pub async fn traffic_is_told_apart_by_key(database: &Database) {
    let keys = [("a", "p", "x"), ("a", "p", "y"), ("a", "q", "x"), ("b", "p", "x"), ("b", "p", "x")];
    for (number, (model, prompt, variant)) in (1..).zip(keys) {
        let mut told = told(number, in_hours(0));
        told.model = Some(model.to_owned());
        told.prompt_version = Some(prompt.to_owned());
        told.variant = Some(variant.to_owned());
        write(database, &told, Language::Es).await;
    }
    let mut keyless = told(6, in_hours(0));
    (keyless.model, keyless.prompt_version, keyless.variant) = (None, None, None);
    write(database, &keyless, Language::Es).await;
    for (by_model, by_prompt, by_variant, expected) in [
        (false, false, false, vec![("", "", "", 6)]),
        (true, false, false, vec![("", "", "", 1), ("a", "", "", 3), ("b", "", "", 2)]),
        (false, true, false, vec![("", "", "", 1), ("", "p", "", 4), ("", "q", "", 1)]),
        (false, false, true, vec![("", "", "", 1), ("", "", "x", 4), ("", "", "y", 1)]),
        (true, false, true, vec![("", "", "", 1), ("a", "", "x", 2), ("a", "", "y", 1), ("b", "", "x", 2)]),
    ] {
        let found = sums(database, TrafficQuery { by_model, by_prompt, by_variant, ..everything() }).await;
        let turns: Vec<_> = found
            .iter()
            .map(|TrafficSum { key, tally, .. }| {
                (key.model.as_str(), key.prompt.as_str(), key.variant.as_str(), tally.get(&Measure::Turns))
            })
            .collect();
        assert_eq!(turns, expected);
    }
}

pub async fn compacting_keeps_the_sums(database: &Database) {
    let mut told: Vec<_> = (1..=40).map(|number| told(number, in_hours(i64::from(number)))).collect();
    for (position, told) in told.iter_mut().enumerate() {
        told.outcome = Some(if position % 3 == 0 { Outcome::NotKnown } else { Outcome::Answered });
        told.took_ms = 100 * position as u64;
        write(database, told, Language::Es).await;
    }
    let traffic = database.storage.traffic();
    let expected = together(&told);
    let by_day = TrafficQuery { span: Span::Day, by_model: true, ..everything() };
    let days = sums(database, by_day).await;
    // Hour 15 begins the second day, hour 39 the third.
    assert_eq!(traffic.compact(&site(), in_hours(14)).await.unwrap(), 0, "the first day is not over");
    assert!(traffic.compact(&site(), in_hours(20)).await.unwrap() > 0);
    assert_eq!(traffic.compact(&site(), in_hours(20)).await.unwrap(), 0, "nothing is left of the first day");
    for _ in 0..2 {
        assert_eq!(sums(database, by_day).await, days);
        assert_eq!(sums(database, everything()).await[0].tally, expected);
        traffic.compact(&site(), in_hours(10_000)).await.unwrap();
    }
    let hours = sums(database, TrafficQuery { span: Span::Hour, ..everything() }).await;
    let starts: Vec<_> = hours.iter().map(|sum| sum.start).collect();
    assert_eq!(starts, [-9, 15, 39].map(|hours| later(hours * HOUR_MS)), "days come whole");
}

pub async fn a_turn_that_ends_late_joins_its_compacted_day(database: &Database) {
    let told: Vec<_> = [1, 2, 3].map(|number| told(number, in_hours(0))).into_iter().collect();
    for told in &told {
        write(database, told, Language::Es).await;
        database.storage.traffic().compact(&site(), in_hours(100)).await.unwrap();
    }
    let found = sums(database, TrafficQuery { span: Span::Hour, ..everything() }).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].tally, together(&told));
}

pub async fn turns_that_settle_together_are_all_counted(database: &Database) {
    let mut callers = JoinSet::new();
    for number in 0..64 {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        callers.spawn(async move {
            let asked = NewTurn { conversation: conversation_id(number), ..turn(number) };
            storage.turns().admit(&asked, None).await.unwrap();
            let mut told = told(number, in_hours(i64::from(number % 3)));
            told.model = Some(format!("model {}", number % 2));
            // Twice at once: one of them counts.
            let (one, other) =
                tokio::join!(storage.turns().settle(&told, Language::Es), storage.turns().settle(&told, Language::Es));
            assert!(one.unwrap() != other.unwrap());
            if number % 16 == 0 {
                storage.traffic().compact(&site(), in_hours(100)).await.unwrap();
            }
            told
        });
    }
    let told = callers.join_all().await;
    assert_eq!(sums(database, everything()).await[0].tally, together(&told));
}

pub async fn counts_beyond_all_reason_do_not_break_the_sums(database: &Database) {
    for number in 1..=3 {
        let mut absurd = told(number, in_hours(0));
        absurd.usage.prompt_tokens = u64::MAX / 4;
        absurd.cost_usd_micros = Some(u64::MAX);
        write(database, &absurd, Language::Es).await;
    }
    let found = sums(database, everything()).await;
    assert_eq!(found[0].tally.get(&Measure::Turns), 3);
    assert_eq!(found[0].tally.get(&Measure::Cost), 1 << 53);
    database.storage.traffic().compact(&site(), in_hours(100)).await.unwrap();
    assert_eq!(sums(database, everything()).await[0].tally, found[0].tally);
}
