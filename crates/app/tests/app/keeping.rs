//! What is kept of visitors: for how long, how it goes, and nothing at all.

use std::sync::Arc;

use portavoz_app::ask::{Answer, Ask, AskError, ask};
use portavoz_app::conversation::transcript;
use portavoz_app::privacy::export::{Export, exporting};
use portavoz_app::privacy::{self, Scope};
use portavoz_app::settings::PrivacySettings;
use portavoz_app::testing::{Setup, TestSite};
use portavoz_domain::answer::Outcome;
use portavoz_domain::ids::VisitorId;
use portavoz_storage::{Piece, Selection, TurnFilter, Value};
use tokio_stream::StreamExt;

async fn keeping(retention_days: u32) -> TestSite {
    Setup { privacy: PrivacySettings { retention_days }, ..Setup::default() }.open().await
}

fn visitor(site: &TestSite, answer: &Answer) -> VisitorId {
    site.site.visitor_tokens().read(&answer.visitor_token).unwrap()
}

async fn turns_left(site: &TestSite) -> usize {
    let filter = TurnFilter { limit: 100, ..TurnFilter::default() };
    site.storage.turns().list(site.site.id(), &filter).await.unwrap().len()
}

/// Whether a word stands anywhere in any table that visitors write to.
async fn is_written(site: &TestSite, word: &str) -> bool {
    let (sender, mut pieces) = tokio::sync::mpsc::channel(4);
    let storage = Arc::clone(&site.storage);
    let dumping = async move { storage.portable().dump(&Selection::Database, sender).await.unwrap() };
    let looking = async {
        let mut table = String::new();
        let mut found = false;
        while let Some(piece) = pieces.recv().await {
            match piece {
                Piece::Table(next) => table = next.name,
                // The documents say what the owner says.
                Piece::Rows(_) if ["documents", "chunks"].contains(&table.as_str()) => {}
                Piece::Rows(rows) => {
                    found |= rows.iter().flatten().any(|value| match value {
                        Value::Text(text) => text.contains(word),
                        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).contains(word),
                        Value::Null | Value::Integer(_) | Value::Real(_) => false,
                    });
                }
            }
        }
        found
    };
    tokio::join!(dumping, looking).1
}

#[tokio::test]
async fn who_keeps_nothing_writes_no_word_and_still_understands_follow_ups() {
    let site = keeping(0).await;
    let first = site.ask("¿Qué hizo Ada con RAG?").await;
    let asker = visitor(&site, &first);
    let second = site.go_on(asker, first.conversation_id, "¿Y cuánto mejoró?").await;
    assert!(second.text.contains("40 %"), "{}", second.text);
    let unknown = site.go_on(asker, first.conversation_id, "¿Sabe criar capibaras?").await;
    assert_eq!(unknown.done.outcome, Outcome::NotKnown);
    for word in ["mejoró", "capibaras", "RAG", "40 %"] {
        assert!(!is_written(&site, word).await, "{word}");
    }

    let read = transcript(&site.site, asker, first.conversation_id).await.unwrap().unwrap();
    assert_eq!(read.turns.len(), 3);
    assert_eq!((read.turns[1].question.as_str(), read.turns[1].answer.as_str()), ("¿Y cuánto mejoró?", &*second.text));

    // The rows go with the next upkeep; the conversation goes on all the same.
    assert_eq!(turns_left(&site).await, 3);
    privacy::retain(&site.site).await.unwrap();
    assert_eq!(turns_left(&site).await, 0);
    let fourth = site.go_on(asker, first.conversation_id, "¿Y cuánto mejoró?").await;
    assert_eq!(fourth.conversation_id, first.conversation_id);
    let stranger =
        Ask { conversation: Some(first.conversation_id), visitor: site.site.new_visitor(), ..site.question("¿Y?") };
    assert!(matches!(ask(&site.site, stranger).await.err(), Some(AskError::UnknownConversation)));
}

#[tokio::test]
async fn what_is_kept_stays_until_its_days_are_over() {
    let site = keeping(180).await;
    site.ask("¿Sabe criar capibaras?").await;
    assert!(is_written(&site, "capibaras").await);
    privacy::retain(&site.site).await.unwrap();
    assert_eq!(turns_left(&site).await, 1);

    // The same rows, looked at by somebody who keeps a day, two days later.
    let later = site.site.now().a_day_later().a_day_later();
    let outdated = PrivacySettings { retention_days: 1 }.outdated(later);
    let told = privacy::erase(site.storage.as_ref(), site.site.id(), outdated, &|_| {}).await.unwrap();
    assert_eq!((told.turns, told.conversations, told.gaps), (1, 1, 1));
    assert!(!is_written(&site, "capibaras").await);
}

#[tokio::test]
async fn many_turns_go_batch_by_batch() {
    let site = keeping(180).await;
    for _ in 0..3 {
        site.ask("hola").await;
    }
    let outdated = Scope::Before(site.site.now());
    let erased = privacy::erase(site.storage.as_ref(), site.site.id(), outdated, &|_| {}).await.unwrap();
    assert_eq!((erased.turns, erased.conversations), (3, 3));
    assert_eq!(privacy::count(&site.site, Scope::All).await.unwrap(), privacy::Erased::default());
}

#[tokio::test]
async fn a_visitor_is_forgotten_wherever_they_are_remembered() {
    for retention_days in [0, 180] {
        let site = keeping(retention_days).await;
        let mine = site.ask("¿Qué hizo Ada con RAG?").await;
        let me = visitor(&site, &mine);
        let other = site.ask("¿Qué hizo Ada con RAG?").await;
        let them = visitor(&site, &other);

        assert!(!privacy::forget_conversation(&site.site, them, mine.conversation_id).await.unwrap(), "not theirs");
        assert!(transcript(&site.site, me, mine.conversation_id).await.unwrap().is_some());
        assert!(privacy::forget_conversation(&site.site, me, mine.conversation_id).await.unwrap());
        assert!(!privacy::forget_conversation(&site.site, me, mine.conversation_id).await.unwrap(), "once");
        assert!(transcript(&site.site, me, mine.conversation_id).await.unwrap().is_none());

        privacy::forget_visitor(&site.site, them).await.unwrap();
        assert!(transcript(&site.site, them, other.conversation_id).await.unwrap().is_none());
        assert_eq!(turns_left(&site).await, 0);
    }
}

async fn lines(site: &TestSite, export: Export) -> Vec<serde_json::Value> {
    exporting(&site.site, export).map(|line| serde_json::from_str(&line).unwrap()).collect().await
}

#[tokio::test]
async fn an_export_has_everything_of_a_visitor_and_nothing_of_others() {
    let site = keeping(180).await;
    let mine = site.ask("¿Sabe criar capibaras?").await;
    site.ask("¿Sabe criar llamas?").await;
    let scope = Some(Scope::Visitor(visitor(&site, &mine)));
    let exported = lines(&site, Export { scope, containing: None }).await;
    let kinds: Vec<_> = exported.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    for kind in ["conversations", "turns", "gaps"] {
        assert_eq!(kinds.iter().filter(|found| **found == kind).count(), 1, "{kinds:?}");
    }
    assert!(!format!("{exported:?}").contains("llamas"));
    let turn = exported.iter().find(|line| line["kind"] == "turns").unwrap();
    assert!(turn["created"].as_str().unwrap().starts_with("2026-11-22T12:"), "{turn}");
    assert!(turn["ladder"].is_array() && turn["knowledge_hash"].is_string(), "{turn}");

    let whole = lines(&site, Export::default()).await;
    assert!(whole.iter().all(|line| line["kind"] != "secrets"));
    assert_eq!(whole.iter().filter(|line| line["kind"] == "turns").count(), 2);
}

#[tokio::test]
async fn what_it_said_on_a_day_is_found_by_its_words() {
    let site = keeping(180).await;
    site.ask("¿Sabe criar CAPIBÁRAS?").await;
    site.ask("¿Qué hizo Ada con RAG?").await;
    let found = lines(&site, Export { scope: None, containing: Some("capibaras".to_owned()) }).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["question"], "¿Sabe criar CAPIBÁRAS?");
    let day = site.site.now();
    let tomorrow = Some(Scope::Between(day.a_day_later(), day.a_day_later().a_day_later()));
    assert_eq!(lines(&site, Export { scope: tomorrow, containing: None }).await, Vec::<serde_json::Value>::new());
}
