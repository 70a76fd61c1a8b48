//! Verdicts of made-up visitors.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test panics")]

use std::collections::BTreeMap;

use portavoz_domain::experiment::{Arm, Design, Exposure, Observation, Shares};
use portavoz_domain::ids::{ExperimentId, SiteId};
use portavoz_domain::variation::{CONTROL, Variation};

use super::*;

const START: i64 = 1_795_338_000_000;

fn name(text: &str) -> VariantName {
    VariantName::parse(text).unwrap()
}

fn at(place: usize) -> Timestamp {
    Timestamp::from_millis(START + 1_000 * i64::try_from(place).unwrap())
}

/// An experiment of the control and these variants, in equal shares.
fn evidence(variants: &[&str]) -> Evidence {
    let named = |text: &str| Arm { name: name(text), variation: Variation::default() };
    let arms: Vec<Arm> = std::iter::once(CONTROL).chain(variants.iter().copied()).map(named).collect();
    let experiment = Experiment {
        site: SiteId::default(),
        id: ExperimentId::mint(at(0), [7; 10]),
        name: name("luna"),
        state: ExperimentState::Running,
        salt: String::new(),
        shares: vec![Shares { from: at(0), per_mille: super::super::equal_shares(arms.len()) }],
        arms,
        design: Design::default(),
        started: at(0),
        ended: None,
        shipped: None,
        note: String::new(),
    };
    Evidence::made_of(experiment, Vec::new(), BTreeMap::new(), at(1_000_000))
}

/// What came of a visitor: answered from the documents, after 800 ms, for a tenth of a cent.
fn answered(success: bool) -> Observation {
    Observation { at: at(0), turn: None, success, withheld: 0, first_token_ms: Some(800), cost_usd_micros: 1_000 }
}

impl Evidence {
    /// One more visitor.
    fn visitor(&mut self, arm: &str, observation: Option<Observation>) -> &mut Exposure {
        let place = self.exposures.len();
        let observation = observation.map(|observation| Observation { at: at(place), ..observation });
        let subject = format!("{place:05}");
        self.exposures.push(Exposure { subject, arm: name(arm), at: at(place), mixed: false, observation });
        self.exposures.last_mut().unwrap()
    }

    /// Visitors of every arm in turn: of each hundred, so many are answered.
    fn visitors(mut self, rounds: usize, successes: &[usize]) -> Self {
        let arms: Vec<String> = self.experiment.arms.iter().map(|arm| arm.name.to_string()).collect();
        for round in 0..rounds {
            for (arm, successes) in arms.iter().zip(successes) {
                // Spread over the hundred.
                let success = (round * successes) % 100 < *successes;
                self.visitor(arm, Some(answered(success)));
            }
        }
        self
    }
}

fn judged(evidence: &Evidence) -> Judgement {
    judge_evidence(evidence, Language::En)
}

fn verdicts(evidence: &Evidence) -> Vec<Verdict> {
    judged(evidence).variants.iter().map(|variant| variant.verdict).collect()
}

#[test]
fn a_verdict_follows_the_visitors() {
    for (rounds, successes, expected) in [
        (0, [70, 70], Verdict::Running),
        (20, [70, 90], Verdict::Running),
        (300, [70, 90], Verdict::Better),
        (300, [90, 70], Verdict::Worse),
        (2_400, [90, 90], Verdict::NoDifference),
    ] {
        assert_eq!(verdicts(&evidence(&["b"]).visitors(rounds, &successes)), [expected], "{rounds} of {successes:?}");
    }
}

#[test]
fn a_verdict_is_told_in_words_with_what_to_do() {
    let better = evidence(&["b"]).visitors(300, &[70, 90]);
    let told = judge_evidence(&better, Language::En);
    assert_eq!(
        told.sentence,
        "`b` is better than the control: 90 % of its 300 visitors were answered from the documents, against 70 % of 300 \
         (the difference is between +10.5 and +30 points). To keep it: `portavoz experiment ship luna b`."
    );
    let told = judge_evidence(&better, Language::Es).sentence;
    assert!(told.starts_with("`b` es mejor que el control: los documentos respondieron al 90 %"), "{told}");
    let nothing = judged(&evidence(&["b"])).sentence;
    assert_eq!(nothing, "No visitor has asked anything yet: there is nothing to judge.");
}

#[test]
fn an_experiment_that_ends_without_a_verdict_cannot_tell() {
    let mut early = evidence(&["b"]).visitors(30, &[70, 80]);
    assert_eq!(verdicts(&early), [Verdict::Running]);
    early.experiment.design.horizon = 60;
    assert_eq!(verdicts(&early), [Verdict::CannotTell], "it is given up");
    early.experiment.design.horizon = 5_000;
    early.experiment.state = ExperimentState::Stopped;
    let told = judged(&early);
    assert_eq!((told.variants[0].verdict, told.variants[0].outlook), (Verdict::CannotTell, None));
    assert!(told.sentence.contains("portavoz compare"), "{}", told.sentence);
}

#[test]
fn who_saw_two_ways_and_who_asked_nothing_count_for_nothing() {
    let mut some = evidence(&["b"]).visitors(100, &[70, 90]);
    let before = judged(&some);
    for place in 0..50 {
        some.visitor(["control", "b"][place % 2], Some(answered(false))).mixed = true;
        some.visitor(["control", "b"][place % 2], None);
    }
    let after = judged(&some);
    assert_eq!((after.exposed, after.observed, after.mixed, after.unobserved), (300, 200, 50, 50));
    assert_eq!((after.variants[0].p, after.variants[0].possible), (before.variants[0].p, before.variants[0].possible));
    assert_eq!(after.arms.iter().map(|arm| arm.exposed).sum::<u64>(), 300, "they were assigned all the same");
}

#[test]
fn proportions_that_are_off_make_every_verdict_void() {
    let mut off = evidence(&["b"]).visitors(200, &[70, 95]);
    assert!(!judged(&off).ratio.alarm);
    for _ in 0..150 {
        off.visitor("b", Some(answered(true)));
    }
    let told = judged(&off);
    assert!(told.ratio.alarm && told.ratio.p <= 0.01, "{:?}", told.ratio);
    assert_eq!((told.variants[0].verdict, &told.ratio.got), (Verdict::CannotTell, &vec![200, 350]));
    assert!(told.sentence.contains("200 : 350") && told.sentence.contains("275 : 275"), "{}", told.sentence);
    // What was certain once stays certain, when later visitors hide it.
    for _ in 0..150 {
        off.visitor("control", Some(answered(true)));
    }
    assert!(judged(&off).ratio.alarm);
}

#[test]
fn shares_that_were_changed_are_held_against_their_own_visitors() {
    let mut ramped = evidence(&["b"]);
    ramped.experiment.shares[0].per_mille = vec![900, 100];
    let visit = |ramped: &mut Evidence, rounds: usize, of_ten: usize| {
        for place in 0..rounds * 10 {
            let arm = if place % 10 < of_ten { "b" } else { "control" };
            ramped.visitor(arm, Some(answered(place % 4 > 0)));
        }
    };
    visit(&mut ramped, 40, 1);
    ramped.experiment.shares.push(Shares { from: at(400), per_mille: vec![500, 500] });
    visit(&mut ramped, 40, 5);
    let told = judged(&ramped);
    assert!(!told.ratio.alarm, "{:?}", told.ratio);
    assert_eq!((told.ratio.expected, told.ratio.got), (vec![560.0, 240.0], vec![560, 240]));
}

#[test]
fn a_guardrail_that_is_broken_is_named_beside_the_verdict() {
    let mut costly = evidence(&["b"]);
    for round in 0..400 {
        costly.visitor("control", Some(answered(round % 10 < 7)));
        let slow = if round % 4 == 0 { Some(9_000) } else { Some(700) };
        let cost_usd_micros = 2_500 + round % 7;
        let seen = Observation { cost_usd_micros, first_token_ms: slow, ..answered(round % 10 < 9) };
        costly.visitor("b", Some(seen));
    }
    let told = judged(&costly);
    let states: Vec<_> = told.variants[0].guardrails.iter().map(|one| (one.kind, one.state)).collect();
    assert_eq!(
        states,
        [
            (GuardrailKind::Cost, GuardrailState::Broken),
            (GuardrailKind::Slow, GuardrailState::Broken),
            (GuardrailKind::Withheld, GuardrailState::Holds),
            (GuardrailKind::Thumbs, GuardrailState::NotYetKnown),
        ]
    );
    assert_eq!(told.variants[0].verdict, Verdict::Better);
    assert!(told.sentence.contains("It costs more than allowed: $0.002503"), "{}", told.sentence);
    assert!(told.sentence.contains("slower than allowed: 25 %"), "{}", told.sentence);
}

#[test]
fn what_costs_nothing_has_no_multiple() {
    for (control, variant, expected) in
        [(0, 0, GuardrailState::Holds), (0, 500, GuardrailState::NotApplicable), (500, 0, GuardrailState::Holds)]
    {
        let mut free = evidence(&["b"]);
        for _ in 0..100 {
            free.visitor("control", Some(Observation { cost_usd_micros: control, ..answered(true) }));
            free.visitor("b", Some(Observation { cost_usd_micros: variant, ..answered(true) }));
        }
        assert_eq!(judged(&free).variants[0].guardrails[0].state, expected, "{control} and {variant}");
    }
}

#[test]
fn several_variants_share_the_probability_of_being_wrong() {
    let told = judged(&evidence(&["b", "c"]).visitors(300, &[70, 90, 71]));
    let [b, c] = told.variants.as_slice() else { panic!("two variants") };
    assert_eq!((b.verdict, c.verdict), (Verdict::Better, Verdict::Running));
    assert!((b.p_adjusted - (2.0 * b.p).min(1.0)).abs() < 1e-12 && c.p_adjusted >= c.p);
}

#[test]
fn a_path_has_a_hundred_points_at_most_and_narrows() {
    let told = judged(&evidence(&["b"]).visitors(500, &[70, 80]));
    let path = &told.variants[0].path;
    assert!((90..=101).contains(&path.len()), "{}", path.len());
    let last = path.last().unwrap();
    assert_eq!((last.visitors, last.possible), (1_000, told.variants[0].possible));
    let width = |point: &PathPoint| point.possible.high - point.possible.low;
    assert!(path.windows(2).all(|two| width(&two[1]) <= width(&two[0]) && two[0].at < two[1].at));
}
