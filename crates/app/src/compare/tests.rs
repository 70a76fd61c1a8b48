#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use portavoz_domain::evaluation::{Grade, Reply};
use portavoz_domain::quality::{Quality, Term};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::usage::Usage;
use portavoz_domain::variation::VariantName;
use portavoz_text::language::Language;

use super::*;

/// An answer of this quality that did or did not pass.
fn result(case: usize, quality: f64, passed: bool) -> CaseResult {
    let term = |score: f64| Term { score: score as f32, parts: Vec::new() };
    CaseResult {
        target: VariantName::parse("m").unwrap(),
        case: format!("case-{case:04}"),
        key: String::new(),
        asked: Timestamp::from_millis(0),
        reused: false,
        reply: Reply {
            outcome: Some(Outcome::Answered),
            text: "word ".repeat(10),
            language: Language::En,
            citations: Vec::new(),
            found: Vec::new(),
            verification: None,
            withheld: 0,
            quality: None,
            model: Some("m".to_owned()),
            served_model: None,
            service_tier: None,
            ladder: Vec::new(),
            usage: Usage::default(),
            cost_usd_micros: Some(300),
            first_token_ms: Some(400),
            took_ms: Some(900),
            prompt_hash: None,
        },
        grade: Grade {
            quality: Some(Quality::of(term(quality), term(quality), term(quality))),
            outcome_right: Some(true),
            recall: None,
            citations_right: None,
            supported: Some(1.0),
            missing: Vec::new(),
            forbidden: Vec::new(),
            language_right: None,
            passed,
        },
    }
}

/// Quality of case `case` of a usual model: between .7 and .95, without any order.
fn usual(case: usize) -> f64 {
    0.7 + 0.25 * ((case * 37 % 101) as f64 / 100.0)
}

fn answers(count: usize, quality: impl Fn(usize) -> f64) -> Vec<CaseResult> {
    (0..count).map(|case| result(case, quality(case), quality(case) > 0.5)).collect()
}

fn compared(a: &[CaseResult], b: &[CaseResult]) -> Comparison {
    compare(("old", "new"), a, b, |_| true)
}

/// Every sixth answer misses a third of what was asked.
fn subtly_worse(case: usize) -> f64 {
    if case % 6 == 3 { usual(case) - 0.3 } else { usual(case) }
}

#[test]
fn a_hundred_cases_tell_a_subtly_worse_model_and_ten_do_not() {
    let worse = |count| compared(&answers(count, usual), &answers(count, subtly_worse));
    let hundred = worse(100);
    assert_eq!(hundred.verdict, Verdict::Worse, "{}", hundred.sentence(Language::En));
    let ten = worse(10);
    assert_eq!(ten.verdict, Verdict::CannotTell, "{}", ten.sentence(Language::En));
    let needed = ten.cases_needed.unwrap();
    assert!((20..200).contains(&needed), "{needed}");
    assert_eq!(
        ten.sentence(Language::En),
        "10 cases cannot tell whether new is better or worse than old: they would only show a difference of 0.13 or more \
         in quality. About 37 cases would settle it."
    );
}

#[test]
fn the_other_way_round_it_is_better() {
    let comparison = compared(&answers(100, subtly_worse), &answers(100, usual));
    assert_eq!(comparison.verdict, Verdict::Better);
    let sentence = comparison.sentence(Language::Es);
    assert!(sentence.starts_with("new es mejor que old (100 casos): calidad 0,8"), "{sentence}");
}

#[test]
fn answers_that_are_the_same_are_not_worse_once_there_are_enough() {
    let same = |count| compared(&answers(count, usual), &answers(count, usual)).verdict;
    assert_eq!(same(10), Verdict::CannotTell);
    assert_eq!(same(100), Verdict::NotWorse);
}

#[test]
fn a_worse_model_is_no_better_for_being_longer() {
    let mut longer = answers(100, subtly_worse);
    for result in &mut longer {
        result.reply.text = "word ".repeat(30);
    }
    let comparison = compared(&answers(100, usual), &longer);
    assert_eq!(comparison.verdict, Verdict::Worse);
    assert!(comparison.remarks.contains(&Remark::Longer { percent: 200 }));
}

#[test]
fn cost_and_time_decide_nothing() {
    let mut dear = answers(100, usual);
    for (place, result) in dear.iter_mut().enumerate() {
        result.reply.cost_usd_micros = Some(3_000 + place as u64);
    }
    let comparison = compared(&answers(100, usual), &dear);
    let cost = comparison.metrics.iter().find(|compared| compared.metric == Metric::Cost).unwrap();
    assert_eq!((comparison.verdict, cost.verdict), (Verdict::NotWorse, Verdict::Worse));
}

#[test]
fn cases_that_one_was_not_asked_are_left_out_and_counted() {
    let mut fewer = answers(30, usual);
    fewer.truncate(25);
    let comparison = compare(("old", "new"), &answers(30, usual), &fewer, |case| case != "case-0000");
    assert_eq!((comparison.paired, comparison.unpaired), (24, 6));
    assert_eq!(comparison.notes(Language::En).len(), 1);
    let nothing = compared(&[], &answers(3, usual));
    assert_eq!(nothing.verdict, Verdict::CannotTell);
    assert!(nothing.sentence(Language::En).starts_with("No case"));
}

#[test]
fn the_largest_loss_comes_first() {
    let comparison = compared(&answers(12, usual), &answers(12, subtly_worse));
    assert_eq!(comparison.cases.first().unwrap().case, "case-0003");
}

#[test]
fn a_model_that_failed_is_not_judged_by_what_stood_in_for_it() {
    let mut failed = answers(30, usual);
    for result in failed.iter_mut().take(4) {
        use portavoz_domain::answer::{Rung, RungTried};
        let tried = |rung, model: Option<&str>, reason: Option<&str>| RungTried {
            rung,
            model: model.map(str::to_owned),
            reason: reason.map(str::to_owned),
        };
        result.reply.model = None;
        result.reply.ladder =
            vec![tried(Rung::Primary, Some("m"), Some("timeout")), tried(Rung::Extractive, None, None)];
    }
    let comparison = compared(&answers(30, usual), &failed);
    assert!(comparison.remarks.contains(&Remark::StoodIn { side: "new".to_owned(), answers: 4 }));
}
