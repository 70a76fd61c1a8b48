//! The day a model is switched off, and the days around it.

use std::sync::Arc;

use portavoz_app::ask::{Answer, Ask, ask};
use portavoz_app::lifecycle::{self, warnings};
use portavoz_app::models::migrate::{MigrateError, migrate, rollback};
use portavoz_app::models::sheet::overview;
use portavoz_app::settings::LifecycleSettings;
use portavoz_app::testing::{Lives, Reply, ScriptedModel, Setup, TestSite, says};
use portavoz_domain::answer::{AnswerEvent, Rung};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::usage::Usage;
use portavoz_llm::LlmError;
use tokio_stream::StreamExt;

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG de Ada?";
/// 2027-01-13T23:59:00Z, a minute before the first day without gpt-4o-mini.
const THE_EVE: Timestamp = Timestamp::from_millis(1_799_884_740_000);
/// 2027-01-14T00:00:00Z.
const THE_DAY: Timestamp = Timestamp::from_millis(1_799_884_800_000);
const MINUTE: i64 = 60_000;

/// Hours after the usual beginning. Processes that share a database begin at times of their own, because a test's ids
/// follow from its clock.
fn after(hours: i64) -> Timestamp {
    Timestamp::from_millis(Setup::default().now.as_millis() + hours * 60 * MINUTE)
}

fn model(name: &'static str) -> Arc<ScriptedModel> {
    let used = Usage { prompt_tokens: 100, completion_tokens: 10, ..Usage::default() };
    ScriptedModel::new(name, vec![says(&["Un 40 % [1]."], Some(used)); 8])
}

/// gpt-4o-mini with its successor, as the catalogue has them.
struct Pair {
    mini: Arc<ScriptedModel>,
    lives: Lives,
}

impl Pair {
    fn new() -> Self {
        let (mini, luna) = (model("gpt-4o-mini"), model("gpt-6-luna"));
        let lives = Lives::default().with(&mini, Some("2027-01-14"), Some("gpt-6-luna")).with(&luna, None, None);
        Self { mini, lives }
    }

    fn setup(&self, now: Timestamp) -> Setup {
        Setup { lives: self.lives.clone(), now, ..Setup::with_models(&[&self.mini]) }
    }
}

/// The ladder in short: `rung model reason`.
fn rungs(answer: &Answer) -> Vec<String> {
    let rung = |tried: &portavoz_domain::answer::RungTried| {
        let model = tried.model.as_deref().unwrap_or("-");
        format!("{} {model} {}", tried.rung.name(), tried.reason.as_deref().unwrap_or("-"))
    };
    answer.done.ladder.iter().map(rung).collect()
}

/// The model that a turn says it will ask first.
async fn announced(site: &TestSite) -> Option<String> {
    let mut answering = ask(&site.site, site.question(QUESTION)).await.unwrap();
    let mut first = None;
    while let Some(event) = answering.events.next().await {
        if let AnswerEvent::Start { model, .. } = event {
            first = model;
        }
    }
    first
}

const HANDED_OVER: [&str; 2] = ["primary gpt-4o-mini shut_down", "fallback gpt-6-luna -"];

#[tokio::test]
async fn the_successor_answers_from_the_first_minute_of_the_day() {
    let pair = Pair::new();
    let site = pair.setup(THE_EVE).open().await;
    site.clock.move_to(THE_EVE);
    assert_eq!(rungs(&site.ask(QUESTION).await), ["primary gpt-4o-mini -"]);
    assert_eq!(announced(&site).await.as_deref(), Some("gpt-4o-mini"));
    let calls = pair.mini.calls();

    site.clock.move_to(THE_DAY);
    let answer = site.ask(QUESTION).await;
    assert_eq!(rungs(&answer), HANDED_OVER);
    assert_eq!(answer.done.model.as_deref(), Some("gpt-6-luna"));
    assert_eq!(announced(&site).await.as_deref(), Some("gpt-6-luna"));
    assert_eq!(pair.mini.calls(), calls, "what is gone is not asked");
}

#[tokio::test]
async fn successors_of_successors_are_found_and_nobody_is_asked_twice() {
    let (one, two, three) = (model("one"), model("two"), model("three"));
    let lives = Lives::default()
        .with(&one, Some("2026-01-01"), Some("two"))
        .with(&two, Some("2026-06-01"), Some("three"))
        .with(&three, None, None);
    three.will_only(Reply::Fails(LlmError::Permanent("no".to_owned())));
    let site = Setup { lives, ..Setup::with_models(&[&one, &three]) }.open().await;
    let answer = site.ask(QUESTION).await;
    assert_eq!(
        rungs(&answer)[..3],
        ["primary one shut_down", "fallback two shut_down", "fallback three permanent"],
        "{:?}",
        answer.done.ladder
    );
    assert_eq!(answer.done.ladder.last().unwrap().rung, Rung::Extractive, "three stood in already");
    assert_eq!(answer.done.ladder.len(), 4);
}

#[tokio::test]
async fn without_a_successor_the_documents_answer() {
    let old = model("old");
    let lives = Lives::default().with(&old, Some("2026-01-01"), None);
    let site = Setup { lives, ..Setup::with_models(&[&old]) }.open().await;
    let answer = site.ask(QUESTION).await;
    assert_eq!(rungs(&answer), ["primary old shut_down", "extractive - -"]);
    assert_eq!(old.calls(), 0);
}

#[tokio::test]
async fn a_model_that_the_provider_denies_is_followed_at_once_and_passed_over_for_a_while() {
    let pair = Pair::new();
    let site = pair.setup(Setup::default().now).open().await;
    pair.mini.will_only(Reply::Fails(LlmError::UnknownModel("the model does not exist".to_owned())));
    assert_eq!(rungs(&site.ask(QUESTION).await), ["primary gpt-4o-mini unknown_model", "fallback gpt-6-luna -"]);
    assert_eq!(rungs(&site.ask(QUESTION).await), HANDED_OVER);
    assert_eq!(pair.mini.calls(), 1);

    pair.mini.will(says(&["Un 40 % [1]."], None));
    site.clock.move_to(Timestamp::from_millis(site.site.now().as_millis() + 11 * MINUTE));
    assert_eq!(rungs(&site.ask(QUESTION).await), ["primary gpt-4o-mini -"], "it was a moment's error");
}

#[tokio::test]
async fn other_failures_do_not_bring_the_successor_in() {
    let pair = Pair::new();
    let site = pair.setup(Setup::default().now).open().await;
    pair.mini.will_only(Reply::Fails(LlmError::Permanent("the quota is spent".to_owned())));
    assert_eq!(rungs(&site.ask(QUESTION).await), ["primary gpt-4o-mini permanent", "extractive - -"]);
}

#[tokio::test]
async fn the_provider_may_announce_an_earlier_end_and_every_process_learns_it() {
    let pair = Pair::new();
    let site = pair.setup(Setup::default().now).open().await;
    assert!(lifecycle::watch(&site.site).await.is_err(), "out of reach");
    pair.lives.lists(&[("GPT-4o-mini", Some("2026-11-23")), ("gpt-6-luna", None)]);
    let observed = lifecycle::watch(&site.site).await.unwrap();
    assert!(observed.models["gpt-4o-mini"].offered && observed.models["gpt-6-luna"].offered, "{observed:?}");
    assert_eq!(rungs(&site.ask(QUESTION).await), ["primary gpt-4o-mini -"]);
    assert_eq!(warnings(&site.site)[0].subject(), "gpt-4o-mini 7");

    // Another process, a day later; the list does not name the dead any more.
    let storage = Some(Arc::clone(&site.storage));
    let other = Setup { storage, ..pair.setup(after(24)) }.open().await;
    assert_eq!(rungs(&other.ask(QUESTION).await), HANDED_OVER);
    pair.lives.lists(&[("gpt-6-luna", None)]);
    let observed = lifecycle::watch(&other.site).await.unwrap();
    assert_eq!(observed.models["gpt-4o-mini"].shutdown.as_deref(), Some("2026-11-23"));
    assert_eq!(rungs(&other.ask(QUESTION).await), HANDED_OVER);
}

#[tokio::test]
async fn a_withdrawn_announcement_counts_no_more() {
    let pair = Pair::new();
    let site = pair.setup(Setup::default().now).open().await;
    pair.lives.lists(&[("gpt-4o-mini", Some("2026-11-01"))]);
    lifecycle::watch(&site.site).await.unwrap();
    assert_eq!(rungs(&site.ask(QUESTION).await), HANDED_OVER);
    pair.lives.lists(&[("gpt-4o-mini", None)]);
    lifecycle::watch(&site.site).await.unwrap();
    assert_eq!(rungs(&site.ask(QUESTION).await), ["primary gpt-4o-mini -"]);
}

#[tokio::test]
async fn successors_wait_to_be_called_if_the_owner_wants_that() {
    let pair = Pair::new();
    let lifecycle = LifecycleSettings { auto_successor: false, ..LifecycleSettings::default() };
    let site = Setup { lifecycle, ..pair.setup(THE_DAY) }.open().await;
    pair.mini.will_only(Reply::Fails(LlmError::UnknownModel("gone".to_owned())));
    assert_eq!(rungs(&site.ask(QUESTION).await), ["primary gpt-4o-mini unknown_model", "extractive - -"]);
    assert!(warnings(&site.site)[0].message.contains("`portavoz models migrate` moves to its successor"));
}

#[tokio::test]
async fn warnings_grow_more_urgent_and_end_with_what_is_done_already() {
    let pair = Pair::new();
    let site = pair.setup(Setup::default().now).open().await;
    for (date, level, days) in [
        // 2026-10-15, 2026-11-22, 2026-12-20, 2027-01-08, 2027-01-14, each at noon.
        (1_792_065_600_000, None, 0),
        (1_795_348_800_000, Some("90"), 53),
        (1_797_768_000_000, Some("30"), 25),
        (1_799_409_600_000, Some("7"), 6),
        (1_799_928_000_000, Some("ended"), 0),
    ] {
        site.clock.move_to(Timestamp::from_millis(date));
        let warnings = warnings(&site.site);
        assert_eq!(warnings.first().map(|warning| (warning.level, warning.days)), level.map(|level| (level, days)));
        assert!(warnings.len() <= 1, "{warnings:?}");
        assert!(warnings.iter().all(|warning| warning.message.contains("gpt-6-luna")), "{warnings:?}");
    }
}

#[tokio::test]
async fn a_migration_holds_for_every_process_and_over_restarts_until_it_is_undone() {
    let pair = Pair::new();
    pair.lives.lists(&[("gpt-4o-mini", Some("2027-01-14")), ("gpt-6-luna", None)]);
    let site = pair.setup(Setup::default().now).open().await;
    let storage = Some(Arc::clone(&site.storage));
    let other = Setup { storage: storage.clone(), ..pair.setup(after(1)) }.open().await;

    let migration = migrate(&site.site, None, false).await.unwrap();
    assert_eq!((migration.from.as_str(), migration.to.as_str()), ("gpt-4o-mini", "gpt-6-luna"));
    let change = |what: &str| migration.changes.iter().find(|change| change.what == what).unwrap();
    assert_eq!((change("output").from.as_str(), change("output").to.as_str()), ("$0.6", "$0.5"));
    assert_eq!(change("token limit is sent as").to, "max_completion_tokens");
    assert_eq!(change("reasoning_effort").to, "none");
    // 1,500 x 0.15 + 150 x 0.60 = 315; 1,500 x 0.10 + 150 x 0.50 = 225 micro-dollars.
    assert_eq!(
        (change("a typical answer").from.as_str(), change("a typical answer").to.as_str()),
        ("$0.000315", "$0.000225")
    );
    assert_eq!(rungs(&site.ask(QUESTION).await), ["primary gpt-6-luna -"]);

    assert_eq!(rungs(&other.ask(QUESTION).await), ["primary gpt-4o-mini -"]);
    lifecycle::refresh(&other.site).await.unwrap();
    assert_eq!(rungs(&other.ask(QUESTION).await), ["primary gpt-6-luna -"]);
    let restarted = Setup { storage: storage.clone(), ..pair.setup(after(2)) }.open().await;
    assert_eq!(rungs(&restarted.ask(QUESTION).await), ["primary gpt-6-luna -"]);
    let shown = overview(&restarted.site).await.unwrap();
    assert!(shown.chosen_in_force && shown.chosen.unwrap().model == "gpt-6-luna");

    let undone = rollback(&restarted.site).await.unwrap();
    assert_eq!((undone.from.as_str(), undone.to.as_str()), ("gpt-6-luna", "gpt-4o-mini"));
    assert_eq!(rungs(&restarted.ask(QUESTION).await), ["primary gpt-4o-mini -"]);
    assert!(matches!(rollback(&restarted.site).await, Err(MigrateError::NothingToUndo(_))));
}

#[tokio::test]
async fn an_edited_configuration_sets_an_older_choice_aside() {
    let pair = Pair::new();
    let site = pair.setup(Setup::default().now).open().await;
    migrate(&site.site, None, false).await.unwrap();
    let other = model("other");
    let lives = pair.lives.clone().with(&other, None, None);
    let storage = Some(Arc::clone(&site.storage));
    let edited = Setup { storage, lives, now: after(1), ..Setup::with_models(&[&other]) }.open().await;
    assert_eq!(rungs(&edited.ask(QUESTION).await), ["primary other -"]);
    let shown = overview(&edited.site).await.unwrap();
    assert!(!shown.chosen_in_force && shown.chosen.is_some());
}

#[tokio::test]
async fn a_migration_that_makes_no_sense_is_refused_with_a_hint() {
    let pair = Pair::new();
    let old = model("gpt-4");
    let lives = pair.lives.clone().with(&old, Some("2026-10-23"), None);
    let site = Setup { lives: lives.clone(), ..Setup::with_models(&[&pair.mini]) }.open().await;
    assert!(matches!(migrate(&site.site, Some("gpt-4o-mini"), false).await, Err(MigrateError::Same(_))));
    assert!(matches!(migrate(&site.site, Some("gpt-4"), false).await, Err(MigrateError::Ended { .. })));
    assert!(matches!(migrate(&site.site, Some("text-embedding-3-small"), false).await, Err(MigrateError::NoChat(_))));
    lives.lists(&[("gpt-4o-mini", None), ("something-else", None)]);
    let refused = migrate(&site.site, Some("gpt-6-luna"), false).await.unwrap_err();
    assert!(matches!(&refused, MigrateError::NotOffered { .. }), "{refused}");
    assert!(refused.hint().unwrap().contains("something-else"));

    let without = Setup::default().open().await;
    assert!(matches!(migrate(&without.site, None, false).await, Err(MigrateError::NoModel)));
    let lasting = model("lasting");
    let lives = Lives::default().with(&lasting, None, None);
    let site = Setup { lives, ..Setup::with_models(&[&lasting]) }.open().await;
    assert!(matches!(migrate(&site.site, None, false).await, Err(MigrateError::NoSuccessor(_))));
}

#[tokio::test]
async fn the_judge_is_followed_by_its_successor_too() {
    let pair = Pair::new();
    let answering = model("answering");
    let setup =
        Setup { judge: Some(Arc::clone(&pair.mini)), lives: pair.lives.clone(), ..Setup::with_models(&[&answering]) };
    let site = Setup { now: THE_EVE, ..setup }.open().await;
    site.clock.move_to(THE_EVE);
    assert_eq!(site.site.judge().unwrap().name(), "gpt-4o-mini");
    site.clock.move_to(THE_DAY);
    assert_eq!(site.site.judge().unwrap().name(), "gpt-6-luna");
    let question = Ask { stream: false, ..site.question(QUESTION) };
    assert!(ask(&site.site, question).await.unwrap().whole().await.is_ok());
}
