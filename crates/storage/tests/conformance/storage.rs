//! Opening, answering, closing.

use std::sync::Arc;

use portavoz_storage::StorageError;

use crate::Database;
use crate::samples::{site, turn, turn_id};

pub async fn a_database_answers_a_ping(database: &Database) {
    database.storage.ping().await.unwrap();
}

pub async fn after_close_everything_is_unavailable(database: &Database) {
    let storage = &database.storage;
    storage.close().await;
    storage.close().await;
    for (name, result) in [
        ("ping", storage.ping().await),
        ("a write", storage.turns().admit(&turn(1), None).await.map(drop)),
        ("a read", storage.turns().find(&site(), turn_id(1)).await.map(drop)),
    ] {
        assert!(matches!(result, Err(StorageError::Unavailable(_))), "{name}: {result:?}");
    }
}

pub async fn what_is_pending_at_close_is_finished(database: &Database) {
    if Arc::ptr_eq(&database.storage, &database.other) {
        return; // Nobody could see it.
    }
    let mut writes = tokio::task::JoinSet::new();
    for number in 1..=50 {
        let storage = Arc::clone(&database.storage);
        writes.spawn(async move { storage.turns().admit(&turn(number), None).await.map(|_| number) });
    }
    tokio::task::yield_now().await;
    database.storage.close().await;
    for outcome in writes.join_all().await {
        match outcome {
            Ok(number) => {
                let found = database.other.turns().find(&site(), turn_id(number)).await.unwrap();
                assert!(found.is_some(), "turn {number} was acknowledged");
            }
            Err(error) => assert!(matches!(error, StorageError::Unavailable(_)), "{error:?}"),
        }
    }
}
