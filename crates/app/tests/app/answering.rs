//! One question, up and down the ladder.

use std::sync::Arc;

use portavoz_app::ask::{AskError, ask};
use portavoz_domain::answer::{AnswerEvent, Outcome};
use portavoz_domain::turn::TurnStatus;
use portavoz_domain::usage::Usage;
use portavoz_llm::LlmError;
use portavoz_llm::chat::{ChatEnd, ChatEvent};
use tokio_stream::StreamExt;

use portavoz_app::testing::{PRICE, Reply, ScriptedModel, Setup, says};

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";

fn used(prompt: u64, completion: u64) -> Option<Usage> {
    Some(Usage { prompt_tokens: prompt, completion_tokens: completion, ..Usage::default() })
}

/// The ladder as `rung model reason`, one a line.
fn ladder(answer: &portavoz_app::ask::Answer) -> Vec<String> {
    let done = &answer.done;
    done.ladder
        .iter()
        .map(|tried| {
            let parts = [Some(tried.rung.name()), tried.model.as_deref(), tried.reason.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[tokio::test]
async fn a_model_answers_from_numbered_passages_and_its_markers_become_sources() {
    let model = ScriptedModel::new("primary", vec![says(&["La precisión ", "subió un 40 % [", "1]."], used(200, 12))]);
    let site = Setup::with_models(&[&model]).open().await;
    let answer = site.ask(QUESTION).await;

    assert_eq!(answer.text, "La precisión subió un 40 % [1].");
    assert_eq!(answer.citations.len(), 1);
    assert_eq!(answer.citations[0].document.as_str(), "rag.md");
    assert_eq!(ladder(&answer), ["primary primary"]);
    let done = answer.done;
    assert_eq!(done.outcome, Outcome::Answered);
    assert_eq!(done.model.as_deref(), Some("primary"));
    assert_eq!(done.cost_usd, Some(PRICE.cost_usd_micros(&done.usage) as f64 / 1e6));

    let requests = model.requests.lock().unwrap();
    let messages = &requests[0].messages;
    assert!(messages[0].content.contains("Ada") && !messages[0].content.contains("40 %"), "the prefix is static");
    let last = &messages.last().unwrap().content;
    assert!(last.contains("- [1] ") && last.trim_end().ends_with(QUESTION), "{last}");
}

#[tokio::test]
async fn the_turn_is_in_the_database_before_done_is_told() {
    let model = ScriptedModel::new("primary", vec![says(&["Subió un 40 % [1]."], used(200, 12))]);
    let site = Setup::with_models(&[&model]).open().await;
    let answer = site.ask(QUESTION).await;
    let turn = site.storage.turns().find(site.site.id(), answer.turn_id).await.unwrap().unwrap();
    let settled = turn.settlement.unwrap();
    assert_eq!(turn.admitted.question, QUESTION);
    assert_eq!((settled.status, settled.outcome), (TurnStatus::Complete, Some(Outcome::Answered)));
    assert_eq!(settled.answer, answer.text);
    assert_eq!(settled.citations, answer.citations);
    assert_eq!(settled.usage.prompt_tokens, 200);
    assert_eq!(settled.cost_usd_micros, Some(38));
    assert_eq!(settled.knowledge_generation, 1);
    assert!(settled.prompt_hash.is_some_and(|hash| hash.len() == 16));
}

#[tokio::test]
async fn a_model_that_fails_gives_way_to_the_next_rung() {
    let quota = LlmError::Permanent("the quota is spent".to_owned());
    let first = ScriptedModel::new("primary", vec![Reply::Fails(quota)]);
    let second = ScriptedModel::new("spare", vec![says(&["Un 40 % [1]."], used(100, 5))]);
    let site = Setup::with_models(&[&first, &second]).open().await;
    let answer = site.ask(QUESTION).await;
    assert_eq!(ladder(&answer), ["primary primary permanent", "fallback spare"]);
    assert_eq!(answer.text, "Un 40 % [1].");
}

#[tokio::test]
async fn with_no_model_left_the_documents_answer_themselves() {
    let down = LlmError::Transient("the server is down".to_owned());
    let model = ScriptedModel::new("primary", vec![Reply::Fails(down)]);
    for (setup, expected) in [
        (Setup::default(), vec!["extractive"]),
        (Setup::with_models(&[&model]), vec!["primary primary transient", "extractive"]),
    ] {
        let site = setup.open().await;
        let answer = site.ask(QUESTION).await;
        assert_eq!(ladder(&answer), expected);
        assert!(answer.text.contains("40 %") && answer.text.contains("[1]"), "{}", answer.text);
        assert_eq!(answer.citations[0].document.as_str(), "rag.md");
        let done = answer.done;
        assert_eq!((done.outcome, done.cost_usd), (Outcome::Answered, Some(0.0)));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_replaced_and_never_doubled() {
    let cut = vec![
        Ok(ChatEvent::Delta("La precisión subió un 40 % [1]. Desde ".to_owned())),
        Err(LlmError::Transient("the answer was cut".to_owned())),
    ];
    let model = ScriptedModel::new("primary", vec![Reply::Says(cut)]);
    let site = Setup::with_models(&[&model]).open().await;
    let events: Vec<AnswerEvent> = ask(&site.site, site.question(QUESTION)).await.unwrap().events.collect().await;
    let replaced = events.iter().position(|event| matches!(event, AnswerEvent::Replace { .. })).unwrap();
    assert!(matches!(&events[1], AnswerEvent::Delta { text } if text.starts_with("La precisión")));
    assert!(matches!(events.last(), Some(AnswerEvent::Done(_))));
    let after: String = events[replaced..]
        .iter()
        .filter_map(|event| if let AnswerEvent::Delta { text } = event { Some(text.as_str()) } else { None })
        .collect();
    assert!(after.contains("40 %"), "{after}");

    let answer = site.storage.turns().list(site.site.id(), &all()).await.unwrap().remove(0).settlement.unwrap();
    assert_eq!(answer.answer, after);
    assert!(answer.usage.estimated && answer.usage.completion_tokens > 0, "the broken call is paid for");
}

fn all() -> portavoz_storage::TurnFilter {
    portavoz_storage::TurnFilter { limit: 100, ..Default::default() }
}

#[tokio::test]
async fn a_stream_that_ends_without_its_end_is_no_answer() {
    let cut = Reply::Says(vec![Ok(ChatEvent::Delta("Subió".to_owned()))]);
    let model = ScriptedModel::new("primary", vec![cut]);
    let site = Setup::with_models(&[&model]).open().await;
    let answer = site.ask(QUESTION).await;
    assert_eq!(ladder(&answer), ["primary primary transient", "extractive"]);
}

#[tokio::test]
async fn silent_models_share_the_visitors_patience() {
    let first = ScriptedModel::new("primary", vec![Reply::Silent]);
    let second = ScriptedModel::new("spare", vec![Reply::Silent]);
    let setup = Setup::with_models(&[&first, &second]);
    let site = Setup { patience: std::time::Duration::from_millis(1), ..setup }.open().await;
    let answer = site.ask(QUESTION).await;
    let tried = ladder(&answer);
    assert!(tried.len() == 3 && tried[2] == "extractive", "{tried:?}");
    assert!(tried[..2].iter().all(|rung| rung.ends_with("timeout") || rung.ends_with("out_of_time")), "{tried:?}");
}

#[tokio::test]
async fn an_answer_that_a_filter_ends_is_replaced_and_one_at_its_limit_is_marked() {
    let ending = |reason: &str| {
        let end = ChatEnd { finish_reason: Some(reason.to_owned()), ..ChatEnd::default() };
        Reply::Says(vec![Ok(ChatEvent::Delta("La precisión subió [1]".to_owned())), Ok(ChatEvent::End(end))])
    };
    let model = ScriptedModel::new("primary", vec![ending("content_filter"), ending("length")]);
    let site = Setup::with_models(&[&model]).open().await;
    let filtered = site.ask(QUESTION).await;
    assert_eq!(ladder(&filtered), ["primary primary refused", "extractive"]);
    assert!(!filtered.text.starts_with("La precisión subió [1]"), "{}", filtered.text);
    assert_eq!(site.ask(QUESTION).await.text, "La precisión subió [1] […]");
}

#[tokio::test]
async fn a_model_that_finds_nothing_says_so_in_our_words() {
    let model = ScriptedModel::new("primary", vec![says(&["[[NOT", "_KNOWN]]"], used(100, 5))]);
    let site = Setup::with_models(&[&model]).open().await;
    let answer = site.ask(QUESTION).await;
    assert_eq!(ladder(&answer), ["primary primary not_known", "stock"]);
    assert!(!answer.text.contains("NOT") && !answer.text.is_empty(), "{}", answer.text);
    assert_eq!(answer.done.outcome, Outcome::NotKnown);
    let gaps = site.storage.gaps().list(site.site.id(), 10).await.unwrap();
    assert_eq!(gaps.iter().map(|gap| gap.question.as_str()).collect::<Vec<_>>(), [QUESTION]);
}

#[tokio::test]
async fn nothing_relevant_means_no_call_and_a_gap() {
    let model = ScriptedModel::new("primary", Vec::new());
    let site = Setup::with_models(&[&model]).open().await;
    let answer = site.ask("¿Ha trabajado con COBOL en mainframes?").await;
    assert_eq!(model.calls(), 0);
    let done = answer.done;
    assert_eq!((done.outcome, done.cost_usd), (Outcome::NotKnown, Some(0.0)));
    assert!(answer.citations.is_empty());
    assert_eq!(site.storage.gaps().list(site.site.id(), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_is_promised_in_the_owners_name() {
    let model = ScriptedModel::new("primary", Vec::new());
    let site = Setup::with_models(&[&model]).open().await;
    for question in ["¿Cuándo puede empezar Ada a trabajar?", "What salary does Ada expect?"] {
        let answer = site.ask(question).await;
        assert_eq!(answer.done.outcome, Outcome::NotKnown, "{question}: {}", answer.text);
        assert!(answer.text.contains("ada@example.org"), "{}", answer.text);
    }
    assert_eq!(model.calls(), 0);
}

#[tokio::test]
async fn whoever_asks_how_to_reach_the_owner_is_told() {
    let model = ScriptedModel::new("primary", Vec::new());
    let site = Setup { documents: false, ..Setup::with_models(&[&model]) }.open().await;
    for question in ["How can I reach Ada?", "¿Cuál es su correo?", "Wie erreiche ich Ada?"] {
        let answer = site.ask(question).await;
        assert!(answer.text.contains("ada@example.org"), "{question}: {}", answer.text);
        assert_eq!(answer.done.outcome, Outcome::Answered, "{question}: {}", answer.text);
    }
}

#[tokio::test]
async fn only_questions_that_the_documents_answer_are_offered() {
    let site = Setup { suggestions: Vec::new(), ..Setup::default() }.open().await;
    for language in portavoz_text::language::Language::ALL {
        let offered = site.site.suggestions(language);
        assert!(!offered.is_empty(), "{language}");
        for question in offered {
            let answer = site.ask(&question).await;
            assert_eq!(answer.done.outcome, Outcome::Answered, "{language}: {question}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn where_stock_questions_have_no_answer_those_of_a_faq_are_offered() {
    let site = Setup { documents: false, suggestions: Vec::new(), ..Setup::default() }.open().await;
    site.write("faq.md", "# FAQ\n\n## Does Ada repair clocks?\n\nYes, Ada repairs tower clocks and pocket watches.\n");
    site.ingest().await;
    let offered = site.site.suggestions(portavoz_text::language::Language::En);
    assert!(offered.iter().any(|question| question == "Does Ada repair clocks?"), "{offered:?}");
}

#[tokio::test]
async fn smalltalk_needs_no_call() {
    let model = ScriptedModel::new("primary", Vec::new());
    let site = Setup::with_models(&[&model]).open().await;
    for message in ["hola", "thanks!", "adéu"] {
        let answer = site.ask(message).await;
        assert_eq!(answer.done.outcome, Outcome::Smalltalk, "{message}");
        assert!(!answer.text.is_empty());
    }
    assert_eq!(model.calls(), 0);
}

#[tokio::test]
async fn usage_is_believed_when_given_and_estimated_when_absent() {
    for (reported, expected) in [(used(0, 0), (0, 0, false)), (used(321, 7), (321, 7, false)), (None, (1, 1, true))] {
        let model = ScriptedModel::new("primary", vec![says(&["Un 40 % [1]."], reported)]);
        let site = Setup::with_models(&[&model]).open().await;
        let usage = site.ask(QUESTION).await.done.usage;
        assert_eq!(usage.estimated, expected.2, "{reported:?}");
        if expected.2 {
            assert!(usage.prompt_tokens >= expected.0 && usage.completion_tokens >= expected.1);
        } else {
            assert_eq!((usage.prompt_tokens, usage.completion_tokens), (expected.0, expected.1));
        }
    }
}

#[tokio::test]
async fn an_unpriced_model_is_never_shown_as_free() {
    let model = ScriptedModel::priced("mystery", None, vec![says(&["Un 40 % [1]."], used(100, 5))]);
    let site = Setup::with_models(&[&model]).open().await;
    assert_eq!(site.ask(QUESTION).await.done.cost_usd, None);
}

#[tokio::test]
async fn an_answer_without_markers_names_the_source_that_has_its_words() {
    let pieces = ["La precisión subió un 40 %."];
    let model = ScriptedModel::new("primary", vec![says(&pieces, used(100, 5)), says(&["Quién sabe."], used(100, 5))]);
    let site = Setup::with_models(&[&model]).open().await;
    let answer = site.ask(QUESTION).await;
    assert_eq!(answer.citations.len(), 1);
    assert_eq!(answer.citations[0].document.as_str(), "rag.md");
    assert!(site.ask(QUESTION).await.citations.is_empty(), "it rests on nothing");
}

#[tokio::test]
async fn the_mark_of_not_knowing_is_never_read_by_a_visitor() {
    let model = ScriptedModel::new("primary", vec![says(&["No lo sé. [[NOT", "_KNOWN]]"], used(100, 5))]);
    let site = Setup::with_models(&[&model]).open().await;
    let answer = site.ask(QUESTION).await;
    assert_eq!(answer.done.outcome, Outcome::NotKnown);
    assert!(!answer.text.contains("NOT") && !answer.text.starts_with("No lo sé."), "{}", answer.text);
}

#[tokio::test]
async fn a_message_with_nothing_in_it_or_too_much_is_turned_away_unwritten() {
    let site = Setup::default().open().await;
    for (message, expected) in [
        (" \n\t ", "the message is empty"),
        ("\u{0}\u{7}", "the message is empty"),
        (&*"ñ".repeat(2_001), "the message has 2001 characters; at most 2000 are allowed"),
    ] {
        let refused = ask(&site.site, site.question(message)).await.err().unwrap();
        assert_eq!(refused.to_string(), expected);
        assert!(matches!(refused, AskError::Empty | AskError::TooLong { .. }));
    }
    assert!(site.storage.turns().list(site.site.id(), &all()).await.unwrap().is_empty());
}

#[tokio::test]
async fn many_visitors_at_once_get_each_their_own_answer() {
    let replies = (0..64).map(|_| says(&["Un 40 % [1]."], used(100, 5))).collect();
    let model = ScriptedModel::new("primary", replies);
    let site = Arc::new(Setup::with_models(&[&model]).open().await);
    let asked = (0..64).map(|_| site.ask(QUESTION));
    let answers = futures::future::join_all(asked).await;
    assert!(answers.iter().all(|answer| answer.text == "Un 40 % [1]."));
    assert_eq!(site.storage.turns().list(site.site.id(), &all()).await.unwrap().len(), 64);
}
