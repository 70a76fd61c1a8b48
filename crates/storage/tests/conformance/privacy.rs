//! Removing what was said.

use std::sync::Arc;

use portavoz_domain::budget::{Reservation, Reserved};
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_storage::{Erased, Privacy, Scope, Selection, StorageError, Value};

use crate::Database;
use crate::portable::rows_of;
use crate::samples::{
    NOW, admit, charge_id, conversation_id, later, other_site, reservation, settle, settlement, site, turn, turn_id,
    visitor_id,
};

/// Turn `number` of a conversation and a visitor.
fn turn_of(number: u32, conversation: u32, visitor: u32) -> NewTurn {
    NewTurn { conversation: conversation_id(conversation), visitor: visitor_id(visitor), ..turn(number) }
}

/// Four turns: two of visitor 1 in one conversation, one of visitor 1 in another, one of visitor 2 which is open. The
/// first is a gap.
async fn filled(database: &Database) -> &dyn Privacy {
    let turns = database.storage.turns();
    for (number, conversation, visitor) in [(1, 1, 1), (2, 1, 1), (3, 2, 1), (4, 3, 2)] {
        let turn = turn_of(number, conversation, visitor);
        admit(turns, &turn).await.unwrap();
        if number != 4 {
            let settlement = Settlement { unanswered: number == 1, ..settlement(&turn) };
            settle(turns, &settlement).await.unwrap();
        }
    }
    database.storage.privacy()
}

/// The numbers of the turns that are left.
async fn left(database: &Database) -> Vec<u32> {
    let mut left = Vec::new();
    for number in 1..=4 {
        if database.other.turns().find(&site(), turn_id(number)).await.unwrap().is_some() {
            left.push(number);
        }
    }
    left
}

const fn erased(turns: u64, conversations: u64, gaps: u64) -> Erased {
    Erased { turns, conversations, gaps, messages: 0 }
}

pub async fn an_erasure_takes_what_its_scope_says(database: &Database) {
    let privacy = filled(database).await;
    for (scope, expected, remaining) in [
        (Scope::Visitor(visitor_id(9)), erased(0, 0, 0), vec![1, 2, 3, 4]),
        (Scope::Conversation(conversation_id(9)), erased(0, 0, 0), vec![1, 2, 3, 4]),
        (Scope::Before(later(1)), erased(0, 0, 0), vec![1, 2, 3, 4]),
        (Scope::Over(later(5_000), later(0)), erased(0, 0, 0), vec![1, 2, 3, 4]),
        (Scope::Between(later(1), later(2)), erased(1, 0, 1), vec![2, 3, 4]),
        (Scope::Conversation(conversation_id(1)), erased(1, 1, 0), vec![3, 4]),
        (Scope::Over(later(5_001), later(4)), erased(1, 1, 0), vec![4]),
        (Scope::Visitor(visitor_id(2)), erased(1, 1, 0), vec![]),
        (Scope::All, erased(0, 0, 0), vec![]),
    ] {
        assert_eq!(privacy.count(&site(), scope).await.unwrap(), expected, "{scope:?}");
        assert_eq!(privacy.erase(&site(), scope, 100).await.unwrap(), expected, "{scope:?}");
        assert_eq!(left(database).await, remaining, "{scope:?}");
    }
}

pub async fn what_never_ended_goes_when_nothing_can_run_any_more(database: &Database) {
    let privacy = filled(database).await;
    let scope = Scope::Over(later(5_001), later(5));
    assert_eq!(privacy.erase(&site(), scope, 100).await.unwrap(), erased(4, 3, 1));
}

pub async fn an_erasure_goes_on_batch_by_batch(database: &Database) {
    let privacy = filled(database).await;
    for (expected, remaining) in [
        (erased(1, 0, 1), vec![2, 3, 4]),
        (erased(1, 1, 0), vec![3, 4]),
        (erased(1, 1, 0), vec![4]),
        (erased(1, 1, 0), vec![]),
        (erased(0, 0, 0), vec![]),
    ] {
        assert_eq!(privacy.erase(&site(), Scope::All, 1).await.unwrap(), expected);
        assert_eq!(left(database).await, remaining);
    }
    let turns = database.storage.turns();
    assert_eq!(turns.conversation(&site(), conversation_id(1)).await.unwrap(), None);
    assert_eq!(database.storage.gaps().list(&site(), 10).await.unwrap(), []);
    privacy.scrub().await.unwrap();
}

pub async fn sites_are_erased_apart(database: &Database) {
    let privacy = filled(database).await;
    assert_eq!(privacy.count(&other_site(), Scope::All).await.unwrap(), Erased::default());
    assert_eq!(privacy.erase(&other_site(), Scope::All, 100).await.unwrap(), Erased::default());
    assert_eq!(left(database).await, [1, 2, 3, 4]);
}

pub async fn a_turn_that_was_erased_cannot_be_settled(database: &Database) {
    let privacy = filled(database).await;
    privacy.erase(&site(), Scope::Visitor(visitor_id(2)), 100).await.unwrap();
    let late = settle(database.storage.turns(), &settlement(&turn_of(4, 3, 2))).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
    assert_eq!(left(database).await, [1, 2, 3]);
}

pub async fn erased_words_are_nowhere(database: &Database) {
    let turns = database.storage.turns();
    let secret = "Lapislázuli";
    let asked = NewTurn { question: format!("¿{secret}?"), ..turn_of(1, 1, 1) };
    let answer = format!("{secret} es azul.");
    admit(turns, &asked).await.unwrap();
    let told = Settlement { answer, unanswered: true, ..settlement(&asked) };
    settle(turns, &told).await.unwrap();
    let found = |rows: &[Vec<Value>]| {
        rows.iter().flatten().any(|value| matches!(value, Value::Text(text) if text.contains(secret)))
    };
    assert!(found(&rows_of(&database.storage, &Selection::Database).await));

    let scope = Scope::Visitor(asked.visitor);
    assert_eq!(database.storage.privacy().erase(&site(), scope, 100).await.unwrap(), erased(1, 1, 1));
    assert!(!found(&rows_of(&database.other, &Selection::Database).await));
}

pub async fn an_erased_visitor_is_in_no_account_and_the_sums_stay(database: &Database) {
    let spending = database.storage.spending();
    for (number, visitor) in [(11, 1), (12, 2)] {
        let reservation = Reservation { visitor: Some(visitor_id(visitor)), ..reservation(number, 70) };
        assert_eq!(spending.reserve(&reservation).await.unwrap(), Reserved::Granted);
        assert!(spending.settle(&site(), charge_id(number), 40).await.unwrap());
    }
    let (mine, theirs) = (visitor_id(1), visitor_id(2));
    database.storage.privacy().erase(&site(), Scope::Visitor(mine), 100).await.unwrap();
    assert_eq!(spending.of_visitor(&site(), mine, NOW).await.unwrap(), 0);
    assert_eq!(spending.of_visitor(&site(), theirs, NOW).await.unwrap(), 40);
    assert_eq!(spending.standing(&site(), NOW).await.unwrap().day, 80);
    assert!(spending.audit(&site()).await.unwrap().balances());
    let mine = Value::Text(mine.to_string());
    assert!(!rows_of(&database.other, &Selection::Database).await.iter().flatten().any(|value| *value == mine));
}

pub async fn an_erasure_beside_new_turns_loses_none_of_them(database: &Database) {
    const ROUNDS: u32 = 60;
    let eraser = Arc::clone(&database.other);
    let erasing = async move {
        for _ in 0..ROUNDS {
            eraser.privacy().erase(&site(), Scope::Before(later(1_000)), 100).await.unwrap();
        }
    };
    // Old turns, which go, and new ones, which stay, come into the same conversations all the time.
    let turns = database.storage.turns();
    let asking = async {
        for number in 0..ROUNDS {
            let conversation = number % 4;
            let old = turn_of(number, conversation, 1);
            let new = NewTurn { created: later(2_000), ..turn_of(ROUNDS + number, conversation, 1) };
            let (old, new) = tokio::join!(admit(turns, &old), admit(turns, &new));
            old.unwrap();
            new.unwrap();
        }
    };
    tokio::join!(erasing, asking);
    for number in ROUNDS..2 * ROUNDS {
        assert!(turns.find(&site(), turn_id(number)).await.unwrap().is_some(), "turn {number} was acknowledged");
    }
}
