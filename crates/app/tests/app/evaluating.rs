//! Evaluations: what is asked, what is kept, what is paid, and what happens when something goes wrong half way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream;
use portavoz_app::evaluation::{
    Ended, Ending, EvaluationError, Limits, Plan, Progress, Stop, Wanted, plan, run, summary,
};
use portavoz_app::models::LadderModel;
use portavoz_app::settings::BudgetSettings;
use portavoz_app::testing::{DOCUMENTS, PRICE, Setup, TestSite};
use portavoz_domain::answer::Outcome;
use portavoz_domain::budget::Caps;
use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::metrics::Metric;
use portavoz_domain::evaluation::{RunState, Target, targets};
use portavoz_domain::tariff::Tariff;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::usage::Usage;
use portavoz_domain::variation::Variation;
use portavoz_llm::LlmError;
use portavoz_llm::chat::{ChatEnd, ChatEvent, ChatModel, ChatRequest, ChatStream};
use portavoz_text::language::Language;
use tokio_util::sync::CancellationToken;

const ANSWER: &str = "En 2022 Ada construyó un sistema RAG para una biblioteca jurídica [1].";

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

static WORDS: fn(&str) -> usize = words;

/// Answers without end, and counts.
struct Provider {
    name: &'static str,
    tariff: Tariff,
    calls: AtomicUsize,
    /// What becomes of the call of this number, from 0.
    script: Box<dyn Fn(usize) -> Fate + Send + Sync>,
    asked: Mutex<Vec<ChatRequest>>,
}

enum Fate {
    Says(&'static str),
    Fails(LlmError),
    Hangs,
}

impl Provider {
    fn new(name: &'static str, script: impl Fn(usize) -> Fate + Send + Sync + 'static) -> Arc<Self> {
        let tariff = Tariff::flat(PRICE);
        Arc::new(Self { name, tariff, calls: AtomicUsize::new(0), script: Box::new(script), asked: Mutex::default() })
    }

    fn good(name: &'static str) -> Arc<Self> {
        Self::new(name, |_| Fate::Says(ANSWER))
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl ChatModel for Provider {
    fn name(&self) -> &str {
        self.name
    }

    fn tariff(&self) -> Option<&Tariff> {
        Some(&self.tariff)
    }

    fn tokenizer(&self) -> &dyn CountTokens {
        &WORDS
    }

    async fn chat(&self, request: &ChatRequest) -> Result<ChatStream, LlmError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        self.asked.lock().unwrap().push(request.clone());
        match (self.script)(call) {
            Fate::Fails(error) => Err(error),
            Fate::Hangs => std::future::pending().await,
            Fate::Says(answer) => {
                let usage = Usage { prompt_tokens: 1_000, completion_tokens: 100, ..Usage::default() };
                let end = ChatEnd { usage: Some(usage), finish_reason: Some("stop".to_owned()), ..ChatEnd::default() };
                let events = [ChatEvent::Delta(answer.to_owned()), ChatEvent::End(end)];
                Ok(Box::pin(stream::iter(events.map(Ok))))
            }
        }
    }
}

/// What a call costs: 1,000 tokens read and 100 written.
const CALL: u64 = 210;

async fn site(models: &[&Arc<Provider>]) -> TestSite {
    site_with(models, Setup::default()).await
}

async fn site_with(models: &[&Arc<Provider>], setup: Setup) -> TestSite {
    let ladder = models.iter().map(|model| LadderModel::from(Arc::clone(model) as Arc<dyn ChatModel>));
    Setup { ladder: ladder.collect(), ..setup }.open().await
}

fn case(number: usize) -> Case {
    Case {
        id: format!("rag-{number}"),
        // Every one its own, so that none is known from another.
        question: format!("¿Qué construyó Ada para la biblioteca jurídica? ({number})"),
        topics: vec!["RAG".to_owned()],
        sources: vec!["rag.md".to_owned()],
        ..Case::default()
    }
}

fn cases(count: usize) -> Vec<Case> {
    (0..count).map(case).collect()
}

/// A target by its short name; what is found counts, however odd the question.
fn target(text: &str) -> Target {
    let spec = targets::parse(text).unwrap();
    let variation = Variation { threshold: Some(0.01), ..spec.variation };
    Target { name: spec.name, variation }
}

fn wanted(cases: Vec<Case>, names: &[&str]) -> Wanted {
    let targets = names.iter().map(|name| target(name)).collect();
    Wanted { name: "test".to_owned(), cases, targets, fresh: false }
}

fn limits(parallel: usize) -> Limits {
    Limits { parallel, pause: Duration::from_millis(1), ..Limits::default() }
}

async fn planned(site: &TestSite, wanted: Wanted) -> Plan {
    plan(&site.site, wanted).await.unwrap()
}

async fn ran(site: &TestSite, wanted: Wanted, limits: Limits) -> Ended {
    let plan = planned(site, wanted).await;
    run(&site.site, plan, limits, &CancellationToken::new(), &|_| {}).await.unwrap()
}

async fn charged(site: &TestSite) -> (u64, u64) {
    let standing = site.storage.spending().standing(site.site.id(), site.site.now()).await.unwrap();
    (standing.day, standing.reserved)
}

#[tokio::test]
async fn every_case_is_asked_of_every_target_and_each_answer_is_kept() {
    let model = Provider::good("m");
    let site = site(&[&model]).await;
    let steps = Mutex::new(Vec::new());
    let plan = planned(&site, wanted(cases(3), &["control", "extractive"])).await;
    assert_eq!((plan.left(), plan.paid(), plan.total()), (6, 3, 6));
    assert!(plan.costs.expected_usd_micros > 0 && plan.costs.most_usd_micros > plan.costs.expected_usd_micros);
    let most = plan.costs.most_usd_micros;
    let show = |step: Progress| steps.lock().unwrap().push(step.done);
    let ended = run(&site.site, plan, limits(4), &CancellationToken::new(), &show).await.unwrap();
    assert_eq!((ended.ending, ended.paid_usd_micros), (Ending::Finished, 3 * CALL));
    assert!(ended.paid_usd_micros <= most);
    assert_eq!(*steps.lock().unwrap(), [0, 1, 2, 3, 4, 5, 6]);
    let order: Vec<(&str, &str)> =
        ended.results.iter().map(|result| (result.case.as_str(), result.target.as_str())).collect();
    assert_eq!(order[..2], [("rag-0", "control"), ("rag-0", "extractive")], "as the run has them");
    assert!(ended.results.iter().all(|result| result.grade.passed && result.grade.recall == Some(1.0)));
    let kept = site.storage.evaluations().run(site.site.id(), ended.run.id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.finished.is_some()), (RunState::Finished, true));
    assert_eq!(site.storage.evaluations().results(site.site.id(), kept.id).await.unwrap().len(), 6);
    assert_eq!(charged(&site).await, (3 * CALL, 0));
    let summaries = summary(&ended.run, &ended.results, Language::Es);
    let [control, extractive] = summaries.as_slice() else { panic!("two targets") };
    assert_eq!((control.count, control.passed, control.stood_in.len()), (3, 3, 0));
    assert!((control.cost_usd - 0.00063).abs() < 1e-9 && extractive.cost_usd == 0.0);
    let quality = control.figure(Metric::Quality).unwrap();
    assert!(quality.mean > 0.8 && quality.low.is_none(), "three cases are too few for a range");
    assert!(control.figure(Metric::Passed).unwrap().low.is_some_and(|low| low < 0.5) && control.took_p95_ms.is_some());
}

#[tokio::test]
async fn a_run_dropped_half_way_goes_on_and_pays_for_nothing_twice() {
    let model = Provider::new("m", |call| if call == 2 { Fate::Hangs } else { Fate::Says(ANSWER) });
    let site = site(&[&model]).await;
    let plan_of = || wanted(cases(5), &["control"]);
    let first = planned(&site, plan_of()).await;
    let id = first.run.id;
    let stop = CancellationToken::new();
    let going = run(&site.site, first, limits(1), &stop, &|_| {});
    tokio::select! {
        _ = going => unreachable!("the third call hangs"),
        () = async { while model.calls() < 3 { tokio::task::yield_now().await; } } => {}
    }
    // The dropped call's turn is settled by its own task: what it may have used is charged.
    while charged(&site).await.1 > 0 {
        tokio::task::yield_now().await;
    }
    let lost = charged(&site).await.0 - 2 * CALL;
    assert!(lost > 0, "its prompt was sent");
    let plan = planned(&site, plan_of()).await;
    assert!(plan.resumed && plan.run.id == id);
    assert_eq!((plan.done.len(), plan.left()), (2, 3));
    let ended = run(&site.site, plan, limits(1), &stop, &|_| {}).await.unwrap();
    assert_eq!((ended.ending, ended.results.len(), ended.paid_usd_micros), (Ending::Finished, 5, 3 * CALL));
    assert_eq!(model.calls(), 6, "five, and the one that was lost");
    assert_eq!(charged(&site).await, (5 * CALL + lost, 0));
}

#[tokio::test]
async fn answers_of_earlier_runs_are_taken_again_unless_they_were_free_or_fresh_ones_are_wanted() {
    let model = Provider::good("m");
    let site = site(&[&model]).await;
    ran(&site, wanted(cases(2), &["control", "extractive"]), limits(2)).await;
    let mut more = cases(3);
    more[0].must_not = vec!["RAG".to_owned()];
    let plan = planned(&site, wanted(more.clone(), &["control", "extractive"])).await;
    assert_eq!((plan.resumed, plan.reused.len(), plan.left(), plan.paid()), (false, 2, 4, 1));
    let ended = run(&site.site, plan, limits(2), &CancellationToken::new(), &|_| {}).await.unwrap();
    assert_eq!((model.calls(), ended.paid_usd_micros), (3, CALL));
    let regraded = &ended.results[0];
    assert!(regraded.reused && !regraded.grade.passed, "graded by what the case wants now");
    let entries = site.storage.evaluations().runs(site.site.id(), 10).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.cost_usd_micros).collect::<Vec<_>>(), [CALL, 2 * CALL]);
    let fresh = planned(&site, Wanted { fresh: true, ..wanted(more, &["control"]) }).await;
    assert_eq!((fresh.reused.len(), fresh.left()), (0, 3));
    // Other documents, other answers.
    site.write("rag.md", DOCUMENTS[0].1.replace("40 %", "45 %").as_str());
    site.ingest().await;
    assert!(planned(&site, wanted(cases(2), &["control"])).await.reused.is_empty());
}

#[tokio::test]
async fn a_busy_model_is_waited_for_and_not_replaced() {
    let busy = LlmError::RateLimited { retry_after: None };
    let model = Provider::new("m", move |call| if call < 2 { Fate::Fails(busy.clone()) } else { Fate::Says(ANSWER) });
    let site = site(&[&model]).await;
    let ended = ran(&site, wanted(cases(2), &["control"]), limits(1)).await;
    assert_eq!(ended.ending, Ending::Finished);
    assert!(ended.results.iter().all(|result| result.reply.model.as_deref() == Some("m")));
    assert_eq!(model.calls(), 4);
}

#[tokio::test]
async fn a_model_that_is_down_ends_the_run_and_is_asked_again_by_the_next() {
    let down = LlmError::Permanent("bad key".to_owned());
    let model = Provider::new("m", move |call| if call < 5 { Fate::Fails(down.clone()) } else { Fate::Says(ANSWER) });
    let site = site(&[&model]).await;
    let ended = ran(&site, wanted(cases(9), &["control"]), limits(1)).await;
    let stop = Stop::Down { target: "control".to_owned(), reason: "permanent".to_owned() };
    assert_eq!((ended.ending, ended.results.len()), (Ending::Stopped(stop), 5));
    let summary = summary(&ended.run, &ended.results, Language::Es).remove(0);
    assert_eq!(summary.stood_in.get("permanent"), Some(&5), "the documents' answers are not the model's");
    assert!(ended.results.iter().all(|result| result.reply.answered_by() == "documents"));
    let again = planned(&site, wanted(cases(9), &["control"])).await;
    assert_eq!((again.resumed, again.done.len(), again.left()), (true, 0, 9));
    let ended = run(&site.site, again, limits(1), &CancellationToken::new(), &|_| {}).await.unwrap();
    assert_eq!((ended.ending, model.calls()), (Ending::Finished, 14));
}

#[tokio::test]
async fn a_budget_that_is_too_small_ends_the_run_before_anything_is_paid() {
    let model = Provider::good("m");
    let caps = Caps { day: Some(10), ..Caps::default() };
    let budget = BudgetSettings { caps, refuse_unpriced: true };
    let site = site_with(&[&model], Setup { budget, ..Setup::default() }).await;
    let ended = ran(&site, wanted(cases(3), &["control"]), limits(2)).await;
    assert_eq!(ended.ending, Ending::Stopped(Stop::Budget("budget_day")));
    assert_eq!((model.calls(), ended.results.len()), (0, 0));
    assert_eq!(charged(&site).await, (0, 0));
}

#[tokio::test]
async fn a_run_stops_before_it_can_pass_its_own_cap() {
    let model = Provider::good("m");
    let site = site(&[&model]).await;
    let plan = planned(&site, wanted(cases(6), &["control"])).await;
    let each = plan.costs.most_usd_micros / 6;
    let capped = Limits { max_cost_usd_micros: Some(each + 2 * CALL), ..limits(4) };
    let ended = run(&site.site, plan, capped, &CancellationToken::new(), &|_| {}).await.unwrap();
    assert_eq!(ended.ending, Ending::Stopped(Stop::MaxCost));
    assert_eq!((ended.results.len(), ended.paid_usd_micros), (3, 3 * CALL));
    assert!(planned(&site, wanted(cases(6), &["control"])).await.resumed);
}

#[tokio::test]
async fn what_is_under_way_is_kept_when_a_run_is_cancelled() {
    let model = Provider::good("m");
    let site = site(&[&model]).await;
    let plan = planned(&site, wanted(cases(8), &["control"])).await;
    let stop = CancellationToken::new();
    let cancel = |step: Progress| {
        if step.done == 3 {
            stop.cancel();
        }
    };
    let ended = run(&site.site, plan, limits(2), &stop, &cancel).await.unwrap();
    assert_eq!(ended.ending, Ending::Stopped(Stop::Cancelled));
    assert_eq!((ended.results.len(), model.calls()), (4, 4));
}

#[tokio::test]
async fn follow_ups_are_asked_after_what_they_lean_on_and_pay_for_it() {
    let model = Provider::good("m");
    let site = site(&[&model]).await;
    let follow_up = Case {
        id: "when".to_owned(),
        question: "¿Y en qué año?".to_owned(),
        before: vec!["¿Qué construyó Ada para la biblioteca jurídica?".to_owned()],
        must: vec!["2022".to_owned()],
        ..Case::default()
    };
    let ended = ran(&site, wanted(vec![follow_up], &["control", "extractive"]), limits(1)).await;
    assert_eq!((model.calls(), ended.paid_usd_micros), (2, 2 * CALL));
    let [control, extractive] = ended.results.as_slice() else { panic!("two results") };
    assert_eq!((control.reply.cost_usd_micros, control.reply.usage.prompt_tokens), (Some(2 * CALL), 2_000));
    let second = &model.asked.lock().unwrap()[1];
    assert!(second.messages.iter().any(|message| message.content.contains("biblioteca jurídica") && message.content.contains("Ada construyó")));
    assert!(extractive.grade.passed, "{:?}", extractive.reply.text);
}

#[tokio::test]
async fn what_a_case_leaves_out_cannot_be_known() {
    let site = site(&[]).await;
    let without = Case {
        id: "without".to_owned(),
        question: "¿Qué construyó Ada para la biblioteca jurídica?".to_owned(),
        expect: Some(Outcome::NotKnown),
        without: vec!["rag.md".to_owned()],
        ..Case::default()
    };
    let odd = Case {
        id: "odd".to_owned(),
        sources: vec!["nowhere.md#x".to_owned()],
        question: "¿Qué construyó Ada para la biblioteca jurídica?".to_owned(),
        ..case(1)
    };
    let usual = Target { variation: Variation::default(), ..target("control") };
    let wanted = Wanted { targets: vec![usual], ..wanted(vec![without, odd], &[]) };
    let plan = planned(&site, wanted).await;
    assert_eq!(plan.remarks, ["the case `odd` expects the source `nowhere.md#x`, which is not among the documents"]);
    let ended = run(&site.site, plan, limits(1), &CancellationToken::new(), &|_| {}).await.unwrap();
    assert_eq!(ended.results[0].reply.outcome, Some(Outcome::NotKnown));
    assert!(ended.results[0].grade.passed && ended.results[1].grade.recall == Some(0.0));
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_before_anything_is() {
    let site = site(&[]).await;
    let twice = wanted(vec![case(1), case(1)], &["control"]);
    let unknown = wanted(cases(1), &["gpt-no-such"]);
    for (wanted, words) in [
        (wanted(Vec::new(), &["control"]), "no cases"),
        (wanted(cases(1), &[]), "no targets"),
        (twice, "two cases are called `rag-1`"),
        (unknown, "the target `gpt-no-such` cannot be tried"),
    ] {
        let error: EvaluationError = plan(&site.site, wanted).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let empty = Case { id: "empty".to_owned(), question: "  ".to_owned(), ..Case::default() };
    let plan = planned(&site, wanted(vec![empty], &["control"])).await;
    let error = run(&site.site, plan, limits(1), &CancellationToken::new(), &|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("`empty` cannot be asked: the message is empty"), "{error}");
}

#[tokio::test]
async fn hostile_answers_are_graded_and_kept() {
    let answers = ["", "[99] [1", "<script>alert(1)</script>", "\u{202e}\u{0}", "NOT_KNOWN NOT_KNOWN"];
    let model = Provider::new("m", move |call| Fate::Says(answers[call % answers.len()]));
    let site = site(&[&model]).await;
    let ended = ran(&site, wanted(cases(5), &["control"]), limits(2)).await;
    assert_eq!((ended.ending, ended.results.len()), (Ending::Finished, 5));
    assert!(
        ended.results.iter().all(|result| result.grade.quality.as_ref().is_none_or(|quality| quality.score <= 1.0))
    );
}

/// Cases and targets in number; the time is nobody's promise, the number of calls is. Without optimisation the pipeline is so
/// much slower that a tenth of them will do.
#[tokio::test]
async fn five_hundred_cases_of_four_targets_are_two_thousand_calls() {
    const CASES: usize = if cfg!(debug_assertions) { 50 } else { 500 };
    let models = ["m0", "m1", "m2", "m3"].map(Provider::good);
    let site = site(&models.each_ref()).await;
    let targets = ["control", "m1", "m2", "m3"];
    let ended = ran(&site, wanted(cases(CASES), &targets), limits(8)).await;
    assert_eq!((ended.ending, ended.results.len()), (Ending::Finished, 4 * CASES));
    assert_eq!(models.each_ref().map(|model| model.calls()), [CASES; 4]);
    assert_eq!(charged(&site).await, (4 * CASES as u64 * CALL, 0));
    let again = planned(&site, wanted(cases(CASES), &targets)).await;
    assert_eq!((again.left(), again.reused.len()), (0, 4 * CASES));
}
