//! Money: no call that could pass a cap, an answer all the same, and nothing reserved when nothing runs.

use std::sync::Arc;

use portavoz_app::ask::{Answer, ask};
use portavoz_app::settings::BudgetSettings;
use portavoz_app::testing::{LetterEmbedder, PRICE, Reply, ScriptedModel, Setup, TestSite, says};
use portavoz_domain::answer::{Outcome, Rung};
use portavoz_domain::budget::{Caps, Standing};
use portavoz_domain::usage::Usage;
use portavoz_llm::LlmError;
use portavoz_llm::chat::{ChatEnd, ChatEvent};
use tokio::sync::Semaphore;

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";
const ANSWER: &str = "La precisión subió un 40 % [1].";

const USED: Usage = Usage {
    prompt_tokens: 200,
    cached_tokens: 0,
    cache_write_tokens: 0,
    completion_tokens: 12,
    reasoning_tokens: 0,
    estimated: false,
};

fn capped(caps: Caps) -> BudgetSettings {
    BudgetSettings { caps, refuse_unpriced: true }
}

async fn standing(site: &TestSite) -> Standing {
    site.storage.spending().standing(site.site.id(), site.site.now()).await.unwrap()
}

fn gated(gate: &Arc<Semaphore>) -> Reply {
    let end = ChatEnd { usage: Some(USED), finish_reason: Some("stop".to_owned()), ..ChatEnd::default() };
    let events = vec![Ok(ChatEvent::Delta(ANSWER.to_owned())), Ok(ChatEvent::End(end))];
    Reply::Gated { events, free: 0, gate: Arc::clone(gate) }
}

/// What is reserved for the question while its call runs.
async fn worst_case() -> u64 {
    let gate = Arc::new(Semaphore::new(0));
    let model = ScriptedModel::new("primary", vec![gated(&gate)]);
    let site = Setup::with_models(&[&model]).open().await;
    let turn = ask(&site.site, site.question(QUESTION)).await.unwrap();
    while model.calls() == 0 {
        tokio::task::yield_now().await;
    }
    let reserved = standing(&site).await.reserved;
    gate.add_permits(2);
    turn.whole().await.unwrap();
    reserved
}

fn reasons(answer: &Answer) -> Vec<&str> {
    answer.done.ladder.iter().filter_map(|tried| tried.reason.as_deref()).collect()
}

#[tokio::test]
async fn what_a_turn_cost_is_charged_and_the_rest_given_back() {
    let model = ScriptedModel::new("primary", vec![says(&[ANSWER], Some(USED))]);
    let site = Setup::with_models(&[&model]).open().await;
    let answer = site.ask(QUESTION).await;
    let cost = PRICE.cost_usd_micros(&USED);
    assert_eq!(answer.done.cost_usd, Some(cost as f64 / 1e6));
    assert_eq!(standing(&site).await, Standing { day: cost, month: cost, reserved: 0, orphaned: 0 });
    assert!(site.storage.spending().audit(site.site.id()).await.unwrap().balances());
}

#[tokio::test]
async fn a_spent_budget_leaves_the_documents_to_answer() {
    for (caps, reason) in [
        (Caps { day: Some(0), ..Caps::default() }, "budget_day"),
        (Caps { month: Some(40), ..Caps::default() }, "budget_month"),
        (Caps { visitor_day: Some(40), ..Caps::default() }, "budget_visitor"),
    ] {
        let model = ScriptedModel::new("primary", vec![]);
        let site = Setup { budget: capped(caps), ..Setup::with_models(&[&model]) }.open().await;
        let answer = site.ask(QUESTION).await;
        assert_eq!(model.calls(), 0, "{reason}");
        assert_eq!(reasons(&answer), [reason]);
        assert_eq!(answer.done.outcome, Outcome::Answered);
        assert!(answer.text.contains("40 %") && !answer.citations.is_empty(), "{}", answer.text);
        assert_eq!(standing(&site).await, Standing::default());
    }
}

/// Every call is held back until all 64 questions are in: so all of them want the money of three at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_at_once_spend_no_more_than_there_is_for_three() {
    let gate = Arc::new(Semaphore::new(0));
    let worst = worst_case().await;
    let model = ScriptedModel::new("primary", vec![gated(&gate); 64]);
    let cap = worst * 3 + worst / 2;
    let caps = Caps { day: Some(cap), ..Caps::default() };
    let site = Setup { budget: capped(caps), ..Setup::with_models(&[&model]) }.open().await;
    let mut turns = Vec::new();
    for _ in 0..64 {
        turns.push(ask(&site.site, site.question(QUESTION)).await.unwrap());
    }
    let answers = futures::future::join_all(turns.into_iter().map(|turn| turn.whole()));
    let (answers, ()) = tokio::join!(answers, async {
        // Once three calls hang, nobody else can pay for one; then they may end.
        while model.calls() < 3 {
            tokio::task::yield_now().await;
        }
        let now = standing(&site).await;
        assert!(now.day + now.reserved <= cap, "{now:?}");
        gate.add_permits(1_000);
    });
    let answers: Vec<Answer> = answers.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| answer.done.outcome == Outcome::Answered));
    let by_model = answers.iter().filter(|answer| answer.done.model.is_some()).count();
    assert_eq!(by_model, model.calls());
    assert!(by_model >= 3, "{by_model}");
    let after = standing(&site).await;
    assert_eq!(after.reserved, 0);
    assert_eq!(after.day, PRICE.cost_usd_micros(&USED) * by_model as u64);
    assert!(after.day <= cap);
}

#[tokio::test]
async fn a_fallback_needs_money_of_its_own() {
    let cut = || Reply::Says(vec![Ok(ChatEvent::Delta("La".to_owned())), Err(LlmError::Transient("cut".to_owned()))]);
    let worst = worst_case().await;
    for (cap, rung) in [(worst * 3, Rung::Fallback), (worst + 1, Rung::Extractive)] {
        let first = ScriptedModel::new("primary", vec![cut()]);
        let second = ScriptedModel::new("spare", vec![says(&[ANSWER], Some(USED))]);
        let caps = Caps { day: Some(cap), ..Caps::default() };
        let site = Setup { budget: capped(caps), ..Setup::with_models(&[&first, &second]) }.open().await;
        let answer = site.ask(QUESTION).await;
        assert_eq!(answer.done.ladder.last().unwrap().rung, rung, "{:?}", answer.done.ladder);
        let after = standing(&site).await;
        assert!(after.day > 0 && after.day <= cap && after.reserved == 0, "{after:?}");
    }
}

#[tokio::test]
async fn a_model_of_unknown_price_is_not_asked_where_a_cap_is_to_be_kept() {
    for (refuse_unpriced, calls) in [(true, 0), (false, 1)] {
        let model = ScriptedModel::priced("homemade", None, vec![says(&[ANSWER], Some(USED))]);
        let caps = Caps { day: Some(1_000_000), ..Caps::default() };
        let budget = BudgetSettings { caps, refuse_unpriced };
        let site = Setup { budget, ..Setup::with_models(&[&model]) }.open().await;
        let answer = site.ask(QUESTION).await;
        assert_eq!(model.calls(), calls);
        assert_eq!(answer.done.outcome, Outcome::Answered);
        let expected: &[&str] = if refuse_unpriced { &["unpriced"] } else { &[] };
        assert_eq!(reasons(&answer), expected);
        // Unknown is not free, and not nothing either.
        assert_eq!(answer.done.cost_usd, if refuse_unpriced { Some(0.0) } else { None });
    }
}

#[tokio::test]
async fn vectors_of_questions_and_documents_are_paid_for() {
    let embedder = LetterEmbedder::named("letters");
    let setup = Setup { embedder: Some(Arc::clone(&embedder)), ..Setup::default() };
    let site = setup.open().await;
    let ingested = standing(&site).await;
    assert!(ingested.day > 0 && ingested.reserved == 0, "{ingested:?}");
    site.ask(QUESTION).await;
    let asked = standing(&site).await;
    assert!(asked.day > ingested.day && asked.reserved == 0, "{asked:?}");
    assert!(site.storage.spending().audit(site.site.id()).await.unwrap().balances());
}

#[tokio::test]
async fn without_money_for_vectors_words_are_searched_for() {
    let embedder = LetterEmbedder::named("letters");
    let caps = Caps { day: Some(0), ..Caps::default() };
    let setup = Setup { embedder: Some(Arc::clone(&embedder)), budget: capped(caps), ..Setup::default() };
    let site = setup.open().await;
    let answer = site.ask(QUESTION).await;
    assert_eq!(answer.done.outcome, Outcome::Answered);
    assert_eq!(standing(&site).await, Standing::default());
}
