//! When something is told, when it is over, and that nothing flaps in between.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use super::*;
use crate::answer::Rung;
use crate::budget::Purpose;
use crate::ids::{ChargeId, EpisodeId, SiteId};
use Verdict::{Crossed, Healthy, Unclear};

const USD: u64 = 1_000_000;

fn sample(value: f64, turns: u64) -> Sample {
    Sample { value, turns, since: noon() }
}

/// A window in which everything is well.
fn well() -> Window {
    Window {
        first_words_p95_ms: sample(900.0, 40),
        within_limit: 1.0,
        quality: sample(0.95, 40),
        efficiency: sample(0.9, 40),
        fallback_rate: sample(0.0, 40),
    }
}

/// 2026-11-22T12:00:00Z.
fn noon() -> Timestamp {
    Timestamp::from_millis(1_795_348_800_000)
}

fn later(hours: i64) -> Timestamp {
    Timestamp::from_millis(noon().as_millis() + hours * 3_600_000)
}

fn verdict(window: &Window, kind: Kind) -> Verdict {
    traffic(window, &Thresholds::default()).into_iter().find(|finding| finding.kind == kind).unwrap().verdict
}

fn episode(kind: Kind, subject: &str, limit: f64) -> Episode {
    Episode {
        site: SiteId::default(),
        id: EpisodeId::mint(noon(), [0; 10]),
        kind: kind.name().to_owned(),
        subject: subject.to_owned(),
        opened: noon(),
        closed: None,
        value: limit,
        limit,
        message: String::new(),
        deliveries: Vec::new(),
    }
}

#[test]
fn slow_first_words_are_told_when_enough_turns_were_slow() {
    for (p95, turns, within, expected) in [
        (3_400.0, 40, 0.9, Crossed),
        (3_400.0, 19, 0.8, Unclear),   // too few turns
        (30_000.0, 20, 0.95, Unclear), // one slow answer of twenty
        (30_000.0, 30, 0.9, Crossed),  // three
        (2_000.0, 40, 0.95, Unclear),  // at the limit
        (1_801.0, 40, 1.0, Unclear),
        (1_800.0, 40, 1.0, Healthy),
        (1_800.0, 1, 1.0, Healthy),
        (0.0, 0, 1.0, Unclear), // nobody asked
    ] {
        let window = Window { first_words_p95_ms: sample(p95, turns), within_limit: within, ..well() };
        assert_eq!(verdict(&window, Kind::ResponseTime), expected, "{p95} {turns} {within}");
    }
}

#[test]
fn scores_are_good_again_a_little_above_their_limit() {
    for (value, turns, expected) in
        [(0.79, 20, Crossed), (0.79, 19, Unclear), (0.8, 20, Unclear), (0.81, 20, Unclear), (0.82, 20, Healthy)]
    {
        let window = Window { quality: sample(value, turns), ..well() };
        assert_eq!(verdict(&window, Kind::Quality), expected, "{value} {turns}");
    }
    for (value, expected) in [(0.69, Crossed), (0.72, Unclear), (0.74, Healthy)] {
        let window = Window { efficiency: sample(value, 20), ..well() };
        assert_eq!(verdict(&window, Kind::Efficiency), expected, "{value}");
    }
    for (value, expected) in [(0.21, Crossed), (0.2, Unclear), (0.19, Unclear), (0.18, Healthy)] {
        let window = Window { fallback_rate: sample(value, 20), ..well() };
        assert_eq!(verdict(&window, Kind::FallbackRate), expected, "{value}");
    }
}

#[test]
fn thresholds_that_are_off_are_never_crossed() {
    let off = Thresholds {
        response_ms: None,
        cost_day_usd: None,
        quality: 0.0,
        efficiency: 0.0,
        fallback_rate: 1.0,
        provider_failures: 0,
        ..Thresholds::default()
    };
    let worst = Window {
        first_words_p95_ms: sample(60_000.0, 100),
        within_limit: 0.0,
        quality: sample(0.0, 100),
        efficiency: sample(0.0, 100),
        fallback_rate: sample(1.0, 100),
    };
    assert!(traffic(&worst, &off).iter().all(|finding| finding.verdict != Crossed));
    assert_eq!(cost_of_day(&Standing { day: 1_000 * USD, ..Standing::default() }, &off), None);
    let failed = [tried("m", Some("timeout")), tried("m", Some("timeout"))];
    assert_eq!(providers(&["m".to_owned()], failed.iter(), &off, &[]), []);
}

#[test]
fn of_several_shares_of_a_budget_only_the_highest_is_told() {
    let caps = Caps { day: Some(10 * USD), month: Some(100 * USD), visitor_day: None };
    for (day, month, expected) in [
        (4_999_999, 0, &[][..]),
        (5 * USD, 0, &[(Kind::BudgetDay, "50", 5.0)]),
        (7_999_999, 0, &[(Kind::BudgetDay, "50", 5.0)]),
        (8 * USD, 50 * USD, &[(Kind::BudgetDay, "80", 8.0), (Kind::BudgetMonth, "50", 50.0)]),
        (10 * USD, 0, &[(Kind::BudgetDay, "100", 10.0)]),
    ] {
        let standing = Standing { day, month, ..Standing::default() };
        let found = budgets(&standing, &caps, noon(), &[]);
        let found: Vec<_> = found.iter().map(|one| (one.kind, one.subject.as_str(), one.limit)).collect();
        assert_eq!(found, expected, "{day} {month}");
    }
    let none = Caps { day: Some(0), month: None, visitor_day: None };
    assert_eq!(budgets(&Standing::default(), &none, noon(), &[]), [], "a budget of nothing is not spent by nothing");
}

#[test]
fn an_episode_of_a_budget_ends_with_its_day_or_its_cap() {
    let cap = |day| Caps { day, month: Some(100 * USD), visitor_day: None };
    // Refused with a little left: not all is spent, and yet it is told.
    let (refused, half) = (episode(Kind::BudgetDay, "100", 10.0), episode(Kind::BudgetDay, "50", 5.0));
    let month = episode(Kind::BudgetMonth, "50", 50.0);
    let open = [refused, half, month];
    let over = |charged, caps: &Caps, now| -> Vec<String> {
        let standing = Standing { day: charged, month: 60 * USD, ..Standing::default() };
        let healthy = budgets(&standing, caps, now, &open).into_iter().filter(|found| found.verdict == Healthy);
        healthy.map(|found| format!("{} {}", found.kind.name(), found.subject)).collect()
    };
    assert!(over(9_990_000, &cap(Some(10 * USD)), later(11)).is_empty(), "the same day");
    assert_eq!(over(0, &cap(Some(10 * USD)), later(12)), ["budget_day 100", "budget_day 50"], "after midnight");
    assert_eq!(over(9_990_000, &cap(Some(15 * USD)), later(1)), ["budget_day 100"], "raised: more than half is spent");
    assert_eq!(over(9_990_000, &cap(None), later(1)), ["budget_day 100", "budget_day 50"], "taken away");
    let next_month = over(0, &cap(Some(10 * USD)), later(24 * 9));
    assert_eq!(next_month, ["budget_day 100", "budget_day 50", "budget_month 50"]);
}

fn tried(model: &str, reason: Option<&str>) -> RungTried {
    RungTried { rung: Rung::Primary, model: Some(model.to_owned()), reason: reason.map(str::to_owned) }
}

#[test]
fn a_model_is_down_after_enough_failures_in_a_row_and_up_with_its_next_answer() {
    let models = ["m".to_owned()];
    let failure = || tried("m", Some("timeout"));
    let find = |steps: &[RungTried]| providers(&models, steps.iter(), &Thresholds::default(), &[]).remove(0);
    let answered = tried("m", None);
    let refused = tried("m", Some("budget_day"));
    let four = [failure(), failure(), failure(), failure(), answered.clone(), failure()];
    assert_eq!(find(&four).verdict, Unclear);
    // Another model's answer and a call that was never made say nothing.
    let five =
        [tried("other", None), failure(), failure(), refused, failure(), tried("m", Some("overloaded")), failure()];
    let down = find(&five);
    assert_eq!((down.verdict, down.value), (Crossed, 5.0));
    assert_eq!(down.ground, Ground::Calls { reasons: vec![("timeout".to_owned(), 4), ("overloaded".to_owned(), 1)] });
    assert_eq!(find(&[answered, failure(), failure()]).verdict, Healthy);
    // An honest "not known" is an answer.
    assert_eq!(find(&[tried("m", Some("not_known")), failure()]).verdict, Healthy);
    assert_eq!(find(&[]).verdict, Unclear);
}

#[test]
fn a_model_that_nobody_asks_any_more_is_not_down() {
    let open = [episode(Kind::ProviderDown, "old", 5.0), episode(Kind::ProviderDown, "m", 5.0)];
    let found = providers(&["m".to_owned()], [].iter(), &Thresholds::default(), &open);
    let found: Vec<_> = found.iter().map(|found| (found.subject.as_str(), found.verdict)).collect();
    assert_eq!(found, [("m", Unclear), ("old", Healthy)]);
}

#[test]
fn each_warning_of_an_end_is_told_until_it_is_given_no_more() {
    let warning = |subject: &str| Ending { subject: subject.to_owned(), days: 30, message: "soon".to_owned() };
    let open = [episode(Kind::Lifecycle, "m 90", 0.0), episode(Kind::Lifecycle, "m 30", 0.0)];
    let found = lifecycle(&[warning("m 30"), warning("judge 30")], &open);
    let found: Vec<_> = found.iter().map(|found| (found.subject.as_str(), found.verdict)).collect();
    assert_eq!(found, [("m 30", Crossed), ("judge 30", Crossed), ("m 90", Healthy)]);
}

#[test]
fn orphans_are_told_once_a_day() {
    let orphan = |amount| Orphan { id: ChargeId::mint(noon(), [1; 10]), purpose: Purpose::Turn, at: noon(), amount };
    assert_eq!(orphans(&[]), None);
    let found = orphans(&[orphan(1_500), orphan(500)]).unwrap();
    assert_eq!((found.verdict, found.value, found.ground), (Crossed, 0.002, Ground::Charges(2)));
    let open = [episode(Kind::Orphans, "", 0.0)];
    assert_eq!(orphans_of_past_days(later(11), &open), None);
    assert_eq!(orphans_of_past_days(later(12), &open).map(|found| found.verdict), Some(Healthy));
}
