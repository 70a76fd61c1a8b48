//! Conversations with their figures, for those who look after them.

use portavoz_domain::answer::Outcome;
use portavoz_domain::turn::{Conversation, ConversationFilter, ConversationSummary, NewTurn, Settlement};
use portavoz_storage::{Storage, StorageError};
use portavoz_text::language::Language;

use crate::Database;
use crate::samples::{conversation_id, later, other_site, settlement, site, turn, visitor_id};

fn everything() -> ConversationFilter {
    ConversationFilter { limit: 1000, ..ConversationFilter::default() }
}

/// Turn `number` of a conversation, `minute` minutes after the beginning of all.
fn asked(number: u32, conversation: u32, minute: i64) -> NewTurn {
    let created = later(minute * 60_000);
    NewTurn { conversation: conversation_id(conversation), created, ..turn(number) }
}

async fn listed(storage: &dyn Storage, filter: ConversationFilter) -> Vec<ConversationSummary> {
    storage.turns().conversations(&site(), &filter).await.unwrap()
}

pub async fn a_conversation_tells_the_figures_of_its_turns(database: &Database) {
    let storage = &*database.storage;
    assert_eq!(listed(storage, everything()).await, []);
    for turn in [asked(1, 1, 0), asked(2, 1, 5), asked(3, 1, 9)] {
        storage.turns().admit(&turn, None).await.unwrap();
    }
    let mut first = settlement(&asked(1, 1, 0));
    (first.cost_usd_micros, first.withheld, first.outcome) = (Some(100), 2, Some(Outcome::NotKnown));
    let mut second = settlement(&asked(2, 1, 5));
    (second.cost_usd_micros, second.withheld) = (None, 1);
    let quality = second.quality.as_mut().unwrap();
    quality.score = 0.25;
    for told in [&first, &second] {
        assert!(storage.turns().settle(told, Language::Es).await.unwrap());
    }
    let expected = ConversationSummary {
        conversation: Conversation {
            id: conversation_id(1),
            visitor: visitor_id(1),
            language: Language::Es,
            created: later(0),
        },
        turns: 3,
        first_question: turn(1).question,
        last: later(9 * 60_000),
        cost_usd_micros: 100,
        lowest_quality: Some(0.25),
        not_known: 1,
        withheld: 3,
    };
    assert_eq!(listed(&*database.other, everything()).await, [expected]);
    assert_eq!(database.storage.turns().conversations(&other_site(), &everything()).await.unwrap(), []);
}

pub async fn conversations_come_newest_first_in_pages(database: &Database) {
    let storage = &*database.storage;
    // Conversations 2 to 4 began in one moment: their ids decide.
    for (number, (conversation, minute)) in (1..).zip([(1, 1), (3, 5), (2, 5), (4, 5), (5, 9), (1, 30)]) {
        storage.turns().admit(&asked(number, conversation, minute), None).await.unwrap();
    }
    let minute = |minute: i64| Some(later(minute * 60_000));
    let after = |number| Some(conversation_id(number));
    for (filter, expected) in [
        (everything(), vec![5, 4, 3, 2, 1]),
        (ConversationFilter { limit: 2, ..everything() }, vec![5, 4]),
        (ConversationFilter { limit: 2, after: after(4), ..everything() }, vec![3, 2]),
        (ConversationFilter { limit: 0, after: after(3), ..everything() }, vec![2]),
        (ConversationFilter { after: after(1), ..everything() }, vec![]),
        (ConversationFilter { from: minute(5), to: minute(9), ..everything() }, vec![4, 3, 2]),
        (ConversationFilter { from: minute(10), ..everything() }, vec![]),
    ] {
        let found = listed(storage, filter.clone()).await;
        let ids: Vec<_> = found.iter().map(|summary| summary.conversation.id).collect();
        assert_eq!(ids, expected.into_iter().map(conversation_id).collect::<Vec<_>>(), "{filter:?}");
    }
    let unknown = ConversationFilter { after: after(9), ..everything() };
    let refused = storage.turns().conversations(&site(), &unknown).await;
    assert!(matches!(refused, Err(StorageError::Conflict(_))), "{refused:?}");
}

pub async fn costs_beyond_all_reason_do_not_hide_a_conversation(database: &Database) {
    let storage = &*database.storage;
    for number in 1..=3 {
        storage.turns().admit(&turn(number), None).await.unwrap();
        let absurd = Settlement { cost_usd_micros: Some(u64::MAX), ..settlement(&turn(number)) };
        storage.turns().settle(&absurd, Language::Es).await.unwrap();
    }
    let found = listed(storage, everything()).await;
    assert_eq!((found[0].turns, found[0].cost_usd_micros), (3, 0));
}
