//! Live experiments on scripted visitors: who gets what, what is counted, and what ends it.

use std::sync::Arc;
use std::time::Duration;

use portavoz_app::ask::{Answer, Ask, ask};
use portavoz_app::experiments::enrolment::{Arrival, enrol};
use portavoz_app::experiments::guard::guard;
use portavoz_app::experiments::judge::{Judgement, Verdict, judge};
use portavoz_app::experiments::plan::{Advice, plan};
use portavoz_app::experiments::{
    Draft, ExperimentError, ExperimentSettings, archive, find, list, refresh, set_shares, ship, shipped, start, stop,
};
use portavoz_app::privacy::forget_visitor;
use portavoz_app::settings::{CacheSettings, PrivacySettings};
use portavoz_app::testing::{Setup, TestSite};
use portavoz_domain::experiment::{Arm, Design, Experiment, ExperimentState, Exposure};
use portavoz_domain::ids::{ConversationId, VisitorId};
use portavoz_domain::variation::{EXTRACTIVE, VariantName, Variation};
use portavoz_storage::Storage;
use portavoz_storage::sqlite::SqliteStorage;
use portavoz_text::language::Language;

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn arm(name: &str, variation: Variation) -> Arm {
    Arm { name: VariantName::parse(name).unwrap(), variation }
}

/// Finds nothing, ever: whoever gets it is not answered.
fn deaf() -> Arm {
    arm("deaf", Variation { threshold: Some(1.0), ..Variation::default() })
}

/// Answers as well as the control.
fn same() -> Arm {
    arm("same", Variation { max_tokens: Some(500), ..Variation::default() })
}

fn draft(variants: &[Arm]) -> Draft {
    Draft {
        name: "luna".to_owned(),
        variants: variants.to_vec(),
        shares: None,
        design: Design::default(),
        note: String::new(),
    }
}

fn person(visitor: VisitorId) -> Arrival<'static> {
    Arrival { visitor, conversation: None, is_owner: false, agent: Some(BROWSER) }
}

/// What a visitor would get, as its label.
async fn way(site: &TestSite, arrival: Arrival<'_>) -> Option<String> {
    enrol(&site.site, &arrival).await.map(|variant| variant.label().unwrap().to_owned())
}

/// A visitor asks, as through the chat.
async fn visit(site: &TestSite, visitor: VisitorId, conversation: Option<ConversationId>) -> Answer {
    let variant = enrol(&site.site, &Arrival { conversation, ..person(visitor) }).await;
    let question = Ask { visitor, conversation, variant, ..site.question(QUESTION) };
    ask(&site.site, question).await.unwrap().whole().await.unwrap()
}

async fn exposures(site: &TestSite, experiment: &Experiment) -> Vec<Exposure> {
    site.storage.experiments().exposures(site.site.id(), experiment.id).await.unwrap()
}

async fn label_of(site: &TestSite, answer: &Answer) -> Option<String> {
    let turn = site.storage.turns().find(site.site.id(), answer.turn_id).await.unwrap().unwrap();
    turn.settlement.unwrap().variant
}

async fn judged(site: &TestSite, name: &str) -> Judgement {
    let experiment = find(&site.site, name).await.unwrap();
    judge(&site.site, experiment, Language::En).await.unwrap()
}

#[tokio::test]
async fn visitors_are_shared_out_and_keep_what_they_got() {
    let site = Setup::default().open().await;
    let experiment = start(&site.site, &draft(&[same()])).await.unwrap();
    let visitors: Vec<VisitorId> = (0..400).map(|_| site.site.new_visitor()).collect();
    let mut got = Vec::new();
    for visitor in &visitors {
        got.push(way(&site, person(*visitor)).await.unwrap());
    }
    let of_variant = got.iter().filter(|label| *label == "luna:same").count();
    assert!((150..=250).contains(&of_variant), "{of_variant} of 400");
    set_shares(&site.site, "luna", &[1_000, 0]).await.unwrap();
    // Another process over the same database, as after a restart.
    let again = Setup { storage: Some(Arc::clone(&site.storage)), ..Setup::default() }.open().await;
    for (visitor, label) in visitors.iter().zip(&got) {
        assert_eq!(way(&again, person(*visitor)).await.as_ref(), Some(label), "what was assigned stands");
    }
    for _ in 0..20 {
        assert_eq!(way(&again, person(site.site.new_visitor())).await.unwrap(), "luna:control");
    }
    assert_eq!(exposures(&site, &experiment).await.len(), 420);
    // The alarm itself is false once in a hundred experiments by design; so small a p is not, whatever the secret.
    let ratio = judged(&site, "luna").await.ratio;
    assert!(ratio.p > 1e-6 && ratio.got.iter().sum::<u64>() == 420, "{ratio:?}");
}

#[tokio::test]
async fn a_process_that_knows_old_shares_assigns_nobody_by_them() {
    let site = Setup::default().open().await;
    start(&site.site, &draft(&[same()])).await.unwrap();
    let other = Setup { storage: Some(Arc::clone(&site.storage)), ..Setup::default() }.open().await;
    set_shares(&site.site, "luna", &[0, 1_000]).await.unwrap();
    for _ in 0..20 {
        assert_eq!(way(&other, person(other.site.new_visitor())).await.unwrap(), "luna:same");
    }
    stop(&site.site, "luna").await.unwrap();
    assert_eq!(way(&other, person(other.site.new_visitor())).await, None, "before it could learn of the end");
}

#[tokio::test]
async fn only_people_are_in_an_experiment() {
    let site = Setup::default().open().await;
    let visitor = site.site.new_visitor();
    assert_eq!(way(&site, person(visitor)).await, None, "there is none");
    let experiment = start(&site.site, &draft(&[same()])).await.unwrap();
    assert_eq!(way(&site, Arrival { is_owner: true, ..person(visitor) }).await, None);
    assert_eq!(way(&site, Arrival { agent: None, ..person(visitor) }).await, None);
    assert_eq!(way(&site, Arrival { agent: Some("curl/8.5.0"), ..person(visitor) }).await, None);
    // The terminal and the OpenAI endpoint do not ask who it is.
    let answer = site.ask(QUESTION).await;
    assert_eq!(label_of(&site, &answer).await, None);
    assert!(exposures(&site, &experiment).await.is_empty());
    let other_site = Setup { experiments: ExperimentSettings { enabled: false, auto_stop: true }, ..Setup::default() };
    let off = Setup { storage: Some(Arc::clone(&site.storage)), ..other_site }.open().await;
    assert_eq!(way(&off, person(visitor)).await, None, "it is switched off");
    assert!(matches!(start(&off.site, &draft(&[same()])).await, Err(ExperimentError::SwitchedOff)));
}

#[tokio::test]
async fn the_first_question_of_a_visitor_is_what_counts() {
    let site = Setup::default().open().await;
    let experiment = start(&site.site, &draft(&[same()])).await.unwrap();
    let visitor = site.site.new_visitor();
    let greeted = {
        let variant = enrol(&site.site, &person(visitor)).await;
        let question = Ask { visitor, variant, ..site.question("hola") };
        ask(&site.site, question).await.unwrap().whole().await.unwrap()
    };
    assert_eq!(exposures(&site, &experiment).await[0].observation, None, "a greeting is no question");
    let first = visit(&site, visitor, Some(greeted.conversation_id)).await;
    visit(&site, visitor, None).await;
    let seen = exposures(&site, &experiment).await;
    let observation = seen[0].observation.as_ref().unwrap();
    assert_eq!((seen.len(), observation.turn, observation.success), (1, Some(first.turn_id), true));
    let label = label_of(&site, &first).await;
    assert_eq!(label, Some(experiment.label(&seen[0].arm)));
}

#[tokio::test]
async fn a_conversation_of_before_goes_on_as_it_began_and_its_visitor_is_left_out() {
    let site = Setup::default().open().await;
    let visitor = site.site.new_visitor();
    let before = visit(&site, visitor, None).await;
    let experiment = start(&site.site, &draft(&[same()])).await.unwrap();
    let old = visit(&site, visitor, Some(before.conversation_id)).await;
    assert_eq!(label_of(&site, &old).await, None);
    assert!(exposures(&site, &experiment).await.is_empty(), "who never was in it is not left out of it");

    let new = visit(&site, visitor, None).await;
    assert!(label_of(&site, &new).await.is_some());
    let follow_up = visit(&site, visitor, Some(new.conversation_id)).await;
    assert_eq!(label_of(&site, &follow_up).await, label_of(&site, &new).await);
    assert!(!exposures(&site, &experiment).await[0].mixed);
    let back = visit(&site, visitor, Some(before.conversation_id)).await;
    assert_eq!(label_of(&site, &back).await, None);
    let judgement = judged(&site, "luna").await;
    assert_eq!((judgement.mixed, judgement.observed), (1, 0));
    // A conversation of somebody else is none, and counts for nothing.
    let stranger = site.site.new_visitor();
    let arrival = Arrival { conversation: Some(before.conversation_id), ..person(stranger) };
    assert_eq!(way(&site, arrival).await, None);
    assert_eq!(exposures(&site, &experiment).await.len(), 1);
}

#[tokio::test]
async fn a_variant_that_answers_nobody_is_found_out_and_not_shipped() {
    let site = Setup::default().open().await;
    let experiment = start(&site.site, &draft(&[deaf()])).await.unwrap();
    for _ in 0..60 {
        visit(&site, site.site.new_visitor(), None).await;
    }
    let judgement = judged(&site, "luna").await;
    let [deaf] = judgement.variants.as_slice() else { panic!("one variant") };
    assert_eq!((deaf.verdict, deaf.difference), (Verdict::Worse, Some(-1.0)), "{}", judgement.sentence);
    assert_eq!(judgement.observed, 60);
    stop(&site.site, "luna").await.unwrap();
    let visitor = site.site.new_visitor();
    assert_eq!(way(&site, person(visitor)).await, None, "everybody gets the configured way again");
    assert_eq!(judged(&site, "luna").await.variants[0].verdict, Verdict::Worse, "and the verdict stays");
    assert!(matches!(stop(&site.site, "luna").await, Err(ExperimentError::State { .. })));
    assert_eq!(exposures(&site, &experiment).await.len(), 60);
}

#[tokio::test]
async fn a_shipped_variant_answers_everybody_until_it_is_taken_back() {
    let site = Setup::default().open().await;
    let other = Setup { storage: Some(Arc::clone(&site.storage)), ..Setup::default() }.open().await;
    start(&site.site, &draft(&[deaf()])).await.unwrap();
    assert!(matches!(ship(&site.site, "luna", "control").await, Err(ExperimentError::Invalid(_))));
    assert!(matches!(ship(&site.site, "luna", "nobody").await, Err(ExperimentError::Invalid(_))));
    ship(&site.site, "luna", "deaf").await.unwrap();
    let answer = site.ask(QUESTION).await;
    assert_eq!(label_of(&site, &answer).await.as_deref(), Some("luna:deaf:shipped"));
    assert!(answer.citations.is_empty());
    let known = shipped(&site.site).unwrap();
    assert_eq!((known.arm.as_str(), known.differences), ("deaf", vec![("retrieval.threshold", "1".to_owned())]));
    assert_eq!(shipped(&other.site), None);
    refresh(&other.site).await.unwrap();
    assert_eq!(label_of(&other, &other.ask(QUESTION).await).await.as_deref(), Some("luna:deaf:shipped"));
    let another = Draft { name: "next".to_owned(), ..draft(&[same()]) };
    assert!(matches!(start(&site.site, &another).await, Err(ExperimentError::InTheWay(_))));
    archive(&site.site, "luna").await.unwrap();
    assert_eq!(label_of(&site, &site.ask(QUESTION).await).await, None);
    start(&site.site, &another).await.unwrap();
    let states: Vec<_> = list(&site.site).await.unwrap().iter().map(|one| one.state).collect();
    assert_eq!(states, [ExperimentState::Running, ExperimentState::Archived]);
}

#[tokio::test]
async fn an_archived_experiment_keeps_its_figures_and_knows_nobody() {
    let site = Setup::default().open().await;
    let experiment = start(&site.site, &draft(&[same()])).await.unwrap();
    for _ in 0..10 {
        visit(&site, site.site.new_visitor(), None).await;
    }
    assert!(matches!(archive(&site.site, "luna").await, Err(ExperimentError::State { .. })), "it runs");
    stop(&site.site, "luna").await.unwrap();
    let before = judged(&site, "luna").await;
    archive(&site.site, "luna").await.unwrap();
    let after = judged(&site, "luna").await;
    assert_eq!((after.observed, &after.arms, after.variants[0].p), (10, &before.arms, before.variants[0].p));
    let kept = exposures(&site, &experiment).await;
    assert!(kept.iter().all(|exposure| exposure.subject.starts_with('#')), "{kept:?}");
}

#[tokio::test]
async fn a_visitor_who_is_forgotten_was_never_there() {
    let site = Setup::default().open().await;
    let experiment = start(&site.site, &draft(&[same()])).await.unwrap();
    let visitors = [site.site.new_visitor(), site.site.new_visitor()];
    for visitor in visitors {
        visit(&site, visitor, None).await;
    }
    forget_visitor(&site.site, visitors[0]).await.unwrap();
    assert_eq!(exposures(&site, &experiment).await.len(), 1);
    assert!(visit(&site, visitors[1], None).await.done.outcome.name() == "answered");
    assert_eq!(exposures(&site, &experiment).await.len(), 1);
}

#[tokio::test]
async fn a_broken_guardrail_stops_the_experiment_and_tells_the_owner() {
    for (auto_stop, expected) in [(true, ExperimentState::Stopped), (false, ExperimentState::Running)] {
        let experiments = ExperimentSettings { enabled: true, auto_stop };
        let site = Setup { experiments, ..Setup::default() }.open().await;
        let mut design = Design::default();
        design.guardrails.slow_ms = 50;
        let experiment = start(&site.site, &Draft { design, ..draft(&[same()]) }).await.unwrap();
        guard(&site.site).await.unwrap();
        // The variant's visitors wait.
        for _ in 0..80 {
            let visitor = site.site.new_visitor();
            let variant = enrol(&site.site, &person(visitor)).await.unwrap();
            let is_slow = variant.label() == Some("luna:same");
            let question = Ask { visitor, variant: Some(variant), ..site.question(QUESTION) };
            let answering = ask(&site.site, question).await.unwrap();
            if is_slow {
                site.clock.advance(Duration::from_secs(1));
            }
            answering.whole().await.unwrap();
        }
        guard(&site.site).await.unwrap();
        let now = find(&site.site, "luna").await.unwrap();
        assert_eq!(now.state, expected);
        let open = portavoz_app::alerts::list(&site.site, true, 10).await.unwrap();
        let told: Vec<_> = open.iter().map(|one| (one.kind.as_str(), one.subject.as_str())).collect();
        assert_eq!(told, [("experiment_guardrail", "luna:same slow")]);
        assert_eq!(open[0].message.contains("se ha parado solo"), auto_stop, "{}", open[0].message);
        guard(&site.site).await.unwrap();
        assert_eq!(portavoz_app::alerts::list(&site.site, true, 10).await.unwrap().len(), 1, "until it is archived");
        if !auto_stop {
            stop(&site.site, &experiment.id.to_string()).await.unwrap();
        }
        archive(&site.site, "luna").await.unwrap();
        guard(&site.site).await.unwrap();
        assert!(portavoz_app::alerts::list(&site.site, true, 10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_answer_of_an_experiment_is_never_told_again() {
    use portavoz_app::testing::{ScriptedModel, says};
    let reply = || says(&["La precisión subió un 40 % [1]."], None);
    let model = ScriptedModel::new("m", (0..6).map(|_| reply()).collect());
    let site = Setup { cache: CacheSettings::default(), ..Setup::with_models(&[&model]) }.open().await;
    for _ in 0..2 {
        site.ask(QUESTION).await;
    }
    assert_eq!(model.calls(), 1, "the second one is told again");
    start(&site.site, &draft(&[same()])).await.unwrap();
    for _ in 0..3 {
        visit(&site, site.site.new_visitor(), None).await;
    }
    assert_eq!(model.calls(), 4);
}

#[tokio::test]
async fn outcomes_are_known_where_no_word_is_kept() {
    let site = Setup { privacy: PrivacySettings { retention_days: 0 }, ..Setup::default() }.open().await;
    let experiment = start(&site.site, &draft(&[same()])).await.unwrap();
    let visitor = site.site.new_visitor();
    let first = visit(&site, visitor, None).await;
    let seen = exposures(&site, &experiment).await;
    assert!(seen[0].observation.as_ref().unwrap().success);
    visit(&site, visitor, Some(first.conversation_id)).await;
    assert!(!exposures(&site, &experiment).await[0].mixed);
}

#[tokio::test]
async fn a_draft_that_makes_no_sense_is_refused_with_its_reason() {
    let site = Setup::default().open().await;
    let variation = |threshold| Variation { threshold: Some(threshold), ..Variation::default() };
    let five: Vec<Arm> = (0..5).map(|place| arm(&format!("v{place}"), variation(0.5))).collect();
    let with_design = |edit: fn(&mut Design)| {
        let mut design = Design::default();
        edit(&mut design);
        Draft { design, ..draft(&[same()]) }
    };
    for (wrong, words) in [
        (Draft { name: "Luna!".to_owned(), ..draft(&[same()]) }, "no name"),
        (draft(&[]), "1 to 4 variants"),
        (draft(&five), "1 to 4 variants"),
        (draft(&[same(), same()]), "a name of its own"),
        (draft(&[arm("control", variation(0.5))]), "a name of its own"),
        (draft(&[arm("b", Variation::default())]), "differs in nothing"),
        (draft(&[arm("b", variation(2.0))]), "variant `b`: `threshold` is 2"),
        (Draft { shares: Some(vec![500, 400]), ..draft(&[same()]) }, "come to 1000"),
        (Draft { shares: Some(vec![1_000]), ..draft(&[same()]) }, "must be 2 numbers"),
        (with_design(|design| design.alpha = 0.0), "`alpha` is 0"),
        (with_design(|design| design.effect = f64::NAN), "`effect` is NaN"),
        (with_design(|design| design.horizon = 10), "`horizon` is 10"),
        (with_design(|design| design.guardrails.cost_ratio = 0.5), "`cost_ratio` is 0.5"),
    ] {
        let error = start(&site.site, &wrong).await.unwrap_err();
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
    assert!(matches!(find(&site.site, "luna").await, Err(ExperimentError::Unknown(_))));
}

#[tokio::test]
async fn a_plan_tells_how_long_it_takes_before_it_starts() {
    let site = Setup::default().open().await;
    let first = plan(&site.site, &draft(&[same()]), Language::En).await.unwrap();
    assert_eq!((first.advice, first.visitors_per_day, first.base_of), (Advice::NoTraffic, None, 0));
    for _ in 0..40 {
        site.ask(QUESTION).await;
    }
    let large = Design { effect: 0.4, ..Design::default() };
    let told = plan(&site.site, &Draft { design: large, ..draft(&[same()]) }, Language::En).await.unwrap();
    assert_eq!((told.advice, told.base, told.base_of), (Advice::Start, 1.0, 40), "{}", told.sentence);
    assert!(told.visitors.unwrap() < 100 && told.days.unwrap() < 3.0, "{told:?}");
    site.clock.advance(Duration::from_secs(20 * 86_400));
    let later = plan(&site.site, &draft(&[same()]), Language::Es).await.unwrap();
    assert_eq!(later.advice, Advice::CompareOffline, "{}", later.sentence);
    assert!(later.sentence.contains("portavoz compare"), "{}", later.sentence);
    assert!(later.days_median.unwrap() < later.days.unwrap());
}

#[tokio::test]
async fn a_variant_whose_model_cannot_be_asked_any_more_answers_all_the_same() {
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::in_memory().await.unwrap());
    let site = Setup { storage: Some(Arc::clone(&storage)), ..Setup::default() }.open().await;
    let extractive = arm("quoted", Variation { model: Some(EXTRACTIVE.to_owned()), ..Variation::default() });
    let experiment = start(&site.site, &draft(&[extractive])).await.unwrap();
    // As a configuration does that has lost its provider since.
    let gone = Variation { model: Some("gpt-4o-mini".to_owned()), ..Variation::default() };
    let mut edited = experiment.clone();
    edited.arms[1].variation = gone;
    assert!(storage.experiments().change(1, &edited).await.unwrap());
    refresh(&site.site).await.unwrap();
    for _ in 0..10 {
        let answer = visit(&site, site.site.new_visitor(), None).await;
        assert_eq!(answer.done.outcome.name(), "answered");
    }
    assert_eq!(exposures(&site, &edited).await.len(), 10);
}
