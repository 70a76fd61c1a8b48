//! What visitors leave for the owner.

use std::sync::Arc;

use portavoz_domain::alerts::Delivery;
use portavoz_domain::inbox::{LeftMessage, MessageCounts, MessageFilter, MessageState};
use portavoz_storage::{Scope, StorageError};
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{admit, conversation_id, later, message, message_id, other_site, site, turn, turn_id, visitor_id};

fn everything() -> MessageFilter {
    MessageFilter { limit: 1000, ..MessageFilter::default() }
}

async fn receive(database: &Database, messages: impl IntoIterator<Item = LeftMessage>) {
    for message in messages {
        database.storage.messages().receive(&message).await.unwrap();
    }
}

async fn listed(database: &Database, filter: MessageFilter) -> Vec<LeftMessage> {
    database.other.messages().list(&site(), &filter).await.unwrap()
}

fn delivery(number: u32, error: Option<&str>) -> Delivery {
    let at = later(i64::from(number));
    Delivery { channel: format!("canal {number}"), at, recovery: false, error: error.map(str::to_owned) }
}

pub async fn a_message_reads_back_whole(database: &Database) {
    admit(database.storage.turns(), &turn(1)).await.unwrap();
    let left = LeftMessage {
        conversation: Some(conversation_id(1)),
        turn: Some(turn_id(1)),
        text: "¿Tiene un hueco en marzo? \u{1f995} 'it''s' \\ \n".to_owned(),
        name: Some("Zoé «O'Hara»".to_owned()),
        email: Some("zoe@example.com".to_owned()),
        state: MessageState::Read,
        deliveries: vec![delivery(1, Some("no «route»")), delivery(2, None)],
        told: Some(later(3)),
        ..message(1)
    };
    receive(database, [left.clone(), message(2)]).await;
    let messages = database.other.messages();
    assert_eq!(messages.find(&site(), left.id).await.unwrap().as_ref(), Some(&left));
    assert_eq!(listed(database, everything()).await, [message(2), left.clone()]);
    assert_eq!(messages.find(&site(), message_id(9)).await.unwrap(), None);
    assert_eq!(messages.find(&other_site(), left.id).await.unwrap(), None);
    let again = database.storage.messages().receive(&LeftMessage { text: "otro".to_owned(), ..left.clone() }).await;
    assert!(matches!(again, Err(StorageError::Conflict(_))), "{again:?}");
    assert_eq!(messages.find(&site(), left.id).await.unwrap(), Some(left));
}

pub async fn any_message_text_can_be_kept(database: &Database) {
    let name = Some("\0".to_owned());
    receive(database, [LeftMessage { text: "a\0b".to_owned(), name, ..message(1) }]).await;
    let kept = listed(database, everything()).await.remove(0);
    assert_eq!((kept.text.as_str(), kept.name.as_deref()), ("a b", Some(" ")));
}

pub async fn messages_come_newest_first_in_pages(database: &Database) {
    receive(database, [5, 1, 7, 3, 2, 6, 4].map(|number| LeftMessage { received: later(0), ..message(number) })).await;
    receive(database, [LeftMessage { site: other_site(), ..message(8) }]).await;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = listed(database, MessageFilter { after, limit: 2, ..everything() }).await;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.into_iter().map(|message| message.id));
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1].map(message_id));
    let lost = MessageFilter { after: Some(message_id(8)), ..everything() };
    let lost = database.storage.messages().list(&site(), &lost).await;
    assert!(matches!(lost, Err(StorageError::Conflict(_))), "{lost:?}");
    assert_eq!(listed(database, MessageFilter { limit: 0, ..everything() }).await.len(), 1);
}

pub async fn a_message_is_marked_and_counted_and_removed(database: &Database) {
    let messages = database.storage.messages();
    receive(database, [1, 2, 3].map(message)).await;
    assert!(messages.mark(&site(), message_id(1), MessageState::Done).await.unwrap());
    assert!(messages.mark(&site(), message_id(2), MessageState::Read).await.unwrap());
    assert!(!messages.mark(&site(), message_id(9), MessageState::Read).await.unwrap());
    assert!(!messages.mark(&other_site(), message_id(1), MessageState::Read).await.unwrap());
    let counts = MessageCounts { new: 1, read: 1, done: 1 };
    assert_eq!(database.other.messages().count(&site()).await.unwrap(), counts);
    assert_eq!(messages.count(&other_site()).await.unwrap(), MessageCounts::default());
    for (state, number) in [(MessageState::New, 3), (MessageState::Read, 2), (MessageState::Done, 1)] {
        let found = listed(database, MessageFilter { state: Some(state), ..everything() }).await;
        assert_eq!(found.iter().map(|message| message.id).collect::<Vec<_>>(), [message_id(number)]);
    }
    assert!(!messages.remove(&other_site(), message_id(2)).await.unwrap());
    assert!(messages.remove(&site(), message_id(2)).await.unwrap());
    assert!(!messages.remove(&site(), message_id(2)).await.unwrap());
    assert_eq!(database.other.messages().count(&site()).await.unwrap(), MessageCounts { read: 0, ..counts });
}

pub async fn who_was_told_is_kept(database: &Database) {
    let messages = database.storage.messages();
    receive(database, [1, 2, 3].map(message)).await;
    receive(database, [LeftMessage { told: Some(later(4)), ..message(4) }]).await;
    assert!(messages.delivered(&site(), message_id(1), &delivery(1, Some("timeout\0"))).await.unwrap());
    assert!(messages.delivered(&site(), message_id(1), &delivery(2, None)).await.unwrap());
    assert!(!messages.delivered(&site(), message_id(9), &delivery(2, None)).await.unwrap());
    let untold = database.other.messages().untold(&site(), 10).await.unwrap();
    assert_eq!(untold.iter().map(|message| message.id).collect::<Vec<_>>(), [1, 2, 3].map(message_id));
    assert_eq!(untold[0].deliveries, [delivery(1, Some("timeout ")), delivery(2, None)]);
    assert!(messages.told(&site(), message_id(1), later(9)).await.unwrap());
    assert!(!messages.told(&site(), message_id(9), later(9)).await.unwrap());
    let untold = database.other.messages().untold(&site(), 1).await.unwrap();
    assert_eq!(untold.iter().map(|message| message.id).collect::<Vec<_>>(), [message_id(2)]);
    assert_eq!(messages.find(&site(), message_id(1)).await.unwrap().unwrap().told, Some(later(9)));
}

pub async fn those_who_tell_at_once_are_all_kept(database: &Database) {
    receive(database, [message(1)]).await;
    let mut racers = JoinSet::new();
    for number in 0..32 {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        racers.spawn(async move {
            storage.messages().delivered(&site(), message_id(1), &delivery(number, None)).await.unwrap()
        });
    }
    assert!(racers.join_all().await.into_iter().all(|kept| kept));
    assert_eq!(listed(database, everything()).await[0].deliveries.len(), 32);
}

pub async fn a_message_outlives_the_turn_that_it_came_from(database: &Database) {
    admit(database.storage.turns(), &turn(1)).await.unwrap();
    let came = LeftMessage {
        conversation: Some(conversation_id(1)),
        turn: Some(turn_id(1)),
        received: later(100),
        ..message(1)
    };
    receive(database, [came]).await;
    database.storage.privacy().erase(&site(), Scope::Before(later(50)), 100).await.unwrap();
    let left = listed(database, everything()).await.remove(0);
    assert_eq!((left.conversation, left.turn), (None, None), "there is nothing to open any more");
}

pub async fn an_erasure_takes_the_messages_of_its_scope(database: &Database) {
    let of = |number, visitor, conversation: Option<u32>| LeftMessage {
        visitor: visitor_id(visitor),
        conversation: conversation.map(conversation_id),
        ..message(number)
    };
    receive(database, [of(1, 1, None), of(2, 1, Some(1)), of(3, 2, Some(3)), of(4, 2, None), of(5, 3, None)]).await;
    receive(database, [LeftMessage { site: other_site(), ..of(6, 1, Some(1)) }]).await;
    let privacy = database.storage.privacy();
    for (scope, removed, remaining) in [
        (Scope::Visitor(visitor_id(9)), 0, vec![5, 4, 3, 2, 1]),
        (Scope::Conversation(conversation_id(1)), 1, vec![5, 4, 3, 1]),
        (Scope::Over(later(1), later(99)), 0, vec![5, 4, 3, 1]),
        (Scope::Over(later(2), later(0)), 1, vec![5, 4, 3]),
        (Scope::Between(later(4), later(5)), 1, vec![5, 3]),
        (Scope::Visitor(visitor_id(2)), 1, vec![5]),
        (Scope::Before(later(5)), 0, vec![5]),
        (Scope::All, 1, vec![]),
    ] {
        assert_eq!(privacy.count(&site(), scope).await.unwrap().messages, removed, "{scope:?}");
        assert_eq!(privacy.erase(&site(), scope, 100).await.unwrap().messages, removed, "{scope:?}");
        let left: Vec<_> = listed(database, everything()).await.into_iter().map(|message| message.id).collect();
        assert_eq!(left, remaining.into_iter().map(message_id).collect::<Vec<_>>(), "{scope:?}");
    }
    receive(database, [1, 2, 3].map(message)).await;
    for expected in [2, 1, 0] {
        assert_eq!(privacy.erase(&site(), Scope::All, 2).await.unwrap().messages, expected, "batch by batch");
    }
    assert_eq!(database.storage.messages().count(&other_site()).await.unwrap().new, 1);
}
