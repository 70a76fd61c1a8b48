//! Comparisons of runs that storage keeps, and second opinions on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use portavoz_app::compare::Verdict;
use portavoz_app::compare::judge::{Judge, Opinion, Preference};
use portavoz_app::compare::runs::{Side, compare_sides, find_run, of_models, pairs, side};
use portavoz_app::models::migrate::{migrate, rollback};
use portavoz_app::testing::{Lives, Reply, ScriptedModel, Setup, TestSite, says};
use portavoz_domain::answer::Outcome;
use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::{CaseResult, Grade, Reply as Answered, Run, RunState, Target};
use portavoz_domain::ids::RunId;
use portavoz_domain::quality::{Quality, Term};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::usage::Usage;
use portavoz_domain::variation::{VariantName, Variation};
use portavoz_text::language::Language;

fn target(name: &str, model: Option<&str>) -> Target {
    let variation = Variation { model: model.map(str::to_owned), ..Variation::default() };
    Target { name: VariantName::parse(name).unwrap(), variation }
}

fn result(target: &Target, case: usize, text: &str, quality: f32) -> CaseResult {
    let term = || Term { score: quality, parts: Vec::new() };
    CaseResult {
        target: target.name.clone(),
        case: format!("case-{case:03}"),
        key: format!("{}-{case}", target.name),
        asked: Timestamp::from_millis(1),
        reused: false,
        reply: Answered {
            outcome: Some(Outcome::Answered),
            text: text.to_owned(),
            language: Language::Es,
            citations: Vec::new(),
            found: Vec::new(),
            verification: None,
            withheld: 0,
            quality: None,
            model: None,
            served_model: None,
            service_tier: None,
            ladder: Vec::new(),
            usage: Usage::default(),
            cost_usd_micros: Some(0),
            first_token_ms: None,
            took_ms: Some(5),
            prompt_hash: None,
        },
        grade: Grade {
            quality: Some(Quality::of(term(), term(), term())),
            outcome_right: Some(true),
            recall: None,
            citations_right: None,
            supported: Some(1.0),
            missing: Vec::new(),
            forbidden: Vec::new(),
            language_right: None,
            passed: quality > 0.5,
        },
    }
}

/// A finished run of `old` and `new`, in which every third answer of `new` is worse.
async fn evaluated(site: &TestSite, minute: i64, count: usize) -> RunId {
    evaluated_models(site, minute, count, ("m-1", "m-2")).await
}

async fn evaluated_models(site: &TestSite, minute: i64, count: usize, models: (&str, &str)) -> RunId {
    let started = Timestamp::from_millis(1_795_348_800_000 + minute * 60_000);
    let id = RunId::mint(started, [minute as u8; 10]);
    let cases = (0..count).map(|case| Case {
        id: format!("case-{case:03}"),
        question: format!("¿Pregunta {case}?"),
        topics: vec!["RAG".to_owned()],
        ..Case::default()
    });
    let targets = vec![target("old", Some(models.0)), target("new", Some(models.1))];
    let run = Run {
        site: site.site.id().clone(),
        id,
        name: format!("cases-{minute}"),
        plan: format!("plan-{minute}"),
        state: RunState::Finished,
        started,
        finished: Some(started),
        cases: cases.collect(),
        targets: targets.clone(),
        knowledge_generation: 1,
        knowledge_hash: "k".to_owned(),
        batches: Vec::new(),
    };
    let evaluations = site.storage.evaluations();
    evaluations.begin(&run).await.unwrap();
    let mut results = Vec::new();
    for case in 0..count {
        let usual = 0.75 + 0.2 * ((case * 7 % 11) as f32 / 11.0);
        let worse = if case % 3 == 0 { usual - 0.25 } else { usual };
        results.push(result(&targets[0], case, "la buena respuesta", usual));
        results.push(result(&targets[1], case, if case % 3 == 0 { "una peor" } else { "la buena respuesta" }, worse));
    }
    evaluations.record(site.site.id(), id, &results).await.unwrap();
    id
}

#[tokio::test]
async fn runs_are_found_by_name_beginning_of_their_id_or_as_the_last_one() {
    let site = Setup::default().open().await;
    assert_eq!(find_run(&site.site, "last").await.unwrap_err().code(), "unknown_run");
    let first = evaluated(&site, 1, 3).await;
    let last = evaluated(&site, 2, 3).await;
    let found = async |text: &str| find_run(&site.site, text).await.map(|run| run.id).map_err(|error| error.code());
    assert_eq!(found("last").await, Ok(last));
    assert_eq!(found("cases-1").await, Ok(first));
    assert_eq!(found(&first.to_string()).await, Ok(first));
    assert_eq!(found(&first.to_string()[..4]).await, Err("ambiguous_run"));
    assert_eq!(found("nothing").await, Err("unknown_run"));
    assert_eq!(side(&site.site, "new").await.unwrap().run.id, last);
    assert_eq!(side(&site.site, "cases-1:old").await.unwrap().results.len(), 3);
    let wrong = side(&site.site, "cases-1:other").await.unwrap_err();
    assert_eq!(wrong.to_string(), "the run `cases-1` has no target `other`; it has old, new");
    assert_eq!(side(&site.site, "last").await.unwrap_err().code(), "unknown_target");
    let neither = side(&site.site, "other").await.unwrap_err();
    assert_eq!(neither.to_string(), "`other` is no run, and no target of the newest one, which has old, new");
}

#[tokio::test]
async fn two_models_of_one_run_are_compared_before_one_takes_the_others_place() {
    let site = Setup::default().open().await;
    evaluated(&site, 1, 60).await;
    let (_, comparison) = of_models(&site.site, "m-1", "m-2").await.unwrap().unwrap();
    assert_eq!(comparison.verdict, Verdict::Worse, "{}", comparison.sentence(Language::En));
    assert!(of_models(&site.site, "m-1", "m-3").await.unwrap().is_none());
}

#[tokio::test]
async fn the_control_of_an_old_run_is_the_model_that_answered_then() {
    let model = ScriptedModel::new("m-3", Vec::new());
    let site = Setup::with_models(&[&model]).open().await;
    let id = evaluated(&site, 1, 30).await;
    let evaluations = site.storage.evaluations();
    let mut run = evaluations.run(site.site.id(), id).await.unwrap().unwrap();
    run.targets[0].variation = Variation::default();
    evaluations.update(&run).await.unwrap();
    let mut results = evaluations.results(site.site.id(), id).await.unwrap();
    for result in results.iter_mut().filter(|result| result.target.as_str() == "old") {
        result.reply.model = Some("m-1".to_owned());
    }
    evaluations.record(site.site.id(), id, &results).await.unwrap();
    assert!(of_models(&site.site, "m-3", "m-2").await.unwrap().is_none(), "m-3 was asked nothing in that run");
}

#[tokio::test]
async fn a_successor_that_is_worse_on_the_owners_cases_is_refused_until_it_is_wanted_all_the_same() {
    let (mini, luna) = (ScriptedModel::new("gpt-4o-mini", Vec::new()), ScriptedModel::new("gpt-6-luna", Vec::new()));
    let lives = Lives::default().with(&mini, None, None).with(&luna, None, None);
    let site = Setup { lives, ..Setup::with_models(&[&mini]) }.open().await;
    let untried = migrate(&site.site, Some("gpt-6-luna"), false).await.unwrap();
    assert!(untried.compared.is_none());
    assert!(untried.remarks.iter().any(|remark| remark.contains("portavoz compare gpt-4o-mini gpt-6-luna")));
    rollback(&site.site).await.unwrap();

    evaluated_models(&site, 1, 60, ("gpt-4o-mini", "gpt-6-luna")).await;
    let refused = migrate(&site.site, Some("gpt-6-luna"), false).await.unwrap_err();
    assert_eq!(refused.code(), "judged_worse");
    assert!(refused.to_string().contains("new is worse than old (60 cases): quality"), "{refused}");
    let moved = migrate(&site.site, Some("gpt-6-luna"), true).await.unwrap();
    assert_eq!(moved.compared.unwrap().verdict, Verdict::Worse);
}

#[tokio::test]
async fn cases_that_changed_between_two_runs_are_left_out() {
    let site = Setup::default().open().await;
    evaluated(&site, 1, 5).await;
    evaluated(&site, 2, 4).await;
    let (a, b) = (side(&site.site, "cases-1:old").await.unwrap(), side(&site.site, "cases-2:old").await.unwrap());
    let mut changed = b.clone();
    changed.run.cases[0].question = "¿Otra?".to_owned();
    let comparison = compare_sides(&a, &changed);
    assert_eq!((comparison.paired, comparison.unpaired), (3, 2));
    assert_eq!(comparison.a, "old (cases-1, 2026-11-22 12:01)");
}

async fn judged(site: &TestSite, model: &Arc<ScriptedModel>, ratings: &BTreeMap<String, Preference>) -> Opinion {
    let (a, b): (Side, Side) = (side(&site.site, "old").await.unwrap(), side(&site.site, "new").await.unwrap());
    let comparison = compare_sides(&a, &b);
    let judge = Judge { model: Arc::clone(model) as _, repeats: 1 };
    judge.opinion(&site.site, &pairs(&a, &b, &comparison), ratings).await.unwrap()
}

fn word(word: &str) -> Reply {
    says(&[word], Some(Usage { prompt_tokens: 100, completion_tokens: 2, ..Usage::default() }))
}

#[tokio::test]
async fn a_judge_that_prefers_what_stands_first_prefers_nothing() {
    let site = Setup::default().open().await;
    evaluated(&site, 1, 6).await;
    // Two pairs differ; each is shown in both orders.
    let model = ScriptedModel::new("judge", (0..4).map(|_| word("FIRST")).collect());
    let opinion = judged(&site, &model, &BTreeMap::new()).await;
    assert_eq!(model.calls(), 4, "pairs of the same words are not shown");
    assert_eq!((opinion.mean, opinion.prefers_first), (0.0, Some(1.0)));
    assert!((opinion.steady - 4.0 / 6.0).abs() < 1e-9);
    assert!(opinion.with_owner.is_none());
}

#[tokio::test]
async fn a_judge_is_shown_beside_the_owners_own_ratings_and_is_paid_from_the_budget() {
    let site = Setup::default().open().await;
    evaluated(&site, 1, 6).await;
    // Straight the first is A's, turned the second is.
    let model = ScriptedModel::new("judge", ["FIRST", "SECOND", "FIRST", "SECOND"].map(word).to_vec());
    let ratings = [("case-000", Preference::A), ("case-003", Preference::B), ("case-001", Preference::Tie)];
    let ratings = ratings.map(|(case, better)| (case.to_owned(), better)).into();
    let opinion = judged(&site, &model, &ratings).await;
    assert!(opinion.mean < 0.0);
    let agreement = opinion.with_owner.unwrap();
    assert_eq!(agreement.cases, 3);
    assert!((agreement.agreement - 2.0 / 3.0).abs() < 1e-9);
    assert!(agreement.kappa.is_some());
    let standing = site.storage.spending().standing(site.site.id(), site.site.now()).await.unwrap();
    assert_eq!(Some(standing.day), opinion.cost_usd_micros);
    assert!(standing.day > 0 && standing.reserved == 0);
}
