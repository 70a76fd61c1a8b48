//! What was decided at run time.

use std::sync::Arc;

use portavoz_storage::Swap;
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{later, other_site, site};

pub async fn a_choice_can_be_made_changed_and_taken_back(database: &Database) {
    let choices = database.storage.choices();
    assert_eq!(choices.get(&site(), "model").await.unwrap(), None);
    assert!(!choices.remove(&site(), "model").await.unwrap());
    for (moment, value) in (0..).zip(["\"uno\"", r#"{"it's":"\u0000 \\ 🦕"}"#, ""]) {
        choices.put(&site(), "model", value, later(moment)).await.unwrap();
        assert_eq!(database.other.choices().get(&site(), "model").await.unwrap().as_deref(), Some(value));
    }
    assert!(choices.remove(&site(), "model").await.unwrap());
    assert_eq!(database.other.choices().get(&site(), "model").await.unwrap(), None);
}

pub async fn a_choice_is_its_sites(database: &Database) {
    let choices = database.storage.choices();
    choices.put(&site(), "model", "1", later(0)).await.unwrap();
    choices.put(&other_site(), "model", "2", later(0)).await.unwrap();
    choices.put(&site(), "models", "3", later(0)).await.unwrap();
    assert!(choices.remove(&other_site(), "model").await.unwrap());
    assert_eq!(choices.get(&site(), "model").await.unwrap().as_deref(), Some("1"));
    assert_eq!(choices.get(&other_site(), "model").await.unwrap(), None);
}

pub async fn of_choices_at_once_one_stands(database: &Database) {
    let mut racers = JoinSet::new();
    for number in 0..32_i64 {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        racers.spawn(async move {
            storage.choices().put(&site(), "model", &number.to_string(), later(number)).await.unwrap();
        });
    }
    racers.join_all().await;
    let mut removals = JoinSet::new();
    for number in 0..8 {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        removals.spawn(async move { storage.choices().remove(&site(), "model").await.unwrap() });
    }
    assert_eq!(removals.join_all().await.into_iter().filter(|removed| *removed).count(), 1);
}

pub async fn of_swaps_of_what_was_seen_one_wins(database: &Database) {
    let swap = async |before, value, moment| {
        database.storage.choices().swap(&site(), "lease", Swap { before, value }, later(moment)).await.unwrap()
    };
    assert!(!swap(Some("1"), "2", 0).await, "nothing to replace");
    assert!(swap(None, "1", 1).await);
    assert!(!swap(None, "2", 2).await, "it was made");
    assert!(!swap(Some("0"), "2", 3).await, "it is another one");
    assert!(swap(Some("1"), "2", 4).await);
    assert_eq!(database.other.choices().get(&site(), "lease").await.unwrap().as_deref(), Some("2"));
    assert_eq!(database.storage.choices().get(&other_site(), "lease").await.unwrap(), None);
    for before in [Some("2"), None] {
        let name = if before.is_some() { "lease" } else { "other lease" };
        let mut racers = JoinSet::new();
        for number in 0..32_i64 {
            let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
            racers.spawn(async move {
                let value = format!("of {number}");
                storage.choices().swap(&site(), name, Swap { before, value: &value }, later(number)).await.unwrap()
            });
        }
        assert_eq!(racers.join_all().await.into_iter().filter(|won| *won).count(), 1, "{before:?}");
    }
}
