//! Every message, as it is read.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::fmt::Write;

use super::*;
use crate::alerts::rules::{Ground, Verdict};
use crate::ids::EpisodeId;

/// 2026-11-22T12:00:00Z.
const NOON: Timestamp = Timestamp::from_millis(1_795_348_800_000);

fn finding(kind: Kind, subject: &str, value: f64, limit: f64, ground: Ground) -> Finding {
    Finding { kind, subject: subject.to_owned(), verdict: Verdict::Crossed, value, limit, ground }
}

fn findings() -> Vec<Finding> {
    let turns = || Ground::Turns { since: NOON, turns: 72 };
    let money = |refused| Ground::Money { cap_usd: 10.0, refused };
    let reasons = vec![("timeout".to_owned(), 4), ("overloaded".to_owned(), 1)];
    vec![
        finding(Kind::ResponseTime, "", 3_412.0, 2_000.0, turns()),
        finding(Kind::CostDay, "", 10.42, 10.0, money(false)),
        finding(Kind::Quality, "", 0.741, 0.8, turns()),
        finding(Kind::Efficiency, "", 0.58, 0.7, turns()),
        finding(Kind::FallbackRate, "", 0.31, 0.2, turns()),
        finding(Kind::ProviderDown, "gpt-4o-mini", 5.0, 5.0, Ground::Calls { reasons }),
        finding(Kind::BudgetDay, "50", 5.03, 5.0, money(false)),
        finding(Kind::BudgetDay, "100", 9.9991, 10.0, money(true)),
        finding(Kind::BudgetMonth, "100", 10.0, 10.0, money(false)),
        finding(Kind::Orphans, "", 0.0123, 0.0, Ground::Charges(3)),
    ]
}

fn told(language: Language) -> String {
    let mut told = String::new();
    for finding in findings() {
        let episode = Episode {
            site: SiteId::default(),
            id: EpisodeId::mint(NOON, [0; 10]),
            kind: finding.kind.name().to_owned(),
            subject: finding.subject.clone(),
            opened: NOON,
            closed: Some(Timestamp::from_millis(NOON.as_millis() + 8_880_000)),
            value: finding.value,
            limit: finding.limit,
            message: message(&finding, language),
            deliveries: Vec::new(),
        };
        for notice in [Notice::of_opening(&episode, language), Notice::of_end(&episode, language)] {
            let fields: Vec<String> = notice.fields.iter().map(|(name, value)| format!("{name} {value}")).collect();
            let _ = writeln!(told, "{}\n{}\n[{}]\n", notice.subject(), notice.text, fields.join(" · "));
        }
    }
    let test = Notice::test(SiteId::parse("maria").unwrap(), NOON, language);
    let _ = writeln!(told, "{}\n{}", test.subject(), test.text);
    told
}

#[test]
fn messages_say_figure_limit_window_and_what_to_do() {
    insta::assert_snapshot!("english", told(Language::En));
    insta::assert_snapshot!("spanish", told(Language::Es));
}

#[test]
fn other_languages_are_spoken_to_in_english() {
    assert_eq!(told(Language::Fr), told(Language::En));
}

#[test]
fn an_episode_of_another_version_can_be_told() {
    let finding = finding(Kind::Quality, "", 0.5, 0.8, Ground::Charges(0));
    let episode = Episode {
        site: SiteId::default(),
        id: EpisodeId::mint(NOON, [0; 10]),
        kind: "moon_phase".to_owned(),
        subject: String::new(),
        opened: NOON,
        closed: None,
        value: 0.5,
        limit: 0.25,
        message: message(&finding, Language::En),
        deliveries: Vec::new(),
    };
    let notice = Notice::of_opening(&episode, Language::En);
    assert_eq!(notice.title, "moon_phase");
    assert_eq!(notice.fields[..2], [("Figure".to_owned(), "0.50".to_owned()), ("Limit".to_owned(), "0.25".to_owned())]);
}

#[test]
fn lengths_of_time_are_rounded_to_what_matters() {
    for (seconds, expected) in [(40, "40 s"), (720, "12 min"), (7_500, "2 h 5 min"), (86_400 + 3_600, "1 d 1 h")] {
        assert_eq!(duration(seconds * 1_000), expected);
    }
}
