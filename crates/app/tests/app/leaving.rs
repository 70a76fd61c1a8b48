//! Visitors who leave: the call upstream ends, and what was used is recorded.

use std::sync::atomic::Ordering;

use portavoz_app::ask::ask;
use portavoz_app::settings::VerifySettings;
use portavoz_domain::turn::TurnStatus;
use portavoz_domain::verification::policy::Mode;
use portavoz_storage::TurnFilter;
use tokio_stream::StreamExt;

use portavoz_app::testing::{Reply, ScriptedModel, Setup};

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";
const PIECES: [&str; 4] = ["La precisión", " subió un 40 %", " [1]", " en un año."];

#[tokio::test]
async fn leaving_after_any_piece_cancels_the_call_and_records_the_cost() {
    // The first event is `start`; then the pieces come, the marker with its citation.
    for taken in 1..=5 {
        let model = ScriptedModel::new("primary", vec![Reply::Hangs(PIECES.to_vec())]);
        let verify = VerifySettings { mode: Mode::Off, ..VerifySettings::default() };
        let site = Setup { verify, ..Setup::with_models(&[&model]) }.open().await;
        let mut answering = ask(&site.site, site.question(QUESTION)).await.unwrap();
        for _ in 0..taken {
            answering.events.next().await.unwrap();
        }
        drop(answering);
        site.site.finish().await;

        let filter = TurnFilter { limit: 10, ..TurnFilter::default() };
        let turn = site.storage.turns().list(site.site.id(), &filter).await.unwrap().remove(0);
        let settled = turn.settlement.unwrap();
        assert_eq!(settled.status, TurnStatus::Abandoned, "after {taken} events");
        assert_eq!(settled.outcome, None);
        assert_eq!(model.dropped.load(Ordering::SeqCst), model.calls(), "the call is cancelled");
        if model.calls() > 0 {
            assert!(settled.usage.estimated && settled.usage.prompt_tokens > 0, "after {taken} events");
            assert!(settled.cost_usd_micros.is_some_and(|cost| cost > 0));
        }
    }
}

#[tokio::test]
async fn leaving_while_a_sentence_is_gathered_cancels_the_call_too() {
    let model = ScriptedModel::new("primary", vec![Reply::Hangs(PIECES.to_vec())]);
    let site = Setup::with_models(&[&model]).open().await;
    let mut answering = ask(&site.site, site.question(QUESTION)).await.unwrap();
    // The model has been asked once the start is told and the task goes on.
    assert!(answering.events.next().await.is_some());
    while model.calls() == 0 {
        tokio::task::yield_now().await;
    }
    drop(answering);
    site.site.finish().await;
    let filter = TurnFilter { limit: 10, ..TurnFilter::default() };
    let settled = site.storage.turns().list(site.site.id(), &filter).await.unwrap().remove(0).settlement.unwrap();
    assert_eq!((settled.status, settled.answer.as_str()), (TurnStatus::Abandoned, ""));
    assert!(settled.usage.prompt_tokens > 0 && settled.cost_usd_micros.is_some_and(|cost| cost > 0));
    assert_eq!(model.dropped.load(Ordering::SeqCst), 1, "the call is cancelled");
}
