//! Turns of many callers at the same time, in two processes.

use std::sync::Arc;

use portavoz_domain::budget::Reserved;
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_storage::{Result, Storage, StorageError};
use portavoz_text::language::Language;
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{conversation_id, settlement, site, turn, turn_id, visitor_id};

/// As many callers as the contract names.
const CALLERS: u32 = 64;

/// The process that caller `number` talks to.
fn process(database: &Database, number: u32) -> Arc<dyn Storage> {
    Arc::clone(if number.is_multiple_of(2) { &database.storage } else { &database.other })
}

/// Admits all turns at once; returns each with its outcome.
async fn admit_all(database: &Database, turns: Vec<NewTurn>) -> Vec<(NewTurn, Result<Reserved>)> {
    let mut callers = JoinSet::new();
    for (number, turn) in (0..).zip(turns) {
        let storage = process(database, number);
        callers.spawn(async move {
            let outcome = storage.turns().admit(&turn, None).await;
            (turn, outcome)
        });
    }
    callers.join_all().await
}

pub async fn all_that_was_acknowledged_exists(database: &Database) {
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let storage = process(database, number);
        callers.spawn(async move {
            for round in 0..4 {
                let number = number * 4 + round;
                let turn = NewTurn { conversation: conversation_id(number), ..turn(number) };
                storage.turns().admit(&turn, None).await.unwrap();
                let settlement = Settlement { unanswered: true, ..settlement(&turn) };
                assert!(storage.turns().settle(&settlement, Language::Es).await.unwrap());
            }
        });
    }
    callers.join_all().await;
    for number in 0..CALLERS * 4 {
        let found = process(database, number + 1).turns().find(&site(), turn_id(number)).await.unwrap().unwrap();
        let settlement = Settlement { unanswered: true, ..settlement(&found.admitted) };
        assert_eq!(found.settlement, Some(settlement));
    }
    assert_eq!(database.storage.gaps().list(&site(), 1000).await.unwrap().len(), CALLERS as usize * 4);
}

pub async fn many_turns_may_open_one_conversation(database: &Database) {
    for (turn, outcome) in admit_all(database, (0..CALLERS).map(turn).collect()).await {
        outcome.unwrap_or_else(|error| panic!("{turn:?}: {error}"));
    }
    let history = database.storage.turns().history(&site(), conversation_id(1), 1000).await.unwrap();
    assert_eq!(history.len(), CALLERS as usize);
}

pub async fn one_of_two_visitors_gets_the_conversation(database: &Database) {
    let turns = (0..CALLERS).map(|number| NewTurn { visitor: visitor_id(number % 4 / 2), ..turn(number) });
    let outcomes = admit_all(database, turns.collect()).await;
    let owner = database.storage.turns().conversation(&site(), conversation_id(1)).await.unwrap().unwrap().visitor;
    for (turn, outcome) in outcomes {
        match outcome {
            Ok(_) => assert_eq!(turn.visitor, owner),
            Err(StorageError::Conflict(_)) => assert_ne!(turn.visitor, owner),
            Err(other) => panic!("{other}"),
        }
        let written = database.storage.turns().find(&site(), turn.id).await.unwrap().is_some();
        assert_eq!(written, turn.visitor == owner, "{turn:?}");
    }
}

pub async fn one_of_many_settlements_counts(database: &Database) {
    database.storage.turns().admit(&turn(1), None).await.unwrap();
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let storage = process(database, number);
        callers.spawn(async move {
            let answer = format!("respuesta {number}");
            let settlement = Settlement { answer: answer.clone(), unanswered: true, ..settlement(&turn(1)) };
            storage.turns().settle(&settlement, Language::Es).await.unwrap().then_some(answer)
        });
    }
    let winners: Vec<_> = callers.join_all().await.into_iter().flatten().collect();
    let found = database.storage.turns().find(&site(), turn_id(1)).await.unwrap().unwrap();
    assert_eq!(winners, [found.settlement.unwrap().answer]);
    assert_eq!(database.storage.gaps().list(&site(), 10).await.unwrap().len(), 1);
}

pub async fn a_refused_turn_does_not_hurt_its_neighbours(database: &Database) {
    database.storage.turns().admit(&turn(1000), None).await.unwrap();
    let turns = (0..CALLERS).map(|number| match number % 3 {
        0 => turn(number),
        1 => NewTurn { visitor: visitor_id(2), ..turn(number) },
        _ => turn(1000),
    });
    let outcomes = admit_all(database, turns.collect()).await;
    for (turn, outcome) in outcomes {
        let welcome = turn.visitor == visitor_id(1) && turn.id != turn_id(1000);
        assert_eq!(outcome.is_ok(), welcome, "{turn:?}: {outcome:?}");
    }
    let history = database.storage.turns().history(&site(), conversation_id(1), 1000).await.unwrap();
    assert_eq!(history.len(), 1 + (0..CALLERS).filter(|number| number % 3 == 0).count());
}

pub async fn a_caller_that_leaves_hurts_nobody(database: &Database) {
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let storage = process(database, number);
        callers.spawn(async move { storage.turns().admit(&turn(number), None).await });
    }
    tokio::task::yield_now().await;
    callers.shutdown().await;
    database.storage.turns().admit(&turn(1000), None).await.unwrap();
    assert!(database.other.turns().settle(&settlement(&turn(1000)), Language::Es).await.unwrap());
    for number in 0..CALLERS {
        if let Some(written) = database.storage.turns().find(&site(), turn_id(number)).await.unwrap() {
            assert_eq!(written.admitted, turn(number));
        }
    }
}
