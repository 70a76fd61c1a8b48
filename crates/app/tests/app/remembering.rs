//! Answers that are told again instead of being paid for again.

use std::sync::Arc;
use std::time::Duration;

use portavoz_app::ask::Answer;
use portavoz_app::settings::CacheSettings;
use portavoz_app::testing::{ScriptedModel, Setup, TestSite, says};
use portavoz_domain::answer::Rung;
use portavoz_domain::usage::Usage;
use portavoz_llm::chat::{ChatEnd, ChatEvent};

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";
const ANSWER: &str = "La precisión subió un 40 % [1].";

async fn site(replies: usize, cache: CacheSettings) -> (TestSite, Arc<ScriptedModel>) {
    let used = Usage { prompt_tokens: 200, completion_tokens: 12, ..Usage::default() };
    let model = ScriptedModel::new("primary", vec![says(&[ANSWER], Some(used)); replies]);
    (Setup { cache, ..Setup::with_models(&[&model]) }.open().await, model)
}

fn rung(answer: &Answer) -> Rung {
    answer.done.ladder.last().unwrap().rung
}

#[tokio::test]
async fn a_first_question_asked_again_gets_the_same_answer_for_nothing() {
    let (site, model) = site(1, CacheSettings::default()).await;
    let first = site.ask(QUESTION).await;
    let again = site.ask(QUESTION).await;
    assert_eq!((rung(&first), rung(&again)), (Rung::Primary, Rung::Cache));
    assert_eq!(model.calls(), 1);
    assert_eq!(again.text, first.text);
    assert_eq!(again.citations, first.citations);
    assert_eq!(again.done.verification, first.done.verification);
    assert_eq!((again.done.cost_usd, again.done.usage), (Some(0.0), Usage::default()));
    assert_eq!((again.done.model.clone(), again.done.quality), (first.done.model.clone(), first.done.quality));
    assert_ne!(again.turn_id, first.turn_id);
    let turn = site.storage.turns().find(site.site.id(), again.turn_id).await.unwrap().unwrap();
    assert_eq!(turn.settlement.unwrap().prompt_hash.map(|hash| hash.len()), Some(16), "it tells what it rests on");
}

#[tokio::test]
async fn a_question_within_a_conversation_is_asked_anew() {
    let (site, model) = site(2, CacheSettings::default()).await;
    let question = site.question(QUESTION);
    let visitor = question.visitor;
    let first = portavoz_app::ask::ask(&site.site, question).await.unwrap().whole().await.unwrap();
    site.go_on(visitor, first.conversation_id, QUESTION).await;
    assert_eq!(model.calls(), 2);
}

#[tokio::test]
async fn other_documents_another_language_or_time_make_it_another_question() {
    let (site, model) = site(4, CacheSettings { lasts: Duration::from_millis(500), ..CacheSettings::default() }).await;
    site.ask(QUESTION).await;
    site.write("mas.md", "# Más\n\nAda también escribe poemas sobre bibliotecas.\n");
    site.ingest().await;
    assert_eq!(rung(&site.ask(QUESTION).await), Rung::Primary, "of changed documents");
    assert_eq!(rung(&site.ask(QUESTION).await), Rung::Cache);
    let english =
        portavoz_app::ask::Ask { language: Some(portavoz_text::language::Language::En), ..site.question(QUESTION) };
    let english = portavoz_app::ask::ask(&site.site, english).await.unwrap().whole().await.unwrap();
    assert_eq!(rung(&english), Rung::Primary, "of another language");
    // The test's clock goes on by a millisecond at each look.
    for _ in 0..600 {
        site.site.now();
    }
    assert_eq!(rung(&site.ask(QUESTION).await), Rung::Primary, "of an answer that is too old");
    assert_eq!(model.calls(), 4);
}

#[tokio::test]
async fn an_answer_that_was_cut_or_doubted_is_not_told_again() {
    let cut = |text: &str| {
        let end = ChatEnd { finish_reason: Some("length".to_owned()), ..ChatEnd::default() };
        portavoz_app::testing::Reply::Says(vec![Ok(ChatEvent::Delta(text.to_owned())), Ok(ChatEvent::End(end))])
    };
    let doubted = || says(&["La precisión subió un 40 % [1]. Ada ganó un premio en 2019 [1]."], None);
    let model = ScriptedModel::new("primary", vec![cut(ANSWER), doubted(), doubted()]);
    let site = Setup { cache: CacheSettings::default(), ..Setup::with_models(&[&model]) }.open().await;
    for _ in 0..3 {
        assert_eq!(rung(&site.ask(QUESTION).await), Rung::Primary);
    }
    assert_eq!(model.calls(), 3);
}

#[tokio::test]
async fn one_key_switches_it_off() {
    let (site, model) = site(2, CacheSettings { entries: 0, ..CacheSettings::default() }).await;
    site.ask(QUESTION).await;
    site.ask(QUESTION).await;
    assert_eq!(model.calls(), 2);
}
