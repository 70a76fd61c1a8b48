//! Figures out of turns that were really asked.

use std::time::Duration;

use portavoz_app::checklist::{State, examine};
use portavoz_app::stats::{Period, Step, compact, overview_by, spend};
use portavoz_app::testing::{ScriptedModel, Setup, says};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::traffic::{Measure, Span, TrafficQuery};
use portavoz_domain::usage::Usage;
use portavoz_text::language::Language;

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";

fn answer(prompt_tokens: u64) -> portavoz_app::testing::Reply {
    let usage = Usage { prompt_tokens, completion_tokens: 100, ..Usage::default() };
    says(&["La precisión subió un 40 % [1]."], Some(usage))
}

#[tokio::test]
async fn a_tuned_model_stands_beside_its_base() {
    let base = ScriptedModel::new("gpt-4o-mini", vec![answer(1_000)]);
    let first = Setup::with_models(&[&base]).open().await;
    first.ask(QUESTION).await;
    let tuned = ScriptedModel::new("ft:gpt-4o-mini-2024-07-18:ada::x", vec![answer(500), answer(500)]);
    let setup = Setup { storage: Some(first.storage), ..Setup::with_models(&[&tuned]) };
    let site = setup.open_in(first.folder).await;
    site.ask(QUESTION).await;
    site.ask("¿Qué construyó Ada en 2022 para una biblioteca jurídica?").await;
    let period = Period::last_days(site.site.now(), 7);
    let overview = overview_by(&site.site, period, Step::Day).await.unwrap();
    assert_eq!((overview.current.turns, overview.previous.turns, overview.series.len()), (3, 0, 7));
    assert_eq!(overview.series.last().map(|point| point.figures.turns), Some(3));
    let [pair] = overview.tuned.as_slice() else { unreachable!("one model was tuned") };
    assert_eq!((pair.tuned.figures.turns, pair.base.as_ref().map(|base| base.figures.turns)), (2, Some(1)));
    assert_eq!(pair.tuned.figures.tokens.tokens_per_answer, Some(600.0));
    assert_eq!(spend(&site.site).await.unwrap().reserved_usd, 0.0);
}

#[tokio::test]
async fn hours_become_days_once_nobody_asks_for_them() {
    let model = ScriptedModel::new("gpt-4o-mini", vec![answer(1_000), answer(1_000), answer(1_000)]);
    let site = Setup::with_models(&[&model]).open().await;
    let begun = site.site.now();
    site.ask(QUESTION).await;
    site.clock.advance(Duration::from_secs(3 * 60 * 60));
    site.ask(QUESTION).await;
    let hours = async || {
        let (from, to) = (begun.day(), Timestamp::from_millis(site.site.now().as_millis() + 60 * 60 * 1_000));
        let query = TrafficQuery { from, to, span: Span::Hour, by_model: false, by_prompt: false, by_variant: false };
        let sums = site.storage.traffic().sums(site.site.id(), &query).await.unwrap();
        sums.iter().map(|sum| sum.tally.get(&Measure::Turns)).collect::<Vec<_>>()
    };
    compact(&site.site).await.unwrap();
    assert_eq!(hours().await, [1, 1], "a running day keeps its hours");
    site.clock.advance(Duration::from_secs(10 * 24 * 60 * 60));
    site.ask(QUESTION).await;
    compact(&site.site).await.unwrap();
    assert_eq!(hours().await, [2, 1], "a day of long ago, and the hour that runs");
}

#[tokio::test]
async fn the_checklist_has_looked() {
    let site = Setup::default().open().await;
    site.ask(QUESTION).await;
    let lines = examine(&site.site, Language::En).await;
    let checks: Vec<&str> = lines.iter().map(|line| line.check).collect();
    assert_eq!(checks, ["cost monitoring", "fine-tuning data", "fallbacks", "evaluation metrics", "A/B tests"]);
    for line in &lines {
        assert_ne!(line.state, State::Broken, "{line:?}");
        assert!(line.finding.chars().any(|letter| letter.is_ascii_digit()), "no figure: {line:?}");
    }
    let nothing = Setup { documents: false, ..Setup::default() }.open().await;
    let fallbacks =
        examine(&nothing.site, Language::En).await.into_iter().find(|line| line.check == "fallbacks").unwrap();
    assert_eq!(fallbacks.state, State::Warning, "nothing is there to quote: {fallbacks:?}");
}
